"""Make a receipt: a checkpoint is signed where none covers the entry yet."""

from datetime import datetime
from typing import Any
from uuid import UUID

from consent.errors import refusal
from consent.ledger.verify import to_b64url
from consent.models import SecondSignature
from consent.selectors.history import receipt, statements_of
from consent.services.checkpoints import current_checkpoint


def make_receipt(*, artist_id: int, statement_id: UUID, at: datetime) -> dict[str, Any]:
    """The receipt of one statement of this artist. Refuses `no-receipt` for a statement of somebody else, or none."""
    statement = statements_of(artist_id).filter(pk=statement_id).first()
    if statement is None:
        raise refusal("no-receipt")
    found = receipt(statement=statement, checkpoint=current_checkpoint(at=at, covering=statement.entry_id))
    second = getattr(statement, "second_signature", None)
    return found if second is None else found | {"passkey": _passkey(second)}


def _passkey(second: SecondSignature) -> dict[str, str]:
    """The second signature as a receipt holds it; `publicKey` is a DER SubjectPublicKeyInfo."""
    return {
        "rpId": second.rp_id,
        "publicKey": to_b64url(bytes(second.public_key)),
        "clientDataJSON": to_b64url(bytes(second.client_data)),
        "authenticatorData": to_b64url(bytes(second.authenticator_data)),
        "signature": to_b64url(bytes(second.signature)),
    }
