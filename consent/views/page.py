"""The consent pages: where you stand on everything, and one page for each decision."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from consent.purposes import BY_SLUG, PURPOSES, Purpose
from consent.selectors.addresses import verified_address
from consent.selectors.decisions import decision_on, decisions_of, versions_made_before
from consent.selectors.grants import current_notice
from consent.selectors.history import keys_of, looks_at, statements_of
from consent.selectors.in_force import is_paused
from consent.selectors.works import works_of, works_rows
from consent.services.passkeys import credential_ids
from consent.services.people import subject_of
from consent.terms import in_words, terms_or_none
from consent.views.guards import artist_of, trusted_types
from consent.views.texts import changes_between, groups_of

NEWEST = 50


@require_GET
@login_required
@never_cache
@ensure_csrf_cookie
@trusted_types  # type: ignore[untyped-decorator]
def consent_page(request: HttpRequest) -> HttpResponse:
    """Six purposes and where each stands; pause everything; the keys, the whole history and the looks."""
    at, artist_id = timezone.now(), artist_of(request).pk
    history = list(statements_of(artist_id)[: NEWEST + 1])
    context = {
        "decisions": decisions_of(artist_id=artist_id, at=at),
        "paused": is_paused(artist_id=artist_id, at=at),
        "subject": subject_of(artist_id=artist_id).urn,
        "history": history[:NEWEST],
        "older": len(history) > NEWEST,
        "titles": True,
        "address": verified_address(artist_id),
        "keys": keys_of(artist_id),
        "looks": looks_at(artist_id),
    }
    return render(request, "consent/page.html", context)


@require_GET
@login_required
@never_cache
@ensure_csrf_cookie
@trusted_types  # type: ignore[untyped-decorator]
def purpose_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One purpose: its text and terms, two equal answers or Revoke, and what was said about it so far."""
    purpose = BY_SLUG.get(slug)
    if purpose is None:
        raise Http404
    return render(request, "consent/purpose.html", _purpose_context(artist_of(request).pk, purpose))


def _purpose_context(artist_id: int, purpose: Purpose) -> dict[str, Any]:
    at = timezone.now()
    notice = current_notice(name=purpose.notice, at=at)
    terms = terms_or_none(purpose)
    decision = decision_on(purpose, artist_id=artist_id, at=at)
    history = list(statements_of(artist_id).filter(purpose=purpose.code)[:NEWEST])
    last = history[0] if history else None
    others = list(PURPOSES.values())
    following = others[(others.index(purpose) + 1) % len(others)]
    return {
        "purpose": purpose,
        "decision": decision,
        "stands": decision.stands,
        "paused": is_paused(artist_id=artist_id, at=at),
        "notice": notice,
        "groups": groups_of(notice) if notice else [],
        "changes": changes_between(last.notice, notice)
        if last and notice and last.notice_id != notice.pk
        else None,
        "terms": in_words(terms or {}),
        "unsafe": purpose.from_campaign and "Unsafe" in str((terms or {}).get("scheme", "")),
        "works": works_of(artist_id=artist_id) if purpose.from_campaign else None,
        "folders": works_rows(artist_id=artist_id) if purpose.from_campaign else [],
        "askable": bool(notice and terms is not None),
        "made_before": versions_made_before(decision) if purpose.from_campaign else [],
        "subject": subject_of(artist_id=artist_id).urn,
        "history": history,
        "address": verified_address(artist_id),
        "passkeys": credential_ids(artist_id=artist_id) if purpose.from_campaign else [],
        "known_keys": keys_of(artist_id).count(),
        "following": following,
    }
