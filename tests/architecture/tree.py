"""Our own files: no vendored code, no migrations, nothing that is made while running."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("consent", "diffusion", "edge", "federation", "fedart_site", "gallery")
PYTHON = (*PACKAGES, "tests", "tools", "bench")
NOT_OURS = {".venv", "vendor", "migrations", "__pycache__", "node_modules"}


def files(*folders: str, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """Every file below the folders with one of the suffixes."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and not NOT_OURS & set(path.relative_to(ROOT).parts):
                yield path


def name(path: Path) -> str:
    """The path as people write it."""
    return str(path.relative_to(ROOT))
