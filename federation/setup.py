"""The steps of `manage.py setup` that belong to federation, in order."""

from collections.abc import Callable

from federation.services.setup import make_oauth_application, register_shipped_base, start_first_campaign

STEPS: list[tuple[str, Callable[[], str]]] = [
    ("OAuth client of the agents", make_oauth_application),
    ("shipped base", register_shipped_base),
    ("first campaign", start_first_campaign),
]
