"""The forecasting network: shapes, padding, what it may not read, where it starts, and its description."""

import json

import pytest
import torch

from crnn.errors import ShapeError, SpecError
from crnn.forecast_spec import ForecastSpec
from crnn.losses.regression import middle
from crnn.nn.forecast import ForecastNetwork
from crnn.nn.kinds import make, read_spec
from crnn.nn.quantiles import moved, widths
from crnn.padded import Padded
from crnn.spec import ConvSpec, NetworkSpec, RecurrentSpec

L, H = 24, 10
SPECS = {
    "plain": {},
    "lstm, two layers": {"recurrent": RecurrentSpec("lstm", 8, layers=2)},
    "plain recurrence": {"recurrent": RecurrentSpec("rnn", 8)},
    "convolution": {"convolutions": (ConvSpec(3, kernel=5, norm="none"), ConvSpec(4, norm="layer"))},
    "no shortcut": {"shortcut": False},
    "upside down": {"mirror": 0.25},
    "mean and spread": {"centre": "mean", "spread": "window"},
    "uncentred": {"centre": "none"},
    "vectors": {"series": 3},
    "odd segments": {"segment": 7},
    "one long segment": {"segment": 48},
}


def network(levels=1, features=4, **changes):
    torch.manual_seed(0)
    spec = ForecastSpec(L, H, **{"segment": 6, "recurrent": RecurrentSpec("gru", 8), **changes})
    made = ForecastNetwork(spec, features, H * levels).eval()
    torch.nn.init.normal_(made.scores.weight)
    return made


def windows(count=5, steps=L + H):
    data = torch.randn(count, steps, 4, generator=torch.Generator().manual_seed(1))
    data[..., -1] = torch.arange(count)[:, None] % 4
    return data


@pytest.fixture(params=SPECS.values(), ids=SPECS)
def made(request):
    return network(levels=3, **request.param)


def test_scores_are_horizon_first_then_levels(made):
    assert made(Padded.whole(windows())).data.shape == (5, 1, H * 3)


def test_padding_never_changes_a_forecast(made):
    data = windows()
    lengths = torch.tensor([L + H, L + H - 5, H + 1, L + H, L])
    padded = torch.cat([data, torch.full((5, 4, 4), 1e3)], 1)
    together = made(Padded(padded, lengths)).data
    alone = torch.cat([made(Padded.whole(data[row : row + 1, :length])).data for row, length in enumerate(lengths)])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4)


def test_values_of_the_horizon_are_never_read(made):
    data = windows()
    before = made(Padded.whole(data)).data
    data[:, L:, 0] = 1e6
    torch.testing.assert_close(made(Padded.whole(data)).data, before)


def test_a_short_history_counts_as_if_its_first_step_had_been_before(made):
    data = windows()[:, 9:]
    longer = torch.cat([data[:, :1].expand(-1, 9, -1), data], 1)
    torch.testing.assert_close(made(Padded.whole(data)).data, made(Padded.whole(longer)).data)


def test_every_weight_learns(made):
    made.train()
    made(Padded.whole(windows())).data.square().sum().backward()
    idle = [name for name, weight in made.named_parameters() if weight.requires_grad and weight.grad is None]
    assert not idle


def test_a_new_level_moves_the_forecast_along():
    made, data = network(), windows()
    before = made(Padded.whole(data)).data
    data[..., 0] += 100
    torch.testing.assert_close(made(Padded.whole(data)).data, before + 100, rtol=1e-4, atol=1e-3)


def test_with_its_spread_taken_out_a_window_of_another_size_is_no_new_situation():
    made, data = network(centre="mean", spread="window"), windows()
    before = made(Padded.whole(data)).data
    data[..., 0] *= 50
    torch.testing.assert_close(made(Padded.whole(data)).data, 50 * before, rtol=1e-2, atol=5e-2)


@pytest.mark.parametrize("levels", [1, 3])
def test_in_training_a_share_of_windows_is_shown_upside_down_and_what_is_said_of_them_is_turned_back(levels):
    made = network(levels, shortcut=False, dropout=0.0, mirror=0.25)
    plain, data = network(levels, shortcut=False, dropout=0.0), windows(200)
    upright = plain(Padded.whole(data)).data.reshape(200, H, levels)
    turned = plain(Padded.whole(data * torch.tensor([-1.0, 1.0, 1.0, 1.0]))).data.reshape(200, H, levels)
    torch.testing.assert_close(made(Padded.whole(data)).data.reshape(200, H, levels), upright)
    said = made.train()(Padded.whole(data)).data.reshape(200, H, levels)
    as_it_is, upside_down = (torch.isclose(said, each, atol=1e-5).all(2).all(1) for each in (upright, -turned.flip(2)))
    assert bool((as_it_is ^ upside_down).all())
    assert 30 < int(upside_down.sum()) < 70


def test_levels_of_windows_upside_down_must_be_alike_on_both_sides():
    made, data = network(levels=2, mirror=0.5), windows()
    made.start(Padded.whole(data), data[:, L:, 0], levels=(0.05, 0.95))
    with pytest.raises(SpecError, match=r"mirror=0.5 with the levels \(0.5, 0.9\)"):
        made.start(Padded.whole(data), data[:, L:, 0], levels=(0.5, 0.9))


def test_a_series_never_seen_has_the_vector_of_nobody():
    made = network(series=3)
    assert made.names.weight[0].abs().sum() == 0
    data = windows()
    one = made(Padded.whole(data)).data
    data[..., -1] = 0
    assert not torch.allclose(made(Padded.whole(data)).data[1], one[1])


