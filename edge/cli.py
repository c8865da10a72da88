"""`fedart-edge`: runs a command; a refusal is a sentence with its fix and the exit code 1."""

import sys

from edge.commands import (
    app,
    bases,
    enrolment,
    folder,
    looking,
    manners,
    running,
    service,
    training,
    trusting,
    updating,
    vault,
)
from edge.printing import Printer
from edge.waiting import Stopped
from federation.protocol.errors import Refusal

__all__ = [
    "bases", "enrolment", "folder", "looking", "main", "manners", "running", "service", "training", "trusting",
    "updating", "vault",
]  # fmt: skip


def main() -> None:
    """Run a command; a refusal is printed as a sentence with its fix, and the exit code is 1."""
    as_json = "--json" in sys.argv
    try:
        app()
    except Refusal as refused:
        Printer(as_json).refuse(refused)
        raise SystemExit(1) from None
    except Stopped:
        raise SystemExit(130) from None
