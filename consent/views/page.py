"""The consent page: what is asked, where you stand, what you said before, and who looked."""

from dataclasses import dataclass
from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from consent.models import Notice
from consent.purposes import PURPOSES, TRAIN_SHARED
from consent.selectors.grants import consent_summary, current_notice, live_grant
from consent.selectors.history import keys_of, looks_at, statements_of
from consent.services.people import subject_of
from consent.terms import LABELS, terms_or_none
from consent.views.guards import artist_of, trusted_types

NEWEST = 50


@dataclass(frozen=True)
class Block:
    """One line of a notice. `mark` is what the line starts with in the text whose hash is signed: "# ", "- "
    or ""."""

    mark: str
    text: str


@dataclass(frozen=True)
class Group:
    """Neighbouring blocks that make one list, or one block by itself."""

    is_list: bool
    blocks: list[Block]


def groups_of(notice: Notice) -> list[Group]:
    """The text line by line, so that the browser can hash exactly what it shows."""
    found = [
        Group(mark == "- ", list(blocks)) for mark, blocks in groupby(_blocks(notice), key=lambda b: b.mark)
    ]
    return [part for group in found for part in ([group] if group.is_list else _single(group))]


def _single(group: Group) -> list[Group]:
    return [Group(False, [block]) for block in group.blocks]


def _blocks(notice: Notice) -> list[Block]:
    found = []
    for line in notice.text.splitlines():
        mark = next((mark for mark in ("## ", "# ", "- ") if line.startswith(mark)), "")
        found.append(Block(mark, line[len(mark) :]))
    return found


@require_GET
@login_required
@never_cache
@ensure_csrf_cookie
@trusted_types  # type: ignore[untyped-decorator]
def consent_page(request: HttpRequest) -> HttpResponse:
    """One purpose, its text and terms, two equal answers; below, the history and the looks."""
    at = timezone.now()
    artist_id = artist_of(request).pk
    purpose = PURPOSES[TRAIN_SHARED]
    notice = current_notice(name=purpose.notice, at=at)
    terms = terms_or_none()
    history = list(statements_of(artist_id)[: NEWEST + 1])
    grant = live_grant(artist_id=artist_id, purpose=purpose.code, at=at)
    return render(
        request,
        "consent/page.html",
        {
            "purpose": purpose,
            "notice": notice,
            "groups": groups_of(notice) if notice else [],
            "terms": [(name, LABELS.get(name, name), value) for name, value in (terms or {}).items()],
            "unsafe": "Unsafe" in str((terms or {}).get("scheme", "")),
            "askable": bool(notice and terms),
            "terms_changed": bool(grant and terms and grant.terms != terms),
            "stands": consent_summary(artist_id=artist_id, purpose=purpose.code, at=at),
            "subject": subject_of(artist_id=artist_id).urn,
            "history": history[:NEWEST],
            "older": len(history) > NEWEST,
            "keys": keys_of(artist_id),
            "looks": looks_at(artist_id),
        },
    )
