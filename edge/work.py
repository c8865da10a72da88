"""The update and the messages of a round on disk: private, whole, and gone when the round is over."""

import io
import shutil
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from edge.paths import Home, write_private
from federation.protocol.errors import refusal
from federation.protocol.steps import Step


class Work:
    """The folder of one round."""

    def __init__(self, home: Home, round_id: UUID) -> None:
        self.folder = home.work / str(round_id)
        self._update = self.folder / "update.npy"
        self.checkpoint = self.folder / "training.safetensors"

    def keep_update(self, update: NDArray[np.float32]) -> None:
        """Keep the trained update until the round is over."""
        stream = io.BytesIO()
        np.save(stream, update, allow_pickle=False)
        write_private(self._update, stream.getvalue())

    def has_update(self) -> bool:
        """Whether this round was trained."""
        return self._update.is_file()

    def update(self) -> NDArray[np.float32]:
        """The kept update. Raises Refusal `home-damaged`."""
        try:
            loaded: NDArray[np.float32] = np.load(self._update, allow_pickle=False)
        except (OSError, ValueError):
            raise refusal("home-damaged", "It is the update of the round.") from None
        return loaded

    def message_path(self, step: Step) -> Path:
        """Where the message of a step is kept until the server has it."""
        return self.folder / f"{step.slug}.bin"

    def keep_message(self, step: Step, message: bytes) -> None:
        """Keep a message before it is sent."""
        write_private(self.message_path(step), message)

    def clear(self) -> None:
        """The round is over: nothing of it stays."""
        shutil.rmtree(self.folder, ignore_errors=True)
