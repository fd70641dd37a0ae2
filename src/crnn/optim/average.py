"""A running average of the weights, which generalises better than the last weights do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from crnn.errors import ModelFileError, NotReadyError
from crnn.optim.settings import share


class Average:
    """Exponential moving average of a module's weights (Polyak & Juditsky 1992; as in Tarvainen & Valpola 2017).

    The decay warms up as ``(1 + n) / (10 + n)`` after n updates, so that the random first weights are soon forgotten.
    Buffers, such as the running statistics of batch norm, are left as they are: they follow the weights closely anyway.

    Args:
        decay: Share of the average that an update keeps, once warmed up.

    Example:
        >>> layer, average = nn.Linear(2, 1), Average(decay=0.99)
        >>> average.update(layer)  # after every optimizer step
        >>> with average.swap(layer):
        ...     _ = layer(torch.zeros(1, 2))  # evaluates the averaged weights
    """

    def __init__(self, decay: float = 0.999) -> None:
        share("decay", decay)
        self.decay = decay
        self.updates = 0
        self._weights: dict[str, Tensor] = {}

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        """Take in the module's weights; the first time, the average starts there.

        Raises:
            ModelFileError: the module has other weights than the average.
        """
        live = _weights(module)
        if not self._weights:
            self._weights = {name: weight.clone() for name, weight in live.items()}
        else:
            self._check(live)
            decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
            # A state that was loaded lies on the CPU until the first update.
            self._weights = {name: weight.to(live[name].device) for name, weight in self._weights.items()}
            torch._foreach_lerp_(list(self._weights.values()), [live[name] for name in self._weights], 1 - decay)
        self.updates += 1

    @torch.no_grad()
    def copy_to(self, module: nn.Module) -> None:
        """Write the average into the module, for good.

        Raises:
            NotReadyError: nothing has been averaged yet.
            ModelFileError: the module has other weights than the average.
        """
        if not self._weights:
            raise NotReadyError("there is no average of the weights yet: call update(module) first")
        live = _weights(module)
        self._check(live)
        _write(live, self._weights)

    @contextmanager
    def swap(self, module: nn.Module) -> Iterator[nn.Module]:
        """Within the block the module has the averaged weights; afterwards its own again, whatever happens.

        Raises:
            NotReadyError: nothing has been averaged yet.
            ModelFileError: the module has other weights than the average.
        """
        own = {name: weight.clone() for name, weight in _weights(module).items()}
        try:
            self.copy_to(module)
            yield module
        finally:
            with torch.no_grad():
                _write(_weights(module), own)

    def state_dict(self) -> dict[str, Any]:
        """All there is to resume: copies, so that later updates do not change it."""
        return {
            "decay": self.decay,
            "updates": self.updates,
            "weights": {name: weight.clone() for name, weight in self._weights.items()},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave.

        Raises:
            ModelFileError: a part is missing.
        """
        missing = {"decay", "updates", "weights"} - state.keys()
        if missing:
            raise ModelFileError(f"a saved weight average lacks {', '.join(sorted(missing))}: start it anew")
        self.decay, self.updates = state["decay"], state["updates"]
        self._weights = {name: weight.clone() for name, weight in state["weights"].items()}

    def _check(self, live: Mapping[str, Tensor]) -> None:
        differing = [
            name
            for name in sorted(live.keys() | self._weights.keys())
            if name not in live or name not in self._weights or live[name].shape != self._weights[name].shape
        ]
        if differing:
            raise ModelFileError(
                f"the weight average is of another network: {', '.join(differing[:3])} differ; start a new average"
            )


def _weights(module: nn.Module) -> dict[str, Tensor]:
    return {name: weight.detach() for name, weight in module.named_parameters()}


def _write(into: Mapping[str, Tensor], values: Mapping[str, Tensor]) -> None:
    # In place, since recurrent layers and the optimizer hold on to the tensors themselves.
    for name, tensor in into.items():
        tensor.copy_(values[name])
