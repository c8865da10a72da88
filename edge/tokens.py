"""The two tokens of this device. Refresh tokens rotate: the new pair is on disk before it is used."""

import json
import threading
from dataclasses import asdict, dataclass
from typing import Any

from edge.paths import Home, write_private
from federation.protocol.errors import refusal


@dataclass(frozen=True)
class Tokens:
    """As the server gave them; opaque."""

    access: str
    refresh: str


class TokenStore:
    """One file; read anew before each refresh, because another process of this home may have been quicker."""

    def __init__(self, home: Home) -> None:
        self._path = home.tokens
        self.lock = threading.Lock()

    def load(self) -> Tokens:
        """Raises Refusal `not-enrolled` or `home-damaged`."""
        try:
            return Tokens(**json.loads(self._path.read_text("utf-8")))
        except FileNotFoundError:
            raise refusal("not-enrolled") from None
        except (ValueError, TypeError):
            raise refusal("home-damaged", "It is tokens.json.") from None

    def save(self, answer: Any) -> Tokens:
        """Keep the tokens of a token answer (RFC 6749 section 5.1). Raises Refusal `server-answer`."""
        tokens = tokens_of(answer)
        write_private(self._path, json.dumps(asdict(tokens)).encode())
        return tokens


def tokens_of(answer: Any) -> Tokens:
    """The tokens in a token answer; raises Refusal `server-answer` where one is missing."""
    access = answer.get("access_token") if isinstance(answer, dict) else None
    refresh = answer.get("refresh_token") if isinstance(answer, dict) else None
    if not isinstance(access, str) or not isinstance(refresh, str) or not access.isascii():
        raise refusal("server-answer", "It holds no tokens.")
    return Tokens(access, refresh)
