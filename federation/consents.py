"""On which statement an artist's part in a round rests, as of the ledger checkpoint that the version's card names."""

from dataclasses import dataclass
from datetime import datetime

from consent.purposes import TRAIN_SHARED
from consent.selectors import Grant, live_grant
from federation.models import AdapterVersion, Participation, Round
from federation.terms import terms_of


@dataclass(frozen=True)
class RoundConsent:
    """One artist and one round.

    `in_sum`: whether her update is in the published sum. `at`: the moment that is asked about, the version's
    publication, or now while there is none. `size`, `root`: the checkpoint on the card; 0 and "" while there is none.
    `grant`: the statement in force then under the terms of the campaign, inside that checkpoint; None where there was
    none. Its proof is the receipt of the statement.
    """

    round: Round
    in_sum: bool
    at: datetime
    size: int
    root: str
    grant: Grant | None

    @property
    def sentence(self) -> str:
        """The answer in words."""
        when = "when this version was published" if self.size else "now"
        if self.grant is None:
            return f"No statement of this artist allowed this round {when}."
        inside = f", inside the checkpoint of {self.size} entries that the card names" if self.size else ""
        return f"The statement at entry {self.grant.entry_index} of the ledger was in force {when}{inside}."


def as_of(*, artist_id: int, round_: Round, now: datetime) -> RoundConsent:
    """The consent behind an artist's part in a round, whatever was decided later; three queries."""
    version: AdapterVersion | None = getattr(round_, "version", None)
    at = version.created_at if version else now
    ledger = version.card.get("ledger", {}) if version else {}
    size = int(ledger.get("size", 0))
    grant = live_grant(artist_id=artist_id, purpose=TRAIN_SHARED, at=at, terms=terms_of(round_.campaign))
    if grant is not None and size and grant.entry_index >= size:
        grant = None  # it came after the checkpoint
    part = Participation.objects.filter(round=round_, artist_id=artist_id).first()
    in_sum = part is not None and version is not None and part.state == "counted"
    return RoundConsent(round_, in_sum, at, size, str(ledger.get("root", "")), grant)
