"""What `manage.py setup` does for consent; harmless to repeat."""

from collections.abc import Callable

from django.utils import timezone

from consent.selectors import ledger_head
from consent.services.notices import install_shipped_notices
from consent.services.roles import keep_roles


def open_ledger() -> str:
    """Where the ledger stands."""
    size, root = ledger_head()
    return f"ledger has {size} entries, root {root[:12]}"


def install_notices() -> str:
    """The texts people read before they decide."""
    new = install_shipped_notices(at=timezone.now())
    return (
        f"installed {', '.join(str(notice) for notice in new)}"
        if new
        else "all notices were installed already"
    )


STEPS: list[tuple[str, Callable[[], str]]] = [
    ("the ledger's accounts", keep_roles),
    ("open the consent ledger", open_ledger),
    ("install the notices", install_notices),
]
