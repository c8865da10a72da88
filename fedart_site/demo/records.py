"""Plays the compliance officer: asks for the consent records in both formats and reads them."""

import csv
import io
import json
from collections.abc import Callable

from fedart_site.demo.board import StepFailed
from fedart_site.demo.visitor import Visitor
from fedart_site.demo.watching import wait_for

EXPORT_TIMEOUT_S = 180.0
REASON = "Demo: show that every sample artist's consent can be exported."


def export(visitor: Visitor, format: str, check: Callable[[], None]) -> bytes:
    """Have an export made and download it."""
    asked = visitor.post_json("/compliance/exports", {"format": format, "reason": REASON})
    address = f"/compliance/exports/{asked['id']}"

    def look() -> str | None:
        told = visitor.http.get(address, headers={"Accept": "application/json"}).json()
        return str(told["state"]) if told["state"] in ("done", "failed", "expired") else None

    state = wait_for(look, seconds=EXPORT_TIMEOUT_S, what=f"the {format} export", meanwhile=check)
    if state != "done":
        raise StepFailed(f"the {format} export ended as {state}")
    return visitor.get(f"{address}/file").content


def csv_rows(content: bytes) -> list[dict[str, str]]:
    """The rows of the CSV export."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def json_statements(content: bytes) -> list[dict[str, object]]:
    """The records of the JSON export."""
    return list(json.loads(content)["records"])
