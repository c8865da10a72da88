"""Open a bundle that a stranger sent: every size, name and offset is judged before anything is unpacked."""

import json
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import IO, Any

from consent.errors import Refusal, refusal
from consent.ledger.bundle import CHECKPOINT, FORMAT, MANIFEST, MAX_MEMBERS, PATH
from consent.ledger.canonical import JsonObject, parse_canonical
from consent.ledger.checkpoints import Checkpoint
from consent.ledger.kinds import MAX_BODY_BYTES
from consent.ledger.notes import MAX_NOTE_BYTES, unbase64
from consent.ledger.record import Record, check_record
from consent.ledger.signing import verify
from consent.ledger.tree import HASH_BYTES, MAX_PATH
from consent.ledger.verify import Report, Trust, check_note, from_b64url

MAX_BUNDLE_BYTES = 2 * 1024**3
MAX_MEMBER_BYTES = 256 * 1024**2  # unpacked
MAX_TOTAL_BYTES = 8 * 1024**3  # unpacked
MAX_RATIO = 200  # deflate reaches 1032 on zeroes; signed JSON stays below 10
RATIO_FREE_BYTES = 65_536  # small members may be as repetitive as they like
MAX_MANIFEST_BYTES = 4 * 1024**2
MAX_DIRECTORY_BYTES = 2 * 1024**2
MAX_LINE_BYTES = 2 * MAX_BODY_BYTES + 8192
CHUNK = 65_536
END = struct.Struct("<4s4H2LH")  # end of central directory, APPNOTE.TXT 4.3.16
NAME = re.compile(PATH)
# What zipfile, zlib and the readers of what is inside raise for bytes that make no sense.
DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RecursionError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
)


def check_bundle(source: IO[bytes], trust: Trust | None = None) -> Report:
    """Check all of a bundle, a line at a time. Never raises for what is in the file; OSError for a file that cannot be
    read."""
    report = Report()
    try:
        with open_bundle(source) as bundle:
            _check(bundle, trust or Trust(), report)
    except Refusal as refused:
        report.refuse(refused)
    except DAMAGED as error:
        report.refuse(refusal("bad-bundle", detail=type(error).__name__))
    return report


def open_bundle(source: IO[bytes]) -> zipfile.ZipFile:
    """The zip, once its directory is judged. Refuses `bad-bundle`, `bundle-too-large`, `bundle-path`."""
    size = source.seek(0, 2)
    if size > MAX_BUNDLE_BYTES:
        raise refusal("bundle-too-large", detail=f"more than {MAX_BUNDLE_BYTES} bytes")
    _check_end(source, size)
    bundle = zipfile.ZipFile(source)
    _check_names(bundle.infolist())
    _check_places(bundle.infolist(), size)
    return bundle


def _check_end(source: IO[bytes], size: int) -> None:
    """Before zipfile reads the directory into memory: it must be small, and nothing may follow it."""
    source.seek(max(0, size - END.size))
    last = source.read(END.size)
    if len(last) < END.size or not last.startswith(b"PK\x05\x06"):
        raise refusal("bad-bundle", detail="no zip, or something follows it")
    _, disk, start_disk, here, total, length, offset, comment = END.unpack(last)
    if disk or start_disk or here != total or comment:
        raise refusal("bad-bundle", detail="not a plain zip of one part")
    if total > MAX_MEMBERS or length > MAX_DIRECTORY_BYTES or offset + length > size:
        raise refusal("bundle-too-large", detail="its directory")


