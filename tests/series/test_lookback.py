"""Augmentation of windows changes their look-back alone, by its generator alone."""

import pytest
import torch

from crnn.errors import SpecError
from crnn.padded import Padded, chained
from crnn.series.lookback import Forget, Jitter


def batch():
    return Padded.whole(torch.randn(16, 30, 3, generator=torch.Generator().manual_seed(0)))


@pytest.mark.parametrize(
    "change", [Jitter(6, share=1.0), Forget(6, share=1.0, most=0.5), chained(Jitter(6), Forget(6))]
)
def test_only_values_of_the_look_back_change(change):
    given = batch()
    before = given.data.clone()
    changed = change(given, torch.Generator().manual_seed(1)).data
    again = change(given, torch.Generator().manual_seed(1)).data
    torch.testing.assert_close(changed, again)
    torch.testing.assert_close(given.data, before)
    assert not torch.equal(changed[:, :24, 0], before[:, :24, 0])
    torch.testing.assert_close(changed[:, 24:], before[:, 24:])
    torch.testing.assert_close(changed[..., 1:], before[..., 1:])


def test_forgotten_steps_repeat_the_one_before():
    given = Padded.whole(torch.arange(30.0)[None, :, None].repeat(50, 1, 1))
    changed = Forget(6, share=1.0, most=1.0)(given, torch.Generator().manual_seed(2)).data[:, :24, 0]
    assert (changed <= torch.arange(24.0)).all()
    assert (changed.diff(dim=1) >= 0).all()


def test_settings_outside_their_range_are_refused():
    with pytest.raises(SpecError):
        Jitter(6, share=1.5)
    with pytest.raises(SpecError):
        Forget(6, most=0.0)
