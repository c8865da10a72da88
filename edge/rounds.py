"""This device's work in one round, whatever state it finds it in: refuse, train, say ready, take the five steps."""

from typing import TYPE_CHECKING
from uuid import UUID

from diffusion.pace import Pace
from edge import config, consent, gathering, pauses, training
from edge.api import Part
from edge.manners.dry import DryStep
from edge.pulse import Pulse
from edge.receipts import human_bytes
from edge.rules import Terms
from edge.session import RoundSession
from edge.state import OVER
from edge.tools import Tools
from edge.waiting import Stopped
from edge.work import Work
from federation.protocol.errors import Refusal, refusal
from federation.protocol.schemes import scheme
from federation.protocol.steps import Step

if TYPE_CHECKING:
    pass

BEFORE_DRAW = ("invited", "training")
INTERACTIVE = ("rostered", "advertised", "shared", "submitted", "confirmed")
MISSED = frozenset(("stage-over", "round-over", "not-in-round", "round-unknown", "not-eligible"))
PASSING = frozenset(("server-unreachable", "download-truncated", "server-answer", "too-many-tries"))
FATAL = frozenset(("enrolment-ended", "device-withdrawn", "not-enrolled", "server-key-changed"))
LEAVING = {
    "training-failed": "training-failed",
    "pictures-missing": "no-pictures",
    "pictures-unusable": "no-pictures",
}


