"""The chain of global versions: a round must start from the version that follows the last one seen here."""

from uuid import UUID

from edge.api import Api
from edge.state import State
from federation.protocol.errors import refusal
from federation.protocol.manifest import Previous

LONGEST_WALK = 1000


def follow(api: Api, state: State, campaign: UUID, previous: Previous) -> None:
    """Return once `previous` is the last seen version or follows from it, link by link, and remember it.

    The first version ever seen of a campaign is taken as it is. Raises Refusal `version-does-not-follow`.
    """
    last = state.last_version(campaign)
    if last is not None:
        number, sha256 = last
        if previous.number < number:
            raise refusal(
                "version-does-not-follow", f"Version {number} was seen, the round starts from an older one."
            )
        if previous.number - number > LONGEST_WALK:
            raise refusal("version-does-not-follow", f"Version {previous.number} is too far from {number}.")
        for step in range(number + 1, previous.number + 1):
            sha256 = _link(api, campaign, step, sha256)
        if sha256 != previous.sha256:
            raise refusal("version-does-not-follow", f"Version {previous.number} has another hash.")
    state.see_version(campaign, previous.number, previous.sha256)


def _link(api: Api, campaign: UUID, number: int, before: str) -> str:
    """The hash of version `number`, whose card must name the one before it."""
    card = api.version(campaign, number)
    named = card.get("previous")
    if not isinstance(named, dict) or named.get("number") != number - 1 or named.get("sha256") != before:
        raise refusal("version-does-not-follow", f"Version {number} does not name the one before it.")
    return str(card.get("sha256"))
