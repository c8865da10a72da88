"""`manage.py grant_role EMAIL ROLE`: make somebody compliance officer, operator or moderator (or take it back)."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gallery.models.artist import STAFF_ROLES, Artist
from gallery.services.accounts import grant_role, take_role


class Command(BaseCommand):
    help = "Gives an account a staff role. The account is made, with a password that is printed once, if it is new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", choices=STAFF_ROLES)
        parser.add_argument("--take-back", action="store_true", help="the account keeps everything else")
        parser.add_argument("--name", default="", help="display name of a new account")

    def handle(self, *args: Any, email: str, role: str, take_back: bool, name: str, **options: Any) -> None:
        artist = Artist.objects.filter(email__iexact=email).first()
        if take_back:
            if artist is None:
                raise CommandError(f"There is no account {email}. Check the spelling.")
            take_role(artist=artist, role=role)
            self.stdout.write(f"{email} is no longer {role}.")
            return
        if artist is None:
            password = secrets.token_urlsafe(18)
            artist = Artist.objects.create_user(email, password, display_name=name)
            self.stdout.write(f"Made the account {email}. Its password, shown only now: {password}")
        grant_role(artist=artist, role=role)
        self.stdout.write(f"{email} is {role}.")
