"""The first names of the table: artists who went to court about their names and works (Andersen v. Stability AI)."""

from datetime import UTC, datetime

from django.apps.registry import Apps as StateApps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SOURCE = "Plaintiff in Andersen v. Stability AI (N.D. Cal., 3:23-cv-00201): does not agree"
NAMES = (
    "Sarah Andersen",
    "Kelly McKernan",
    "Karla Ortiz",
    "Greg Rutkowski",
    "Grzegorz Rutkowski",
    "Gregory Manchess",
    "Gerald Brom",
    "Jingna Zhang",
    "Julia Kaye",
    "Adam Ellis",
    "Hawke Southworth",
)


def put_in(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    table = apps.get_model("gallery", "RefusedName")
    at = datetime.now(UTC)
    for name in NAMES:
        table.objects.get_or_create(
            key=name.lower(), defaults={"name": name, "source": SOURCE, "changed_at": at}
        )


class Migration(migrations.Migration):
    dependencies = [("gallery", "0007_viewers_and_reports")]
    operations = [migrations.RunPython(put_in, migrations.RunPython.noop)]
