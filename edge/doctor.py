"""Numbered checks of this computer, only what is needed, each with its fix."""

import importlib.util
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from edge import config, identity, pictures
from edge.api import Api
from edge.config import Config
from edge.folder import claims, words
from edge.folder.scan import Scanner
from edge.paths import Home
from edge.state import State
from edge.tokens import TokenStore
from edge.tools import utc_now
from edge.transport import Transport
from edge.waiting import Stopped
from federation.protocol import keys
from federation.protocol.errors import Refusal, refusal

SPACE_MB = 500
CLOCK_S = 120.0
PARTS = ("torch", "diffusers", "peft")


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, whether it is well, what was seen, and else the code and the fix."""

    number: int
    name: str
    ok: bool
    seen: str
    code: str = ""
    fix: str = ""


Check = tuple[str, Callable[[], str]]


def examine(home: Home, connect: Callable[[Config], Transport]) -> Iterator[Finding]:
    """All findings, one by one; a check that needs what an earlier one missed says so."""
    for number, (name, look) in enumerate(_Looks(home, connect).all(), start=1):
        try:
            yield Finding(number, name, True, look())
        except Refusal as refused:
            yield Finding(number, name, False, refused.why, refused.code, refused.fix)
        except Stopped:
            return


@dataclass(frozen=True)
class _Looks:
    """One look each: what was seen, or a Refusal."""

    home: Home
    connect: Callable[[Config], Transport]

    def all(self) -> list[Check]:
        """In the order in which they are told."""
        return [
            ("Home folder", self.private), ("Enrolment", self.enrolled), ("Device key", self.key),
            ("Server", self.server), ("Permission", self.token), ("Your key", self.trusted),
            ("Pictures", self.folder), ("Training", self.learning), ("Disk", self.space),
        ]  # fmt: skip

    def private(self) -> str:
        self.home.require_private()
        return f"{self.home.root} is yours alone."

    def enrolled(self) -> str:
        told = config.load(self.home)
        return f"Enrolled as {told.name!r} with {told.server}."

    def key(self) -> str:
        return f"The fingerprint is {keys.fingerprint(keys.raw_public(identity.load(self.home)))}."

    def server(self) -> str:
        told = config.load(self.home)
        answer = Api(self.connect(told)).server()
        if answer.get("server_key") != told.server_key:
            raise refusal("server-key-changed")
        return f"{told.server} answers with the pinned key; {_clock(str(answer.get('time')))}"

    def token(self) -> str:
        told = config.load(self.home)
        TokenStore(self.home).load()
        Api(self.connect(told)).consent()  # a question that changes nothing, not even the status on the site
        return "The server knows this device."

    def trusted(self) -> str:
        told = config.load(self.home)
        if not told.artist_keys:
            raise refusal("artist-key-missing")
        return f"Only what {words.count(len(told.artist_keys), 'key')} of yours signed is trained for."

    def folder(self) -> str:
        told = config.load(self.home)
        mine = _claimed(self.home)
        found = pictures.scan(Scanner(told.folder, lambda: mine) if told.folder else None)
        out = (
            f" {words.count(len(found.left_out), 'picture')} left out, see `works`." if found.left_out else ""
        )
        return f"{words.summary(found)}{out}"

    def learning(self) -> str:
        missing = [name for name in PARTS if importlib.util.find_spec(name) is None]
        if missing:
            raise refusal("parts-missing", f"It is {', '.join(missing)}.")
        return "torch, diffusers and peft are installed."

    def space(self) -> str:
        free = (
            shutil.disk_usage(self.home.root if self.home.root.exists() else self.home.root.parent).free
            // 1_000_000
        )
        if free < SPACE_MB:
            raise refusal("disk-full", f"{free} MB are free, {SPACE_MB} are needed.")
        return f"{free} MB of the disk are free."


def _claimed(home: Home) -> Mapping[str, str]:
    """The marked pictures that the artist said are hers."""
    if not home.state.exists():
        return {}
    state = State(home)
    try:
        return claims.claimed(state)
    finally:
        state.close()


def _clock(server_time: str) -> str:
    """How this computer's clock compares; a wrong one only confuses deadlines, so it is told and not refused."""
    try:
        apart = abs((utc_now() - datetime.fromisoformat(server_time)).total_seconds())
    except (ValueError, TypeError):
        return "it does not tell its time."
    return "the clocks agree." if apart <= CLOCK_S else f"the clocks are {int(apart)} s apart: set this one."
