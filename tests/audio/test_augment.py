"""What every augmentation keeps, and what each of them does."""

import json

import numpy as np
import pytest
import torch

from crnn.audio.acoustics import Equalise, Room
from crnn.audio.augment import AUGMENTATIONS, Chain
from crnn.audio.augmentation import fast_length
from crnn.audio.masking import MaskFrequency, MaskTime
from crnn.audio.noise import AddNoise
from crnn.audio.perturb import Gain, Shift, Speed
from crnn.augmentation import Augmentation
from crnn.errors import ShapeError, SpecError, UnknownNameError
from crnn.padded import Padded

ON_FEATURES = ("mask_time", "mask_frequency", "warp_frequency", "tempo")


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def waves(sizes=(4000, 2500, 3999, 100), level=0.1):
    return Padded.stack([level * torch.randn(n, generator=generator(n)) for n in sizes])


def features(sizes=(50, 30, 7, 1)):
    return Padded.stack([torch.randn(n, 20, generator=generator(n)) + 3.0 for n in sizes])


def tone(hz, steps=8000, rate_hz=16000):
    return torch.sin(2 * np.pi * hz * torch.arange(steps) / rate_hz)


def decibels(ratio):
    return 10 * torch.log10(ratio)


@pytest.mark.parametrize("name", AUGMENTATIONS)
@pytest.mark.parametrize("share", [0.5, 1.0])
def test_contract_of_every_augmentation(name, share):
    step = AUGMENTATIONS.make({"name": name, "share": share})
    batch = features() if name in ON_FEATURES else waves()
    dirty = batch.with_data(batch.data.clone())
    dirty.data[1, batch.lengths[1] :] = 99.0
    before, state = dirty.data.clone(), torch.random.get_rng_state()
    first, second = step(dirty, generator(7)), step(dirty, generator(7))
    torch.testing.assert_close(first.data, second.data, rtol=0, atol=0)
    torch.testing.assert_close(dirty.data, before, rtol=0, atol=0)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.isfinite(first.data).all()
    assert not first.data[~first.mask()].any()
    assert first.data.shape[1] == int(first.lengths.max())
    assert first.data.dtype == torch.float32
    assert not torch.equal(step(dirty, generator(8)).data, first.data)
    if name not in ("speed", "tempo"):
        assert torch.equal(first.lengths, dirty.lengths)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_silence_and_tiny_samples_stay_finite(name):
    step = AUGMENTATIONS.make({"name": name, "share": 1.0})
    shape = (2, 3, 20) if name in ON_FEATURES else (2, 3)
    result = step(Padded.whole(torch.zeros(shape)), generator())
    assert torch.isfinite(result.data).all()
    assert not result.data.any()


def test_share_is_the_probability_of_a_change():
    batch = Padded.whole(torch.ones(2000, 4))
    changed = (Gain(share=0.3)(batch, generator()).data != 1.0).any(1).float().mean()
    assert float(changed) == pytest.approx(0.3, abs=0.05)
    assert torch.equal(Gain(share=0.0)(batch, generator()).data, batch.data)


@pytest.mark.parametrize("kind", ["made", "recorded"])
@pytest.mark.parametrize("snr_db", [0.0, 20.0])
def test_noise_has_its_ratio_over_valid_samples(kind, snr_db):
    noises = [torch.randn(n, generator=generator(n)) for n in (700, 9000)] if kind == "recorded" else ()
    batch = waves()
    noisy = AddNoise(share=1.0, snr_db=(snr_db, snr_db), noises=noises)(batch, generator())
    for clean, loud in zip(batch.unpad(), noisy.unpad(), strict=True):
        ratio = clean.square().mean() / (loud - clean).square().mean()
        assert float(decibels(ratio)) == pytest.approx(snr_db, abs=0.01)


def test_recorded_noise_is_a_stretch_of_the_recording_and_wraps():
    ramp = torch.arange(1.0, 11.0)
    noisy = AddNoise(share=1.0, snr_db=(0.0, 0.0), noises=[ramp])(Padded.whole(torch.full((1, 25), 1e-3)), generator())
    added = (noisy.data[0] - 1e-3) / (noisy.data[0] - 1e-3).min()
    steps = added.round().diff()
    assert set(steps.tolist()) == {1.0, -9.0}


