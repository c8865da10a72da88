"""Vendored files are byte for byte what was reviewed."""

import hashlib

from tests.architecture import tree

VENDOR = tree.ROOT / "static" / "vendor"
UNPINNED = {"SHA256SUMS", "README.md"}


def _sums() -> dict[str, str]:
    lines = (VENDOR / "SHA256SUMS").read_text().splitlines()
    return {name.removeprefix("./"): digest for digest, name in (line.split("  ", 1) for line in lines)}


def test_sums_fit() -> None:
    wrong = [
        name
        for name, digest in _sums().items()
        if hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() != digest
    ]
    assert wrong == []


def test_every_file_is_pinned() -> None:
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert there - UNPINNED == set(_sums())
