"""The public record: rounds in words, versions with their cards."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from consent.downloads import FileDownload
from federation import budgets, selectors, words
from federation.consents import as_of
from federation.models import AdapterVersion, Round
from federation.protocol.schemes import scheme
from federation.store import blob_name, blobs
from federation.views.live import seen_of, unchanged

PAGE = 20


@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """All rounds, the newest first."""
    page = Paginator(selectors.rounds(), PAGE).get_page(request.GET.get("page"))
    rows = [(round_, words.round_status(round_), _version(round_)) for round_ in page]
    current = selectors.current_campaign()
    price = budgets.price_of(current) if current else None
    context = {"page": page, "rows": rows, "campaign": current, "price": price}
    return render(request, "federation/rounds.html", context)


@require_safe
def round_page(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """One round as a timeline; refreshed by htmx while it is under way."""
    found = selectors.rounds().filter(pk=round_id).first()
    if found is None:
        raise Http404
    context = {
        "round": found,
        "number": str(found.number),
        "previous": found.manifest["previous"]["number"],
        "status": words.round_status(found),
        "lines": [words.round_line(event) for event in selectors.round_events(found)],
        "open": found.state not in ("published", "aborted"),
        "version": _version(found),
        "scheme": scheme(str(found.manifest["scheme"])),
        "claim": selectors.claim_of(found),
    }
    mine = selectors.part_in(found, request.user.pk) if request.user.is_authenticated else None
    context["mine"] = words.part_line(mine) if mine else ""
    if mine and request.user.pk:
        context["rests"] = as_of(artist_id=request.user.pk, round_=found, now=timezone.now())
    rests = getattr(context.get("rests"), "sentence", "")
    context["seen"] = seen_of(found.state, found.deadline, context["lines"], context["mine"], rests)
    if unchanged(request, context["seen"]):
        return HttpResponse(status=204)
    partial = bool(getattr(request, "htmx", False))
    return render(request, "federation/_round.html" if partial else "federation/round.html", context)


@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """All versions, the newest first."""
    page = Paginator(selectors.versions(), PAGE).get_page(request.GET.get("page"))
    return render(request, "federation/versions.html", {"page": page})


@require_safe
def version_page(request: HttpRequest, campaign_id: UUID, number: int) -> HttpResponse:
    """One version with its card."""
    version = _find(campaign_id, number)
    later = selectors.version_of(campaign_id=campaign_id, number=number + 1)
    current = selectors.current_campaign()
    context = {
        "version": version,
        "number": str(number),
        "measured": _measured(version),
        "card": version.card,
        "later": later,
        "sheet": bool(version.evaluation) and current is not None and current.pk == campaign_id,
        "unsafe": bool(version.card["scheme"]) and not scheme(version.campaign.scheme).safe,
    }
    return render(request, "federation/version.html", context)


@require_safe
def version_file(request: HttpRequest, campaign_id: UUID, number: int) -> HttpResponseBase:
    """The adapter as safetensors: the shared factors; the others follow from the public seed in the spec."""
    version = _find(campaign_id, number)
    name = f"fedart-{version.campaign.name.lower().replace(' ', '-')}-v{number}.safetensors"
    file = blobs().open(blob_name(version.sha256))
    answer = FileDownload(file, as_attachment=True, filename=name, content_type="application/octet-stream")
    answer["ETag"] = f'"{version.sha256}"'
    return answer


def _measured(version: AdapterVersion) -> list[tuple[str, str]]:
    """What the gallery measured, beside the same figure of the base; the words of the gallery stay out."""
    found = [("Held-out loss", version)]
    if version.number:
        base = selectors.version_of(campaign_id=version.campaign_id, number=0)
        found += [("Held-out loss of the base", base)] if base else []
    return [
        (name, str(one.evaluation["held_out_loss"]))
        for name, one in found
        if one.evaluation.get("held_out_loss")
    ]


def _find(campaign_id: UUID, number: int) -> AdapterVersion:
    found = selectors.version_of(campaign_id=campaign_id, number=number)
    if found is None:
        raise Http404
    return found


def _version(round_: Round) -> AdapterVersion | None:
    return getattr(round_, "version", None)
