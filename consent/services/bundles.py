"""Open a signed bundle for writing: the checkpoint, the paths and the signature are settled, the caller adds content.

with signed_bundle(file, at=now) as bundle:
    for page in pages:
        for record in opened_statements(page, prover=bundle.prover):
            bundle.writer.add_record(record)
    bundle.writer.add_file("README.html", [b"…"])
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from consent.ledger.bundle import BundleWriter
from consent.ledger.prover import Prover
from consent.ledger.statement import utc_text
from consent.models import Checkpoint
from consent.selectors.checkpoints import note_of
from consent.selectors.ledger import fetch, ledger_size
from consent.services.checkpoints import current_checkpoint
from consent.signing_keys import ledger_key, sign_document


@dataclass(frozen=True)
class OpenBundle:
    """A bundle that is being written: everything up to `checkpoint` can be proven in it."""

    writer: BundleWriter
    prover: Prover
    checkpoint: Checkpoint


@contextmanager
def signed_bundle(target: IO[bytes], *, at: datetime) -> Iterator[OpenBundle]:
    """Write a bundle into `target`, in flat memory; it is signed when the block ends without an error."""
    checkpoint = current_checkpoint(at=at, covering=ledger_size() - 1)
    writer = BundleWriter(
        target,
        checkpoint=note_of(checkpoint),
        vkey=ledger_key().vkey(),
        made=utc_text(at),
        sign=lambda document: sign_document(document, created=utc_text(at)),
    )
    with writer:
        yield OpenBundle(writer, Prover(checkpoint.size, fetch), checkpoint)
