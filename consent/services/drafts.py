"""Write the statement an artist may sign: a draft with a nonce that counts once and only for minutes."""

import base64
import secrets
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from consent.errors import Refusal, refusal
from consent.ledger.canonical import JsonObject, canonical_bytes, parse_canonical
from consent.ledger.multibase import key_multibase, public_key_bytes
from consent.ledger.statement import GIVEN, REFUSED, NoticeRef, build
from consent.ledger.statement import Draft as DraftFields
from consent.models import BrowserKey, Draft, Notice, Statement
from consent.purposes import Purpose, purpose_of
from consent.selectors.grants import current_notice, last_statement
from consent.selectors.ledger import ledger_head
from consent.selectors.works import works_of
from consent.services.people import subject_of
from consent.terms import terms_for

LIFETIME = timedelta(minutes=10)
MAX_OPEN_DRAFTS = 30
DECISIONS = {"grant": GIVEN, "refuse": REFUSED}


def make_draft(
    *, artist: AbstractBaseUser, purpose: str, decision: str, key: str, at: datetime
) -> tuple[JsonObject, Draft]:
    """(the unsigned statement, its row). Refuses `unknown-purpose`, `unknown-decision`, `bad-key`,
    `unknown-key`, `key-withdrawn`, `terms-missing`, `too-many-drafts`."""
    asked = purpose_of(purpose)
    if decision not in DECISIONS:
        raise refusal("unknown-decision")
    browser_key = live_key(artist_id=artist.pk, key=key)
    notice = current_notice(name=asked.notice, at=at)
    if notice is None:
        raise refusal("terms-missing")
    with transaction.atomic():
        _make_room(artist_id=artist.pk, at=at)
        document = _document(
            artist_id=artist.pk, purpose=asked, status=DECISIONS[decision], notice=notice, at=at
        )
        draft = Draft.objects.create(
            nonce=document["nonce"],
            artist_id=artist.pk,
            key=browser_key,
            notice=notice,
            document=canonical_bytes(document),
            issued_at=at,
            expires_at=at + LIFETIME,
        )
    return document, draft


def live_key(*, artist_id: int, key: str) -> BrowserKey:
    """The registered, live key of this artist; refuses `bad-key`, `unknown-key`, `key-withdrawn`."""
    multibase = key_multibase(public_key_bytes(key))
    known = BrowserKey.objects.filter(artist_id=artist_id, multibase=multibase).first()
    if known is None:
        raise refusal("unknown-key")
    if known.withdrawn_at is not None:
        raise refusal("key-withdrawn")
    return known


def use_draft(*, artist_id: int, document: JsonObject, at: datetime) -> Draft:
    """Take the draft this document answers, once. Call inside the transaction that records the statement.

    Refuses `unknown-draft` (another artist's looks the same), `draft-used`, `draft-expired`, `draft-changed`,
    `notice-changed`, `terms-changed`, `superseded`.
    """
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .select_related("key", "notice")
        .filter(nonce=document["nonce"], artist_id=artist_id)
        .first()
    )
    if draft is None:
        raise refusal("unknown-draft")
    if draft.used_at is not None:
        raise refusal("draft-used")
    if at >= draft.expires_at:
        raise refusal("draft-expired")
    if bytes(draft.document) != canonical_bytes(document):
        raise refusal("draft-changed")
    _check_still_true(draft, document=document, at=at)
    draft.used_at = at
    draft.save(update_fields=["used_at"])
    return draft


def _check_still_true(draft: Draft, *, document: JsonObject, at: datetime) -> None:
    """What the artist read must still be what holds, and nothing may have been decided in between."""
    current = current_notice(name=draft.notice.name, at=at)
    if current is None or current.pk != draft.notice_id:
        raise refusal("notice-changed")
    try:
        terms = terms_for(purpose_of(document["purpose"]))
    except Refusal as refused:
        raise refusal("terms-changed") from refused
    if terms != parse_canonical(bytes(draft.document))["terms"]:
        raise refusal("terms-changed")
    if _urn(last_statement(artist_id=draft.artist_id, purpose=document["purpose"])) != document["supersedes"]:
        raise refusal("superseded")


def _document(*, artist_id: int, purpose: Purpose, status: str, notice: Notice, at: datetime) -> JsonObject:
    return build(
        DraftFields(
            origin=settings.PUBLIC_ORIGIN,
            statement_id=str(uuid.uuid4()),
            subject=subject_of(artist_id=artist_id).urn,
            status=status,
            purpose=purpose.code,
            legal_basis=purpose.legal_basis,
            processing=purpose.processing,
            leaves_device=purpose.leaves_device,
            terms=terms_for(purpose),
            works=works_of(artist_id=artist_id) if purpose.from_campaign else None,
            notice=NoticeRef(notice.name, notice.version, notice.language, notice.sha256),
            issued_at=at,
            nonce=new_nonce(),
            supersedes=_urn(last_statement(artist_id=artist_id, purpose=purpose.code)),
            head=ledger_head(),
        )
    )


def _make_room(*, artist_id: int, at: datetime) -> None:
    mine = Draft.objects.filter(artist_id=artist_id)
    mine.filter(expires_at__lt=at - timedelta(days=1)).delete()
    if mine.filter(issued_at__gt=at - LIFETIME).count() >= MAX_OPEN_DRAFTS:
        raise refusal("too-many-drafts")


def _urn(statement: Statement | None) -> str | None:
    return f"urn:uuid:{statement.pk}" if statement else None


def new_nonce() -> str:
    """128 random bits in base32: a statement counts once because its nonce does."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
