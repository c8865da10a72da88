"""A bundle from a stranger: every size, path and trick is judged before anything is unpacked."""

import io
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from consent.errors import Refusal
from consent.ledger import bundle_reader
from consent.ledger.bundle_reader import check_bundle, record_of
from consent.ledger.record import check_record, why_not
from consent.ledger.verify import Trust
from tests.consent.ledger import logs

TRUST = Trust((logs.LOG,), (logs.WITNESS,))


def code_of(data: bytes) -> str:
    return check_bundle(io.BytesIO(data), TRUST).code


def rezipped(change: Callable[[dict[str, bytes]], Any], *, extra: Any = None) -> bytes:
    """The bundle with its members changed, and its manifest left as it was signed."""
    with zipfile.ZipFile(io.BytesIO(logs.bundle())) as good:
        members = {name: good.read(name) for name in good.namelist()}
    change(members)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
        if extra:
            extra(made)
    return target.getvalue()


def test_it_works() -> None:
    report = check_bundle(io.BytesIO(logs.bundle()), TRUST)
    assert report.holds, report.wrong
    assert len(report.proven) == 5


@pytest.mark.parametrize(
    "name",
    [
        "../up",
        "/etc/passwd",
        "a/../b",
        "a//b",
        "C:\\x",
        "a\\b",
        ".hidden",
        "a/.b",
        "ä",
        "a b",
        "x" * 90,
        "a/b/c/d/e/f",
    ],
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    assert code_of(logs.bundle(files={name: b"x"})) == "bundle-path"


def test_a_name_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        data = rezipped(lambda _: None, extra=lambda made: made.writestr("checkpoint", b"x"))
    assert code_of(data) == "bundle-path"
    assert code_of(rezipped(lambda members: members.update({"CHECKPOINT": b"x"}))) == "bundle-path"


def test_a_link_or_folder_is_refused() -> None:
    def link(made: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("link")
        info.external_attr = 0o120777 << 16
        made.writestr(info, "/etc/passwd")

    assert code_of(rezipped(lambda _: None, extra=link)) == "bundle-path"
    assert code_of(rezipped(lambda _: None, extra=lambda made: made.mkdir("folder"))) == "bundle-path"


def test_a_bomb_is_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("it was opened")

    data = logs.bundle(files={"zeroes.bin": bytes(50_000_000)})
    monkeypatch.setattr(zipfile.ZipFile, "open", never)
    assert code_of(data) == "bundle-too-large"


@pytest.mark.parametrize(
    ("limit", "value"),
    [("MAX_BUNDLE_BYTES", 1000), ("MAX_MEMBER_BYTES", 500), ("MAX_TOTAL_BYTES", 2000), ("MAX_MEMBERS", 3),
     ("MAX_DIRECTORY_BYTES", 50), ("MAX_MANIFEST_BYTES", 100), ("MAX_NOTE_BYTES", 50)],
)  # fmt: skip
def test_each_limit_is_kept(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    monkeypatch.setattr(bundle_reader, limit, value)
    assert code_of(logs.bundle()) == "bundle-too-large"


def test_a_header_that_lies_about_a_size_is_found() -> None:
    """The directory says ten bytes, the member unpacks to a megabyte."""
    data = bytearray(logs.bundle(files={"lie.bin": bytes(60_000)}))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"lie.bin"))
    struct.pack_into("<L", data, at + 24, 10)
    assert code_of(bytes(data)) in ("bundle-too-large", "bad-bundle")


def test_members_that_share_bytes_are_refused() -> None:
    data = bytearray(logs.bundle(files={"a.txt": b"a" * 40, "b.txt": b"a" * 40}))
    first = data.rindex(b"PK\x01\x02", 0, data.rindex(b"a.txt"))
    second = data.rindex(b"PK\x01\x02", 0, data.rindex(b"b.txt"))
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    assert code_of(bytes(data)) == "bundle-too-large"


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), logs.bundle()[:-1], logs.bundle() + b"x", logs.bundle()[:300],
     b"x" * 1000],
)  # fmt: skip
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    assert code_of(data) == "bad-bundle"


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members.update({"more.txt": b"x"}),
        lambda members: members.pop("records/000001.jsonl"),
        lambda members: members.update({"records/000001.jsonl": members["records/000001.jsonl"][:-1]}),
        lambda members: members.update({"manifest.json": b"{}"}),
        lambda members: members.pop("manifest.json"),
        lambda members: members.update({"manifest.json": b"[" * 100_000}),
        lambda members: members.update({"checkpoint": logs.note(logs.records()[:3]).dump()}),
    ],
)
def test_any_change_is_found(change: Any) -> None:
    assert code_of(rezipped(change))


def test_no_byte_can_be_flipped_unnoticed() -> None:
    """Nothing but a refusal ever comes of it. A few bytes of a zip mean nothing (times, versions): those may hold."""
    good = logs.bundle()
    held = 0
    for at in range(0, len(good), 23):
        report = check_bundle(io.BytesIO(good[:at] + bytes([good[at] ^ 0x41]) + good[at + 1 :]), TRUST)
        assert bool(report.code) == bool(report.wrong)
        held += report.holds
    assert held < len(good) / 23 / 10


def test_a_manifest_signed_by_nobody_is_refused() -> None:
    def strip(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        manifest["made"] = "2020-01-01T00:00:00Z"
        members["manifest.json"] = json.dumps(manifest, separators=(",", ":"), sort_keys=True).encode()

    assert code_of(rezipped(strip)) == "bad-signature"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"salt": bytes(32)}, "not-included"),
        ({"hour": "2026-11-24T06Z"}, "not-included"),
        ({"index": 3}, "not-included"),
        ({"path": ()}, "not-included"),
        ({"kind": "person"}, "unknown-kind"),
        ({"body": b"{}"}, "not-included"),
    ],
)
def test_a_record_that_was_changed_is_found(changes: Any, code: str) -> None:
    found = logs.records()
    found[2] = replace(found[2], **changes)
    assert code_of(logs.bundle(found)) == code


def test_records_out_of_order_or_twice_are_refused() -> None:
    found = logs.records()
    assert code_of(logs.bundle([found[1], found[0]])) == "bad-bundle"
    assert code_of(logs.bundle([found[1], found[1]])) == "bad-bundle"
    assert not code_of(logs.bundle([]))


@pytest.mark.parametrize(
    "line",
    [b"", b"[]", b"{}", b"null", b'{"index":"1"}', b"{" * 5000, b"\xff", b'{"path":"AA=="}', b"1" * 200_000],
)
def test_other_lines_are_refused(line: bytes) -> None:
    with pytest.raises(Refusal, match="bad-bundle"):
        record_of(line)


def test_a_body_with_other_fields_than_its_kind_is_refused() -> None:
    found = logs.records([("key", b'{"who":"Alice"}')])
    checkpoint = bundle_reader.check_note(
        logs.note(found).dump(), logs.LOG.vkey(), TRUST, check_bundle(io.BytesIO())
    )
    assert why_not(found[0], checkpoint) == "bad-body"
    with pytest.raises(Refusal, match="bad-body"):
        check_record(found[0], checkpoint)
