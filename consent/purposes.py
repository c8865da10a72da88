"""What artists are asked for. One entry per purpose; the page, the statement and the records all read this
table."""

from dataclasses import dataclass

from consent.errors import refusal

TRAIN_SHARED = "fa:TrainSharedAdapter"


@dataclass(frozen=True)
class Purpose:
    """One purpose: `notice` names the text that is shown, the rest goes into the signed statement as it
    stands."""

    code: str
    title: str
    notice: str
    legal_basis: str
    processing: tuple[str, ...]
    leaves_device: str


PURPOSES: dict[str, Purpose] = {
    TRAIN_SHARED: Purpose(
        code=TRAIN_SHARED,
        title="Train the shared adapter",
        notice="train-shared",
        legal_basis="eu-gdpr:A6-1-a-explicit-consent",
        processing=("ai:ModelFineTuning", "dpv:Aggregate"),
        leaves_device="a clipped list of numbers per round; never a picture, a caption or a file name",
    ),
}


def purpose_of(code: object) -> Purpose:
    """The purpose of that code; refuses (`unknown-purpose`) any other."""
    found = PURPOSES.get(code) if isinstance(code, str) else None
    if found is None:
        raise refusal("unknown-purpose")
    return found
