"""The gallery's one refusal: a code, a sentence for a person, and what to do about it."""

from dataclasses import dataclass

from gallery.codes import CODES


@dataclass
class Refusal(Exception):
    """Something the gallery will not do.

    `code` is stable and is what scripts read; `why` and `fix` are shown to people as they stand; `status` is
    the HTTP status that fits. `field` names the form field the sentence belongs beside, or is empty.
    """

    code: str
    why: str
    fix: str
    status: int = 400
    field: str = ""

    def __str__(self) -> str:
        return f"{self.why} {self.fix}"


def listed(code: str, detail: str = "") -> Refusal:
    """The refusal of that code in the words of gallery/codes.py; `detail` is one more sentence about this case."""
    status, why, fix = CODES[code]
    return Refusal(code=code, why=f"{why} {detail}".rstrip(), fix=fix, status=status)
