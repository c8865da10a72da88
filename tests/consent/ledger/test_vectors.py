"""tests/vectors/ledger.json in Python; tests/consent/test_check_page.py runs the same file in Chromium."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from consent.errors import Refusal
from consent.ledger.bundle_reader import record_of
from consent.ledger.canonical import parse_canonical
from consent.ledger.checkpoints import cosigned_by, open_checkpoint
from consent.ledger.notes import parse_note, parse_vkey, signed_by
from consent.ledger.record import check_record
from consent.ledger.signing import verify
from consent.ledger.tree import check_consistency, check_inclusion, leaf_hash, root_of
from consent.ledger.verify import Trust, check_receipt
from tests.vectors import ledger_make

FILE = Path(__file__).resolve().parents[2] / "vectors" / "ledger.json"
CASES = json.loads(FILE.read_text("utf-8"))["cases"]


def run(case: dict[str, Any]) -> Any:
    do = case["do"]
    keys = [parse_vkey(text) for text in case.get("keys", ())]
    if do == "root":
        return root_of([leaf_hash(bytes.fromhex(one)) for one in case["leaves"]]).hex()
    path = [bytes.fromhex(one) for one in case.get("path", ())]
    if do == "inclusion":
        leaf, root = bytes.fromhex(case["leaf"]), bytes.fromhex(case["root"])
        return check_inclusion(leaf, case["index"], case["size"], path, root)
    if do == "consistency":
        roots = bytes.fromhex(case["old_root"]), bytes.fromhex(case["new_root"])
        return check_consistency(case["old"], case["new"], *roots, path)
    if do == "vkey":
        return f"{parse_vkey(case['vkey']).key_id:08x}"
    if do == "note":
        return [key.vkey() for key in signed_by(parse_note(case["note"].encode()), keys)]
    if do == "cosigned":
        return [one.timestamp for one in cosigned_by(parse_note(case["note"].encode()), keys)]
    if do == "checkpoint":
        checkpoint, note = open_checkpoint(case["note"].encode(), keys)
        root = note.text.split("\n")[2]
        return {"origin": checkpoint.origin, "size": checkpoint.size, "root": root}
    if do == "strict":
        return parse_canonical(case["text"].encode(), limit=256)
    if do == "proof":
        return verify(case["document"])
    if do == "record":
        checkpoint, _ = open_checkpoint(case["note"].encode(), keys)
        return check_record(record_of(case["line"].encode()), checkpoint)[0]
    trust = Trust(*(tuple(map(parse_vkey, case[name])) for name in ("logs", "witnesses")))
    report = check_receipt(case["receipt"], trust)
    if not report.holds:
        return {"refusal": report.code}
    return {"proven": len(report.proven), "unproven": len(report.unproven)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['do']}: {case['name']}")
def test_vector(case: dict[str, Any]) -> None:
    try:
        found = run(case)
    except Refusal as refused:
        found = {"refusal": refused.code}
    assert found == case["expect"]


def test_the_files_are_what_the_maker_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_make, "HERE", tmp_path)
    ledger_make.write()
    assert (tmp_path / "ledger.json").read_bytes() == FILE.read_bytes()
    assert members(tmp_path / "bundle.zip") == members(FILE.with_name("bundle.zip"))


def members(path: Path) -> dict[str, bytes]:
    """Not the zip's own bytes: those depend on the version of zlib."""
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}
