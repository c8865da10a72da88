"""A receipt as a file: the same bytes on the page, in the letter and wherever else one is handed out."""

import json
from datetime import datetime
from uuid import UUID

from consent.services.receipts import make_receipt


def receipt_file(*, artist_id: int, statement_id: UUID, at: datetime) -> tuple[str, bytes, str]:
    """(name, bytes, media type). Refuses `no-receipt` for a statement of somebody else, or none."""
    found = make_receipt(artist_id=artist_id, statement_id=statement_id, at=at)
    name = f"fedart-receipt-{statement_id}.json"
    return name, json.dumps(found, indent=1).encode(), "application/json"
