"""What the agent remembers, in one sqlite file: rounds are done once, steps are sent once, versions are chained.

rounds    the rounds that this computer has met, how far each got, and the hash of its manifest
steps     each message that was made, before it is sent; what was sent is never made again
charges   what each round cost in privacy, written before its masked input is made, never taken back
versions  the global versions that were seen, by campaign and number
notes     small single facts: the status, a pause
"""

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

from edge.paths import FILE_MODE, Home
from federation.protocol.steps import Step

SCHEMA = """
CREATE TABLE IF NOT EXISTS rounds (id TEXT PRIMARY KEY, campaign TEXT NOT NULL, manifest TEXT NOT NULL,
    version INTEGER NOT NULL, state TEXT NOT NULL, sentence TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS steps (round TEXT, step INTEGER, sha256 TEXT NOT NULL, snapshot TEXT NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (round, step));
CREATE TABLE IF NOT EXISTS versions (campaign TEXT, number INTEGER, sha256 TEXT NOT NULL,
    PRIMARY KEY (campaign, number));
CREATE TABLE IF NOT EXISTS charges (round TEXT PRIMARY KEY, campaign TEXT NOT NULL, length INTEGER,
    squared_sensitivity INTEGER, variance INTEGER);
CREATE TABLE IF NOT EXISTS traffic (day TEXT, purpose TEXT, requests INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (day, purpose));
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
OVER = frozenset(("done", "missed", "refused"))


class Known(NamedTuple):
    """A round that was met before. `state` is training, trained or one of OVER; `manifest` a hash in hexadecimal."""

    manifest: str
    version: int
    state: str
    sentence: str


class Kept(NamedTuple):
    """A message that was made."""

    step: Step
    sha256: str
    snapshot: dict[str, Any]
    sent: bool


class Charge(NamedTuple):
    """What one round cost: the numbers of privacy.accounting.SkellamEvent, or None where it added no noise."""

    round_id: str
    campaign: str
    length: int | None
    squared_sensitivity: int | None
    variance: int | None


class State:
    """Safe between threads and processes: one connection under a lock, each change a transaction."""

    def __init__(self, home: Home) -> None:
        os.close(os.open(home.state, os.O_CREAT | os.O_RDWR, FILE_MODE))
        self._lock = threading.RLock()
        self._db = sqlite3.connect(home.state, timeout=30, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA secure_delete = ON")  # snapshots are overwritten, not only unlinked
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _row(self, sql: str, *values: object) -> Any:
        with self._lock:
            return self._db.execute(sql, values).fetchone()

    def known(self, round_id: UUID) -> Known | None:
        """What is known of a round, or None for one never met."""
        row = self._row("SELECT manifest, version, state, sentence FROM rounds WHERE id = ?", str(round_id))
        return Known(*row) if row else None

    def meet(self, round_id: UUID, campaign: UUID, manifest: bytes, version: int) -> None:
        """Remember a round when it is joined; a second time changes nothing."""
        with self._change() as db:
            db.execute(
                "INSERT OR IGNORE INTO rounds (id, campaign, manifest, version, state) VALUES (?, ?, ?, ?, 'training')",
                (str(round_id), str(campaign), manifest.hex(), version),
            )

    def set_round(self, round_id: UUID, state: str, sentence: str = "") -> None:
        """Remember how far a round got; one that is over stays as it was."""
        with self._change() as db:
            db.execute(
                "UPDATE rounds SET state = ?, sentence = ? WHERE id = ? AND state NOT IN ('done', 'missed', 'refused')",
                (state, sentence, str(round_id)),
            )

    def refuse(self, round_id: UUID, sentence: str) -> None:
        """Remember that this round was refused, whether it was joined or not."""
        with self._change() as db:
            db.execute(
                "INSERT INTO rounds (id, campaign, manifest, version, state, sentence)"
                " VALUES (?, '', '', -1, 'refused', ?)"
                " ON CONFLICT (id) DO UPDATE SET state = 'refused', sentence = excluded.sentence"
                " WHERE state NOT IN ('done', 'missed')",
                (str(round_id), sentence),
            )

    def open_rounds(self) -> list[UUID]:
        """The rounds that are not over, the oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id FROM rounds WHERE state IN ('training', 'trained') ORDER BY rowid"
            )
            return [UUID(row[0]) for row in rows.fetchall()]

    def keep_step(self, round_id: UUID, step: Step, sha256: str, snapshot: dict[str, Any]) -> None:
        """Remember a message before it is sent. A second one for the same step raises sqlite3.IntegrityError."""
        with self._change() as db:
            db.execute(
                "INSERT INTO steps (round, step, sha256, snapshot) VALUES (?, ?, ?, ?)",
                (str(round_id), int(step), sha256, json.dumps(snapshot)),
            )
            db.execute(  # a snapshot is as good as a key: only the newest is kept
                "UPDATE steps SET snapshot = '{}' WHERE round = ? AND step < ?", (str(round_id), int(step))
            )

    def forget_secrets(self, round_id: UUID) -> None:
        """The round is over: what the steps were is kept, the snapshots are not."""
        with self._change() as db:
            db.execute("UPDATE steps SET snapshot = '{}' WHERE round = ?", (str(round_id),))

    def mark_sent(self, round_id: UUID, step: Step) -> None:
        """The server has it."""
        with self._change() as db:
            db.execute("UPDATE steps SET sent = 1 WHERE round = ? AND step = ?", (str(round_id), int(step)))

    def kept_steps(self, round_id: UUID) -> list[Kept]:
        """The messages made for a round, in order."""
        with self._lock:
            rows = self._db.execute(
                "SELECT step, sha256, snapshot, sent FROM steps WHERE round = ? ORDER BY step",
                (str(round_id),),
            ).fetchall()
        return [
            Kept(Step(step), sha256, json.loads(snapshot), bool(sent))
            for step, sha256, snapshot, sent in rows
        ]

    def charge(self, charge: Charge) -> None:
        """Remember what a round costs; the first charge of a round stays."""
        with self._change() as db:
            db.execute("INSERT OR IGNORE INTO charges VALUES (?, ?, ?, ?, ?)", charge)

    def charges(self) -> list[Charge]:
        """All of them, the oldest first."""
        with self._lock:
            rows = self._db.execute("SELECT * FROM charges ORDER BY rowid").fetchall()
        return [Charge(*row) for row in rows]

    def count_sent(self, day: str, purpose: str, size: int) -> None:
        """One request more of so many bytes."""
        with self._change() as db:
            db.execute(
                "INSERT INTO traffic VALUES (?, ?, 1, ?) ON CONFLICT (day, purpose)"
                " DO UPDATE SET requests = requests + 1, bytes = bytes + excluded.bytes",
                (day, purpose, size),
            )

    def sent(self) -> list[tuple[str, str, int, int]]:
        """Day, purpose, requests and bytes, the oldest day first."""
        with self._lock:
            return self._db.execute("SELECT * FROM traffic ORDER BY day, purpose").fetchall()

    def see_version(self, campaign: UUID, number: int, sha256: str) -> None:
        """Remember a version; the first hash of a number stays."""
        with self._change() as db:
            db.execute("INSERT OR IGNORE INTO versions VALUES (?, ?, ?)", (str(campaign), number, sha256))

    def last_version(self, campaign: UUID) -> tuple[int, str] | None:
        """The newest version seen of a campaign: its number and hash."""
        row = self._row(
            "SELECT number, sha256 FROM versions WHERE campaign = ? ORDER BY number DESC LIMIT 1",
            str(campaign),
        )
        return (row[0], row[1]) if row else None

    def note(self, name: str, value: Any) -> None:
        """Write one small fact (JSON)."""
        with self._change() as db:
            db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, json.dumps(value)))

    def noted(self, name: str) -> Any:
        """Read it; None where it was never written."""
        row = self._row("SELECT value FROM notes WHERE name = ?", name)
        return json.loads(row[0]) if row else None