class Rounds:
    """Takes the parts that the heartbeat tells of; `outcome` is the last thing worth saying about one."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.outcome = tools.state.noted("outcome") or ""

    def take(self, part: Part) -> None:
        """Do what is due. Raises Stopped, and Refusal only where it concerns more than this round."""
        known = self.tools.state.known(part.round_id)
        if known is not None and known.state in OVER:
            return
        try:
            if part.mine in BEFORE_DRAW:
                self._train(part)
            elif part.mine == "ready":
                self._wait(part)
            elif part.mine in INTERACTIVE:
                self._interact(part)
            else:
                self.settle(part.round_id, drawn=part.mine != "not_drawn")
        except Refusal as refused:
            if refused.code in FATAL or refused.code in PASSING or refused.status >= 500:
                raise
            if refused.code in consent.MENDABLE and part.mine in BEFORE_DRAW:
                self._hold(refused)
                return
            self._give_up(part.round_id, refused)

    def would_train(self, part: Part) -> bool:
        """Whether taking that part begins, or begins again, a training."""
        known = self.tools.state.known(part.round_id)
        over = known is not None and known.state in OVER
        return part.mine in BEFORE_DRAW and not over and not Work(self.tools.home, part.round_id).has_update()

    def settle(self, round_id: UUID, *, drawn: bool = True) -> None:
        """The round ended, or went on without this device."""
        known = self.tools.state.known(round_id)
        if known is not None and known.state not in OVER:
            towards = f"the round towards version {known.version + 1}"
            if self._was_sent(round_id):
                self._over(round_id, "done", f"Your part in {towards} was sent.")
            elif not drawn:
                self._over(round_id, "missed", f"Trained, but not drawn for {towards}. Nothing was sent.")
            else:
                self._over(round_id, "missed", f"Missed {towards}. Nothing was sent.")

    def _hold(self, refused: Refusal) -> None:
        """The artist can mend this while the round waits: say it, and look again at the next heartbeat."""
        self.outcome = f"{refused.why} {refused.fix}"

    def _train(self, part: Part) -> None:
        tools, work = self.tools, Work(self.tools.home, part.round_id)
        terms = gathering.terms(tools, part.round_id)
        if not work.has_update():
            if not self._run(gathering.job(tools, terms, gathering.permission(tools, terms)), terms, work):
                return
            tools.state.set_round(part.round_id, "trained")
        tools.api.ready(part.round_id)
        self._wait(part)

    def _join(self, terms: Terms) -> None:
        """The dry steps were good: the server hears that training began."""
        self.tools.api.join(terms.params.round_id)
        self._remember(terms)

    def _remember(self, terms: Terms) -> None:
        """The round is joined: from now on its terms are fixed, and so is the base where it is the first one."""
        tools, told = self.tools, terms.manifest
        tools.state.meet(told.round_id, told.campaign, told.hash(), told.previous.number)
        tools.state.note("campaign", {"id": str(told.campaign), "spec": terms.spec.to_json()})
        if not tools.config.rules.bases:
            tools.config = config.save(tools.home, tools.config.with_rules(bases=(told.base,)))

    def _run(self, job: training.Job, terms: Terms, work: Work) -> bool:
        """Train and keep the update; False when it has to wait (paused) or the round is lost."""
        tools, began, round_id = self.tools, self.tools.clock(), terms.params.round_id
        late: list[bool] = []
        dry, pace = self._dry(terms), Pace(lambda: tools.clock().timestamp())

        def on_step(step: int, steps: int) -> None:
            dry.after(step)
            left = pace.left(step, steps)
            ending = "" if left is None else f", {_span(left)} left"
            sentence = f"Training here: {step} of {steps} steps{ending}."
            tools.board.say("training", sentence, step=step, steps=steps, round=str(round_id))

        with Pulse(tools.api, tools.board, round_id) as pulse:

            def should_stop() -> bool:
                now = tools.clock()
                if (now - began).total_seconds() > 60 * tools.config.rules.max_minutes:
                    late.append(True)
                lost = late or dry.failure or pulse.round_lost
                return bool(lost or tools.waiter.stop.is_set() or pauses.paused(tools.state, now))

            tools.board.say("training", "Training here: loading the base.", round=str(round_id))
            update = tools.trainer(job, on_step, should_stop)
        if dry.failure:
            raise dry.failure
        if update is not None:
            dry.joined()
            work.keep_update(update)
            return True
        if late:
            raise refusal(
                "training-too-long", f"It took longer than {tools.config.rules.max_minutes} minutes."
            )
        if tools.waiter.stop.is_set():
            raise Stopped
        if pulse.round_lost:
            self.settle(round_id)
        return False

    def _dry(self, terms: Terms) -> DryStep:
        """The gate of what this computer can run; a round that was joined before is not joined again."""
        tools = self.tools
        joined = tools.state.known(terms.params.round_id) is not None
        return DryStep(
            steps=terms.manifest.training.steps, rules=tools.config.rules, manners=tools.config.manners,
            probes=tools.gate.probes, now=lambda: tools.clock().timestamp(),
            join=None if joined else lambda: self._join(terms),
        )  # fmt: skip

    def _wait(self, part: Part) -> None:
        if not Work(self.tools.home, part.round_id).has_update():
            raise refusal("home-damaged", "The update of a round is gone.")
        self.tools.board.say(
            "ready", "Trained and ready: waiting for the other artists.", round=str(part.round_id)
        )

    def _interact(self, part: Part) -> None:
        tools, work = self.tools, Work(self.tools.home, part.round_id)
        terms = gathering.terms(tools, part.round_id)
        if tools.state.known(part.round_id) is None or not work.has_update():
            raise refusal("home-damaged", "The update of a round is gone.")
        if not self._was_sent(part.round_id):
            gathering.permission(tools, terms)  # revoked after the draw: this device drops out
        session = RoundSession(
            api=tools.api, state=tools.state, work=work, terms=terms, config=tools.config, key=tools.key,
            waiter=tools.waiter, receipts_file=tools.home.receipts,
        )  # fmt: skip

        def on_step(step: Step) -> None:
            sentence = f"In the round with the other artists: step {int(step)} of {len(Step)}."
            tools.board.say("busy", sentence, round=str(part.round_id))

        with Pulse(tools.api, tools.board, part.round_id):
            session.run(on_step)
        self._over(part.round_id, "done", _sent(terms))

    def _was_sent(self, round_id: UUID) -> bool:
        return any(
            one.step is Step.MASKED_INPUT and one.sent for one in self.tools.state.kept_steps(round_id)
        )

    def _give_up(self, round_id: UUID, refused: Refusal) -> None:
        """No part, or no further part, in this round: remember why, and tell the server in one word."""
        if refused.code in MISSED and self.tools.state.known(round_id) is not None:
            self.settle(round_id)
            return
        sent = " Your update had been sent before." if self._was_sent(round_id) else ""
        sentence = f"Not taking part in a round: {refused.why}{sent} {refused.fix}".strip()
        self.tools.state.refuse(round_id, sentence)
        self._over(round_id, "refused", sentence)
        self._leave(round_id, LEAVING.get(refused.code, "refused-by-agent"))

    def leave_for_pause(self, part: Part) -> None:
        """Paused while others wait for this device: let them go on without it."""
        known = self.tools.state.known(part.round_id)
        if known is not None and known.state not in OVER and not self._was_sent(part.round_id):
            self._over(part.round_id, "missed", "Left a round because you paused. Nothing was sent.")
            self._leave(part.round_id, "paused-by-artist")

    def _leave(self, round_id: UUID, reason: str) -> None:
        try:
            self.tools.api.drop(round_id, reason)
        except Refusal as refused:
            if refused.code in FATAL:
                raise

    def _over(self, round_id: UUID, state: str, sentence: str) -> None:
        self.tools.state.set_round(round_id, state, sentence)
        self.outcome = sentence
        self.tools.state.note("outcome", sentence)
        self.tools.state.forget_secrets(round_id)
        Work(self.tools.home, round_id).clear()


def _sent(terms: Terms) -> str:
    """What was sent, and who can read it."""
    size = human_bytes(4 * terms.params.length)
    towards = f"for version {terms.manifest.previous.number + 1}"
    if scheme(terms.manifest.scheme).safe:
        return f"Masked and sent {towards}: {size}. Nobody can read it alone."
    return f"Sent {towards}: {size}, not masked, so the server can read it."


def _span(seconds: float) -> str:
    """A span in words, rounded up."""
    return f"{int(seconds) + 1} s" if seconds < 60 else f"{int(seconds / 60) + 1} min"
