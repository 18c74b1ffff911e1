"""A table of rows of which every step touches few: gradients are taken for those alone, while Adam still moves all.

The same numbers as with a gradient of the whole table, but for rounding, in a fraction of the time: the table's gradient is tens of megabytes,
which need not be asked for, cleared and filled anew in every step.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from kb.modelling.bags import Bags

__all__ = ["TrainedRows"]


class TrainedRows:
    """One step is `gather`, a loss of what it gives, `backward`, and the step of an optimizer that holds `table`."""

    def __init__(self, start: NDArray[np.float32]) -> None:
        """Rows to start from, (tokens, dimension); they are copied."""
        self.table = nn.Parameter(torch.from_numpy(start.copy()))
        self._gradient = torch.zeros_like(self.table)
        self._ids = torch.zeros(0, dtype=torch.int64)
        self._gathered = torch.zeros(0)

    def gather(self, bags: Sequence[Bags]) -> tuple[Tensor, Tensor, list[Bags]]:
        """(the rows that the bags touch, their ids in the table, the bags with ids that count within these rows)."""
        self._gradient[self._ids] = 0.0  # of the step before
        self._ids, within = torch.unique(torch.cat([one.ids for one in bags]), return_inverse=True)
        self._gathered = self.table.detach()[self._ids].requires_grad_()
        parts = torch.split(within, [len(one.ids) for one in bags])
        return self._gathered, self._ids, [Bags(ids, one.offsets) for ids, one in zip(parts, bags, strict=True)]

    def backward(self, loss: Tensor) -> None:
        """Gradients of the loss, the table's included: that of every row that was not gathered is zero."""
        torch.autograd.backward(loss)
        if self._gathered.grad is not None:
            self._gradient[self._ids] = self._gathered.grad
        self.table.grad = self._gradient

    @property
    def values(self) -> NDArray[np.float32]:
        return np.asarray(self.table.detach().numpy(), dtype=np.float32)
