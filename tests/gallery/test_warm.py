"""The shelf of warm things: bounded by bytes, the one unused longest goes first."""

from gallery.generation.warm import Shelf


def test_the_unused_one_goes_first() -> None:
    made: list[str] = []

    def get(key: str, size: int) -> None:
        shelf.get(key, lambda: made.append(key) or b"x" * size)  # type: ignore[func-returns-value]

    shelf: Shelf[bytes] = Shelf(100, len)
    get("a", 40)
    get("b", 40)
    get("a", 40)
    get("c", 40)
    assert ("a" in shelf, "b" in shelf, "c" in shelf, shelf.bytes) == (True, False, True, 80)
    assert made == ["a", "b", "c"]


def test_one_that_is_too_large_is_used_alone() -> None:
    shelf: Shelf[bytes] = Shelf(100, len)
    shelf.get("small", lambda: b"x")
    assert shelf.get("large", lambda: b"x" * 1000) == b"x" * 1000
    assert shelf.bytes == 1000
    shelf.get("small", lambda: b"x")
    assert "large" not in shelf
