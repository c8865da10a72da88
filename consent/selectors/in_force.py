"""The rule "in force" inside other rooms' queries, so that a wall of a thousand pictures asks once."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from consent.ledger.statement import GIVEN
from consent.models import Notice, Pause, Statement
from consent.purposes import purpose_of
from consent.selectors.restrictions import restricted_at


def in_force(*, purpose: str, at: datetime, artist: str = "artist") -> Combinable:
    """A condition over rows whose column `artist` is an account: has it a live grant for this purpose at `at`?

    The policy of consent/policy.py, pauses and restrictions in SQL; a test holds it against `live_grants`.
    """
    asked = purpose_of(purpose)
    major = Notice.objects.filter(name=asked.notice, language="en", valid_from__lte=at)
    live = Statement.objects.filter(
        artist=OuterRef(artist),
        purpose=asked.code,
        status=GIVEN,
        recorded_at__lte=at,
        expires_at__gt=at,
        notice__major__gte=Coalesce(
            Subquery(major.order_by("-valid_from", "-entry").values("major")[:1]), Value(0)
        ),
    )
    return Exists(live.filter(~Exists(later_than(at)), ~Exists(paused_at(at)), ~restricted_at(at)))


def later_than(at: datetime) -> QuerySet[Statement]:
    """Statements after the outer one on the same purpose by the same artist, recorded by `at`."""
    return Statement.objects.filter(
        artist=OuterRef("artist"),
        purpose=OuterRef("purpose"),
        entry__gt=OuterRef("entry"),
        recorded_at__lte=at,
    )


def paused_at(at: datetime) -> QuerySet[Pause]:
    """Pauses of the outer statement's artist that hold at `at`."""
    return Pause.objects.filter(artist=OuterRef("artist")).filter(_open_at(at))


def is_paused(*, artist_id: int, at: datetime) -> Pause | None:
    """The pause that holds at `at`, if everything of this artist is paused."""
    return Pause.objects.filter(artist_id=artist_id).filter(_open_at(at)).first()


def _open_at(at: datetime) -> Q:
    return Q(began_at__lte=at) & (Q(ended_at=None) | Q(ended_at__gt=at))
