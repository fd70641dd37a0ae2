"""Augmentations of series keep what they promise: size, order, padding, and the same chance for the same seed."""

import pytest
import torch

from crnn.audio.augment import Chain
from crnn.errors import SpecError
from crnn.padded import Padded
from crnn.series.augment import DropChannel, Jitter, Scale, WarpTime

EACH = [Jitter(share=1.0), Scale(share=1.0), WarpTime(share=1.0), DropChannel(share=1.0, most=0.5)]


def batch(lengths=(20, 7, 1), features=4):
    torch.manual_seed(0)
    return Padded.stack([torch.randn(length, features) for length in lengths])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("step", EACH, ids=lambda step: type(step).__name__)
def test_chance_comes_from_the_generator_and_padding_stays_zero(step):
    given = batch()
    before = given.data.clone()
    found, again, other = (step(given, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(found.data, again.data)
    assert not (found.data.shape == other.data.shape and torch.equal(found.data, other.data))
    assert torch.equal(given.data, before)
    assert not found.data[~found.mask()].any()
    assert torch.isfinite(found.data).all()


@pytest.mark.parametrize("step", [Jitter(share=1, amount=0), Scale(share=1, amount=0), WarpTime(1, 1.0, 1.0)], ids=str)
def test_an_augmentation_of_size_nothing_changes_nothing(step):
    given = batch()
    found = step(given, seeded())
    torch.testing.assert_close(found.data, given.data)
    assert found.lengths.tolist() == given.lengths.tolist()


def test_jitter_and_scale_are_as_large_as_they_say():
    given = Padded.whole(torch.ones(64, 200, 3))
    noise = Jitter(share=1, amount=0.3)(given, seeded()).data - 1
    assert abs(float(noise.std()) - 0.3) < 0.01
    factors = Scale(share=1, amount=0.2)(given, seeded()).data
    assert float((factors - factors[:, :1]).abs().max()) == 0.0  # one factor a channel, for all steps
    assert abs(float(factors[:, 0].std()) - 0.2) < 0.05


def test_warped_time_runs_forward_from_end_to_end():
    ramp = Padded.stack([torch.arange(float(length))[:, None] for length in (50, 12)])
    found = WarpTime(share=1, local=2.0, whole=1.5)(ramp, seeded(3))
    for row, length, given in zip(found.data, found.lengths.tolist(), (50, 12), strict=True):
        values = row[:length, 0]
        assert float(values[0]) == 0.0
        assert abs(float(values[-1]) - (given - 1)) < 1e-3
        assert (values.diff() > 0).all()
        assert given / 1.5 - 1 <= length <= given * 1.5 + 1
    assert float(values.diff().std()) > 0.01  # faster here, slower there


def test_dropped_channels_are_whole_and_never_more_than_allowed():
    given = Padded.whole(torch.ones(200, 3, 8))
    found = DropChannel(share=1, most=0.5)(given, seeded()).data
    lost = (found == 0).all(1).sum(1)
    assert ((found == 0).any(1).sum(1) == lost).all()
    assert (int(lost.min()), int(lost.max())) == (1, 4)
    single = Padded.whole(torch.ones(2, 3, 1))
    assert torch.equal(DropChannel(share=1)(single, seeded()).data, single.data)


def test_they_run_one_after_another():
    assert torch.isfinite(Chain(EACH)(batch(), seeded()).data).all()


@pytest.mark.parametrize("make", [lambda: Jitter(amount=-1), lambda: Scale(amount=-1), lambda: WarpTime(local=0.5),
                                  lambda: WarpTime(whole=9), lambda: DropChannel(most=1.0)])  # fmt: skip
def test_sizes_that_cannot_be_are_refused(make):
    with pytest.raises(SpecError, match="give"):
        make()
