"""The agent: asks the server what there is, with jitter; obeys the artist's pause and rules; does the rounds' work."""

import sqlite3
from uuid import UUID

from edge import chain, pauses, pictures, works
from edge.api import Beat
from edge.drawings import Drawings
from edge.folder.watch import NEWS as FOLDER_NEWS
from edge.logs import LOG
from edge.manners.hold import Hold
from edge.renewal import Renewal
from edge.rounds import FATAL, Rounds
from edge.tools import Tools
from edge.waiting import Stopped
from federation.adapters import files
from federation.adapters.spec import AdapterSpec
from federation.protocol.errors import Refusal, refusal

WAITING = "Waiting for the next round."
LOOK_EVERY_S = 10.0
GLANCE_S = 2.0
"""Between two looks at what the artist or the computer changed: each costs a few file reads."""
FOLDER_EVERY_S = 4.0
AWAITED = ("ready", "rostered", "advertised", "shared")


class Agent:
    """Runs until it is told to stop. Everything that it needs to go on is on disk after each step."""

    def __init__(self, tools: Tools, renewal: Renewal | None = None) -> None:
        self.tools = tools
        self.renewal = renewal
        self.rounds = Rounds(tools)
        self.drawings = Drawings(tools)
        self._failures = 0
        self._looked = self._surveyed = self._watched = float("-inf")
        self._invited = False

    def run(self) -> bool:
        """Turn after turn until stopped; true where it is to go on in a fresh process instead (edge/renewal.py).

        Raises Refusal where only the artist can help.
        """
        try:
            checked = False
            while True:
                try:
                    checked = checked or self._check_server()
                    pause = self.turn()
                    self._failures = 0
                except Refusal as refused:
                    pause = self._trouble(refused)
                except (OSError, sqlite3.Error, MemoryError) as error:
                    pause = self._trouble(refusal("computer-trouble", f"{type(error).__name__}: {error}."))
                self._rest(self.tools.waiter.about(pause))
                if self.renewal is not None and self.renewal.due(idle=self._waits()):
                    return True
        except Stopped:
            self.tools.board.say("idle", "Stopped. Start again with `fedart-edge run`.")
            return False

    def _waits(self) -> bool:
        """Whether nothing is under way."""
        return self.tools.board.now.state in ("idle", "paused") and not self.tools.state.open_rounds()

    def _rest(self, seconds: float) -> None:
        """Wait, but not longer than until something here changed: the server's pages hear of it at once."""
        while seconds > 0:
            self.tools.waiter.wait(min(seconds, GLANCE_S))
            seconds -= GLANCE_S
            if self.glance():
                return

    def glance(self) -> bool:
        """Look at this computer only; whether the status changed, so that a turn is due."""
        tools = self.tools
        before = tools.board.now
        tools.refresh()
        pause = pauses.paused(tools.state, tools.clock())
        if pause:
            tools.board.say("paused", pause)
        elif before.state in ("idle", "paused") and not tools.state.open_rounds():
            tools.board.say("idle", self._idle())
        elif before.state == "paused":
            return True
        return tools.board.now != before

    def turn(self) -> float:
        """One look at the server and the work that follows from it; seconds until the next."""
        tools = self.tools
        tools.refresh()
        pause = pauses.paused(tools.state, tools.clock())
        if pause:
            tools.board.say("paused", pause)
        beat = tools.api.heartbeat(tools.board.now.heartbeat())
        if pause:
            for part in beat.parts:
                if part.mine in AWAITED:
                    self.rounds.leave_for_pause(part)
            return beat.poll_after_s
        self._tell_works()
        self._invited = any(self.rounds.would_train(part) for part in beat.parts)
        hold = self._hold()
        for part in beat.parts:
            if not (hold and self.rounds.would_train(part)):
                self.rounds.take(part)
        self._settle(beat)
        if not tools.state.open_rounds() or (hold and self._invited):
            self.rounds.outcome = self.drawings.take() or self.rounds.outcome
            tools.board.say("idle", self._idle())
            self._look_for_version()
        return beat.poll_after_s

    def _hold(self) -> Hold | None:
        """Why no training may begin now; all is asked only where one is waiting to begin."""
        return self.tools.gate.hold(self.tools.config.manners, self.tools.clock(), thorough=self._invited)

    def _idle(self) -> str:
        """What is said while nothing is done: why it waits, or what it waits for, after what last happened."""
        self._look_at_folder()
        hold = self._hold()
        told = [] if hold else [self.rounds.outcome]
        told += [self.tools.state.noted(FOLDER_NEWS) or "", hold.sentence if hold else WAITING]
        return " ".join(part for part in told if part)

    def _look_at_folder(self) -> None:
        """Pictures that came or went are told once, until the next round begins."""
        tools, now = self.tools, self.tools.clock().timestamp()
        if now - self._watched >= FOLDER_EVERY_S:
            self._watched = now
            change = tools.watch.look(tools.config.folder)
            if change:
                tools.state.note(FOLDER_NEWS, change.sentence)

    def _settle(self, beat: Beat) -> None:
        """Rounds that the server no longer tells of have ended."""
        told = {part.round_id for part in beat.parts}
        for round_id in self.tools.state.open_rounds():
            if round_id not in told:
                self.rounds.settle(round_id)

    def _tell_works(self) -> None:
        """Tell count and commitment of the folder when it changed; a folder that cannot be read tells nothing."""
        tools = self.tools
        now = tools.clock().timestamp()
        if now - self._surveyed < LOOK_EVERY_S:
            return
        self._surveyed = now
        try:
            hashes = pictures.scan(tools.watch.scanner(tools.config.folder)).hashes
        except Refusal:
            return  # the round that needs the pictures says what is wrong with them
        found = works.survey(tools.state, hashes)
        if found.commitment != tools.state.noted("works-told"):
            tools.api.works(found.commitment, len(found.hashes))
            tools.state.note("works-told", found.commitment)

    def _check_server(self) -> bool:
        """Raises Refusal `server-key-changed` unless the server still names the key that was pinned."""
        if self.tools.api.server().get("server_key") != self.tools.config.server_key:
            raise refusal("server-key-changed")
        return True

    def _trouble(self, refused: Refusal) -> float:
        """Say what is wrong and how long to wait before the next try."""
        self.tools.board.say("error", f"{refused.why} {refused.fix}")
        LOG.warning("%s", refused.code)
        if refused.code in FATAL:
            raise refused
        self._failures += 1
        return min(60.0, 2.0**self._failures)

    def _look_for_version(self) -> None:
        """Fetch the newest global version, once it follows from the last one seen: a personal adapter builds on it."""
        tools = self.tools
        campaign = tools.state.noted("campaign")
        now = tools.clock().timestamp()
        if campaign is None or now - self._looked < LOOK_EVERY_S:
            return
        self._looked = now
        spec = AdapterSpec.from_json(campaign["spec"])
        newest = chain.newest(tools.api, tools.state, UUID(campaign["id"]))
        if newest is not None and newest != tuple(tools.state.noted("latest") or ()):
            tools.downloads.fetch(newest[1], files.size_limit(spec))
            tools.state.note("latest", newest)
