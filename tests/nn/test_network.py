"""Networks keep their promises: lengths as computed, padding without effect, streaming equal to offline."""

import itertools

import pytest
import torch

from crnn.errors import ShapeError, SpecError
from crnn.nn.network import Network, parameter_count
from crnn.nn.recurrent import CELLS
from crnn.nn.streaming import Stream
from crnn.padded import Padded
from crnn.spec import ConvSpec, HeadSpec, NetworkSpec, RecurrentSpec

F = 9
LENGTHS = [23, 40, 31]

BLOCKS = {
    "plain": (ConvSpec(4, pool=2),),
    "valid": (ConvSpec(4, padding="valid"), ConvSpec(5, padding="valid", pool=(1, 2))),
    "strided": (ConvSpec(4, kernel=(3, 5), stride=(1, 2)),),
    "dilated": (ConvSpec(4, kernel=3, dilation=(1, 2)), ConvSpec(4, kernel=(2, 4))),
    "residual": (ConvSpec(4, repeats=2, residual=True, stride=2), ConvSpec(4, repeats=2, residual=True, pool=(1, 3))),
    "layer": (ConvSpec(4, norm="layer", activation="gelu", pool=2),),
    "group": (ConvSpec(4, norm="group", groups=2, activation="silu", pool=2),),
    "none": (ConvSpec(4, norm="none", activation="tanh"),),
}


def build(blocks=(), recurrent=None, head=None, dimensions=2, causal=False, seed=0):
    torch.manual_seed(seed)
    spec = NetworkSpec(blocks, recurrent, head or HeadSpec(), dimensions, causal)
    return Network(spec, features=F, outputs=3)


def sequences(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(length, F, generator=generator) for length in LENGTHS]


def with_garbage(batch, extra=0):
    """The same batch with loud values in its padding, and more of it."""
    data = torch.full((len(batch), batch.data.shape[1] + extra, F), 1e3)
    for row, item in zip(data, batch.unpad(), strict=True):
        row[: len(item)] = item
    return Padded(data, batch.lengths)


def everything():
    recurrent = [RecurrentSpec(cell, 6, layers=2, bidirectional=both) for cell in CELLS for both in (False, True)]
    heads = [HeadSpec(summary=name, hidden=(5,)) for name in ("none", "last", "mean", "max", "attention")]
    for dimensions, (name, blocks) in itertools.product((1, 2), BLOCKS.items()):
        yield pytest.param(blocks, recurrent[1], heads[0], dimensions, id=f"{name}-{dimensions}d")
    for spec in recurrent:
        yield pytest.param(BLOCKS["plain"], spec, heads[0], 2, id=f"{spec.cell}-{spec.bidirectional}")
    for head in heads:
        yield pytest.param(BLOCKS["plain"], recurrent[1], head, 2, id=head.summary)
    yield pytest.param((), None, heads[2], 1, id="dense-only")


@pytest.mark.parametrize(("blocks", "recurrent", "head", "dimensions"), list(everything()))
def test_padding_never_changes_a_result(blocks, recurrent, head, dimensions):
    network = build(blocks, recurrent, head, dimensions).eval()
    batch = Padded.stack(sequences())
    together = network(with_garbage(batch, extra=7))
    for index, item in enumerate(sequences()):
        alone = network(Padded.whole(item[None]))
        assert alone.lengths[0] == together.lengths[index]
        if head.summary == "none":
            assert alone.lengths[0] == network.spec.steps(len(item))
        torch.testing.assert_close(
            together.data[index, : alone.data.shape[1]], alone.data[0], rtol=1e-4, atol=1e-5, msg=str(index)
        )


@pytest.mark.parametrize("norm", ["batch", "layer", "group", "none"])
@pytest.mark.parametrize("dimensions", [1, 2])
def test_padding_never_counts_in_training_statistics(norm, dimensions):
    blocks = (ConvSpec(4, norm=norm, groups=2, pool=2), ConvSpec(4, norm=norm, groups=2))
    batch = Padded.stack(sequences())
    results = []
    for given in (batch, with_garbage(batch, extra=20)):
        network = build(blocks, RecurrentSpec(units=4), HeadSpec(summary="mean"), dimensions).train()
        network(given).data.square().sum().backward()
        results.append(([p.grad for p in network.parameters() if p.requires_grad], dict(network.named_buffers())))
    torch.testing.assert_close(results[0], results[1], rtol=1e-4, atol=1e-5)


