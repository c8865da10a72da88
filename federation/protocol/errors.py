"""A refusal: what was refused, in a sentence, and what to do about it."""

from federation.protocol.codes import CODES


class Refusal(Exception):
    """The one exception of the protocol and of the agent.

    `code` has a section in docs/codes.md, `why` is a sentence for people, `fix` says what to do next,
    and `status` is the HTTP status (RFC 9110) with which a server answers.
    """

    def __init__(self, code: str, why: str, fix: str, status: int = 400) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code
        self.why = why
        self.fix = fix
        self.status = status

    def __reduce__(self) -> tuple[type["Refusal"], tuple[str, str, str, int]]:
        """Refusals cross process boundaries (test runners, workers) unchanged."""
        return type(self), (self.code, self.why, self.fix, self.status)


def refusal(code: str, detail: str = "") -> Refusal:
    """The refusal of that code, worded by the table; `detail` is one more sentence about this very case."""
    entry = CODES[code]
    why = f"{entry.why} {detail}".rstrip()
    return Refusal(code, why, entry.fix, entry.status)
