"""Write the file of an export: CSV, JSON, JSON-LD, or a signed bundle that verifies offline. Memory stays flat."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import IO, Any

from django.conf import settings

from consent.export_formats import Record, csv_chunks, export_header, json_chunks
from consent.export_jsonld import jsonld_chunks
from consent.ledger.prover import Prover
from consent.models import ConsentExport, Statement
from consent.processing import controller
from consent.selectors.checkpoints import note_of
from consent.selectors.export_records import records_of_page
from consent.selectors.ledger import fetch, ledger_head
from consent.selectors.openings import opened_statements
from consent.selectors.records import RecordFilter, page_of, records
from consent.services.bundles import signed_bundle
from consent.services.checkpoints import current_checkpoint

CHUNK_ROWS = 500
ENDINGS = {"csv": "csv", "json": "json", "jsonld": "jsonld", "bundle": "zip"}
Chunks = Callable[[Iterable[Record], dict[str, Any]], Iterator[bytes]]


def _jsonld(rows: Iterable[Record], header: dict[str, Any]) -> Iterator[bytes]:
    return jsonld_chunks(rows, header, controller=controller(), origin=settings.PUBLIC_ORIGIN)


WRITERS: dict[str, Chunks] = {"csv": csv_chunks, "json": json_chunks, "jsonld": _jsonld}
FORMATS = tuple(ENDINGS)


def write_export(export: ConsentExport, target: IO[bytes], *, at: datetime) -> set[int]:
    """The whole file into `target`; returns the artists in it. Progress goes into the row, page by page."""
    artists: set[int] = set()
    if export.format == ConsentExport.Format.BUNDLE:
        _write_bundle(export, target, artists, at=at)
        return artists
    size, root = ledger_head()
    checkpoint = current_checkpoint(at=at, covering=size - 1)
    prover, note = Prover(checkpoint.size, fetch), note_of(checkpoint)
    header = export_header(made_at=export.asked_at, filters=export.filters, ledger=(size, root))
    rows = (
        record
        for page in _pages(export, artists)
        for record in records_of_page(page, prover=prover, note=note)
    )
    for chunk in WRITERS[export.format](rows, header):
        target.write(chunk)
    return artists


def _write_bundle(export: ConsentExport, target: IO[bytes], artists: set[int], *, at: datetime) -> None:
    """Every statement opened under one checkpoint, in ledger order, and the texts they name. No name and no address
    is in it: it can be handed on as it is, and `python -m consent.verify` reads it."""
    texts: dict[str, str] = {}
    with signed_bundle(target, at=at) as bundle:
        for page in _pages(export, artists, ascending=True, below=bundle.checkpoint.size):
            for record in opened_statements(page, prover=bundle.prover):
                bundle.writer.add_record(record)
            texts |= {statement.notice.sha256: statement.notice.text for statement in page}
        for digest, text in texts.items():
            bundle.writer.add_file(f"notices/{digest}.txt", [text.encode()])


def _pages(
    export: ConsentExport, artists: set[int], *, ascending: bool = False, below: int | None = None
) -> Iterator[list[Statement]]:
    """All records that fit, 500 at a time by ledger index, so that memory stays flat."""
    found = records(RecordFilter.from_json(export.filters), now=export.asked_at)
    if below is not None:
        found = found.filter(entry__lt=below)
    place: int | None = None
    done = 0
    while True:
        page, place = page_of(found, before=place, size=CHUNK_ROWS, ascending=ascending)
        artists.update(statement.artist_id for statement in page)
        yield page
        done += len(page)
        ConsentExport.objects.filter(pk=export.pk).update(rows_done=done)
        if place is None:
            return