@pytest.mark.parametrize(("slope", "octave_db"), [(0.0, 0.0), (1.0, -3.01), (2.0, -6.02)])
def test_made_noise_has_its_colour(slope, octave_db):
    step = AddNoise(share=1.0, snr_db=(0.0, 0.0), slopes=(slope, slope))
    clean = Padded.whole(torch.full((64, 8000), 1e-3))
    spectrum = torch.fft.rfft(step(clean, generator()).data - clean.data).abs().square().mean(0)
    low, high = spectrum[500:550].mean(), spectrum[1000:1100].mean()
    assert float(decibels(high / low)) == pytest.approx(octave_db, abs=0.4)


def test_noise_that_cannot_be_is_refused():
    for bad in (torch.zeros(5), torch.ones(2, 5), torch.ones(0)):
        with pytest.raises(ShapeError, match="noise 0 has shape"):
            AddNoise(noises=[bad])


def test_gain_stays_in_its_range():
    result = Gain(share=1.0, db=(-10.0, 6.0))(Padded.whole(torch.ones(500, 1)), generator()).data
    level = 20 * torch.log10(result)
    assert -10.0 <= float(level.min()) < -9.0
    assert 5.0 < float(level.max()) <= 6.0


def test_shift_moves_and_loses_only_the_ends():
    batch = Padded.stack([torch.arange(1.0, 401.0), torch.arange(1.0, 301.0)])
    seen = set()
    for seed in range(20):
        moved = Shift(share=1.0, ms=5.0)(batch, generator(seed))
        for row, length in zip(moved.unpad(), (400, 300), strict=True):
            step = int(row[150]) - 151
            seen.add(-step)
            wanted = torch.arange(1.0, length + 1) + step
            assert torch.equal(row, wanted.where((wanted >= 1) & (wanted <= length), torch.tensor(0.0)))
    assert min(seen) < -40
    assert max(seen) > 40
    assert max(map(abs, seen)) <= 80


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.25])
def test_speed_moves_the_pitch_and_the_length(factor):
    batch = Padded.stack([tone(200.0), tone(200.0, 6000)])
    result = Speed(share=1.0, factors=(factor, factor))(batch, generator())
    for row, length in zip(result.unpad(), (8000, 6000), strict=True):
        assert len(row) == pytest.approx(length / factor, rel=0.01)
        exact = length / len(row)
        middle = slice(500, len(row) - 500)
        np.testing.assert_allclose(row[middle], tone(200.0 * exact, len(row))[middle], atol=0.06)


def test_speed_removes_what_would_fold_over():
    result = Speed(share=1.0, factors=(1.5, 1.5))(Padded.whole(tone(7000.0)[None]), generator())
    assert float(result.data[0, 500:-500].abs().max()) < 0.01


def test_a_room_keeps_place_and_level_and_decays():
    room = Room(share=1.0, rt60_s=(0.3, 0.3), direct_db=(3.0, 3.0))
    click = torch.zeros(1, 8000)
    click[0, 1000] = 1.0
    heard = room(Padded.whole(click), generator()).data[0]
    assert int(heard.abs().argmax()) == 1000
    assert float(heard[:1000].abs().max()) < 1e-6
    batch = waves()
    for before, after in zip(batch.unpad(), room(batch, generator()).unpad(), strict=True):
        torch.testing.assert_close(after.square().mean(), before.square().mean(), rtol=1e-4, atol=0)
    response = Room(rt60_s=(0.3, 0.3), direct_db=(3.0, 3.0), reflections=0).response(200, generator(), click.device)
    energy = response.square()
    torch.testing.assert_close(
        decibels(energy[:, 0] / energy[:, 1:].sum(1)), torch.full((200,), 3.0), atol=1e-3, rtol=0
    )
    fall = decibels(energy[:, 400:800].mean() / energy[:, 1200:1600].mean())
    assert float(fall) == pytest.approx(60 * 800 / 16000 / 0.3, abs=0.5)


def test_equaliser_is_smooth_and_keeps_level_and_place():
    step = Equalise(share=1.0, db=6.0)
    click = torch.zeros(8, 8000)
    click[:, 4000] = 1.0
    heard = step(Padded.whole(click), generator()).data
    assert (heard.abs().argmax(1) == 4000).all()
    response = 20 * torch.log10(torch.fft.rfft(heard).abs())
    assert float(response.max() - response.min()) < 24
    assert float(response.diff(dim=1)[:, 50:].abs().max()) < 0.2
    assert float(response.std()) > 0.5
    torch.testing.assert_close(heard.square().sum(1), torch.ones(8))


