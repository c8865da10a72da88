"""How many of a cohort must be left, and how many shares open a secret."""

from federation.protocol.params import RoundParams, quorum


def floor(params: RoundParams, roster: int) -> int:
    """The fewest devices that may be left at any step of a round with a roster of that size: the manifest's
    threshold, and never less than a quorum of the roster.

    In the complete graph it is also the number of shares that open a secret.
    """
    return max(params.threshold, quorum(roster))
