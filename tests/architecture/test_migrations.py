"""The tables are what the models say."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True)


def test_each_app_starts_with_one_initial_migration() -> None:
    from tests.architecture import tree

    for app in ("consent", "federation", "gallery"):
        assert (tree.ROOT / app / "migrations" / "0001_initial.py").exists()