def test_masked_batch_norm_equals_torch_on_the_valid_steps():
    batch = Padded.stack(sequences())
    network = build((ConvSpec(4, kernel=1, activation="none"),), None, dimensions=1).train()
    layer = network.convolutions[0].layers[0]
    reference = torch.nn.BatchNorm1d(4).train()
    out = network.convolutions[0](batch.data.transpose(1, 2), batch.lengths)[0].transpose(1, 2)
    rows = torch.cat([item @ layer.conv.weight[:, :, 0].T for item in batch.unpad()])
    torch.testing.assert_close(out[batch.mask()], reference(rows), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(layer.norm.running_var, reference.running_var, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("cell", list(CELLS))
@pytest.mark.parametrize("name", [name for name in BLOCKS if name != "group"])
@pytest.mark.parametrize("dimensions", [1, 2])
def test_streaming_equals_offline(cell, name, dimensions):
    network = build(BLOCKS[name], RecurrentSpec(cell, 6, layers=2), None, dimensions, causal=True)
    with torch.no_grad():  # move the running statistics away from zero and one
        network.train()(Padded.stack(sequences(seed=5)))
    data = torch.randn(2, 40, F, generator=torch.Generator().manual_seed(1))
    stream = Stream(network)
    whole = network.eval()(Padded.whole(data)).data
    sizes = [1, 3, 7, 2, 11, 1, 15]
    parts = torch.cat([stream.push(chunk) for chunk in data.split(sizes, dim=1)], dim=1)
    assert parts.shape == whole.shape
    torch.testing.assert_close(parts, whole, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("summary", ["last", "mean", "max", "attention"])
def test_streamed_summary_equals_offline(summary):
    network = build(BLOCKS["plain"], RecurrentSpec(units=6), HeadSpec(summary=summary), causal=True).eval()
    data = torch.randn(2, 40, F, generator=torch.Generator().manual_seed(1))
    stream = Stream(network)
    for chunk in data.split([1, 8, 20, 11], dim=1):
        last = stream.push(chunk)
    torch.testing.assert_close(last, network(Padded.whole(data)).data, rtol=1e-4, atol=1e-5)


def test_a_network_that_looks_ahead_says_that_it_cannot_stream():
    with pytest.raises(SpecError, match="causal=True"):
        Stream(build(BLOCKS["plain"], RecurrentSpec(units=4)))
    with pytest.raises(SpecError, match="bidirectional"):
        Stream(build((), RecurrentSpec(units=4, bidirectional=True)))


def test_bidirectional_equals_torch_with_packed_sequences():
    network = build((), RecurrentSpec(units=6, bidirectional=True), dimensions=1).eval()
    stack = network.recurrent
    reference = torch.nn.LSTM(F, 6, bidirectional=True, batch_first=True)
    for ours, suffix in ((stack.forwards[0], ""), (stack.backwards[0], "_reverse")):
        for name, value in ours.named_parameters():
            getattr(reference, name + suffix).data.copy_(value.data)
    batch = Padded.stack(sequences())
    packed = torch.nn.utils.rnn.pack_padded_sequence(batch.data, batch.lengths, batch_first=True, enforce_sorted=False)
    wanted, _ = torch.nn.utils.rnn.pad_packed_sequence(reference(packed)[0], batch_first=True)
    torch.testing.assert_close(stack(batch).filled().data, wanted, rtol=1e-4, atol=1e-5)


def test_the_second_lstm_bias_is_zero_and_not_trained():
    network = build((), RecurrentSpec(units=4), dimensions=1)
    bias = network.recurrent.forwards[0].bias_hh_l0
    assert not bias.requires_grad
    assert not bias.any()


def test_classic_has_the_parameters_that_keras_counts():
    assert parameter_count(Network(NetworkSpec.classic(), features=40, outputs=10)) == 348_298


def test_inputs_may_have_channels():
    torch.manual_seed(0)
    network = Network(NetworkSpec((ConvSpec(4),), RecurrentSpec(units=4)), features=F, outputs=2, channels=3)
    assert network(Padded.whole(torch.randn(2, 10, F, 3))).data.shape == (2, 10, 2)


def test_a_sample_too_short_is_named():
    network = build(BLOCKS["valid"])
    with pytest.raises(ShapeError, match=r"sample 1 of the batch has 4 steps.*at least 6"):
        network(Padded.stack([torch.zeros(9, F), torch.zeros(4, F)]))


def test_other_features_are_refused():
    with pytest.raises(ShapeError, match=r"\(B, T, 9\)"):
        build()(Padded.whole(torch.zeros(1, 5, F + 1)))


def test_convolutions_that_leave_no_rows_are_refused():
    with pytest.raises(SpecError, match="leaves no rows of 9 features"):
        build((ConvSpec(4, pool=4), ConvSpec(4, pool=4)))


@pytest.mark.parametrize("cell", list(CELLS))
def test_every_parameter_gets_a_gradient(cell):
    network = build(BLOCKS["residual"], RecurrentSpec(cell, 6, 2, True), HeadSpec(summary="attention", hidden=(4,)))
    network(Padded.stack(sequences())).data.sum().backward()
    missing = [name for name, p in network.named_parameters() if p.requires_grad and p.grad is None]
    assert missing == []


def test_locked_dropout_falls_on_the_same_units_at_every_step():
    network = build((), RecurrentSpec(units=4, input_dropout=0.5, locked=True), dimensions=1).train()
    dropped = network.recurrent.input_dropout(torch.ones(2, 6, F)) == 0
    assert dropped.any()
    assert bool((dropped == dropped[:, :1]).all())
