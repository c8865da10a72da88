"""The artist's own account of what rounds cost, and her cap on it. It is kept on this computer; no server is asked.

A round is charged before its masked input is made, so that a crash can only charge too much. Epsilon is said at
DELTA, for one artist's whole contribution, over all servers and campaigns that this home took part in.
"""

import math
from typing import NamedTuple

from edge.config import Rules
from edge.rules import Terms
from edge.state import Charge, State
from federation.privacy import accounting, claims
from federation.privacy.accounting import LARGEST_DELTA, NOTHING, ZCDP, Budget, SkellamEvent
from federation.protocol.errors import refusal

DELTA = LARGEST_DELTA


class Account(NamedTuple):
    """What was spent: the cost of all rounds with noise, how many those are, and how many rounds had none."""

    cost: ZCDP
    with_noise: int
    without_noise: int

    @property
    def epsilon(self) -> float:
        """Over the rounds with noise."""
        return accounting.epsilon(self.cost, DELTA)

    @property
    def sentence(self) -> str:
        """In words, with delta and adjacency."""
        said = f"Spent: {claims.said(self.epsilon, DELTA)}, over {self.with_noise} rounds with noise."
        if not self.without_noise:
            return said
        return f"{said} In {self.without_noise} rounds no noise was added: about those, {claims.NO_CLAIM}."


def account(state: State, *, but: str = "") -> Account:
    """The account of this computer, without the round `but`."""
    found = [one for one in state.charges() if one.round_id != but]
    events = [event for one in found if (event := event_of(one)) is not None]
    cost = sum((event.cost for event in events), NOTHING)
    return Account(cost, len(events), len(found) - len(events))


def check(state: State, terms: Terms, rules: Rules) -> None:
    """Raises Refusal `noise-missing`, `noise-epsilon-differs` or `epsilon-over-cap`."""
    noise = terms.manifest.privacy
    if noise is None:
        if not rules.allow_without_noise:
            raise refusal("noise-missing")
        return
    noise.check_price(terms.params)
    before = account(state, but=str(terms.params.round_id)).cost
    after = before + noise.event(terms.params).cost
    if not Budget(rules.max_epsilon, DELTA).admits(after):
        spent, with_it = accounting.epsilon(before, DELTA), accounting.epsilon(after, DELTA)
        detail = (
            f"Spent so far {_two(spent)}, with this round {_two(with_it)}, your cap is {rules.max_epsilon:g}."
        )
        raise refusal("epsilon-over-cap", f"{detail} Each at delta {float(DELTA):g}.")


def charge(state: State, terms: Terms) -> None:
    """Write the round into the account, before its masked input is made; a second time changes nothing."""
    noise = terms.manifest.privacy
    event = noise.event(terms.params) if noise else None
    state.charge(
        Charge(
            round_id=str(terms.params.round_id),
            campaign=str(terms.manifest.campaign),
            length=event.length if event else None,
            squared_sensitivity=event.squared_sensitivity if event else None,
            variance=event.variance if event else None,
        )
    )


def event_of(one: Charge) -> SkellamEvent | None:
    """The event of a charge; None for a round without noise. Numbers that are no event are a damaged file."""
    if one.length is None or one.squared_sensitivity is None or one.variance is None:
        return None
    try:
        return SkellamEvent(one.length, one.squared_sensitivity, one.variance)
    except (TypeError, ValueError):
        raise refusal("home-damaged", "It is the account of what rounds cost.") from None


def _two(epsilon: float) -> str:
    return f"{math.ceil(100 * epsilon - 1e-9) / 100:.2f}"
