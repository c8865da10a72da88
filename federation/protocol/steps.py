"""The five steps of a round, after Bonawitz et al. 2017, in order, with their numbers and their names in
URLs."""

from enum import Enum, IntEnum


class Step(IntEnum):
    """A step that a device takes. The number is the byte on the wire."""

    ADVERTISE_KEYS = 1
    SHARE_KEYS = 2
    MASKED_INPUT = 3
    CONSISTENCY = 4
    UNMASK = 5

    @property
    def slug(self) -> str:
        """The step's name in URLs, states and signatures, such as `masked-input`."""
        return self.name.lower().replace("_", "-")

    @property
    def following(self) -> "Step | None":
        """The step after this one, or None after the last."""
        return None if self is Step.UNMASK else Step(self + 1)

    @classmethod
    def of(cls, slug: str) -> "Step":
        """The step of that name in a URL. Raises KeyError for any other text."""
        return _BY_SLUG[slug]


_BY_SLUG = {step.slug: step for step in Step}


class Side(Enum):
    """Who speaks: a device's message has the step's number, the server's answer for a step has the top bit
    set."""

    DEVICE = 0x00
    SERVER = 0x80