def _check_names(members: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for member in members:
        name = member.filename
        if not NAME.fullmatch(name) or name.lower() in seen or member.orig_filename != name:
            raise refusal("bundle-path", detail=ascii(name[:60]))
        mode = member.external_attr >> 16
        if member.is_dir() or (stat.S_IFMT(mode) not in (0, stat.S_IFREG)):
            raise refusal("bundle-path", detail=f"{name} is not a plain file")
        seen.add(name.lower())
    if not {MANIFEST, CHECKPOINT} <= seen:
        raise refusal("bad-bundle", detail="no manifest or no checkpoint")


def _check_places(members: list[zipfile.ZipInfo], size: int) -> None:
    """No member unpacks to more than it may, none is encrypted, and no two share bytes (a "zip bomb" of one kernel)."""
    total, end = 0, 0
    for member in sorted(members, key=lambda one: one.header_offset):
        packed, unpacked = member.compress_size, member.file_size
        if member.flag_bits & 0x1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refusal("bad-bundle", detail=f"{member.filename} is packed in a way that is not read here")
        total += unpacked
        swollen = unpacked > RATIO_FREE_BYTES and unpacked > MAX_RATIO * max(1, packed)
        if unpacked > MAX_MEMBER_BYTES or total > MAX_TOTAL_BYTES or swollen:
            raise refusal("bundle-too-large", detail=member.filename)
        if member.header_offset < end or member.header_offset + packed > size:
            raise refusal("bundle-too-large", detail=f"{member.filename} shares bytes with another file")
        end = member.header_offset + packed


def read_member(bundle: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """A small member whole; refuses (`bundle-too-large`) more than `limit` bytes, whatever its header says."""
    with bundle.open(name) as member:
        data = member.read(limit + 1)
    if len(data) > limit:
        raise refusal("bundle-too-large", detail=name)
    return data


def _check(bundle: zipfile.ZipFile, trust: Trust, report: Report) -> None:
    manifest = parse_canonical(read_member(bundle, MANIFEST, MAX_MANIFEST_BYTES), limit=MAX_MANIFEST_BYTES)
    if manifest.get("format") != FORMAT:
        raise refusal("bad-bundle", detail=f"its format is not {FORMAT}")
    signer = verify(manifest)
    report.proven.append(f"the list of files was signed by the key {signer} and dated {manifest['made']}")
    report.unproven.append(f"that the key {signer} is this FedArt's: compare it with the one it publishes")
    checkpoint = check_note(
        read_member(bundle, CHECKPOINT, MAX_NOTE_BYTES), manifest["log_key"], trust, report
    )
    listed: dict[str, JsonObject] = {one["path"]: one for one in manifest["files"]}
    names = set(bundle.namelist()) - {MANIFEST}
    if names != set(listed) or len(listed) != len(manifest["files"]):
        raise refusal("bad-bundle", detail="its files are not those of its list")
    counted = _Counted(checkpoint)
    for name in sorted(names):
        _check_member(bundle, listed[name], counted)
    if counted.records != manifest["records"]:
        raise refusal("bad-bundle", detail=f"{counted.records} records, its list says {manifest['records']}")
    counted.tell(report, files=len(names))


class _Counted:
    """What was found in the records so far."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self.records = self.signed = self.by_session = 0
        self.last = -1

    def take(self, line: bytes) -> None:
        record = record_of(line)
        if record.index <= self.last:
            raise refusal("bad-bundle", detail="its records are not in the order of the ledger")
        signer, _ = check_record(record, self.checkpoint)
        self.last = record.index
        self.records += 1
        self.signed += signer.startswith("z6Mk")
        self.by_session += signer == "server-session"

    def tell(self, report: Report, *, files: int) -> None:
        report.proven.append(f"all {files} files are those of the list, byte by byte")
        if self.records:
            report.proven.append(
                f"all {self.records} records are entries of the log under this checkpoint: {self.signed} statements "
                f"signed in a browser, {self.by_session} withdrawals made in a session"
            )
            report.unproven.append(
                "that these are all entries there are: the bundle holds those that were asked for"
            )


def _check_member(bundle: zipfile.ZipFile, listed: JsonObject, counted: _Counted) -> None:
    name, digest, size = listed["path"], sha256(), 0
    rest = b""
    as_records = name.startswith("records/") and name.endswith(".jsonl")
    for chunk in chunks_of(bundle, name):
        digest.update(chunk)
        size += len(chunk)
        if as_records:
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > MAX_LINE_BYTES:
                raise refusal("bundle-too-large", detail=f"a line of {name}")
            for line in lines:
                counted.take(line)
    if rest or (digest.hexdigest(), size) != (listed["sha256"], listed["bytes"]):
        raise refusal("bad-bundle", detail=f"{name} is not the file of the list")


def chunks_of(bundle: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A member piece by piece; refuses (`bundle-too-large`) more than its header said."""
    left = bundle.getinfo(name).file_size
    with bundle.open(name) as member:
        while chunk := member.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise refusal("bundle-too-large", detail=name)
            yield chunk


def record_of(line: bytes) -> Record:
    """The inverse of `bundle.line_of`. Refuses `bad-bundle`."""
    try:
        value: dict[str, Any] = json.loads(line) if len(line) <= MAX_LINE_BYTES else {}
        packed = unbase64(value["path"])
        path = tuple(packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES))
        if len(path) > MAX_PATH or type(value["index"]) is not int:
            raise ValueError
        return Record(
            value["kind"], value["hour"], value["index"],
            from_b64url(value["salt"]), from_b64url(value["body"]), path,
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise refusal("bad-bundle", detail="a line of its records") from None
