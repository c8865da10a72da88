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
    sha256 = _walk(api, state, campaign, previous.number)
    if sha256 is not None and sha256 != previous.sha256:
        raise refusal("version-does-not-follow", f"Version {previous.number} has another hash.")
    state.see_version(campaign, previous.number, previous.sha256)


def newest(api: Api, state: State, campaign: UUID) -> tuple[int, str] | None:
    """The campaign's newest version, number and hash, once it is seen to follow; None while there is nothing to follow.

    Raises Refusal `version-does-not-follow`.
    """
    number = api.campaign(campaign).get("newest_version")
    if type(number) is not int or state.last_version(campaign) is None:
        return None
    sha256 = _walk(api, state, campaign, number)
    assert sha256 is not None
    state.see_version(campaign, number, sha256)
    return number, sha256


def _walk(api: Api, state: State, campaign: UUID, number: int) -> str | None:
    """The hash of version `number`, link by link from the last one seen; None where none was seen yet."""
    last = state.last_version(campaign)
    if last is None:
        return None
    at, sha256 = last
    if number < at:
        raise refusal("version-does-not-follow", f"Version {at} was seen, and now an older one is the last.")
    if number - at > LONGEST_WALK:
        raise refusal("version-does-not-follow", f"Version {number} is too far from {at}.")
    for step in range(at + 1, number + 1):
        sha256 = _link(api, campaign, step, sha256)
    return sha256


def _link(api: Api, campaign: UUID, number: int, before: str) -> str:
    """The hash of version `number`, whose card must name the one before it."""
    told = api.version(campaign, number)
    card = told.get("card")
    named = card.get("previous") if isinstance(card, dict) else None
    if not isinstance(named, dict) or named.get("number") != number - 1 or named.get("sha256") != before:
        raise refusal("version-does-not-follow", f"Version {number} does not name the one before it.")
    return str(told.get("sha256"))
