"""Features against an independent reference, padding, silence, precision, normalisation, export."""

import json
import warnings

import numpy as np
import pytest
import scipy.fft
import scipy.signal
import torch

from crnn.audio.mel import mel_filters
from crnn.audio.spectrogram import MFCC, LogMel, SpectrogramSpec, spectrogram
from crnn.errors import DataError, SpecError, UnknownNameError
from crnn.padded import Padded

PLAIN = SpectrogramSpec(normalise="none")


def noise(*shape, seed=0, level=0.1):
    return level * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def reference(samples, spec):
    """Log-mel in float64 by scipy's framing and transform, frame by frame."""
    samples = np.asarray(samples, dtype=np.float64)
    window = scipy.signal.get_window("hann", spec.window)
    filters = mel_filters(spec.rate_hz, spec.points, spec.bands, spec.low_hz, spec.top_hz, spec.scale)
    rows = []
    for start in range(0, len(samples) - spec.window + 1, spec.hop):
        frame = samples[start : start + spec.window]
        frame = frame - spec.pre_emphasis * np.concatenate([frame[:1], frame[:-1]])
        power = np.abs(scipy.fft.rfft(frame * window, n=spec.points)) ** 2
        rows.append(np.log(filters.T @ power + spec.floor))
    return np.array(rows)


@pytest.mark.parametrize(
    "spec",
    [
        PLAIN,
        PLAIN.replace(scale="htk", pre_emphasis=0.97, high_hz=7600.0),
        PLAIN.replace(rate_hz=8000, bands=40, fft=512, window_ms=32.0, hop_ms=12.5),
    ],
)
def test_log_mel_equals_the_reference(spec):
    samples = noise(5000) + torch.sin(torch.arange(5000) * 0.3)
    found = LogMel(spec)(Padded.whole(samples[None])).data[0]
    np.testing.assert_allclose(found.numpy(), reference(samples, spec), atol=1e-4)


def test_mfcc_equals_the_transform_of_the_reference():
    samples = noise(4000)
    found = MFCC(PLAIN.replace(coefficients=13))(Padded.whole(samples[None])).data[0]
    wanted = scipy.fft.dct(reference(samples, PLAIN), norm="ortho")[:, :13]
    np.testing.assert_allclose(found.numpy(), wanted, atol=3e-4)


def test_a_tone_lights_its_band():
    spec = PLAIN.replace(bands=40)
    found = LogMel(spec)(Padded.whole(torch.sin(torch.arange(16000) * 2 * np.pi * 1000 / 16000)[None])).data
    centres = mel_filters(16000, 512, 40, 20.0, 8000.0).argmax(axis=0) * 16000 / 512
    assert abs(centres[int(found.mean(1).argmax())] - 1000) < 80


@pytest.mark.parametrize("normalise", ["utterance", "mean", "running", "global", "none"])
@pytest.mark.parametrize("coefficients", [None, 13])
def test_padding_never_changes_a_result(normalise, coefficients):
    front = spectrogram(SpectrogramSpec(normalise=normalise, coefficients=coefficients, running_ms=200.0))
    front.fit_normaliser([Padded.whole(noise(4, 8000, seed=9))])
    clips = [noise(n, seed=n) for n in (8000, 5000, 401, 400, 399, 30, 1)]
    batch = Padded.stack(clips)
    dirty = batch.with_data(batch.data.masked_fill(~batch.mask(), 7.0))
    together = front(dirty)
    for clip, row, length in zip(clips, together.data, together.lengths, strict=True):
        alone = front(Padded.whole(clip[None]))
        assert alone.lengths.tolist() == [length] == [front.frames(len(clip))]
        torch.testing.assert_close(row[:length], alone.data[0], atol=2e-5, rtol=1e-5)
        assert not row[length:].any()


def test_number_of_frames():
    front = LogMel(PLAIN)
    for samples, frames in ((16000, 98), (560, 2), (559, 1), (400, 1), (1, 1), (0, 1)):
        assert front.frames(samples) == frames
        assert front.frames(torch.tensor([samples])).tolist() == [frames]
    assert front(Padded.whole(torch.zeros(1, 0))).data.shape == (1, 1, 64)


@pytest.mark.parametrize("normalise", ["utterance", "mean", "running", "global", "none"])
def test_digital_silence_gives_finite_features(normalise):
    front = spectrogram(SpectrogramSpec(normalise=normalise))
    front.fit_normaliser([Padded.whole(torch.zeros(2, 3200))])
    found = front(Padded.stack([torch.zeros(3200), noise(1600)]))
    assert torch.isfinite(found.data).all()
    if normalise != "none":
        assert found.data[0].abs().max() < 1e-2


def test_utterance_normalisation_gives_zero_mean_and_unit_variance_over_valid_frames():
    found = LogMel(SpectrogramSpec())(Padded.stack([noise(16000), noise(9000, seed=1, level=0.001)]))
    for item in found.unpad():
        torch.testing.assert_close(item.mean(0), torch.zeros(64), atol=1e-4, rtol=0)
        torch.testing.assert_close(item.var(0, correction=0), torch.ones(64), atol=1e-3, rtol=0)


