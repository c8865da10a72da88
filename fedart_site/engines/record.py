"""services.json: what runs where, with the random passwords. Readable by its owner only (0600)."""

import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

FILE_NAME = "services.json"


@dataclass(frozen=True)
class Engine:
    """One engine as last started; pid 0 means that it was stopped in order."""

    password: str
    port: int = 0
    pid: int = 0
    app_password: str = ""  # of PostgreSQL's second account


@dataclass(frozen=True)
class Record:
    """Everything needed to find, reach and stop the engines of one state folder."""

    home: str = ""
    postgres: Engine = field(default_factory=lambda: Engine(""))
    valkey: Engine = field(default_factory=lambda: Engine(""))

    @property
    def database_url(self) -> str:
        """As the account that makes tables."""
        return self._database_url("fedart", self.postgres.password)

    @property
    def app_url(self) -> str:
        """As the account that web and workers use: of the ledger it may only read and append."""
        return self._database_url("fedart_app", self.postgres.app_password)

    def _database_url(self, user: str, password: str) -> str:
        if not self.postgres.port or not password:
            return ""
        return f"postgres://{user}:{quote(password)}@127.0.0.1:{self.postgres.port}/fedart"

    @property
    def redis_url(self) -> str:
        if not self.valkey.port:
            return ""
        return f"redis://:{quote(self.valkey.password)}@127.0.0.1:{self.valkey.port}/0"

    def names_of(self, database_url: str, redis_url: str) -> list[str]:
        """Which of the given addresses are these engines (whatever the database's name or number)."""
        pairs = (
            ("PostgreSQL", self.database_url, database_url),
            ("PostgreSQL", self.app_url, database_url),
            ("Valkey", self.redis_url, redis_url),
        )
        return [
            name for name, ours, used in pairs if ours and ours.rpartition("/")[0] == used.rpartition("/")[0]
        ]


def read_record(state_dir: Path) -> Record:
    """The record of a state folder; an empty one where nothing was ever started.

    Raises:
        SystemExit: the file is there but damaged; the sentence names it and the fix.
    """
    path = state_dir / FILE_NAME
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Record(raw["home"], Engine(**raw["postgres"]), Engine(**raw["valkey"]))
    except FileNotFoundError:
        return Record()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SystemExit(
            f"{path} cannot be read ({error}). Mend its rights, or move it away to start anew."
        ) from None


def write_record(state_dir: Path, record: Record) -> Record:
    """Replace the file in one step, so that a reader never sees half of it."""
    draft = state_dir / f".{FILE_NAME}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(record), file, indent=1)
    draft.replace(state_dir / FILE_NAME)
    return record


def changed(record: Record, engine: str, **values: int | str) -> Record:
    """The record with one engine's values replaced."""
    return replace(record, **{engine: replace(getattr(record, engine), **values)})
