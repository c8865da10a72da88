"""Check receipts and bundles on any computer: `python -m consent.verify FILE…`. Needs neither Django nor a network.

Exit codes: 0 everything holds, 1 something does not, 2 a file cannot be read or the call makes no sense.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from consent.errors import Refusal
from consent.ledger.bundle_reader import check_bundle
from consent.ledger.canonical import parse_object
from consent.ledger.notes import COSIGNATURE, Key, parse_vkey
from consent.ledger.verify import MAX_RECEIPT_BYTES, Report, Trust, check_receipt

HOLDS, DOES_NOT, UNREADABLE = 0, 1, 2
ZIP = b"PK\x03\x04"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check each file and say in words what is proven, what is not, and what is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m consent.verify", description=str(__doc__).partition("\n")[0]
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a receipt (.json) or a bundle (.zip)")
    parser.add_argument(
        "--log-key", action="append", default=[], metavar="VKEY", help="the log's key, which you know already"
    )
    parser.add_argument(
        "--witness-key", action="append", default=[], metavar="VKEY", help="the key of a witness you trust"
    )
    asked = parser.parse_args(arguments)
    try:
        trust = trust_of(asked.log_key, asked.witness_key)
    except Refusal as refused:
        parser.error(f"{refused.why} {refused.fix}")
    codes = [_check(Path(name), trust) for name in asked.files]
    return max(codes)


def trust_of(logs: Sequence[str], witnesses: Sequence[str]) -> Trust:
    """Refuses `bad-vkey`."""
    known: list[Key] = [parse_vkey(text) for text in logs]
    seen = [parse_vkey(text) for text in witnesses]
    if any(key.kind == COSIGNATURE for key in known) or any(key.kind != COSIGNATURE for key in seen):
        raise SystemExit("--log-key takes a key of kind 1, --witness-key one of kind 4.")
    return Trust(tuple(known), tuple(seen))


def _check(path: Path, trust: Trust) -> int:
    try:
        report = check_file(path, trust)
    except OSError as error:
        print(f"{path}: cannot be read ({error.strerror or type(error).__name__}).")
        return UNREADABLE
    print(f"{path}: {'it holds.' if report.holds else 'IT DOES NOT HOLD.'}")
    for title, sentences in (
        (f"Wrong ({report.code})", report.wrong),
        ("Proven" if report.holds else "Checked before that", report.proven),
        ("Not proven by this file alone", report.unproven),
    ):
        if sentences:
            print(f"  {title}:")
        for sentence in sentences:
            print(f"    - {sentence[:1].upper()}{sentence[1:].rstrip('.')}.")
    return HOLDS if report.holds else DOES_NOT


def check_file(path: Path, trust: Trust) -> Report:
    """A receipt or a bundle, by its first bytes; sizes are looked at before anything is read. OSError."""
    with path.open("rb") as file:
        if file.read(len(ZIP)) == ZIP:
            return check_bundle(file, trust)
        file.seek(0)
        data = file.read(MAX_RECEIPT_BYTES + 1)
    try:
        return check_receipt(parse_object(data, limit=MAX_RECEIPT_BYTES), trust)
    except Refusal as refused:
        return Report().refuse(refused)


if __name__ == "__main__":
    sys.exit(main())
