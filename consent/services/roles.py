"""The two accounts of PostgreSQL, looked after at every setup: who owns the ledger, and who the application is."""

from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

ROLES = Path(__file__).parents[1] / "migrations" / "0005_roles.sql"
WHO = """
SELECT relowner::regrole::text, EXISTS (SELECT FROM pg_roles WHERE rolname = %(app)s),
    EXISTS (SELECT FROM pg_roles WHERE rolname = %(app)s AND pg_has_role(rolname, relowner, 'MEMBER'))
FROM pg_class WHERE oid = 'consent_entry'::regclass
"""
DO_THIS = (
    "Make the roles fedart_app and fedart_owner as docs/production.md says (section 2), name them in DATABASE_URL and "
    "DATABASE_OWNER_URL, and run `python manage.py setup` again"
)


def keep_roles() -> str:
    """Make the roles where this account may, give the ledger to its owner and the application its rights; harmless to
    repeat. Says in words who can do what now: on a managed server an operator makes the roles herself."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = connection.ops.quote_name(cursor.fetchone()[0])
        cursor.execute(ROLES.read_text("utf-8").format(schema=schema))
        cursor.execute(WHO, {"app": settings.DATABASE_APP_ACCOUNT})
        owner, known, climbs = cursor.fetchone()
    app = settings.DATABASE_APP_ACCOUNT or "the application"
    if known and not climbs:
        return f"the ledger belongs to {owner}; {app} may read it and append to it, and nothing else"
    return f"the ledger belongs to {owner}, and {app} could lower the fence around it. {DO_THIS}"
