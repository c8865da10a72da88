"""What a worker keeps in memory: a shelf bounded by bytes, from which the thing unused longest goes first."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Things by their key, at most `limit_bytes` of them together; the one last asked for stays whatever its size.

    Not for several threads: a worker's process draws one batch at a time.
    """

    def __init__(self, limit_bytes: int, size_of: Callable[[T], int]) -> None:
        self.limit_bytes, self._size_of = limit_bytes, size_of
        self._things: OrderedDict[str, tuple[T, int]] = OrderedDict()

    @property
    def bytes(self) -> int:
        """What lies on it."""
        return sum(size for _, size in self._things.values())

    def __contains__(self, key: str) -> bool:
        return key in self._things

    def get(self, key: str, make: Callable[[], T]) -> T:
        """The thing of that key, made where it is not there; others make room for it."""
        if key in self._things:
            self._things.move_to_end(key)
            return self._things[key][0]
        thing = make()
        self._things[key] = (thing, self._size_of(thing))
        while self.bytes > self.limit_bytes and len(self._things) > 1:
            self._things.popitem(last=False)
        return thing

    def clear(self) -> None:
        """Leave nothing."""
        self._things.clear()
