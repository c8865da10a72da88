"""A notice line by line, so that the browser can hash exactly what it shows; and what a newer one changed."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from consent.models import Notice

MARKS = ("## ", "# ", "- ")


@dataclass(frozen=True)
class Block:
    """One line of a notice. `mark` is what the line starts with in the text whose hash is signed: "# ", "- "
    or ""."""

    mark: str
    text: str


@dataclass(frozen=True)
class Group:
    """Neighbouring blocks that make one list, or one block by itself."""

    is_list: bool
    blocks: list[Block]


@dataclass(frozen=True)
class Changes:
    """What a newer text says that the older did not, and the other way round; lines without their marks."""

    before: str
    now: str
    added: list[str]
    removed: list[str]


def groups_of(notice: Notice) -> list[Group]:
    """The text line by line, so that the browser can hash exactly what it shows."""
    found = [
        Group(mark == "- ", list(blocks)) for mark, blocks in groupby(_blocks(notice), key=lambda b: b.mark)
    ]
    return [part for group in found for part in ([group] if group.is_list else _single(group))]


def changes_between(before: Notice, now: Notice) -> Changes:
    """Line by line, as the artist last answered it against what she would sign today."""
    old, new = ([block.text for block in _blocks(notice)] for notice in (before, now))
    added: list[str] = []
    removed: list[str] = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if kind != "equal":
            removed += old[old_from:old_to]
            added += new[new_from:new_to]
    return Changes(before.version, now.version, added, removed)


def _single(group: Group) -> list[Group]:
    return [Group(False, [block]) for block in group.blocks]


def _blocks(notice: Notice) -> list[Block]:
    found = []
    for line in notice.text.splitlines():
        mark = next((mark for mark in MARKS if line.startswith(mark)), "")
        found.append(Block(mark, line[len(mark) :]))
    return found
