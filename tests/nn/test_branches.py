"""Blocks side by side, joined summaries and the way past the network: the same in any batch, in chunks, and as JSON."""

import json

import pytest
import torch

from crnn.errors import SpecError
from crnn.nn.branches import Branches
from crnn.nn.network import Network
from crnn.nn.streaming import Stream
from crnn.padded import Padded
from crnn.spec import BranchSpec, ConvSpec, HeadSpec, NetworkSpec, RecurrentSpec

BRANCHES = BranchSpec((ConvSpec(4, kernel=1), ConvSpec(6, kernel=3), ConvSpec(5, kernel=5, norm="none")))
SPEC = NetworkSpec(
    convolutions=(BRANCHES,),
    recurrent=RecurrentSpec(units=7),
    head=HeadSpec(summary=("max", "mean", "last", "attention")),
    dimensions=1,
    causal=True,
    wide=2,
)


def network(spec=SPEC):
    torch.manual_seed(0)
    made = Network(spec, features=8, outputs=2)
    for _ in range(3):  # norms learn some statistics
        made(Padded.whole(torch.randn(4, 12, 8)))
    return made.eval()


def test_channels_of_the_branches_follow_each_other():
    torch.manual_seed(0)
    branches = Branches(8, BRANCHES, dimensions=1).eval()
    x, lengths = torch.randn(2, 8, 11), torch.tensor([11, 6])
    data, kept = branches(x, lengths)
    assert data.shape == (2, BRANCHES.channels, 11)
    assert kept.tolist() == [11, 6]
    torch.testing.assert_close(data[:, 4:10], branches.blocks[1](x, lengths)[0])


def test_a_sample_alone_equals_itself_in_a_padded_batch():
    made = network()
    samples = [torch.randn(length, 8) for length in (12, 3, 7)]
    together = made(Padded.stack(samples, fill=9.0)).data
    alone = torch.cat([made(Padded.stack([sample])).data for sample in samples])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("chunk", [1, 4, 15])
def test_streaming_equals_offline(chunk):
    made = network()
    x = torch.randn(2, 15, 8)
    stream = Stream(made)
    for at in range(0, 15, chunk):
        scores = stream.push(x[:, at : at + chunk])
    torch.testing.assert_close(scores, made(Padded.whole(x)).data, rtol=1e-4, atol=1e-5)


def test_branches_may_stride_and_pool_together():
    blocks = tuple(ConvSpec(4, kernel=kernel, stride=2, pool=2) for kernel in (1, 5))
    spec = SPEC.replace(convolutions=(BranchSpec(blocks),))
    made, x = network(spec), torch.randn(1, 18, 8)
    stream = Stream(made)
    scores = [stream.push(x[:, at : at + 3]) for at in range(0, 18, 3)][-1]
    torch.testing.assert_close(scores, made(Padded.whole(x)).data, rtol=1e-4, atol=1e-5)
    assert spec.steps(18) == 4


def test_the_way_past_the_network_is_a_sum():
    made = network()
    x = torch.randn(1, 9, 8)
    more = x.clone()
    more[..., -2:] += 1.0
    change = made(Padded.whole(more)).data - made(Padded.whole(x)).data
    torch.testing.assert_close(change[0, 0], torch.full((2,), 4.5), rtol=1e-4, atol=1e-4)


def test_the_way_past_the_network_has_its_share():
    x, scores = Padded.whole(torch.randn(2, 9, 8)), {}
    made = network()
    for share in (0.0, 0.2, 0.7):
        other = Network(SPEC.replace(wide_share=share), 8, 2).eval()
        other.load_state_dict(made.state_dict())
        scores[share] = other(x).data
    past = x.data[..., -2:].sum(1, keepdim=True)
    torch.testing.assert_close(scores[0.2], 0.8 * scores[0.0] + 0.2 * past)
    torch.testing.assert_close(scores[0.7], 0.3 * scores[0.0] + 0.7 * past)


def test_it_is_json_both_ways():
    assert NetworkSpec.from_dict(json.loads(json.dumps(SPEC.to_dict()))) == SPEC


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: BranchSpec(()), "at least one"),
        (lambda: BranchSpec((ConvSpec(4), ConvSpec(4, stride=2))), "different lengths"),
        (lambda: BranchSpec((ConvSpec(4), ConvSpec(4, padding="valid"))), "different lengths"),
        (lambda: HeadSpec(summary=("max", "none")), "unknown summary"),
        (lambda: HeadSpec(summary=()), "at least one"),
        (lambda: SPEC.replace(wide=-1), "from 0 up"),
        (lambda: SPEC.replace(wide_share=1.5), "a share from 0"),
        (lambda: SPEC.replace(head=HeadSpec()), "needs a summary"),
        (lambda: Network(SPEC.replace(wide=3), 8, 2), "does not fit 2 scores"),
        (lambda: Network(SPEC, 2, 2), "does not fit 2 scores and 2 features"),
        (lambda: SPEC.replace(convolutions=(BranchSpec((ConvSpec(8, norm="group"),)),)), "cannot be causal"),
    ],
)
def test_what_cannot_be_is_refused(make, told):
    with pytest.raises(SpecError, match=told):
        make()
