"""The cast of the tests. Each name says what the person does in the story.

Alice consents, Bob revokes, Charlie is a stranger; Olga operates, Connie is compliance officer, Mo moderates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gallery.models import Artist, RefusedName

PASSWORD = "a long pass phrase, 2026"


@dataclass(frozen=True)
class Person:
    """Who somebody is, before there is an account."""

    name: str
    group: str = ""

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@example.org"


ALICE = Person("Alice")
BOB = Person("Bob")
CHARLIE = Person("Charlie")
OLGA = Person("Olga", "operator")
CONNIE = Person("Connie", "compliance officer")
MO = Person("Mo", "moderator")
EVERYBODY = (ALICE, BOB, CHARLIE, OLGA, CONNIE, MO)


def make(person: Person) -> Artist:
    """The person's account, with a verified address and the person's group."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth.models import Group

    from gallery.models import Artist

    artist = Artist.objects.create_user(person.email, PASSWORD, display_name=person.name)
    EmailAddress.objects.create(user=artist, email=person.email, verified=True, primary=True)
    if person.group:
        artist.groups.add(Group.objects.get_or_create(name=person.group)[0])
    return artist


def refused_name() -> RefusedName:
    """Greg Rutkowski in the table of names. A migration puts him in; a test that empties all tables takes him out."""
    from gallery.models import RefusedName

    told = {"name": "Greg Rutkowski", "source": "", "changed_at": datetime.now(UTC)}
    return RefusedName.objects.get_or_create(key="greg rutkowski", defaults=told)[0]
