"""What the agent was told: its server, its pictures, and the artist's own rules. One JSON file in the home folder."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from edge.paths import Home, write_private
from federation.protocol.errors import refusal
from federation.protocol.keys import from_b64url


@dataclass(frozen=True)
class Rules:
    """The artist's own floors and caps. They live here only; no server can loosen them.

    `max_epsilon` is the most that all rounds with noise may cost together (edge/budget.py has delta and adjacency).
    `bases` are the accepted bases ("sha256:<hex>"); while it is empty the first one seen is taken and remembered.
    """

    min_cohort: int = 3
    allow_unsafe_plain_sum: bool = False
    bases: tuple[str, ...] = ()
    max_steps: int = 2000
    max_minutes: int = 60
    max_base_mb: int = 12_000
    max_epsilon: float = 8.0
    allow_without_noise: bool = True


SUGGESTED = (
    "krita",
    "photoshop",
    "blender",
    "clipstudiopaint",
    "gimp",
    "affinity photo",
    "procreate",
    "darktable",
)


@dataclass(frozen=True)
class Manners:
    """When and how much of this computer a training may use. Hours as edge.manners.schedule reads them, empty is
    always; `idle_minutes` without keyboard and mouse, 0 does not ask; `programs` in lower case; `memory_mb` 0 is no
    cap; `sheet` pictures are drawn before and after each training, to look at here, 0 draws none."""

    on_battery: bool = False
    on_metered: bool = False
    idle_minutes: int = 5
    hours: str = ""
    programs: tuple[str, ...] = SUGGESTED
    memory_mb: int = 0
    sheet: int = 0


ANY_TIME = Manners(on_battery=True, on_metered=True, idle_minutes=0, programs=())


@dataclass(frozen=True)
class Config:
    """Everything that enrolment and the artist fixed. `server_key` is the pinned key, base64url; `artist_keys` are the
    keys (`z6Mk…`) with which the artist signs, as she confirmed them here."""

    server: str
    server_key: str
    device_id: str
    name: str
    pictures: str | None = None
    threads: int = 1
    rules: Rules = field(default_factory=Rules)
    artist_keys: tuple[str, ...] = ()
    manners: Manners = field(default_factory=Manners)

    @property
    def device(self) -> UUID:
        """The id that the server gave this device."""
        return UUID(self.device_id)

    @property
    def pinned_key(self) -> bytes:
        """The server's public key, 32 raw bytes."""
        return from_b64url(self.server_key, 32)

    @property
    def folder(self) -> Path | None:
        """The connected folder of pictures."""
        return Path(self.pictures) if self.pictures else None

    def with_manners(self, **changes: Any) -> "Config":
        """The same, with some manners changed."""
        return replace(self, manners=replace(self.manners, **changes))

    def with_rules(self, **changes: Any) -> "Config":
        """The same, with some rules changed."""
        return replace(self, rules=replace(self.rules, **changes))


def load(home: Home) -> Config:
    """Raises Refusal `not-enrolled` or `home-damaged`."""
    try:
        raw = json.loads(home.config.read_text("utf-8"))
        rules, artist_keys = raw.pop("rules"), tuple(raw.pop("artist_keys", ()))
        manners = raw.pop("manners", {})
        config = Config(
            **raw,
            artist_keys=artist_keys,
            rules=Rules(**{**rules, "bases": tuple(rules["bases"])}),
            manners=Manners(**{**manners, "programs": tuple(manners.get("programs", SUGGESTED))}),
        )
        _ = config.device, config.pinned_key
    except FileNotFoundError:
        raise refusal("not-enrolled") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise refusal("home-damaged", "It is config.json.") from None
    return config


def save(home: Home, config: Config) -> Config:
    """Write it and return it."""
    write_private(home.config, json.dumps(asdict(config), indent=2).encode())
    return config
