"""A scan in sentences, with names that are safe for a terminal."""

from collections import Counter
from collections.abc import Iterator

from edge.answers import plain
from edge.folder.scan import LeftOut, Scan
from edge.receipts import human_bytes
from federation.protocol.codes import CODES

MOST_NAMED = 5
"""So many names are written out for each reason; `--json` has all of them."""
LONGEST_NAME = 80
SOURCES = {"file": "a file of captions", "text": "a text beside it", "picture": "the picture's own words",
           "name": "the file's name"}  # fmt: skip


def shown(name: str) -> str:
    """A file's name for people: no control characters, not too long, never empty."""
    return plain(name, LONGEST_NAME) or "(a name without letters)"


def summary(scan: Scan) -> str:
    """One sentence: how many works there are, and how large."""
    size = human_bytes(sum(work.size for work in scan.works))
    return f"{count(len(scan.works), 'picture')} ({size}). They stay on this computer."


def lines(scan: Scan) -> Iterator[str]:
    """Everything that the artist may want to mend, a line each."""
    sources = Counter(work.source for work in scan.works)
    told = [f"{number} from {SOURCES[source]}" for source, number in sources.most_common()]
    if told:
        yield f"Captions: {', '.join(told)}."
    if scan.caption_fault:
        yield scan.caption_fault
    for names in scan.copies:
        yield f"The same picture, used once: {named(names)}."
    for names in scan.alike:
        yield f"They look alike, and all are used: {named(names)}."
    yield from reasons(scan)
    if scan.others or scan.folders:
        yield (
            f"Not looked at: {count(scan.others, 'file')} of other kinds, {count(scan.folders, 'folder')} inside."
        )


def reasons(scan: Scan) -> Iterator[str]:
    """Every reason for which pictures were left out, with their names, the details and the fix."""
    for code in dict.fromkeys(one.code for one in scan.left_out):
        yield from _left_out(code, [one for one in scan.left_out if one.code == code])


def _left_out(code: str, rows: list[LeftOut]) -> Iterator[str]:
    yield f"Left out: {named([one.name for one in rows])}. {CODES[code].why}  [{code}]"
    for detail in dict.fromkeys(one.detail for one in rows if one.detail):
        yield f"    {detail}"
    yield f"    {CODES[code].fix}"


def named(names: list[str] | tuple[str, ...]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(shown(name) for name in names[:MOST_NAMED]) + more


def count(number: int, word: str) -> str:
    """ "1 picture", "3 pictures"."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
