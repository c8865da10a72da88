"""Record what an artist said: a signed statement, or a revocation that needs nothing but the artist."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from consent.errors import refusal
from consent.ledger.canonical import JsonObject, canonical_bytes, parse_canonical
from consent.ledger.signing import verify
from consent.ledger.statement import (
    GIVEN,
    MAX_SKEW,
    WITHDRAWN,
    Draft,
    NoticeRef,
    build,
    check_fields,
    parse_time,
)
from consent.models import Statement
from consent.policy import expiry
from consent.purposes import purpose_of
from consent.queue import queue_receipt
from consent.selectors.grants import last_statement
from consent.selectors.ledger import ledger_head
from consent.services.drafts import live_key, new_nonce, use_draft
from consent.services.ledger import append_bytes, lock_head
from consent.services.passkeys import check_passkey
from consent.services.people import subject_of


def record_statement(
    *,
    artist: AbstractBaseUser,
    document: bytes,
    at: datetime | None = None,
    passkey: Mapping[str, Any] | None = None,
) -> Statement:
    """Check a signed statement to the last byte, store exactly those bytes and append the entry.

    `passkey` is a WebAuthn assertion over the same 64 bytes, kept beside the statement. Cheap checks first, the
    database last; every refusal (docs/consent.md lists them) leaves everything as it was.
    """
    at = at or timezone.now()
    secured = parse_canonical(document)  # size, UTF-8, duplicate names, canonical form
    check_fields(secured)
    purpose_of(secured["purpose"])
    multibase = verify(secured)
    key = live_key(artist_id=artist.pk, key=multibase)
    created = parse_time(secured["proof"]["created"])
    unsigned = {name: value for name, value in secured.items() if name != "proof"}
    second = check_passkey(artist_id=artist.pk, secured=secured, assertion=passkey) if passkey else None
    with transaction.atomic():
        lock_head()  # statements are taken one after the other, so "the last one" below is well defined
        draft = use_draft(artist_id=artist.pk, document=unsigned, at=at)
        if draft.key_id != key.pk:
            raise refusal("draft-changed", detail="another key was announced")
        if not draft.issued_at - MAX_SKEW <= created <= at + MAX_SKEW:
            raise refusal("clock-skew")
        entry = append_bytes(kind="statement", data=document, at=at, keep=None)
        statement = Statement.objects.create(
            id=uuid.UUID(secured["id"]),
            artist_id=artist.pk,
            purpose=secured["purpose"],
            status=secured["status"],
            attested_by=Statement.AttestedBy.KEY,
            key=key,
            notice=draft.notice,
            document=document,
            recorded_at=at,
            expires_at=expiry(at) if secured["status"] == GIVEN else None,
            entry=entry,
        )
        if second is not None:
            second.statement = statement
            second.save(force_insert=True)
        queue_receipt(statement.pk)
    return statement


def revoke(*, artist: AbstractBaseUser, purpose: str, at: datetime) -> Statement | None:
    """Take a permission back; needs no key. Returns the statement that stands last, if there is one.

    Idempotent: where nothing stands granted, nothing is written. An expired grant can still be revoked.
    """
    code = purpose_of(purpose).code
    with transaction.atomic():
        lock_head()
        last = last_statement(artist_id=artist.pk, purpose=code)
        if last is None or last.status != GIVEN:
            return last
        statement_id = uuid.uuid4()
        document = canonical_bytes(_withdrawal(last, statement_id=statement_id, at=at))
        entry = append_bytes(kind="statement", data=document, at=at, keep=None)
        queue_receipt(statement_id)
        return Statement.objects.create(
            id=statement_id,
            artist_id=artist.pk,
            purpose=code,
            status=WITHDRAWN,
            attested_by=Statement.AttestedBy.SESSION,
            notice=last.notice,
            document=document,
            recorded_at=at,
            entry=entry,
        )


def _withdrawal(last: Statement, *, statement_id: uuid.UUID, at: datetime) -> JsonObject:
    """The same terms and notice as the grant it ends; no proof, and it says openly who attests it."""
    granted = parse_canonical(bytes(last.document))
    purpose = purpose_of(last.purpose)
    return build(
        Draft(
            origin=settings.PUBLIC_ORIGIN,
            statement_id=str(statement_id),
            subject=subject_of(artist_id=last.artist_id).urn,
            status=WITHDRAWN,
            purpose=last.purpose,
            legal_basis=purpose.legal_basis,
            processing=purpose.processing,
            leaves_device=purpose.leaves_device,
            terms=granted["terms"],
            works=granted["data"].get("works"),
            notice=NoticeRef(**_notice_fields(granted["notice"])),
            issued_at=at,
            nonce=new_nonce(),
            supersedes=f"urn:uuid:{last.pk}",
            head=ledger_head(),
            attested_by=Statement.AttestedBy.SESSION.value,
        )
    )


def _notice_fields(notice: JsonObject) -> dict[str, str]:
    return {"name": notice["id"], **{name: notice[name] for name in ("version", "language", "sha256")}}
