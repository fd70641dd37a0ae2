"""Sequence recognition with convolutional-recurrent networks, from a folder of examples to a model that runs live.

Importing the package loads nothing heavy: each name below is fetched from its room at first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from crnn.data.arrays import Arrays
    from crnn.engine.history import History
    from crnn.engine.options import TrainOptions
    from crnn.forecast_spec import ForecastSpec
    from crnn.losses import CTC, MAE, MSE, BinaryCrossEntropy, CrossEntropy, Huber, Quantile
    from crnn.metrics import CustomMeasure
    from crnn.model import Model, load
    from crnn.optim import (
        SGD,
        Adadelta,
        Adam,
        AdamW,
        Constant,
        Cosine,
        OneCycle,
        Plateau,
        RMSprop,
        Step,
        TorchOptimizer,
        WarmUp,
    )
    from crnn.padded import Padded
    from crnn.predictor import Predictor
    from crnn.spec import BranchSpec, ConvSpec, HeadSpec, NetworkSpec, RecurrentSpec
    from crnn.tasks.arrays import ArrayClassification, ArrayRegression
    from crnn.tasks.commands import SpokenCommands
    from crnn.tasks.forecasting import Forecasting
    from crnn.tasks.handwriting import Handwriting
    from crnn.tasks.series import SeriesClassification
    from crnn.tasks.speech import SpeechRecognition
    from crnn.tasks.text import TextClassification

_ROOMS = {
    "crnn.data.arrays": ("Arrays",),
    "crnn.engine.history": ("History",),
    "crnn.engine.options": ("TrainOptions",),
    "crnn.forecast_spec": ("ForecastSpec",),
    "crnn.losses": ("BinaryCrossEntropy", "CTC", "CrossEntropy", "Huber", "MAE", "MSE", "Quantile"),
    "crnn.metrics": ("CustomMeasure",),
    "crnn.model": ("Model", "load"),
    "crnn.optim": (
        "Adadelta",
        "Adam",
        "AdamW",
        "Constant",
        "Cosine",
        "OneCycle",
        "Plateau",
        "RMSprop",
        "SGD",
        "Step",
        "TorchOptimizer",
        "WarmUp",
    ),
    "crnn.padded": ("Padded",),
    "crnn.predictor": ("Predictor",),
    "crnn.spec": ("BranchSpec", "ConvSpec", "HeadSpec", "NetworkSpec", "RecurrentSpec"),
    "crnn.tasks.arrays": ("ArrayClassification", "ArrayRegression"),
    "crnn.tasks.commands": ("SpokenCommands",),
    "crnn.tasks.handwriting": ("Handwriting",),
    "crnn.tasks.speech": ("SpeechRecognition",),
    "crnn.tasks.text": ("TextClassification",),
    "crnn.tasks.series": ("SeriesClassification",),
    "crnn.tasks.forecasting": ("Forecasting",),
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "CTC",
    "MAE",
    "MSE",
    "SGD",
    "Adadelta",
    "Adam",
    "AdamW",
    "ArrayClassification",
    "ArrayRegression",
    "Arrays",
    "BinaryCrossEntropy",
    "BranchSpec",
    "Constant",
    "ConvSpec",
    "Cosine",
    "CrossEntropy",
    "CustomMeasure",
    "ForecastSpec",
    "Forecasting",
    "Handwriting",
    "HeadSpec",
    "History",
    "Huber",
    "Model",
    "NetworkSpec",
    "OneCycle",
    "Padded",
    "Plateau",
    "Predictor",
    "Quantile",
    "RMSprop",
    "RecurrentSpec",
    "SeriesClassification",
    "SpeechRecognition",
    "SpokenCommands",
    "Step",
    "TextClassification",
    "TorchOptimizer",
    "TrainOptions",
    "WarmUp",
    "load",
]


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("crnn.errors")
    if name not in _HOMES:
        raise AttributeError(f"module 'crnn' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
