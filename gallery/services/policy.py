"""The policy on prompts: refuse names that may not be used, and let moderators change which."""

from datetime import datetime

from django.core.cache import cache

from gallery.errors import Refusal, listed
from gallery.models import Artist, RefusedName
from gallery.prompt_policy import NAME_MIN, found_in, key_of

NAME_MAX, SOURCE_MAX, NAMES_MAX = 120, 300, 20_000
CACHED_FOR_S = 60
_CACHE = "refused-names"


def refuse_names(*texts: str) -> None:
    """Refuse a prompt that names a living artist who has not agreed. Refusal `prompt-names-artist`, with the name.

    Reads a copy of the table at most CACHED_FOR_S old; a change by a moderator counts at once.
    """
    names: dict[str, str] | None = cache.get(_CACHE)
    if names is None:
        names = dict(RefusedName.objects.filter(in_force=True).values_list("key", "name")[:NAMES_MAX])
        cache.set(_CACHE, names, CACHED_FOR_S)
    for text in texts:
        key = found_in(text, names)
        if key:
            raise Refusal(
                code="prompt-names-artist",
                why=f"“{names[key]}” is a living artist who has not agreed to pictures asked for by name.",
                fix="Say what should be in the picture and how it should look, without the name.",
                status=422,
                field="prompt",
            )


def add_name(*, name: str, source: str, moderator: Artist, at: datetime) -> RefusedName:
    """Put a name into the table, in force; one that is there already is put in force again with the new source.

    Refusals `name-unfit`, `name-source-missing`.
    """
    tidy, why = " ".join(name.split()), " ".join(source.split())
    key = key_of(tidy)
    if (
        not tidy.isprintable()
        or len(tidy) > NAME_MAX
        or len(key) > NAME_MAX
        or len(key.replace(" ", "")) < NAME_MIN
    ):
        raise listed("name-unfit")
    if not why or len(why) > SOURCE_MAX or not why.isprintable():
        raise listed("name-source-missing")
    values = {"name": tidy, "source": why, "in_force": True, "changed_by": moderator, "changed_at": at}
    row = RefusedName.objects.update_or_create(key=key, defaults=values)[0]
    cache.delete(_CACHE)
    return row


def set_in_force(*, row: RefusedName, in_force: bool, moderator: Artist, at: datetime) -> RefusedName:
    """Switch a name off, because she agreed or it was a mistake, or on again. The row stays, with who and when."""
    row.in_force, row.changed_by, row.changed_at = in_force, moderator, at
    row.save(update_fields=["in_force", "changed_by", "changed_at"])
    cache.delete(_CACHE)
    return row
