"""Every model format that was ever written is still read, and gives the answers it gave then.

A format's folder holds its `config.json`; the weights are drawn from a rule, byte for byte as they were saved then,
which their checksum in the configuration proves.
"""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

import crnn
from crnn import store

FORMATS = sorted(path for path in Path(__file__).parent.iterdir() if path.name.startswith("format-"))

SHAPES_1 = {
    "network.convolutions.0.layers.0.conv.weight": (2, 5, 3),
    "network.convolutions.0.layers.0.norm.bias": (2,),
    "network.convolutions.0.layers.0.norm.running_mean": (2,),
    "network.convolutions.0.layers.0.norm.running_var": (2,),
    "network.convolutions.0.layers.0.norm.weight": (2,),
    "network.head.hidden.0.bias": (4,),
    "network.head.hidden.0.weight": (4, 3),
    "network.head.scores.bias": (3,),
    "network.head.scores.weight": (3, 4),
    "network.recurrent.forwards.0.bias_hh_l0": (12,),
    "network.recurrent.forwards.0.bias_ih_l0": (12,),
    "network.recurrent.forwards.0.weight_hh_l0": (12, 3),
    "network.recurrent.forwards.0.weight_ih_l0": (12, 2),
}
ANSWERS_1 = [
    [0.41058409214019775, 0.3902069330215454, 0.1992090344429016],
    [0.39819368720054626, 0.44003385305404663, 0.1617724895477295],
]


def drawn(name, shape):
    """The weights of a name: zeros for the LSTM's second bias, else uniform numbers from the name's own seed."""
    if "bias_hh" in name:
        return np.zeros(shape, np.float32)
    seed = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest())
    return np.random.default_rng(seed).uniform(0.1, 0.9, shape).astype(np.float32)


@pytest.fixture
def old_model(tmp_path):
    shutil.copy(FORMATS[0] / store.CONFIG, tmp_path)
    weights = safetensors.numpy.save({name: drawn(name, shape) for name, shape in sorted(SHAPES_1.items())})
    (tmp_path / store.WEIGHTS).write_bytes(weights)
    return tmp_path


def test_there_is_a_folder_for_every_format():
    assert [path.name for path in FORMATS] == [f"format-{number}" for number in range(1, store.FORMAT + 1)]


def test_format_1_gives_the_answers_it_gave(old_model):
    model = crnn.load(old_model)
    x = np.linspace(-1, 1, 2 * 8 * 5, dtype=np.float32).reshape(2, 8, 5)
    np.testing.assert_allclose(model.predict(x), ANSWERS_1, atol=1e-5)
    assert model.task.labels.names == ["go", "stop", "左"]


def test_format_1_can_be_trained_on(old_model):
    model = crnn.load(old_model)
    x = np.random.default_rng(0).normal(size=(12, 8, 5)).astype(np.float32)
    history = model.fit(x, ["go", "stop", "左"] * 4, epochs=1, options=crnn.TrainOptions(progress=False))
    assert len(history) == 1


def test_format_1_is_saved_again_alike(old_model, tmp_path):
    model = crnn.load(old_model)
    model.save(tmp_path / "again")
    before, after = (json.loads((folder / store.CONFIG).read_text()) for folder in (old_model, tmp_path / "again"))
    for key in ("task", "loss", "metrics", "weights"):
        assert after[key] == before[key]
    # Settings that later versions added are written too, and mean what their absence meant.
    assert {key: after["network"][key] for key in before["network"]} == before["network"]
    assert crnn.NetworkSpec.from_dict(after["network"]) == crnn.NetworkSpec.from_dict(before["network"])
