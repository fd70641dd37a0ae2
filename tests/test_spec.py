"""Specs: equal by value, JSON both ways, lengths by arithmetic, mistakes refused by name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crnn.errors import SpecError, UnknownNameError
from crnn.spec import ConvSpec, HeadSpec, NetworkSpec, RecurrentSpec

RICH = NetworkSpec(
    convolutions=(ConvSpec(8, kernel=(3, 5), pool=(2, 1)), ConvSpec(16, repeats=2, residual=True, dropout=0.1)),
    recurrent=RecurrentSpec("gru", 32, layers=2, bidirectional=True, dropout=0.2, locked=True),
    head=HeadSpec("attention", hidden=(64, 32), dropout=0.3),
)


@pytest.mark.parametrize("spec", [NetworkSpec.classic(), RICH, NetworkSpec((), None, dimensions=1)])
def test_json_both_ways(spec):
    assert NetworkSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


def test_an_unknown_key_is_refused_with_the_nearest():
    with pytest.raises(SpecError, match=r"ConvSpec has no setting 'kernal'. Did you mean 'kernel'\?"):
        ConvSpec.from_dict({"channels": 4, "kernal": 3})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ConvSpec(0), "channels=0"),
        (lambda: ConvSpec(4, kernel=0), "kernel=0"),
        (lambda: ConvSpec(4, dropout=1.0), "dropout=1.0"),
        (lambda: ConvSpec(4, padding="valid", residual=True), "skip must keep the length"),
        (lambda: ConvSpec(4, norm="group", groups=3), "groups=3"),
        (lambda: RecurrentSpec(layers=0), "recurrent=None"),
        (lambda: NetworkSpec(recurrent=RecurrentSpec(bidirectional=True), causal=True), "cannot be causal"),
        (lambda: NetworkSpec((ConvSpec(8, norm="group"),), causal=True), "cannot be causal"),
    ],
)
def test_what_cannot_be_built_is_refused(make, message):
    with pytest.raises(SpecError, match=message):
        make()


def test_an_unknown_choice_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'gelu'"):
        ConvSpec(4, activation="gleu")


@given(st.integers(1, 60), st.integers(1, 5), st.integers(1, 3), st.integers(1, 3))
def test_same_padding_keeps_a_step_for_every_stride(length, kernel, stride, dilation):
    spec = ConvSpec(1, kernel=kernel, stride=stride, dilation=dilation)
    assert spec.length(length) == -(-length // stride)


def test_the_shortest_input_is_the_shortest():
    spec = NetworkSpec.classic()
    assert spec.shortest() == 10
    assert spec.steps(10) == 1
    assert spec.steps(9) < 1
