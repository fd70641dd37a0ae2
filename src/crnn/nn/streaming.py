"""A causal network fed chunk by chunk: the same scores as for the whole sequence, as they become ready."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from crnn.errors import ShapeError
from crnn.nn.network import Network, require_streaming


class Stream:
    """One running sequence (or B in step) through a causal network.

    State lies in the stream, not in the network: many streams may share one network.

    Args:
        network: A network with `causal=True`; it is put in evaluation mode.

    Raises:
        SpecError: the network looks ahead.
    """

    def __init__(self, network: Network) -> None:
        require_streaming(network.spec)
        self.network = network.eval()
        self._blocks: list[Any] = [None] * len(network.convolutions)
        self._recurrent: Any = None
        self._head: Any = None
        self._wide: Any = None

    @torch.no_grad()
    def push(self, chunk: Tensor) -> Tensor:
        """Read the next steps ``(B, T, F)``; gives the scores that became ready, ``(B, T', K)``.

        T' may be 0 while the convolutions wait for more steps. Behind a summary the result is ``(B, 1, K)``: the scores
        of all that was heard so far.

        Raises:
            ShapeError: a chunk of other features than the network's.
        """
        net = self.network
        if chunk.dim() < 3 or chunk.shape[2] != net.features:
            raise ShapeError(f"a chunk has shape {tuple(chunk.shape)}; give (B, T, {net.features})")
        past = None
        if net.wide is not None:
            chunk, past = chunk[:, :, : -net.wide.width], chunk[:, :, -net.wide.width :]
        x = net._enter(chunk)
        for index, block in enumerate(net.convolutions):
            x, self._blocks[index] = block.step(x, self._blocks[index])  # type: ignore[operator]
        x = net._leave(x)
        if net.recurrent is not None:
            x, self._recurrent = net.recurrent.step(x, self._recurrent)
        scores, self._head = net.head.step(x, self._head)
        if net.wide is not None and past is not None:
            added, self._wide = net.wide.step(past, self._wide)
            scores = net.wide.joined(scores, added)
        return scores
