"""Browsers of people at the desk."""

from django.test import Client

from gallery.models import Artist
from tests.people import PASSWORD


def seat(person: Artist, *, fresh: bool = True) -> Client:
    """A browser in which this person is signed in; `fresh`: and gave the password again a moment before."""
    client = Client()
    client.force_login(person)
    if fresh and person.has_usable_password():
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client
