"""The same weights give the same probabilities as Keras 3; its answers were written by `benchmarks/keras_oracle.py`."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from crnn.losses import CrossEntropy
from crnn.nn.network import Network, parameter_count
from crnn.padded import Padded
from crnn.spec import ConvSpec, HeadSpec, NetworkSpec, RecurrentSpec

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "keras_oracle.py"
ANSWERS = json.loads(Path(__file__).with_name("keras.json").read_text(encoding="utf-8"))["networks"]


def flat(recurrent, hidden=(), convolutions=()):
    return NetworkSpec(convolutions, recurrent, HeadSpec(summary="last", hidden=hidden), dimensions=1)


SPECS = {
    "classic": NetworkSpec.classic(),
    "lstm both ways": flat(RecurrentSpec("lstm", 6, bidirectional=True)),
    "gru both ways": flat(RecurrentSpec("gru", 6, bidirectional=True)),
    "gru in two layers": flat(RecurrentSpec("gru", 6, layers=2)),
    "rnn": flat(RecurrentSpec("rnn", 6)),
    "conv1d": flat(RecurrentSpec("lstm", 6, bidirectional=True), (7,), (ConvSpec(8, 4, pool=2, norm="none"),)),
}


@pytest.fixture(scope="module")
def oracle():
    spec = importlib.util.spec_from_file_location("keras_oracle", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load(network, weights):
    """Put Keras' weights, in its order, into the network."""
    queue = iter(torch.from_numpy(array) for array in weights)
    with torch.no_grad():
        for block in network.convolutions:
            kernel = next(queue)  # (T, F, in, out), or (T, in, out)
            block.layers[0].conv.weight.copy_(kernel.permute(*reversed(range(kernel.dim()))))
            block.layers[0].conv.bias.copy_(next(queue))
        cells = network.recurrent
        for index, ahead in enumerate(cells.forwards):
            for cell in (ahead, *([cells.backwards[index]] if cells.backwards else [])):
                load_cell(cell, next(queue), next(queue), next(queue))
        for layer in (*network.head.hidden, network.head.scores):
            layer.weight.copy_(next(queue).T)
            layer.bias.copy_(next(queue))
    assert next(queue, None) is None


def load_cell(cell, kernel, recurrent, bias):
    """Keras orders a GRU's gates z, r, h and PyTorch r, z, n; the LSTM's order is the same."""
    units = cell.hidden_size
    order = (1, 0, 2) if isinstance(cell, nn.GRU) else range(kernel.shape[1] // units)

    def gates(array):
        return torch.cat([array[gate * units : (gate + 1) * units] for gate in order])

    cell.weight_ih_l0.copy_(gates(kernel.T))
    cell.weight_hh_l0.copy_(gates(recurrent.T))
    inward, within = bias if bias.dim() == 2 else (bias, torch.zeros_like(bias))
    cell.bias_ih_l0.copy_(gates(inward))
    cell.bias_hh_l0.copy_(gates(within))


@pytest.mark.parametrize("name", ANSWERS)
def test_agrees_with_keras(name, oracle):
    answer = ANSWERS[name]
    inputs = oracle.draw_inputs(answer["seed"], answer["inputs"])
    if inputs.ndim == 4:
        inputs = inputs[..., 0]
    network = Network(SPECS[name], inputs.shape[2], len(answer["outputs"][0])).eval()
    load(network, oracle.draw(answer["seed"], answer["weights"]))
    with torch.no_grad():
        probabilities = CrossEntropy().link(network(Padded.whole(torch.from_numpy(inputs))))
    np.testing.assert_allclose(probabilities.numpy(), answer["outputs"], atol=1e-5, rtol=0)
    assert parameter_count(network) == answer["parameters"]


def test_classic_has_the_parameters_that_keras_counts():
    assert ANSWERS["classic"]["parameters"] == 348_298
