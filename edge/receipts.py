"""What left this computer: one JSON line for every message, written when the server has it. Never sent anywhere."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from edge.paths import FILE_MODE


@dataclass(frozen=True)
class Receipt:
    """One message: when (UTC), for which round, step and version, how many bytes, and their SHA-256.

    `cohort`: devices on the roster; `epsilon_after`: this computer's own account once the round was charged, None where
    the round adds no noise or is not charged yet; `statement`, `entry`: the artist's statement then in force, and its
    place in the ledger.
    """

    at: str
    round: str
    step: str
    version: int
    bytes: int
    sha256: str
    scheme: str
    campaign: str = ""
    cohort: int = 0
    epsilon_after: float | None = None
    statement: str = ""
    entry: int | None = None


def write(path: Path, receipt: Receipt) -> None:
    """Append it; a crash leaves whole lines."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
    with os.fdopen(handle, "ab") as stream:
        stream.write(json.dumps(asdict(receipt)).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


def read(path: Path) -> list[Receipt]:
    """All of them, the oldest first; a line that broke off is left out."""
    found = []
    for line in path.read_bytes().splitlines() if path.exists() else []:
        try:
            found.append(Receipt(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found


def sentence(receipt: Receipt) -> str:
    """One receipt in words."""
    at = datetime.fromisoformat(receipt.at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    cohort = f"  {receipt.cohort} computers" if receipt.cohort else ""
    spent = "" if receipt.epsilon_after is None else f"  epsilon after {receipt.epsilon_after:.2f}"
    return (
        f"{at}  {receipt.step:<14}  {human_bytes(receipt.bytes):>9}  towards version {receipt.version}"
        f"  round {receipt.round[:8]}{cohort}{spent}  sha256 {receipt.sha256[:16]}"
    )


def human_bytes(size: int) -> str:
    """Bytes in words: 512 B, 1.6 kB, 6.2 MB."""
    value, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{int(value)} {unit}" if unit == "B" else f"{value:.1f} {unit}"
