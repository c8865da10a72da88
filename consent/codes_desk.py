"""Refusals of the compliance desk and of the page "Your data": code -> (HTTP status, what is wrong, what to do)."""

DESK_CODES: dict[str, tuple[int, str, str]] = {
    "four-eyes": (
        403,
        "Whoever asked for this, or prepared it, cannot also approve it: two people must have looked.",
        "Ask another compliance officer to decide.",
    ),
    "own-request": (
        403,
        "This request is about you, so you cannot handle it.",
        "Ask another compliance officer to handle it.",
    ),
    "step-not-allowed": (
        409,
        "The request cannot take this step from where it stands.",
        "Reload the request; the page offers the steps that are possible.",
    ),
    "moved-on": (
        409,
        "Somebody else moved this on in the meantime.",
        "Reload the page and look at where it stands now.",
    ),
    "identity-first": (
        409,
        "It is not established yet that the request comes from the person it is about.",
        "Check who is asking, and write down how, before going on.",
    ),
    "unknown-right": (
        400,
        "This is not one of the rights that can be exercised here.",
        "Choose access, portability, rectification, erasure, restriction or objection.",
    ),
    "details-needed": (
        400,
        "The request does not say what is to be done.",
        "Say it in one or more sentences, of at most 4,000 characters.",
    ),
    "nothing-to-correct": (
        400,
        "The request names nothing that could be corrected here.",
        "Give the new display name, the new e-mail address, or both.",
    ),
    "address-taken": (
        409,
        "Another account uses this e-mail address.",
        "Use another address.",
    ),
    "too-many-open": (
        429,
        "You have as many open requests of this kind as one account may have.",
        "Wait for an answer, or take one of them back.",
    ),
    "no-such-person": (
        404,
        "There is no such artist.",
        "Search for the artist by e-mail address, name, handle or subject.",
    ),
    "already-extended": (
        409,
        "The time for this answer was extended before, and the law allows it once.",
        "Answer by the date shown.",
    ),
    "too-late-to-extend": (
        409,
        "The first month is over, and an extension must be told within it (Art. 12(3)).",
        "Answer now, and note in the answer why it is late.",
    ),
    "ground-needed": (
        400,
        "A refusal needs one of the grounds the law knows, and the reasons in words for the artist.",
        "Choose a ground and explain it in at least twenty characters.",
    ),
    "answer-needed": (
        400,
        "The artist must be told what was done.",
        "Write the answer, in at least ten characters.",
    ),
    "legal-hold": (
        409,
        "A legal hold stands, or has been asked for, so nothing of this person may be erased.",
        "Have the hold decided or lifted first; the request can be refused on ground of Art. 17(3)(e) meanwhile.",
    ),
    "hold-exists": (
        409,
        "A hold on this person stands already, or has been asked for.",
        "Open the hold that is there.",
    ),
    "processing-restricted": (
        409,
        "The processing of your data is restricted, so nothing new is made of it.",
        "Lift the restriction on the page Your data, if you asked for it yourself.",
    ),
    "copy-not-ready": (
        409,
        "The copy is still being made.",
        "Wait until the progress bar is full.",
    ),
    "copy-expired": (
        410,
        "This copy has expired and its file was removed.",
        "Ask for a new one; it takes minutes.",
    ),
    "copy-failed": (
        409,
        "The copy could not be made.",
        "Ask for a new one; if that fails too, write to the data protection officer.",
    ),
    "breach-incomplete": (
        400,
        "The record of the breach is not complete.",
        "Fill in every field that Art. 33(3) asks for.",
    ),
    "delay-reason-needed": (
        400,
        "More than 72 hours have passed, so the authority must be told the reasons for the delay (Art. 33(1)).",
        "Write down the reasons for the delay.",
    ),
    "not-told-reason-needed": (
        400,
        "A breach of high risk is closed without telling the people concerned.",
        "Tell them, or write down which exception of Art. 34(3) applies and why.",
    ),
    "look-reason-needed": (
        403,
        "Opening everything about one person needs a reason, which that person will read.",
        "Give the reason in at least ten characters.",
    ),
}
