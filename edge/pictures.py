"""The works of the connected folder as training wants them: exactly the files that were looked at, by their hash."""

from collections.abc import Sequence

from diffusion.dataset import Example  # Pillow, not torch
from edge.folder import words
from edge.folder.scan import OnFile, Scan, Scanner
from federation.protocol.errors import refusal


def read(scanner: Scanner | None) -> Sequence[Example]:
    """What can be trained on now. Raises Refusal `pictures-missing` or `pictures-unusable`."""
    found = scan(scanner)
    return [Example(found.folder / work.name, work.caption, work.sha256) for work in found.works]


def scan(scanner: Scanner | None, on_file: OnFile = lambda done, total: None) -> Scan:
    """A look at the folder that found at least one work. Raises Refusal `pictures-missing` or `pictures-unusable`."""
    if scanner is None:
        raise refusal("pictures-missing")
    place = words.shown(str(scanner.folder))
    try:
        found = scanner.scan(on_file)
    except OSError as error:
        raise refusal("pictures-unusable", f"{place}: {error.strerror or type(error).__name__}.") from None
    if not found.works:
        raise refusal("pictures-unusable", f"{place}: {_why_none(found)}")
    return found


def _why_none(found: Scan) -> str:
    if not found.left_out:
        return "There are no pictures in it: put PNG, JPEG or WebP files there."
    return f"None of its pictures can be used. {next(words.reasons(found))}"
