"""`manage.py register_base FOLDER`: make a diffusers folder known to campaigns and agents."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from federation.protocol.errors import Refusal
from federation.services.bases import register_base


class Command(BaseCommand):
    help = "Registers a base: stores its files under their hashes and reads its adapter spec."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--name", default="", help="what people call it; default: the folder's name")

    def handle(self, *args: Any, folder: Path, name: str, **options: Any) -> None:
        try:
            base = register_base(folder=folder, name=name or folder.resolve().name, at=timezone.now())
        except FileNotFoundError as error:
            raise CommandError(str(error)) from None
        except Refusal as error:
            raise CommandError(f"{error.why} {error.fix}") from None
        self.stdout.write(base.hash)
