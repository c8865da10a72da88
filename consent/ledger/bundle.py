"""Write a signed bundle: a zip of opened entries and other files that verifies offline. Memory stays flat.

records/000001.jsonl …  opened entries, one JSON object a line, at most a thousand a file
notices/<sha256>.txt    the texts the statements name
files of the caller's   any plain relative path
checkpoint              the signed note (with cosignatures) under which every path was made
manifest.json           the last member: path, SHA-256 and size of every other one, signed eddsa-jcs-2022
"""

import json
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import IO

from consent.errors import refusal
from consent.ledger.canonical import JsonObject, canonical_bytes
from consent.ledger.record import Record
from consent.ledger.verify import to_b64url

FORMAT = "fedart-bundle-1"
CONTEXT = "https://w3id.org/security/data-integrity/v2"
MANIFEST, CHECKPOINT = "manifest.json", "checkpoint"
RECORDS_PER_FILE = 1000
MAX_MEMBERS = 10_000
PATH = r"(?!\.)[A-Za-z0-9._-]{1,80}(?:/(?!\.)[A-Za-z0-9._-]{1,80}){0,4}"
EPOCH = (1980, 1, 1, 0, 0, 0)  # a fixed time: the same content gives the same bytes
Sign = Callable[[JsonObject], JsonObject]


class BundleWriter:
    """Writes to a file (seekable or not) as it goes; `close` writes the checkpoint and the signed manifest.

        with BundleWriter(file, checkpoint=note, vkey=…, made="2026-11-24T05:00:00Z", sign=…) as bundle:
            bundle.add_record(record)            # in the order of the ledger
            bundle.add_file("README.html", [b"…"])

    Nothing is signed where the block ends with an error, so half a bundle never verifies.
    """

    def __init__(self, target: IO[bytes], *, checkpoint: bytes, vkey: str, made: str, sign: Sign) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self._checkpoint, self._sign = checkpoint, sign
        self._facts = {"log_key": vkey, "made": made}
        self._files: list[JsonObject] = []
        self._lines: list[bytes] = []
        self.records = 0

    def __enter__(self) -> "BundleWriter":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self._zip.close()

    def add_record(self, record: Record) -> None:
        """One opened entry; its path must lead to the bundle's checkpoint."""
        self._lines.append(line_of(record))
        self.records += 1
        if len(self._lines) == RECORDS_PER_FILE:
            self._flush()

    def add_file(self, path: str, chunks: Iterable[bytes]) -> None:
        """Any other member. Its bytes are covered by the manifest's signature, not by the ledger."""
        if len(self._files) >= MAX_MEMBERS - 3:
            raise refusal("bundle-too-large", detail="too many files")
        info = zipfile.ZipInfo(path, EPOCH)
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        digest, size = sha256(), 0
        with self._zip.open(info, "w") as member:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                member.write(chunk)
        self._files.append({"path": path, "sha256": digest.hexdigest(), "bytes": size})

    def close(self) -> None:
        """The rest of the records, the checkpoint, the manifest."""
        self._flush()
        self.add_file(CHECKPOINT, [self._checkpoint])
        manifest = {"@context": [CONTEXT], "format": FORMAT, **self._facts, "records": self.records}
        signed = self._sign({**manifest, "files": list(self._files)})
        self.add_file(MANIFEST, [canonical_bytes(signed)])
        self._zip.close()

    def _flush(self) -> None:
        if self._lines:
            number = (self.records - 1) // RECORDS_PER_FILE + 1
            self.add_file(f"records/{number:06}.jsonl", self._lines)
            self._lines = []


def line_of(record: Record) -> bytes:
    """One record as a line of JSON."""
    shown = {
        "index": record.index,
        "kind": record.kind,
        "hour": record.hour,
        "salt": to_b64url(record.salt),
        "body": to_b64url(record.body),
        "path": b64encode(b"".join(record.path)).decode(),
    }
    return json.dumps(shown, separators=(",", ":")).encode() + b"\n"
