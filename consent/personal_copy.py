"""The copy of everything held about one artist, part by part into a signed bundle, so that memory stays flat."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.storage import storages
from django.template.loader import render_to_string

from consent.export_formats import csv_line, safe_cell
from consent.holdings.kinds import Holding
from consent.holdings.registry import personal_holdings, rows_of
from consent.models import Statement
from consent.processing import as_jsonld
from consent.selectors.history import receipt, statements_of
from consent.selectors.openings import opened_statements
from consent.selectors.person import exported_rows
from consent.services.bundles import OpenBundle

PIECE = 1 << 20
PAGE = 200
SELF_MADE = "consent.PersonalCopy"  # the copies themselves are not copied again
SMALLER_TWIN = "thumb"  # made from the picture; the picture is there


class CopyWriter:
    """Fills an open bundle: opened statements, then tables, pictures, texts and a page that explains them."""

    def __init__(self, bundle: OpenBundle, *, artist_id: int, context: dict[str, Any]) -> None:
        self.bundle = bundle
        self.artist_id = artist_id
        self.context = context
        self.counts: list[tuple[str, str, int]] = []

    def write(self, *, after_each: Callable[[int, int], None]) -> int:
        """Everything; `after_each(done, total)` is called after each part. Returns the number of rows."""
        parts = personal_holdings()
        self._statements()
        for number, holding in enumerate(parts, start=1):
            self._table(holding)
            after_each(number, len(parts))
        self._add("processing.jsonld", json.dumps(as_jsonld(), indent=1).encode())
        page = render_to_string("compliance/copy.html", {**self.context, "counts": self.counts})
        self._add("README.html", page.encode())
        return sum(rows for _title, _name, rows in self.counts)

    def _statements(self) -> None:
        """Each statement opened in the ledger, each with a receipt of its own, and each text that was read."""
        texts: dict[str, str] = {}
        for page in self._pages():
            for record in opened_statements(page, prover=self.bundle.prover):
                self.bundle.writer.add_record(record)
            for statement in page:
                proof = receipt(statement=statement, checkpoint=self.bundle.checkpoint)
                self._add(f"receipts/{statement.pk}.json", json.dumps(proof, indent=1).encode())
                texts[statement.notice.sha256] = statement.notice.text
        for digest, text in texts.items():
            self._add(f"notices/{digest}.txt", text.encode())

    def _pages(self) -> Iterator[list[Statement]]:
        """Her statements up to the bundle's checkpoint, in the order of the ledger."""
        after = -1
        mine = statements_of(self.artist_id).filter(entry__lt=self.bundle.checkpoint.size).order_by("entry")
        while page := list(mine.filter(entry__gt=after)[:PAGE]):
            yield page
            after = page[-1].entry_id

    def _table(self, holding: Holding) -> None:
        """One table as JSON and CSV, and the files its rows name."""
        name = holding.model.lower().replace(".", "-")
        rows = 0

        def as_json() -> Iterator[bytes]:
            nonlocal rows
            yield b"["
            for row in exported_rows(holding, self.artist_id):
                yield (b",\n" if rows else b"\n") + json.dumps(row, ensure_ascii=False).encode()
                rows += 1
            yield b"\n]\n"

        self.bundle.writer.add_file(f"data/{name}.json", as_json())
        self.bundle.writer.add_file(f"data/{name}.csv", self._csv(holding))
        self.counts.append((holding.title, name, rows))
        if holding.files and holding.model != SELF_MADE:
            self._files(holding)

    def _csv(self, holding: Holding) -> Iterator[bytes]:
        yield "\ufeff".encode() + csv_line(holding.handed_out)
        for row in exported_rows(holding, self.artist_id):
            yield csv_line([_cell(row[column]) for column in holding.handed_out])

    def _files(self, holding: Holding) -> None:
        for row in rows_of(holding, self.artist_id).order_by("pk").iterator(chunk_size=100):
            for column, storage in holding.files.items():
                name = getattr(row, column)
                if column != SMALLER_TWIN and name and storages[storage].exists(name):
                    self.bundle.writer.add_file(f"files/{storage}/{name}", _pieces(storage, name))

    def _add(self, path: str, data: bytes) -> None:
        self.bundle.writer.add_file(path, [data])


def _pieces(storage: str, name: str) -> Iterator[bytes]:
    with storages[storage].open(name) as source:
        while piece := source.read(PIECE):
            yield piece


def _cell(value: Any) -> str:
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    return safe_cell("" if value is None else str(value))
