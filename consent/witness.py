"""A small independent witness of one ledger: remembers checkpoints, demands that each grows out of the last, cosigns.

It trusts nothing of the server but what it remembers itself: its key and its memory are files in a folder of its own,
and it uses neither Django nor a database. `python -m consent.witness URL` is the same as `manage.py witness URL`.
"""

import argparse
import fcntl
import json
import os
import sys
import time
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.errors import Refusal
from consent.ledger.checkpoints import Checkpoint, cosign, open_checkpoint, parse_checkpoint
from consent.ledger.notes import COSIGNATURE, MAX_NOTE_BYTES, Key, key_name, parse_note, parse_vkey
from consent.ledger.tree import MAX_PATH
from consent.ledger.witness import UNPROCESSABLE, Declined, add_checkpoint_body, judge

DEFAULT_FOLDER = "fedart-witness"
TIMEOUT = 20.0
MAX_ANSWER = MAX_NOTE_BYTES + 16_384
Say = Callable[[str], None]


class Memory:
    """The folder of a witness: `key` (32 bytes, 0600), `log.json` (the log's key) and `checkpoint` (the last one)."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.private = self._key()
        self.key = Key(key_name(name), self.private.public_key().public_bytes_raw(), COSIGNATURE)

    def _key(self) -> Ed25519PrivateKey:
        path = self.folder / "key"
        if not path.exists():
            self._write(path, Ed25519PrivateKey.generate().private_bytes_raw())
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())

    def log(self) -> Key | None:
        """The log's key as first seen or given."""
        path = self.folder / "log"
        return parse_vkey(path.read_text("utf-8")) if path.exists() else None

    def pin(self, key: Key) -> None:
        """From now on this log, and only with this key."""
        self._write(self.folder / "log", key.vkey().encode())

    def last(self) -> Checkpoint | None:
        """The checkpoint that was cosigned last."""
        path = self.folder / "checkpoint"
        return parse_checkpoint(parse_note(path.read_bytes()).text) if path.exists() else None

    def remember(self, note: bytes) -> None:
        """On disk before anybody sees the cosignature."""
        self._write(self.folder / "checkpoint", note)

    def keep_evidence(self, note: bytes) -> Path:
        """A checkpoint that does not grow out of the last one: the two together prove that history was rewritten."""
        path = self.folder / f"fork-{parse_checkpoint(parse_note(note).text).size}"
        self._write(path, note)
        return path

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One witness at a time works in this folder: read, compare and write are one step."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        draft = path.with_name(f".{path.name}.new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


class Forked(Exception):
    """The log shows a history that is not the one it showed before."""


def look(http: httpx.Client, memory: Memory, *, now: float, given: Key | None = None) -> str:
    """Look at the log once: a sentence about what was seen. `now` is POSIX seconds.

    Raises Forked where history was rewritten, Refusal where the server says something else than a log does, and
    httpx.HTTPError where it does not answer.
    """
    with memory.alone():
        log = _log(http, memory, given)
        note = _get(http, "checkpoint")
        last = memory.last()
        new, _ = open_checkpoint(note, [log])
        path = [] if last is None else _path(http, last.size, new.size)
        try:
            checkpoint, signed = judge(
                add_checkpoint_body(last.size if last else 0, path, note), logs=[log], last=last
            )
        except Declined as declined:
            if last is not None and (declined.status == UNPROCESSABLE or new.size < last.size):
                kept = memory.keep_evidence(note)
                raise Forked(
                    f"{log.name} showed {last.size} entries before; now {declined.why}. Both are kept: {kept.name}"
                ) from None
            raise
        memory.remember(note)
        line = cosign(signed, memory.key, memory.private, timestamp=int(now)).line()
    answer = http.post(
        f"cosignatures/{checkpoint.size}", content=line.encode(), headers={"Content-Type": "text/plain"}
    )
    taken = (
        "and gave my signature" if answer.status_code == 204 else "but the server does not take my signature"
    )
    return f"saw {checkpoint.size} entries, grown out of {last.size if last else 'nothing I knew'}, {taken}"


def _log(http: httpx.Client, memory: Memory, given: Key | None) -> Key:
    """The key that is remembered; the first time the one that was given, or else the one the server says."""
    known = memory.log()
    if known is None:
        known = given or parse_vkey(str(json.loads(_get(http, "key"))["key"]))
        memory.pin(known)
    if given is not None and given != known:
        raise Forked(f"this folder witnesses {known.vkey()}; use another one for {given.vkey()}")
    return known


def _path(http: httpx.Client, old: int, new: int) -> list[bytes]:
    if old > new:
        return []
    told = json.loads(_get(http, f"proof/consistency?old={old}&new={new}"))["path"]
    return [b64decode(one) for one in told[: MAX_PATH + 1]]


def _get(http: httpx.Client, address: str) -> bytes:
    """A small answer; httpx.HTTPError for any other."""
    with http.stream("GET", address) as answer:
        answer.raise_for_status()
        data = b""
        for chunk in answer.iter_bytes():
            data += chunk
            if len(data) > MAX_ANSWER:
                raise httpx.DecodingError("the answer is too long")
    return data


def watch(url: str, memory: Memory, *, given: Key | None, every: float, once: bool, say: Say) -> int:
    """Look again and again; 0 at the end of one look, 1 as soon as history was rewritten, 2 where one look fails."""
    say(f"I am {memory.key.vkey()}")
    with httpx.Client(base_url=f"{url.rstrip('/')}/api/v1/ledger/", timeout=TIMEOUT) as http:
        while True:
            try:
                say(look(http, memory, now=time.time(), given=given))
            except Forked as forked:
                say(f"HISTORY WAS REWRITTEN: {forked}")
                return 1
            except (httpx.HTTPError, Refusal, Declined, ValueError, KeyError, TypeError) as error:
                say(f"could not look: {type(error).__name__}: {error}")
                if once:
                    return 2
            if once:
                return 0
            time.sleep(every)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line, of this module and of `manage.py witness`."""
    parser.add_argument("url", help="the address of a FedArt server, such as https://art.example.org")
    parser.add_argument(
        "--name", default="witness.local/1", help="this witness's name, without spaces and plus"
    )
    parser.add_argument(
        "--folder", type=Path, default=Path(DEFAULT_FOLDER), help="where its key and memory lie"
    )
    parser.add_argument(
        "--log-key", metavar="VKEY", help="the log's key, where you know it; else the first one seen"
    )
    parser.add_argument("--every", type=float, default=60.0, help="seconds between two looks")
    parser.add_argument("--once", action="store_true", help="look once, then end")


def run(url: str, name: str, folder: Path, log_key: str | None, every: float, once: bool, say: Say) -> int:
    """What both command lines do."""
    given = parse_vkey(log_key) if log_key else None
    return watch(url, Memory(folder, name), given=given, every=every, once=once, say=say)


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m consent.witness URL`."""
    parser = argparse.ArgumentParser(
        prog="python -m consent.witness", description=str(__doc__).partition("\n")[0]
    )
    add_arguments(parser)
    asked = parser.parse_args(arguments)
    try:
        return run(**vars(asked), say=lambda text: print(text, flush=True))
    except Refusal as refused:
        parser.error(str(refused))
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
