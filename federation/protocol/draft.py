"""A message with a vector in it, made where it will be sent from: rounding, noise and masks are done in its own bytes.

At a million numbers the copy that this spares is a tenth of what all masks cost.
"""

from io import BytesIO
from uuid import UUID

import numpy as np

from federation.protocol import ring, wire
from federation.protocol.params import RoundParams
from federation.protocol.steps import Step


class Draft:
    """The masked input of `sender`, its vector still zero: change `vector` in place, then take the `message`."""

    def __init__(self, params: RoundParams, sender: UUID) -> None:
        head, size = wire.vector_head(params, Step.MASKED_INPUT, sender)
        self._bytes = BytesIO(bytes(size))
        self._view = self._bytes.getbuffer()
        self._view[: len(head)] = head
        self.vector: ring.Ring = np.frombuffer(self._view, dtype=ring.WIRE, offset=len(head))

    def message(self) -> bytes:
        """The finished message; the draft is used up. Whoever still holds its vector makes this a copy."""
        del self.vector
        self._view.release()
        return self._bytes.getvalue()  # nobody holds a view of them any more: CPython gives these very bytes
