"""The steps of the demo, in order. Each begins by looking whether its result is there already."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from fedart_site.demo import artists, pictures, records
from fedart_site.demo.agents import AgentProcess
from fedart_site.demo.artists import SampleArtist
from fedart_site.demo.board import Board, StepFailed
from fedart_site.demo.logins import STAFF, Logins
from fedart_site.demo.rounds import Operator, Published
from fedart_site.demo.stage import Stage
from fedart_site.demo.visitor import Visitor

CAMPAIGN = "First light"
ROUNDS = 2
# Short stages for a demo whose machines are all awake; a real campaign trains for hours or days. The clip lies above
# the norm of these updates (6 to 7), since without noise there is nothing that a smaller one would buy.
STEPS = 60
TERMS = (
    *("--batch", "8", "--lr", "0.004", "--clip", "10"),
    *("--training-window-s", "900", "--stage-s", "120", "--min-cohort", "3", "--threshold", "3"),
)
PICTURES_EACH = 2
# The quick show does the same steps with less in each: what the test suite runs.
QUICK_STEPS, QUICK_PICTURES_EACH, QUICK_EVALUATION_STEPS = 15, 1, 6
# A page of each role that nobody else may open: shows whether the account has it.
DESKS = {"operator": "/operate/", "compliance officer": "/compliance/", "moderator": "/moderate/"}
AT_ONCE = 4
OPERATOR, OFFICER = STAFF[0].email, STAFF[1].email


class Show:
    """One run of the demo on one stage."""

    def __init__(self, stage: Stage, board: Board, folder: Path, *, quick: bool = False) -> None:
        self.stage = stage
        self.board = board
        self.folder = folder
        self.terms = ("--steps", str(QUICK_STEPS if quick else STEPS), *TERMS)
        self.pictures_each = QUICK_PICTURES_EACH if quick else PICTURES_EACH
        if quick:
            stage.env["EVALUATION_STEPS"] = str(QUICK_EVALUATION_STEPS)
        self.logins = Logins(folder / "logins.json")
        self.cast = artists.sample_artists()
        self.visitors: dict[str, Visitor] = {}
        self.agents: list[AgentProcess] = []
        self.versions: list[Published] = []

    def run(self) -> None:
        """All steps; StepFailed at the first that does not show what it should."""
        self.platform()
        self.people()
        operator = self.campaign()
        self.consent()
        self.devices()
        self.rounds(operator)
        self.wall()
        self.compliance()

    def platform(self) -> None:
        """Engines, tables, web, workers, beat."""
        with self.board.step("Engines, server and workers") as step:
            parts = self.stage.start(lambda text: step.at(0.5, text))
            step.saw(f"{self.stage.origin} ready: {', '.join(sorted(parts))}")

    def people(self) -> None:
        """Artists and staff sign up; staff get their roles from whoever runs the server."""
        with self.board.step("People sign up") as step:
            step.total(len(self.cast) + len(STAFF))
            new = 0
            for done, artist in enumerate(self.cast):
                new += self._sign_in(artist.email, artist.name)
                step.at(done + 1, artist.name)
            for done, one in enumerate(STAFF):
                self._sign_in(one.email, one.name)
                if self.visitors[one.email].http.get(DESKS[one.role]).status_code != 200:
                    self.stage.manage("grant_role", one.email, one.role)
                step.at(len(self.cast) + done + 1, one.name)
            step.saw(f"{len(self.cast)} artists, {len(STAFF)} staff signed in ({new} artists new)")

    def consent(self) -> None:
        """Every artist signs her statement, and the ledger verifies as a whole."""
        with self.board.step("Artists consent") as step:
            step.total(len(self.cast) + 1)
            signed = 0
            for done, artist in enumerate(self.cast):
                signed += artists.sign_consent_once(self.visitors[artist.email])
                step.at(done + 1, artist.name)
            told = self.stage.manage("verify_ledger").strip().splitlines()
            step.saw(f"{signed} artists signed; {told[-1]}")

    def campaign(self) -> Operator:
        """The operator's campaign runs, with version 0 published and drawn."""
        with self.board.step("Campaign and version 0") as step:
            campaign = (
                self.stage.manage("start_campaign", "--name", CAMPAIGN, *self.terms).strip().splitlines()[-1]
            )
            operator = Operator(self.visitors[OPERATOR], campaign)
            first = operator.version(0, self.stage.check)
            self.versions.append(first)
            self._keep_sheet(first)
            step.saw(f"version 0: held-out loss {first.loss:.4f}")
        return operator

    def devices(self) -> None:
        """Five agents enrol by device code and start."""
        with self.board.step("Agents enrol") as step:
            step.total(len(self.cast))
            homes = self.folder / "agents"
            self.agents = [
                AgentProcess(artist.slug, homes / artist.slug, artist.folder, self.stage.origin)
                for artist in self.cast
            ]
            with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
                for done, artist in enumerate(pool.map(self._enrol, self.agents, self.cast)):
                    step.at(done + 1, artist.name)
            for agent in self.agents:
                agent.start()
            step.saw(f"{len(self.agents)} agent processes, each fingerprint confirmed on its artist's page")

    def rounds(self, operator: Operator) -> None:
        """Two rounds, each with a published version, its sheet and its loss."""
        for number in range(1, ROUNDS + 1):
            with self.board.step(f"Round {number}") as step:
                if operator.newest() < number:
                    operator.watch(operator.open_round(), step, self._check)
                version = operator.version(number, self._check)
                self.versions.append(version)
                before = self.versions[0].loss
                step.saw(
                    f"version {number} from {version.cohort} artists; held-out loss {version.loss:.4f} "
                    f"({100 * (version.loss / before - 1):+.1f} % against version 0)"
                )
                self._keep_sheet(version)
                if version.loss >= before:
                    raise StepFailed(f"version {number} is no better than version 0 on held-out pictures")

    def wall(self) -> None:
        """Pictures made with the newest version, hung, and read back by a stranger."""
        with self.board.step("Pictures on the wall") as step:
            stranger = Visitor(self.stage.origin, "", "")
            hung = pictures.on_the_wall(stranger)
            wanted = [
                (a, *pictures.PROMPTS[i * self.pictures_each + k])
                for i, a in enumerate(self.cast)
                for k in range(self.pictures_each)
            ]
            step.total(len(wanted))
            if len(hung) < len(wanted):
                for done, (artist, prompt, seed) in enumerate(wanted):
                    self._hang_one(artist, prompt, seed, partial(step.at, done))
                hung = pictures.on_the_wall(stranger)
            if len(hung) < len(wanted):
                raise StepFailed(f"the wall shows {len(hung)} pictures of {len(wanted)}")
            step.saw(f"{len(hung)} pictures; {pictures.marks(stranger, hung[0])}")

    def compliance(self) -> None:
        """The officer's two exports hold a live grant of every artist."""
        with self.board.step("Compliance exports") as step:
            step.total(2)
            officer = self.visitors[OFFICER]
            rows = records.csv_rows(records.export(officer, "csv", self.stage.check))
            step.at(1, "CSV")
            statements = records.json_statements(records.export(officer, "json", self.stage.check))
            step.at(2, "JSON")
            if min(len(rows), len(statements)) < len(self.cast):
                raise StepFailed(
                    f"the exports hold {len(rows)} and {len(statements)} statements of {len(self.cast)} artists"
                )
            step.saw(f"CSV: {len(rows)} rows, JSON: {len(statements)} signed statements")

    def stop(self) -> None:
        """End the agents, then the platform."""
        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(AgentProcess.stop, self.agents))
        self.stage.stop()

    def _sign_in(self, email: str, name: str) -> bool:
        visitor = Visitor(self.stage.origin, email, self.logins.password(email), name)
        self.visitors[email] = visitor
        return visitor.sign_up_or_in()

    def _enrol(self, agent: AgentProcess, artist: SampleArtist) -> SampleArtist:
        if not agent.enrolled:
            visitor = self.visitors[artist.email]
            key = artists.key_on_page(visitor)
            agent.enrol(lambda code, fingerprint: artists.confirm_device(visitor, code, fingerprint), key)
        return artist

    def _check(self) -> None:
        self.stage.check()
        for agent in self.agents:
            agent.check()

    def _hang_one(self, artist: SampleArtist, prompt: str, seed: int, say: Callable[[str], None]) -> None:
        visitor = self.visitors[artist.email]
        request = pictures.ask(visitor, prompt, seed, ROUNDS)
        picture = pictures.finished(visitor, request, lambda text: say(f"{prompt}: {text}"), self.stage.check)
        pictures.hang(visitor, picture)

    def _keep_sheet(self, version: Published) -> None:
        folder = self.folder / "sheets"
        folder.mkdir(parents=True, exist_ok=True)
        sheet = self.visitors[OPERATOR].get(f"/versions/{version.number}/sheet.png")
        (folder / f"version-{version.number}.png").write_bytes(sheet.content)
        (folder / f"version-{version.number}.json").write_text(json.dumps(version.card, indent=1))
