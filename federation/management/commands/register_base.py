"""`manage.py register_base FOLDER|OWNER/NAME`: make a base known to campaigns and agents."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from diffusion.hub import HubError, is_hub_id, look
from federation.models import Base
from federation.protocol.errors import Refusal
from federation.services.bases import fetch_base, register_base

MB = 1_000_000


class Command(BaseCommand):
    help = "Registers a base: stores its files under their hashes and reads its adapter spec."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "source", help="a folder that diffusers wrote, or the id of a base at a hub: owner/name"
        )
        parser.add_argument("--name", default="", help="what people call it; default: the folder's name")
        parser.add_argument("--revision", default="main", help="at a hub: a branch, a tag or a commit")

    def handle(self, *args: Any, source: str, name: str, revision: str, **options: Any) -> None:
        try:
            base = self._base(source, name, revision)
        except (FileNotFoundError, HubError) as error:
            raise CommandError(str(error)) from None
        except Refusal as error:
            raise CommandError(f"{error.why} {error.fix}") from None
        self.stdout.write(base.hash)

    def _base(self, source: str, name: str, revision: str) -> Base:
        folder = Path(source)
        if folder.is_dir() or not is_hub_id(source):
            return register_base(folder=folder, name=name or folder.resolve().name, at=timezone.now())
        offer = look(source, revision=revision)
        self.stderr.write(f"{source} at {offer.commit}: {offer.size / MB:.0f} MB")
        return fetch_base(
            offer=offer, name=name or source, at=timezone.now(),
            on_file=lambda done, of: self.stderr.write(f"{done / MB:.0f} of {of / MB:.0f} MB"),
        )  # fmt: skip
