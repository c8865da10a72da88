"""The compliance officer's pages: consent records and one record. Every look is written down first."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from consent.errors import refusal
from consent.forms import ExportForm, RecordFilterForm
from consent.ledger.verify import Trust, check_receipt
from consent.models import ConsentExport, Statement
from consent.selectors.records import RecordFilter, page_of, records
from consent.services.exports import ROLE
from consent.services.receipts import make_receipt
from consent.signing_keys import ledger_key, witness_keys
from consent.staff import see, staff_required
from consent.views.guards import artist_of


@require_GET
@staff_required(ROLE, people=True)
@never_cache
def record_list(request: HttpRequest) -> HttpResponse:
    """Search, filter and page through the consent records."""
    now = timezone.now()
    form = RecordFilterForm(request.GET)
    rows: list[Statement] = []
    following: int | None = None
    total = 0
    if form.is_valid():
        found = records(form.chosen(), now=now)
        rows, following = page_of(found, before=_before(request))
        total = found.count()
        _note(request, rows, what="list", reason="Searched the consent records")
    query = urlencode([(name, value) for name, value in request.GET.items() if name in form.fields and value])
    context = {
        "form": form,
        "rows": rows,
        "total": total,
        "following": following,
        "query": query,
        "as_of": form.cleaned_data.get("as_of") if form.is_valid() else None,
        "export_form": ExportForm(),
        "exports": ConsentExport.objects.filter(asked_by=artist_of(request).pk)[:5],
    }
    return render(request, "compliance/records.html", context, status=200 if form.is_valid() else 400)


@require_GET
@staff_required(ROLE, people=True)
@never_cache
def record(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """One statement, checked on the spot: signature, commitment, place in the ledger."""
    now = timezone.now()
    found = records(RecordFilter(), now=now).filter(pk=statement_id).first()
    if found is None:
        raise Http404
    _note(request, [found], what="record", reason="Opened one consent record")
    proof = make_receipt(artist_id=found.artist_id, statement_id=found.pk, at=now)
    context = {
        "row": found,
        "report": check_receipt(proof, Trust(logs=(ledger_key(),), witnesses=tuple(witness_keys()))),
        "commitment": bytes(found.entry.commitment).hex(),
        "document": _readable(found),
    }
    return render(request, "compliance/record.html", context)


def _readable(statement: Statement) -> str:
    return bytes(statement.document).decode("utf-8")


def _note(request: HttpRequest, rows: list[Statement], *, what: str, reason: str) -> None:
    see(request, [row.artist_id for row in rows], what=what, reason=reason)


def _before(request: HttpRequest) -> int | None:
    text = request.GET.get("before", "")
    if text == "":
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise refusal("bad-filter", detail="before")
    return int(text)
