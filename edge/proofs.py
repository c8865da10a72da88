"""Receipts checked against the ledger: it only grew, her statements stand in it, and what became of each round.

What is proven needs no trust in the server: each entry must lead, hash by hash, into a checkpoint of the one history
that this computer remembers.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID

from consent.errors import Refusal as LedgerRefusal
from consent.ledger.checkpoints import parse_checkpoint
from consent.ledger.entries import commitment, entry_bytes
from consent.ledger.notes import parse_note
from consent.ledger.proof_file import parse_proof
from consent.ledger.tree import check_inclusion, leaf_hash
from edge import budget
from edge.api import Api
from edge.consent import LEAF
from edge.memory import Ledger
from edge.receipts import Receipt
from edge.state import State
from federation.protocol.errors import Refusal, refusal
from federation.protocol.steps import Step

NOT_THERE = frozenset(("version-unknown", "campaign-unknown"))
NEAR = 1e-9


@dataclass(frozen=True)
class Checked:
    """One thing that was checked: about what, whether it holds, what was seen, and else the code and the fix."""

    about: str
    holds: bool
    seen: str
    code: str = ""
    fix: str = ""


class Verifier:
    """Checks receipts; one that does not hold stops none of the others."""

    def __init__(self, api: Api, state: State, ledger: Ledger) -> None:
        self._api = api
        self._state = state
        self._ledger = ledger

    def check(self, found: Sequence[Receipt]) -> Iterator[Checked]:
        """The ledger, each statement, each round, and the account."""
        yield _checked("Ledger", self._grew)
        for statement, entry in dict.fromkeys((one.statement, one.entry) for one in found if one.statement):
            yield _checked(f"Statement {statement[:8]}", partial(self._statement, statement, entry))
        for round_id in dict.fromkeys(one.round for one in found):
            lines = [one for one in found if one.round == round_id]
            yield _checked(f"Round {round_id[:8]}", partial(self._round, lines))
        yield _checked("Account", partial(self._account, found))

    def _grew(self) -> str:
        size = self._ledger.follow().size
        return f"{size} entries, signed by its key, grown out of what this computer saw before."

    def _statement(self, statement: str, entry: int | None) -> str:
        leaf = self._state.noted(f"{LEAF}{statement}")
        if leaf is None or entry is None:
            raise refusal("receipt-not-proven", "This computer no longer knows its entry.")
        self._must_include(bytes.fromhex(leaf), entry)
        return f"Your statement is entry {entry} of the ledger."

    def _round(self, rows: Sequence[Receipt]) -> str:
        sent = {one.step: one.sha256 for one in rows}
        if any(sent[one.step] != one.sha256 for one in rows):
            raise refusal("receipt-not-proven", "Two messages of one step differ.")
        told = f"{len(sent)} of {len(Step)} messages sent."
        if Step.MASKED_INPUT.slug not in sent:
            return f"{told} The update never left this computer."
        return f"{told} {self._version(rows[-1])}"

    def _version(self, receipt: Receipt) -> str:
        """What came of the round."""
        if not receipt.campaign:
            return "It is older than what can be checked."
        try:
            told = self._api.version(UUID(receipt.campaign), receipt.version)
        except Refusal as refused:
            if refused.code in NOT_THERE:
                return "No version came of it."
            raise
        card, entry = told.get("card"), told.get("ledger_entry")
        if not isinstance(card, dict) or type(entry) is not int:
            raise refusal("receipt-not-proven", f"Version {receipt.version} names no entry of the ledger.")
        self._must_say(entry, card)
        if card.get("round") != receipt.round:
            return f"No version came of it: version {receipt.version} is of another round."
        counted = card.get("cohort_size")
        if isinstance(counted, int) and receipt.cohort and counted > receipt.cohort:
            raise refusal(
                "receipt-not-proven", f"{counted} computers are said to be in a sum of {receipt.cohort}."
            )
        return f"Version {receipt.version} is entry {entry} of the ledger, a sum over {counted} computers."

    def _must_say(self, index: int, card: dict[str, Any]) -> None:
        """The entry opens to exactly this card and stands in the ledger."""
        opening = self._api.ledger_opening(index)
        salt, body = bytes.fromhex(opening["salt"]), opening["body"].encode()
        committed = commitment(body, salt=salt)
        if committed != commitment({"version": _version_id(body), "card": card}, salt=salt):
            raise refusal("receipt-not-proven", f"Entry {index} says something else than the version's card.")
        entry = entry_bytes(kind="version", hour=opening["hour"], commitment=committed)
        self._must_include(leaf_hash(entry), index)

    def _must_include(self, leaf: bytes, index: int) -> None:
        """The entry leads into a checkpoint of the history that this computer knows."""
        proof = parse_proof(self._api.ledger_proof(index))
        self._ledger.must_hold(proof.checkpoint)
        head = parse_checkpoint(parse_note(proof.checkpoint).text)
        if proof.index != index or not check_inclusion(leaf, index, head.size, proof.path, head.root):
            raise refusal("receipt-not-proven", f"Entry {index} is not in the ledger.")

    def _account(self, found: Sequence[Receipt]) -> str:
        """The last epsilon on a receipt is that of this computer's own account, or less."""
        said = [one.epsilon_after for one in found if one.epsilon_after is not None]
        if any(later < earlier - NEAR for earlier, later in pairwise(said)):
            raise refusal("receipt-not-proven", "Epsilon became less from one receipt to the next.")
        account = budget.account(self._state)
        if said and said[-1] > account.epsilon + NEAR:
            raise refusal("receipt-not-proven", "The account says less than the receipts.")
        return account.sentence


def _version_id(body: bytes) -> Any:
    return json.loads(body)["version"]


def _checked(about: str, look: Callable[[], str]) -> Checked:
    """Whatever the server sends, the answer is one finding."""
    try:
        return Checked(about, True, look())
    except Refusal as refused:
        return Checked(about, False, refused.why, refused.code, refused.fix)
    except (LedgerRefusal, ValueError, KeyError, TypeError, AttributeError) as error:
        wrong = refusal(
            "receipt-not-proven", f"What the server shows cannot be read ({type(error).__name__})."
        )
        return Checked(about, False, wrong.why, wrong.code, wrong.fix)
