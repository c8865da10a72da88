"""What the text encoders made of captions: one row a caption, in whatever parts a family has."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Words:
    """`states`: N x tokens x width; `pooled`: N x width, or None where the family has no such thing."""

    states: Tensor
    pooled: Tensor | None = None

    def __len__(self) -> int:
        return len(self.states)

    def __getitem__(self, rows: Tensor | slice) -> "Words":
        """The captions of those rows, in that order."""
        return Words(self.states[rows], None if self.pooled is None else self.pooled[rows])

    def emptied(self, which: Tensor, empty: "Words") -> "Words":
        """The same with the rows of `which` (N booleans) replaced by the single row of `empty`."""
        where = which.to(self.states.device)
        states = torch.where(where.view(-1, 1, 1), empty.states, self.states)
        if self.pooled is None or empty.pooled is None:
            return Words(states)
        return Words(states, torch.where(where.view(-1, 1), empty.pooled, self.pooled))
