"""The roles fedart_app and fedart_owner, and who may do what with the ledger (0005_roles.sql)."""

from pathlib import Path
from typing import Any

from django.db import migrations

ROLES = Path(__file__).with_name("0005_roles.sql")


def make_roles(apps: Any, schema_editor: Any) -> None:
    """Roles, grants and ownership, where this account may."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = schema_editor.connection.ops.quote_name(cursor.fetchone()[0])
        cursor.execute(ROLES.read_text("utf-8").format(schema=schema))


class Migration(migrations.Migration):
    dependencies = [("consent", "0004_desk")]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
