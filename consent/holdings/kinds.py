"""The words of the register: what a table holds about a person, and what becomes of it on erasure. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

DELETE, SEAL, UNLINK, KEEP = "delete", "seal", "unlink", "keep"
ON_ERASURE: Mapping[str, str] = {
    DELETE: "deleted",
    SEAL: "sealed for claims, or deleted where no seal is set up",
    UNLINK: "kept without any link to the person",
    KEEP: "kept: it names nobody",
}


@dataclass(frozen=True)
class Holding:
    """One table. Every column stands in exactly one of the five lists; a test fails where one does not.

    `identifies`: names or singles out a person. `about`: says something about a person. `others`: names somebody
    else (an employee), so it is not handed out. `secret`: would open a door, so it is not handed out either.
    `technical`: says nothing about a person.
    `person` is the ORM path to the account's key, empty where no row belongs to a person. `files` maps a column
    to the storage that keeps the file it names. `blank` are the values that columns get when a row is unlinked.
    """

    model: str
    title: str
    why: str
    kept: str
    person: str = ""
    on_erasure: str = KEEP
    identifies: str = ""
    about: str = ""
    others: str = ""
    secret: str = ""
    technical: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    blank: Mapping[str, Any] = field(default_factory=dict)
    last: bool = False

    @property
    def columns(self) -> list[str]:
        """Every column this line classifies, in the order of the lists."""
        return " ".join((self.identifies, self.about, self.others, self.secret, self.technical)).split()

    @property
    def handed_out(self) -> list[str]:
        """The columns that go into the copy a person gets of her data."""
        return " ".join((self.identifies, self.about, self.technical)).split()

    @property
    def personal(self) -> bool:
        """Whether any column says something about somebody."""
        return bool(self.identifies or self.about or self.others or self.secret)


@dataclass(frozen=True)
class RetentionRule:
    """What is deleted by itself, and when: `select(at)` gives the rows whose time was over before `at`.

    `hold` is the ORM path to the account, so that rows under a legal hold are passed over; empty where a row
    belongs to nobody. `files` as in Holding.
    """

    code: str
    title: str
    period: timedelta
    basis: str
    select: Callable[[datetime], Any]
    hold: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    words: str = ""

    @property
    def period_text(self) -> str:
        """The period for people: `words` where the rows know their own end, else whole years, days or hours."""
        if self.words:
            return self.words
        days = self.period.days
        if days and days % 365 == 0:
            return f"{days // 365} year{'s' if days != 365 else ''}"
        if days:
            return f"{days} day{'s' if days != 1 else ''}"
        hours = int(self.period.total_seconds() // 3600)
        return f"{hours} hour{'s' if hours != 1 else ''}" if hours else "at once"
