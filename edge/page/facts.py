"""What the page on this computer shows: the status sentence, the folder, what was sent, what it cost."""

from dataclasses import asdict, dataclass
from typing import Any

from edge import budget, pauses, receipts
from edge.folder import watch, words
from edge.tools import Tools

LAST = 8
"""Receipts that are shown; the command shows all."""


@dataclass(frozen=True)
class Facts:
    """Sentences, ready to be shown; `sent` are the last receipts, the newest first."""

    name: str
    server: str
    folder: str
    budget: str
    total: str
    sent: tuple[str, ...]


def now(tools: Tools) -> dict[str, Any]:
    """The status as `status --json` has it, and whether a pause is on."""
    shown = asdict(tools.board.now)
    return shown | {"paused": pauses.paused(tools.state, tools.clock()) is not None}


def gathered(tools: Tools) -> Facts:
    """Everything else on the page. Nothing of it leaves this computer."""
    told = tools.state.noted(watch.NOTE) or {}
    found = receipts.read(tools.home.receipts)
    size = receipts.human_bytes(sum(one.bytes for one in found))
    return Facts(
        name=tools.config.name,
        server=tools.config.server,
        folder=_folder(told) if tools.config.pictures else "No folder is connected.",
        budget=f"{budget.account(tools.state).sentence} Your cap is {tools.config.rules.max_epsilon:g}.",
        total=f"{words.count(len(found), 'message')} in rounds, {size} in all. No picture and no caption is ever sent.",
        sent=tuple(receipts.sentence(one) for one in reversed(found[-LAST:])),
    )


def _folder(told: dict[str, Any]) -> str:
    if not told:
        return "The connected folder was not looked at yet."
    left_out = told.get("left_out", 0)
    more = f" {words.count(left_out, 'picture')} left out, see `fedart-edge works`." if left_out else ""
    size = receipts.human_bytes(int(told.get("bytes", 0)))
    return f"{words.count(len(told.get('works', ())), 'picture')} ({size}). They stay on this computer.{more}"
