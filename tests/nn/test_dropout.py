"""Dropout by cheap bits against the binomial law, and that its gradient has the same mask."""

import pytest
import torch

from crnn.nn.dropout import Dropout, LockedDropout


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.999])
@pytest.mark.parametrize("shape", [(7,), (64, 25, 31)])
def test_drops_the_share_and_keeps_the_mean(share: float, shape: tuple[int, ...]) -> None:
    torch.manual_seed(3)
    x = torch.ones(shape)
    dropped = Dropout(share)(x)
    kept = dropped != 0
    wanted, spread = (1 - share) * x.numel(), (share * (1 - share) * x.numel()) ** 0.5
    assert abs(int(kept.sum()) - wanted) < 5 * spread
    torch.testing.assert_close(dropped[kept], x[kept] / (1 - share), rtol=1e-2 if share > 0.99 else 1e-4, atol=0.0)


def test_neighbours_are_dropped_apart() -> None:
    torch.manual_seed(0)
    kept = (Dropout(0.25)(torch.ones(40_000)) != 0).double()
    for distance in (1, 2, 3, 4, 8):
        together = float((kept[distance:] * kept[:-distance]).mean())
        assert abs(together - 0.75**2) < 0.02


def test_the_gradient_has_the_same_mask_and_a_seed_repeats_it() -> None:
    layer, x = Dropout(0.4), torch.ones(5, 9, requires_grad=True)
    torch.manual_seed(1)
    first = layer(x)
    (gradient,) = torch.autograd.grad(first.sum(), x)
    assert gradient.equal(first.detach())
    torch.manual_seed(1)
    assert layer(x).equal(first)


@pytest.mark.parametrize("made", [Dropout, LockedDropout])
def test_changes_nothing_in_evaluation_or_without_a_share(made: type[torch.nn.Module]) -> None:
    x = torch.randn(2, 3, 4)
    assert made(0.5).eval()(x) is x
    assert made(0.0)(x) is x


def test_locked_drops_a_unit_at_every_step() -> None:
    torch.manual_seed(0)
    dropped = LockedDropout(0.5)(torch.ones(4, 6, 50))
    assert dropped.equal(dropped[:, :1].expand_as(dropped))
    assert 0 < int((dropped == 0).sum()) < dropped.numel()
