"""The kinds of networks: which description is built into which module."""

from __future__ import annotations

from typing import Any

from torch import nn

from crnn.errors import SpecError
from crnn.forecast_spec import ForecastSpec
from crnn.nn.forecast import ForecastNetwork
from crnn.nn.network import Network
from crnn.spec import NetworkSpec

AnySpec = NetworkSpec | ForecastSpec


def read_spec(data: dict[str, Any]) -> AnySpec:
    """The description that a model file holds; one without a kind is a `NetworkSpec`.

    Raises:
        SpecError: an unknown kind or key, or a value that the spec refuses.

    Example:
        >>> read_spec(ForecastSpec(look_back=24, horizon=6).to_dict()).horizon
        6
    """
    if "kind" not in data:
        return NetworkSpec.from_dict(data)
    if data["kind"] != ForecastSpec.kind:
        raise SpecError(f"this version knows no network of the kind {data['kind']!r}: update the package")
    return ForecastSpec.from_dict(data)


def make(spec: AnySpec, features: int, outputs: int, channels: int = 1) -> Any:
    """The network that a description stands for: `Padded` to `Padded`, with `shortest` and `outputs`.

    Raises:
        SpecError: the description does not fit features or outputs.
    """
    kinds: dict[type, type[nn.Module]] = {NetworkSpec: Network, ForecastSpec: ForecastNetwork}
    return kinds[type(spec)](spec, features, outputs, channels)
