"""The words and limits of the compliance desk: roles, grounds, lengths. Pure."""

from collections.abc import Mapping

OFFICER, OPERATOR, MODERATOR = "compliance officer", "operator", "moderator"
ARTIST, MACHINE = "artist", "the platform"

SHORTEST_REASON, LONGEST_REASON = 10, 300
LONGEST_DETAILS = 4000
SHORTEST_ANSWER = 10
SHORTEST_DENIAL = 20
MOST_OPEN_OF_A_KIND = 3  # by the artist herself; letters that an officer enters are not counted

# Why a request may be refused, in whole or in part (the artist is told ground, reasons and remedies: Art. 12(4))
DENIAL_GROUNDS: Mapping[str, str] = {
    "not-identified": "We cannot establish that you are the person the data is about (Art. 12(2), 12(6)).",
    "unfounded": "The request is manifestly unfounded or excessive (Art. 12(5)(b)).",
    "others": "It would adversely affect the rights and freedoms of others (Art. 15(4), 20(4)).",
    "obligation": "We must keep the data to fulfil a legal obligation (Art. 17(3)(b)).",
    "claims": "The data is needed to establish, exercise or defend legal claims (Art. 17(3)(e)).",
    "conditions": "The conditions of this right are not met.",
    "duplicate": "You made the same request before, and it is being answered.",
}
REMEDIES = (
    "You can complain to the data protection authority of your country (Art. 77) and go to court (Art. 79)."
)

HOLD_BASES: Mapping[str, str] = {
    "claims": "Legal claims (Art. 17(3)(e))",
    "obligation": "Legal obligation (Art. 17(3)(b))",
    "authority": "Order of an authority or a court",
}

IDENTITY_METHODS: Mapping[str, str] = {
    "signed-in": "signed in to the account a moment before",
    "address": "answered a letter to the address of the account",
    "document": "showed an identity document; no copy was kept",
    "known": "gave facts that only the person can know",
}


def tidy(text: str) -> str:
    """One line without needless blanks."""
    return " ".join(text.split())


def is_reason(text: str) -> bool:
    """Whether these words may stand as a reason that a person will read."""
    return SHORTEST_REASON <= len(text) <= LONGEST_REASON and text.isprintable()