def test_masks_hide_valid_frames_only_and_not_too_many():
    batch = features((100, 40, 5))
    for seed in range(10):
        result = MaskTime(share=1.0, steps=10, count=2, most=0.3)(batch, generator(seed))
        for before, after in zip(batch.unpad(), result.unpad(), strict=True):
            hidden = (before != after).any(1)
            assert int(hidden.sum()) <= min(20, int(0.3 * len(before)))
            torch.testing.assert_close(after[hidden], before.mean().expand_as(after[hidden]))
    result = MaskFrequency(share=1.0, bands=5, count=2, fill="zero")(batch, generator(3))
    for before, after in zip(batch.unpad(), result.unpad(), strict=True):
        hidden = (before != after).any(0)
        assert 0 < int(hidden.sum()) <= 10
        assert not after[:, hidden].any()


def test_chain_runs_in_order_and_rests_in_evaluation():
    chain = Chain(["speed", "shift", "room", "equalise", AddNoise(share=1.0), "gain"])
    batch = waves()
    first = chain(batch, generator(1))
    torch.testing.assert_close(first.data, chain(batch, generator(1)).data, rtol=0, atol=0)
    step_by_step, source = batch, generator(1)
    for step in chain.steps:
        step_by_step = step(step_by_step, source)
    torch.testing.assert_close(first.data, step_by_step.data)
    assert chain.eval()(batch, generator(1)) is batch


def test_settings_survive_json():
    chain = Chain([Gain(db=(-3.0, 3.0)), AddNoise(noises=[torch.ones(5)]), MaskTime(fill="zero")])
    config = json.loads(json.dumps(chain.config()))
    assert Chain(config).steps == chain.steps


def test_a_step_without_a_name_cannot_be_saved():
    class Odd(Augmentation):
        def change(self, batch, generator):
            return batch

    with pytest.raises(SpecError, match="Odd is not on the shelf"):
        Chain([Odd()]).config()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Gain(share=1.5), "share=1.5"),
        (lambda: Gain(db=(6.0, -10.0)), "lowest, highest"),
        (lambda: Speed(factors=(0.0, 1.0)), "0.25 and 4"),
        (lambda: Shift(ms=-1.0), "from 0 up"),
        (lambda: Room(rt60_s=(0.0, 1.0)), "above 0"),
        (lambda: Equalise(points=1), "2 to 32"),
        (lambda: MaskTime(count=0), "from 1 up"),
        (lambda: MaskTime(most=2.0), "most=2.0"),
        (lambda: Chain(["noyse"]), "Did you mean 'noise'"),
        (lambda: Chain([{"name": "gain", "dbs": 3}]), "no setting 'dbs'"),
    ],
)
def test_settings_that_cannot_be_are_refused(make, message):
    with pytest.raises(SpecError, match=message):
        make()


def test_an_unknown_fill_is_refused():
    with pytest.raises(UnknownNameError, match="Known: mean, zero"):
        MaskTime(fill="meen")


def test_fast_lengths_have_small_factors_only():
    assert [fast_length(n) for n in (1, 11, 127, 16001)] == [1, 12, 128, 16128]


def test_speed_together_keeps_clips_of_one_length_so():
    from crnn.audio.augment import Speed

    batch = Padded.whole(torch.randn(6, 4000, generator=torch.Generator().manual_seed(0)))
    speed = Speed(share=1.0, factors=(0.8, 0.85), together=True)
    changed = speed(batch, torch.Generator().manual_seed(1))
    assert changed.full
    assert changed.data.shape[1] > 4000


def test_tempo_scales_lengths_and_keeps_both_ends():
    from crnn.audio.augment import Tempo

    ramp = torch.arange(50.0)[:, None].expand(50, 3)
    batch = Padded.stack([ramp, ramp[:30]])
    fast = Tempo(share=1.0, factors=(2.0, 2.0))(batch, torch.Generator().manual_seed(0))
    assert fast.lengths.tolist() == [25, 15]
    for row, length, last in zip(fast.data, fast.lengths.tolist(), (49.0, 29.0), strict=True):
        torch.testing.assert_close(row[:length, 0], torch.linspace(0, last, length))
