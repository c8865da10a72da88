"""The wall as one viewer sees it: who may be shown, what she looks for, what she hid, in pages that stay put."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet
from django.utils import timezone

from consent.purposes import CREDIT_BY_NAME
from consent.selectors import in_force
from gallery.generation.params import SEED_MAX
from gallery.limits import FILTER_WORDS_MAX
from gallery.models import Artist, Hidden, Image
from gallery.selectors import published, turn_page, wants_adult

NAMES_MAX = 50
"""Artists of one name, or part of it, that a filter takes in."""


@dataclass(frozen=True)
class Wanted:
    """What the viewer looks for; every field may be empty. Read from an address, so nothing in it is trusted."""

    text: str = ""
    artist: str = ""
    version: int | None = None
    seed: int | None = None
    since: date | None = None
    until: date | None = None
    ignored: tuple[str, ...] = field(default=(), compare=False)
    """Names of fields whose value made no sense: the page says so."""

    @property
    def any(self) -> bool:
        """Whether anything is looked for."""
        return self != Wanted()

    @property
    def query(self) -> str:
        """The same as an address: what parse reads back."""
        found = {
            name: getattr(self, name) for name in ("text", "artist", "version", "seed", "since", "until")
        }
        return urlencode({name: value for name, value in found.items() if value not in ("", None)})


def parse(query: Mapping[str, str]) -> Wanted:
    """The filters of an address; what makes no sense is left out and named in `ignored`."""
    bad: list[str] = []

    def number(name: str, most: int) -> int | None:
        raw = query.get(name, "").strip()
        if raw.isascii() and raw.isdigit() and len(raw) < 12 and int(raw) <= most:
            return int(raw)
        bad.extend([name] if raw else [])
        return None

    def day(name: str) -> date | None:
        raw = query.get(name, "").strip()
        try:
            return date.fromisoformat(raw) if raw else None
        except ValueError:
            bad.append(name)
            return None

    def words(name: str) -> str:
        return " ".join(query.get(name, "").split())[:FILTER_WORDS_MAX]

    return Wanted(
        text=words("text"),
        artist=words("artist"),
        version=number("version", 10**6),
        seed=number("seed", SEED_MAX),
        since=day("since"),
        until=day("until"),
        ignored=tuple(bad),
    )


def shown_to(viewer_id: int | None, *, at: datetime) -> QuerySet[Image]:
    """Published pictures that this viewer sees: without adult ones unless she switched them on, without hidden ones."""
    rows = published(at=at)
    if viewer_id is None:
        return rows.filter(adult=False)
    mine = Hidden.objects.filter(viewer_id=viewer_id)
    if not wants_adult(viewer_id):
        rows = rows.filter(adult=False)
    return rows.exclude(
        Q(artist__in=mine.filter(version=None).values("artist"))
        | Q(version__in=mine.filter(artist=None).values("version"))
    )


def looking_for(rows: QuerySet[Image], wanted: Wanted, *, at: datetime) -> QuerySet[Image]:
    """Only what fits. Prompt and seed are found where their artist shows them, names where she allows it."""
    if wanted.text:
        rows = rows.filter(words=SearchQuery(wanted.text, config="simple", search_type="websearch"))
    if wanted.artist:
        named = Artist.objects.filter(
            in_force(purpose=CREDIT_BY_NAME, at=at, artist="pk"), display_name__icontains=wanted.artist
        )
        rows = rows.filter(artist__in=list(named.values_list("pk", flat=True)[:NAMES_MAX]))
    if wanted.version is not None:
        rows = rows.filter(version__number=wanted.version)
    if wanted.seed is not None:
        rows = rows.filter(seed=wanted.seed, recipe_public=True)
    if wanted.since:
        rows = rows.filter(published_at__gte=_midnight(wanted.since))
    if wanted.until and wanted.until < date.max:
        rows = rows.filter(published_at__lt=_midnight(wanted.until + timedelta(days=1)))
    return rows


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def wall(
    *,
    viewer_id: int | None = None,
    wanted: Wanted = Wanted(),
    before: tuple[datetime, int] | None,
    size: int,
) -> tuple[list[Image], str]:
    """Published pictures, newest first: the pictures and the next cursor."""
    at = timezone.now()
    rows = looking_for(shown_to(viewer_id, at=at), wanted, at=at)
    return turn_page(rows, field="published_at", before=before, size=size)


def wall_of(
    *, artist: Artist, viewer_id: int | None = None, before: tuple[datetime, int] | None, size: int
) -> tuple[list[Image], str]:
    """The published pictures of one artist. Who opens the page of an artist she hid sees them all the same."""
    rows = published(at=timezone.now()).filter(artist=artist)
    if not wants_adult(viewer_id):
        rows = rows.filter(adult=False)
    return turn_page(rows, field="published_at", before=before, size=size)


def hidden_by(*, viewer_id: int, at: datetime) -> QuerySet[Hidden]:
    """What this viewer hid, newest first; `named` says whether the artist may be named now."""
    named = in_force(purpose=CREDIT_BY_NAME, at=at)
    rows = Hidden.objects.filter(viewer_id=viewer_id).annotate(named=named)
    return rows.select_related("artist", "version__campaign").order_by("-at")
