"""The connected folder: its pictures stay where they are; only their number and the captions' presence are told."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from federation.protocol.errors import refusal

if TYPE_CHECKING:
    from diffusion.dataset import Example


def read(folder: Path | None) -> "Sequence[Example]":
    """The captioned pictures of the folder. Raises Refusal `pictures-missing` or `pictures-unusable`."""
    if folder is None:
        raise refusal("pictures-missing")
    from diffusion.dataset import FolderError, read_folder  # Pillow, not torch

    try:
        return read_folder(folder)
    except (FolderError, OSError, UnicodeError) as error:
        raise refusal("pictures-unusable", str(error)) from None
