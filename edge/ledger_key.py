"""The key of the server's ledger: vouched for by the pinned server key, learnt at enrolment, and kept for good."""

from collections.abc import Mapping
from typing import Any

from consent.errors import Refusal as ConsentRefusal
from consent.ledger.multibase import key_multibase
from consent.ledger.notes import Key, parse_vkey
from consent.ledger.vouching import vouched_key
from edge.api import Api
from edge.state import State
from federation.protocol import keys
from federation.protocol.errors import refusal

NOTE = "ledger-vkey"  # not the name under which older agents kept the first key they saw


def pinned(api: Api, state: State, server_key: str) -> Key:
    """The key that every checkpoint must be signed with; asked for once, where enrolment did not learn it."""
    known = state.noted(NOTE)
    if known is None:
        keep(state, known := asked(api, server_key))
    return parse_vkey(known)


def asked(api: Api, server_key: str) -> str:
    """What the server says it is (a C2SP verifier key), if `server_key` (base64url) vouches for it.

    Raises Refusal `ledger-key-unvouched`.
    """
    told = api.ledger_key().get("vouched")
    if not isinstance(told, Mapping):
        raise refusal("ledger-key-unvouched", "Nothing vouches for it.")
    return _vouched(told, key_multibase(keys.public_key(server_key))).vkey()


def keep(state: State, vkey: str) -> None:
    """From now on there is no other."""
    state.note(NOTE, vkey)


def _vouched(told: Mapping[str, Any], server: str) -> Key:
    try:
        return vouched_key(told, by=server)
    except ConsentRefusal as refused:
        raise refusal("ledger-key-unvouched", refused.why) from None
    except (TypeError, ValueError, AttributeError) as error:
        raise refusal("ledger-key-unvouched", f"It cannot be read ({type(error).__name__}).") from None
