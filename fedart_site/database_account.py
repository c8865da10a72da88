"""What an account of PostgreSQL must be allowed before tables can be made, said before anything is tried."""

from django.db import connection


class SetupTrouble(Exception):
    """A step of `manage.py setup` that cannot be done; `fix` is a whole sentence."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why)
        self.fix = fix


MAY = """
SELECT current_user::text, current_database()::text, current_schema()::text,
    current_schema() IS NOT NULL AND has_schema_privilege(current_user, current_schema(), 'CREATE')
"""


def may_make_tables() -> str:
    """Who is connected where. Raises SetupTrouble, with the line that the owner of the database has to run."""
    with connection.cursor() as cursor:
        cursor.execute(MAY)
        account, database, schema, may = cursor.fetchone()
    if may:
        return f"{account} may make tables in {database}"
    grant = f"GRANT USAGE, CREATE ON SCHEMA {schema or 'public'} TO {account};"
    raise SetupTrouble(
        f"the account {account} may not make tables in the database {database}",
        f"Let the owner of the database run `{grant}`, or name an account that may in DATABASE_OWNER_URL "
        "(docs/production.md, section 2). Then run `python manage.py setup` again.",
    )
