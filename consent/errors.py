"""Why consent says no: a code, a sentence for a person and a way out.

Pure: the offline verifier, the JSON doors, the API and the pages share it (consent/codes.py has the table).
"""

from dataclasses import dataclass

from consent.codes import CODES


@dataclass(eq=False)
class Refusal(Exception):
    """Something was refused and nothing was changed.

    `code` is stable (tests and scripts rely on it), `why` is a sentence for a person, `fix` says what to do,
    `status` is the HTTP status a door answers with.
    """

    code: str
    why: str
    fix: str
    status: int = 400

    def __str__(self) -> str:
        return f"{self.code}: {self.why} {self.fix}"


def refusal(code: str, *, detail: str = "") -> Refusal:
    """The refusal of that code; `detail` (no personal data) is added to the sentence."""
    status, why, fix = CODES[code]
    return Refusal(code=code, why=f"{why} ({detail})" if detail else why, fix=fix, status=status)
