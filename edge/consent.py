"""The artist's own yes, checked on her own computer before anything is trained: the server's word is not enough.

The server shows the last statement of this artist about training, with its proof. It counts if it stands in the ledger,
was signed by a key that she confirmed here, says yes to these terms and these works, has not expired, and nothing later
was ever seen here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from consent.errors import Refusal as ConsentRefusal
from consent.ledger.multibase import key_fingerprint
from consent.ledger.statement import GIVEN, NO_CAP, WITHDRAWN, parse_time
from consent.policy import expiry
from consent.purposes import TRAIN_SHARED
from edge import works
from edge.memory import Ledger
from edge.opened import Opened, opened
from edge.state import State
from federation.protocol.errors import refusal
from federation.protocol.manifest import Manifest
from federation.protocol.schemes import scheme

SEEN, SUBJECT = "consent-seen", "consent-subject"
LEAF = "consent-leaf:"
"""With a statement's id: the hash of its entry in the ledger, for `receipts --verify`."""
# What the artist can mend by herself while the round still waits: it is looked at again, not refused for good.
MENDABLE = frozenset(
    (
        "artist-key-missing",
        "artist-key-unknown",
        "consent-missing",
        "consent-revoked",
        "consent-expired",
        "consent-other-terms",
        "works-not-covered",
    )
)


@dataclass(frozen=True)
class Permission:
    """A yes that holds for a round. `works`: SHA-256 of the pictures it covers; None stands for the folder as it is."""

    statement: str
    works: frozenset[str] | None


def permission(
    receipt: Mapping[str, Any] | None,
    manifest: Manifest,
    *,
    keys: tuple[str, ...],
    ledger: Ledger,
    state: State,
    at: datetime,
) -> Permission:
    """The artist's yes to this round. `keys` are the keys (`z6Mk…`) that she confirmed on this computer; her statement
    must stand in `ledger`.

    Raises Refusal: `artist-key-missing`, `consent-missing`, `consent-not-proven`, `ledger-rewritten`,
    `consent-superseded`, `consent-other-artist`, `consent-revoked`, `artist-key-unknown`, `consent-expired`,
    `consent-other-terms`, `works-not-covered`.
    """
    if not keys:
        raise refusal("artist-key-missing")
    if receipt is None:
        raise refusal("consent-missing")
    found = _proven(receipt, ledger)
    said = found.statement
    if said["purpose"] != TRAIN_SHARED:
        raise refusal("consent-missing", "What the server shows is about something else.")
    _follow(found, state)
    if said["status"] != GIVEN:
        raise refusal("consent-revoked" if said["status"] == WITHDRAWN else "consent-missing")
    if found.signer not in keys:
        raise refusal("artist-key-unknown", f"Its fingerprint is {key_fingerprint(found.signer)}.")
    _check_person(said["subject"], state)
    if at >= expiry(parse_time(said["issuedAt"])):
        raise refusal("consent-expired")
    _check_terms(said["terms"], manifest)
    state.note(SEEN, [found.index, said["id"]])
    state.note(f"{LEAF}{said['id']}", found.leaf.hex())
    return Permission(said["id"], _covered(said["data"].get("works"), state))


def _proven(receipt: Mapping[str, Any], ledger: Ledger) -> Opened:
    try:
        found = opened(receipt, ledger.key)
    except ConsentRefusal as refused:
        raise refusal("consent-not-proven", refused.why) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise refusal("consent-not-proven", f"It cannot be read ({type(error).__name__}).") from None
    ledger.must_hold(found.note)
    return found


def _follow(found: Opened, state: State) -> None:
    """Nothing older than what was seen before counts; a later no is remembered for good."""
    index, known = state.noted(SEEN) or (-1, "")
    said = found.statement
    if found.index < index or (found.index == index and said["id"] != known):
        raise refusal("consent-superseded")
    if said["status"] != GIVEN and said["subject"] == state.noted(SUBJECT):
        state.note(SEEN, [found.index, said["id"]])


def _check_person(subject: str, state: State) -> None:
    """The first statement under a confirmed key says which pseudonym this computer works for."""
    known = state.noted(SUBJECT)
    if known is None:
        state.note(SUBJECT, subject)
    elif known != subject:
        raise refusal("consent-other-artist")


def _check_terms(terms: Mapping[str, Any], manifest: Manifest) -> None:
    """The round may ask for less than she allowed, never for more."""
    try:
        wrong = {
            "base": terms["base"] != manifest.base,
            "adapter": terms.get("adapter", manifest.spec_hash) != manifest.spec_hash,
            "smallest group": manifest.min_cohort < int(terms["minCohort"]),
            "largest size of an update": Decimal(manifest.clip) > Decimal(terms.get("clip", manifest.clip)),
            "how it is summed": terms.get("scheme", sentence := scheme(manifest.scheme).sentence) != sentence,
            "privacy budget": _over_cap(terms, manifest),
        }
    except (KeyError, ValueError, TypeError, InvalidOperation):
        raise refusal("consent-other-terms", "The signed terms are incomplete.") from None
    for name, differs in wrong.items():
        if differs:
            raise refusal("consent-other-terms", f"It is the {name}.")


def _over_cap(terms: Mapping[str, Any], manifest: Manifest) -> bool:
    """Whether a round costs more privacy than she allowed. Where she signed a cap, a round without noise is over it."""
    cap = terms.get("epsilonCap")
    if cap in (None, NO_CAP):
        return False
    noise = manifest.privacy
    if noise is None:
        return True
    return Decimal(noise.epsilon) > Decimal(cap) or Decimal(noise.delta) > Decimal(
        terms.get("delta", noise.delta)
    )


def _covered(signed: Any, state: State) -> frozenset[str] | None:
    """The works that the statement names; an empty list stands for the folder as it is."""
    if not signed:
        return None
    found = works.behind(state, (str(one["commitment"]) for one in signed))
    if found is None:
        raise refusal("works-not-covered")
    return found
