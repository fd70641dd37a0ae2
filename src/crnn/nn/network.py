"""The network that a `crnn.spec.NetworkSpec` describes: `Padded` in, `Padded` scores out."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from crnn.errors import ShapeError, SpecError
from crnn.nn.branches import convolution
from crnn.nn.head import Head
from crnn.nn.recurrent import Recurrent
from crnn.nn.wide import Wide
from crnn.padded import Padded
from crnn.spec import NetworkSpec


class Network(nn.Module):
    """Convolutions, recurrence and head.

    Args:
        spec: The description.
        features: Features F of an input step.
        outputs: Scores K.
        channels: Channels C of an input step; more than one for inputs ``(B, T, F, C)``.

    Raises:
        SpecError: the convolutions leave no row of the features.

    Example:
        >>> network = Network(NetworkSpec.classic(), features=40, outputs=10)
        >>> sum(weight.numel() for weight in network.parameters() if weight.requires_grad)
        348298
        >>> network(Padded.whole(torch.zeros(2, 98, 40))).data.shape
        torch.Size([2, 1, 10])
    """

    def __init__(self, spec: NetworkSpec, features: int, outputs: int, channels: int = 1) -> None:
        super().__init__()
        self.spec = spec
        self.features = features
        self.channels = channels
        self.outputs = outputs
        self.shortest = spec.shortest()
        if spec.wide not in (0, outputs) or spec.wide >= features * channels:
            raise SpecError(
                f"wide={spec.wide} does not fit {outputs} scores and {features * channels} features: give 0, or"
                " a feature for each score and more for the network"
            )
        self.wide = Wide(spec.wide, spec.wide_share) if spec.wide else None
        width = channels if spec.dimensions == 2 else channels * features - spec.wide
        self.convolutions = nn.ModuleList()
        for block in spec.convolutions:
            self.convolutions.append(convolution(width, block, spec.dimensions, spec.causal))
            width = block.channels
        if spec.dimensions == 2:
            width *= spec.rows(features)
        self.recurrent = None if spec.recurrent is None else Recurrent(width, spec.recurrent)
        directions = 1 if self.recurrent is None else self.recurrent.directions
        self.head = Head(self.recurrent.width if self.recurrent else width, directions, outputs, spec.head)

    def forward(self, x: Padded) -> Padded:
        """Map ``(B, T, F)`` or ``(B, T, F, C)`` to scores ``(B, T', K)``.

        Raises:
            ShapeError: the features do not fit, or a sample is too short for the convolutions.
        """
        self._check(x)
        if self.wide is None:
            return self._scores(x)
        x, past = self.wide.split(x)
        scores = self._scores(x)
        return scores.with_data(self.wide.joined(scores.data, self.wide(past)))

    def _scores(self, x: Padded) -> Padded:
        data, lengths = self._enter(x.data), x.lengths
        for block in self.convolutions:
            data, lengths = block(data, lengths)
        hidden = Padded(self._leave(data), lengths)
        if self.recurrent is not None:
            hidden = self.recurrent(hidden)
        return self.head(hidden)  # type: ignore[no-any-return]

    def _check(self, x: Padded) -> None:
        given = tuple(x.data.shape[2:])
        wanted = (self.features,) if self.channels == 1 else (self.features, self.channels)
        if given not in (wanted, (self.features, self.channels)):
            raise ShapeError(
                f"inputs have shape (B, T, {', '.join(map(str, given))}), the network was built for "
                f"(B, T, {', '.join(map(str, wanted))}): give inputs like those it was trained on"
            )
        short = torch.nonzero(x.lengths < self.shortest).flatten().tolist()
        if short:
            raise ShapeError(
                f"sample {short[0]} of the batch has {int(x.lengths[short[0]])} steps, but the convolutions need at "
                f"least {self.shortest}: give longer sequences, or lower pooling, stride or kernel"
            )

    def _enter(self, x: Tensor) -> Tensor:
        """From ``(B, T, F[, C])`` to ``(B, C, F, T)``, or to ``(B, F·C, T)`` in one dimension."""
        if self.spec.dimensions == 1:
            return x.flatten(2).transpose(1, 2)
        return x[:, None].transpose(2, 3) if x.dim() == 3 else x.permute(0, 3, 2, 1)

    def _leave(self, x: Tensor) -> Tensor:
        """Back to ``(B, T, D)``; rows before channels, as Keras reshapes."""
        return x.transpose(1, 2) if x.dim() == 3 else x.permute(0, 3, 2, 1).flatten(2)


class Recogniser(nn.Module):
    """A front end (from samples to features) and a network, as one module: what is trained, saved and run.

    Args:
        network: The network.
        front: From prepared inputs to features, or None where inputs are features already.
    """

    def __init__(self, network: Network, front: nn.Module | None = None) -> None:
        super().__init__()
        self.front = front
        self.network = network

    def features(self, inputs: Padded) -> Padded:
        """What the network sees of the inputs."""
        return inputs if self.front is None else self.front(inputs)

    def forward(self, inputs: Padded) -> Padded:
        """Scores ``(B, T', K)`` of a batch of prepared inputs."""
        return self.network(self.features(inputs))  # type: ignore[no-any-return]


def parameter_count(module: nn.Module) -> int:
    """Trained parameters, as Keras counts them."""
    return sum(weight.numel() for weight in module.parameters() if weight.requires_grad)


def require_streaming(spec: Any) -> None:
    """Refuse a network that cannot run on a stream.

    Raises:
        SpecError: the network looks ahead.
    """
    if not isinstance(spec, NetworkSpec):
        raise SpecError("a forecast is made of a whole window and cannot stream")
    if spec.recurrent is not None and spec.recurrent.bidirectional:
        raise SpecError("a bidirectional network cannot stream: it reads from the end too. Train one with causal=True")
    if not spec.causal:
        raise SpecError("this network looks ahead in its convolutions and cannot stream: train one with causal=True")
