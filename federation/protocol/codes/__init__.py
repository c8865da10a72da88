"""Every refusal by its code: the sentence, the fix, the HTTP status. docs/codes.md is made from these
tables."""

from federation.protocol.codes.agent import AGENT
from federation.protocol.codes.computer import COMPUTER
from federation.protocol.codes.doors import DOORS
from federation.protocol.codes.entry import Code
from federation.protocol.codes.rounds import ROUNDS as MESSAGES
from federation.protocol.codes.secagg import SECAGG
from federation.protocol.codes.server import SERVER as STAGES
from federation.protocol.codes.vault import VAULT

ROUNDS: dict[str, Code] = {**MESSAGES, **SECAGG}
SERVER: dict[str, Code] = {**STAGES, **DOORS}
CODES: dict[str, Code] = {**ROUNDS, **SERVER, **AGENT, **COMPUTER, **VAULT}

__all__ = ["AGENT", "CODES", "COMPUTER", "ROUNDS", "SERVER", "VAULT", "Code"]