def test_running_mean_is_that_of_the_last_frames():
    spec = SpectrogramSpec(normalise="running", running_ms=100.0)
    waves = Padded.whole(noise(1, 8000))
    raw = LogMel(PLAIN)(waves).data[0]
    wanted = torch.stack([raw[t] - raw[max(0, t - 9) : t + 1].mean(0) for t in range(len(raw))])
    torch.testing.assert_close(LogMel(spec)(waves).data[0], wanted, atol=1e-5, rtol=1e-5)


def test_running_mean_is_causal():
    front = LogMel(SpectrogramSpec(normalise="running"))
    samples = noise(1, 8000)
    changed = torch.cat([samples[:, :4000], noise(1, 4000, seed=5, level=0.9)], dim=1)
    frames = front.frames(4000)
    torch.testing.assert_close(
        front(Padded.whole(samples)).data[:, :frames], front(Padded.whole(changed)).data[:, :frames]
    )


@pytest.mark.parametrize("normalise", ["global", "running"])
def test_learnt_mean_and_spread_are_those_of_the_training_part(normalise):
    front, plain = LogMel(SpectrogramSpec(normalise=normalise)), LogMel(PLAIN)
    batches = [Padded.stack([noise(n, seed=n) for n in sizes]) for sizes in ((8000, 3000), (5000,))]
    assert front.needs_fit
    front.fit_normaliser(batches)
    frames = torch.cat([item for batch in batches for item in plain(batch).unpad()])
    torch.testing.assert_close(front.mean, frames.mean(0), atol=1e-4, rtol=1e-5)
    torch.testing.assert_close(front.std, frames.std(0, correction=0), atol=1e-4, rtol=1e-4)
    assert set(front.state_dict()) == {"mean", "std", "prior"}


def test_features_without_learnt_numbers_save_nothing():
    front = LogMel(SpectrogramSpec())
    front.fit_normaliser([])
    assert not front.state_dict()
    assert not front.needs_fit


def test_normalisation_cannot_be_learnt_from_nothing():
    with pytest.raises(DataError, match="at least one batch"):
        LogMel(SpectrogramSpec(normalise="global")).fit_normaliser([])


def test_arithmetic_stays_in_float32_under_autocast():
    front, waves = LogMel(SpectrogramSpec()), Padded.whole(noise(2, 4000))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = front(waves).data
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, front(waves).data)


class Exported(torch.nn.Module):
    def __init__(self, front):
        super().__init__()
        self.front = front

    def forward(self, samples, lengths):
        features = self.front(Padded(samples, lengths))
        return features.data, features.lengths


@pytest.mark.parametrize("normalise", ["utterance", "running", "global"])
@pytest.mark.parametrize("coefficients", [None, 13])
def test_exported_equals_eager_at_other_sizes(tmp_path, normalise, coefficients):
    onnxruntime = pytest.importorskip("onnxruntime")
    front = spectrogram(SpectrogramSpec(normalise=normalise, coefficients=coefficients, running_ms=150.0))
    front.fit_normaliser([Padded.whole(noise(4, 8000, seed=9))])
    path = tmp_path / "front.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Exported(front).eval(),
            (noise(2, 4000), torch.tensor([4000, 3000])),
            path,
            dynamo=False,
            opset_version=17,
            input_names=["samples", "lengths"],
            output_names=["features", "steps"],
            dynamic_axes={"samples": {0: "B", 1: "N"}, "lengths": {0: "B"}, "features": {0: "B", 1: "T"}},
        )
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for sizes in ((4000, 3000), (9000, 399, 30), (160,), (560,)):
        batch = Padded.stack([noise(n, seed=n) for n in sizes])
        features, steps = session.run(None, {"samples": batch.data.numpy(), "lengths": batch.lengths.numpy()})
        eager = front(batch)
        assert steps.tolist() == eager.lengths.tolist()
        np.testing.assert_allclose(features, eager.data.numpy(), atol=1e-4)


def test_settings_survive_json():
    spec = SpectrogramSpec(coefficients=20, normalise="running", high_hz=7000.0)
    assert SpectrogramSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"high_hz": 9000.0}, "half the rate"),
        ({"low_hz": 8000.0}, "must rise"),
        ({"coefficients": 65}, "1 to 64"),
        ({"fft": 256}, "shorter than the window"),
        ({"hop_ms": 0.01}, "less than one sample"),
        ({"hop_ms": 30.0}, "samples get lost"),
        ({"floor": 0.0}, "floor above 0"),
        ({"rate_hz": 0}, "above 0"),
        ({"pre_emphasis": 1.0}, "pre_emphasis"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes, message):
    with pytest.raises(SpecError, match=message):
        SpectrogramSpec(**changes)


def test_wrong_choices_are_refused():
    with pytest.raises(UnknownNameError, match="Did you mean 'global'"):
        SpectrogramSpec(normalise="globl")
    with pytest.raises(SpecError, match=r"bands=200 are too many.*fft=1024"):
        LogMel(SpectrogramSpec(bands=200))
    with pytest.raises(SpecError, match="spectrogram"):
        LogMel(SpectrogramSpec(coefficients=13))
    with pytest.raises(SpecError, match="13 is usual"):
        MFCC(SpectrogramSpec())