def test_training_starts_from_the_linear_model():
    made = network()
    torch.nn.init.zeros_(made.scores.weight)
    data = windows(300)
    history = data[:, :L, 0]
    wanted = history[:, -1:] + (history[:, :H] - history[:, -1:]) * 0.5 + 0.1
    made.start(Padded.whole(data), wanted)
    torch.testing.assert_close(made(Padded.whole(data)).data[:, 0], wanted, rtol=1e-3, atol=1e-3)


def test_inputs_of_another_shape_or_without_history_are_refused():
    made = network()
    with pytest.raises(ShapeError, match=r"built for \(B, T, 4\)"):
        made(Padded.whole(windows()[..., :3]))
    with pytest.raises(ShapeError, match="needs 11 at least"):
        made(Padded.whole(windows()[:, :H]))
    with pytest.raises(SpecError, match="horizon"):
        ForecastNetwork(ForecastSpec(L, H), 2, H + 1)


@pytest.mark.parametrize("changes", SPECS.values(), ids=SPECS)
def test_a_description_is_json_and_comes_back(changes):
    spec = ForecastSpec(L, H, **changes)
    assert read_spec(json.loads(json.dumps(spec.to_dict()))) == spec
    assert isinstance(make(NetworkSpec.classic(), 40, 3).spec, NetworkSpec)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"look_back": 0}, "look_back=0"),
        ({"recurrent": RecurrentSpec("gru", 8, bidirectional=True)}, "from the past only"),
        ({"convolutions": (ConvSpec(4, pool=2),)}, "convolution 1 changes the number of steps"),
        ({"centre": "median"}, "unknown centre"),
        ({"dropout": 1.0}, "dropout"),
        ({"mirror": -0.1}, "mirror"),
    ],
)
def test_what_cannot_be_is_refused(changes, message):
    with pytest.raises(SpecError, match=message):
        ForecastSpec(**{"look_back": L, "horizon": H, **changes})


def test_a_network_of_an_unknown_kind_asks_for_a_later_version():
    with pytest.raises(SpecError, match="no network of the kind 'oracle'"):
        read_spec({"kind": "oracle"})


def test_training_starts_with_the_spans_of_what_the_linear_model_missed():
    made = ForecastNetwork(ForecastSpec(L, H), 4, 3 * H)
    data = windows(400)
    history = data[:, :L, 0]
    noise = 2.0 * torch.randn(400, H, generator=torch.Generator().manual_seed(0))
    made.start(Padded.whole(data), history[:, -1:] + noise, levels=(0.1, 0.5, 0.9))
    low, middle, high = made(Padded.whole(data)).data.reshape(400, H, 3).unbind(-1)
    inside = ((noise + history[:, -1:] >= low) & (noise + history[:, -1:] <= high)).double().mean()
    assert 0.7 < float(inside) < 0.9
    assert bool((low < middle).all() and (middle < high).all())


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("levels", [(), (0.1, 0.5, 0.9), (0.05, 0.95)])
def test_a_network_leans_on_a_linear_map_by_a_share(share, levels):
    made = network(levels=len(levels) or 1)
    if levels:
        torch.nn.init.normal_(made.offsets)
    data = Padded.whole(windows())
    weight, bias = torch.randn(H, L, generator=torch.Generator().manual_seed(5)), torch.arange(float(H))
    history, last = data.data[:, :L, 0], data.data[:, L - 1 : L, 0]
    linear = (history - last) @ weight.T + bias + last

    def point():
        said = made(data).data.detach().reshape(5, H, -1)
        return middle(said, levels) if levels else said[..., 0]

    before = point()
    made.lean(share, weight, bias, levels)
    torch.testing.assert_close(point(), share * before + (1 - share) * linear, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("changes", SPECS.values(), ids=SPECS)
def test_settling_moves_levels_from_the_median_by_one_factor_and_leaves_the_median(changes):
    made = network(levels=3, **changes)
    data, levels = Padded.whole(windows(400)), (0.1, 0.5, 0.9)
    torch.nn.init.zeros_(made.scores.weight)
    with torch.no_grad():
        made.offsets.copy_(torch.tensor([-1.0, 0.0, 2.0]).expand(H, 3))
    before = made(data).data.detach().reshape(400, H, 3)
    came = before[..., 1] + torch.rand(400, H, generator=torch.Generator().manual_seed(2)) - 0.5
    made.settle(before, came, levels, 10**9)
    after = made(data).data.reshape(400, H, 3)
    torch.testing.assert_close(after[..., 1], before[..., 1])
    for place, level in ((0, 0.1), (2, 0.9)):
        factor = (after[..., place] - after[..., 1]) / (before[..., place] - before[..., 1])
        torch.testing.assert_close(factor, factor.mean().expand_as(factor), rtol=1e-3, atol=1e-3)
        assert float((came < after[..., place]).float().mean()) == pytest.approx(level, abs=0.005)


def test_settling_scales_what_the_recurrence_says_too():
    made, levels = network(levels=2, features=1, shortcut=False), (0.2, 0.9)
    data = Padded.whole(windows(50)[..., :1])
    before = made(data).data.detach().reshape(50, H, 2)
    came = torch.randn(50, H, generator=torch.Generator().manual_seed(3))
    made.settle(before, came, levels, 10)
    after = made(data).data.reshape(50, H, 2)
    torch.testing.assert_close(after, before @ moved(levels, widths(before, came, levels, 10)).T, rtol=1e-4, atol=1e-4)
    assert not torch.allclose(after, before)
