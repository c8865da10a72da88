"""Everything held about one artist, read through the register: what a copy holds, what an erasure would take."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from consent.holdings.kinds import Holding
from consent.holdings.registry import fate_of, personal_holdings, rows_of
from consent.models import BrowserKey, LegalHold, Restriction, Statement, SubjectRequest

MOST_FOUND = 50


@dataclass(frozen=True)
class Count:
    """How many rows one table holds of a person, and what an erasure makes of them."""

    title: str
    model: str
    rows: int
    fate: str
    kept: str


def counts_of(artist_id: int) -> list[Count]:
    """One line for each table that holds something of this artist, counted now."""
    found = []
    for holding in personal_holdings():
        rows = rows_of(holding, artist_id).count()
        if rows:
            found.append(Count(holding.title, holding.model, rows, fate_of(holding), holding.kept))
    return found


def exported_rows(holding: Holding, artist_id: int) -> Iterator[dict[str, Any]]:
    """The rows of one table as plain values, with the columns that may be handed out; a thousand in memory."""
    rows = rows_of(holding, artist_id).order_by("pk")
    attnames = {name: rows.model._meta.get_field(name).attname for name in holding.handed_out}
    for values in rows.values(*attnames.values()).iterator(chunk_size=1000):
        yield {name: plain(values[attname]) for name, attname in attnames.items()}


def plain(value: Any) -> Any:
    """A database value as JSON knows it; bytes as text where they are text, else in hex."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, memoryview | bytes):
        data = bytes(value)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.hex()
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool | dict | list):
        return value
    return str(value)


def find_people(words: str) -> QuerySet[Any]:
    """Accounts whose address, name, handle, subject, key or reference of a request fits: the first fifty by
    address. Nothing without words."""
    words = words.strip()
    people = get_user_model().objects.select_related("consent_subject")
    if not words:
        return people.none()
    fits = (
        Q(email__icontains=words)
        | Q(display_name__icontains=words)
        | Q(handle=words)
        | Q(consent_subject__urn=words)
    )
    fits |= Q(pk__in=BrowserKey.objects.filter(multibase=words).values("artist"))
    if words.upper().startswith("R-"):
        fits |= Q(pk__in=_asked_under(words[2:].lower()))
    return people.filter(fits).order_by("email")[:MOST_FOUND]


def _asked_under(start: str) -> list[int]:
    """Whose request has a reference that starts so."""
    if len(start) != 8 or not all(letter in "0123456789abcdef" for letter in start):
        return []
    first, last = UUID(start.ljust(32, "0")), UUID(start.ljust(32, "f"))
    rows = SubjectRequest.objects.filter(pk__range=(first, last)).exclude(artist=None)
    return list(rows.values_list("artist_id", flat=True))


def statements_about(artist_id: int) -> QuerySet[Statement]:
    """All statements, newest first, with what a page shows of them."""
    found = Statement.objects.filter(artist_id=artist_id).select_related("notice", "entry", "key")
    return found.order_by("-entry")


def live_restriction(artist_id: int) -> Restriction | None:
    """The restriction of processing in force now, if there is one."""
    return Restriction.objects.filter(artist_id=artist_id, until=None).select_related("request").first()


def holds_on(artist_id: int) -> QuerySet[LegalHold]:
    """All legal holds on this person, newest first."""
    return LegalHold.objects.filter(artist_id=artist_id)
