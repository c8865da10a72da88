"""`manage.py retention [--dry-run]`: delete what has had its time, and print the report."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from consent.services.retention import run_retention


class Command(BaseCommand):
    help = "Runs the retention schedule once and prints, for each rule, what was due and what is left."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count only, delete nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        run = run_retention(at=timezone.now(), dry=dry_run)
        for line in run.report:
            self.stdout.write(
                f"{line['code']:<20} {line['period']:>9}   due {line['due']:>6}   deleted {line['deleted']:>6}   "
                f"left {line['left']:>6}   held {line['held']:>4}   {line['title']}"
            )
        self.stdout.write(f"run {run.pk}{', nothing was deleted (dry run)' if dry_run else ''}")
