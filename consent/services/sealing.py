"""Seal the statements of an erased account to a key that the data protection officer keeps offline."""

import json
from datetime import datetime

import pyrage
from django.conf import settings

from consent.deadlines import months_later
from consent.ledger.statement import utc_text
from consent.models import SealedStatements
from consent.selectors.history import statements_of
from consent.services.receipts import make_receipt

CLAIM_MONTHS = 36  # the usual limitation; docs/compliance.md says where to change it


def seal_statements(*, artist_id: int, reference: str, at: datetime) -> SealedStatements | None:
    """Encrypt every receipt (age, X25519) to STATEMENT_SEAL_RECIPIENT; None where there is none, or nothing to seal.

    The row names nobody. Idempotent by reference. Raises ValueError where the setting is not an age recipient.
    """
    recipient = settings.STATEMENT_SEAL_RECIPIENT
    ids = list(statements_of(artist_id).values_list("pk", flat=True))
    if not recipient or not ids:
        return None
    receipts = [make_receipt(artist_id=artist_id, statement_id=statement_id, at=at) for statement_id in ids]
    plain = json.dumps(
        {"format": "fedart-sealed-1", "sealed_at": utc_text(at), "receipts": receipts}
    ).encode()
    try:
        key = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise ValueError("STATEMENT_SEAL_RECIPIENT is not an age recipient (age1...).") from error
    sealed, _made = SealedStatements.objects.get_or_create(
        reference=reference,
        defaults={
            "ciphertext": pyrage.encrypt(plain, [key]),
            "recipient": recipient,
            "statements": len(ids),
            "made_at": at,
            "delete_after": months_later(at, CLAIM_MONTHS),
        },
    )
    return sealed
