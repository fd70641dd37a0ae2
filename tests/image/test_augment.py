"""What every augmentation of lines keeps, and what each of them does."""

import json

import numpy as np
import pytest
import torch

from crnn.errors import SpecError
from crnn.image import picture
from crnn.image.augment import AUGMENTATIONS, Affine, Blur, Chain, Contrast, Elastic, Stain, Thickness
from crnn.image.line import LineSpec, prepare
from crnn.padded import Padded


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def lines(texts=("a first line", "second", "3")):
    return Padded.stack([prepare(picture.text(text, 48), LineSpec(height_px=32)).ink for text in texts])


@pytest.mark.parametrize("name", AUGMENTATIONS)
@pytest.mark.parametrize("share", [0.5, 1.0])
def test_contract_of_every_augmentation(name, share):
    step = AUGMENTATIONS.make({"name": name, "share": share})
    batch = lines()
    dirty = batch.with_data(batch.data.clone())
    dirty.data[1, batch.lengths[1] :] = 99.0
    before, state = dirty.data.clone(), torch.random.get_rng_state()
    first, second = step(dirty, generator(7)), step(dirty, generator(7))
    torch.testing.assert_close(first.data, second.data, rtol=0, atol=0)
    torch.testing.assert_close(dirty.data, before, rtol=0, atol=0)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert not first.data[~first.mask()].any()
    assert first.data.shape[1] == int(first.lengths.max())
    assert first.data.dtype == torch.float32
    assert float(first.data.min()) >= 0.0
    assert float(first.data.max()) <= 1.0
    assert not torch.equal(step(dirty, generator(8)).data, first.data)
    if name != "affine":
        assert torch.equal(first.lengths, dirty.lengths)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_paper_and_slivers_stay_finite(name):
    result = AUGMENTATIONS.make({"name": name, "share": 1.0})(Padded.whole(torch.zeros(2, 1, 16)), generator())
    assert torch.isfinite(result.data).all()


def test_nothing_is_asked_and_nothing_changes():
    batch = lines()
    still = Affine(share=1.0, width=(1.0, 1.0), height=(1.0, 1.0), lean=0.0, slope=0.0, move=0.0)
    torch.testing.assert_close(still(batch, generator()).data, batch.data, rtol=0, atol=1e-4)


def test_affine_stretches():
    batch = lines()
    twice = Affine(share=1.0, width=(2.0, 2.0), height=(1.0, 1.0), lean=0.0, slope=0.0, move=0.0)(batch, generator())
    assert torch.equal(twice.lengths, batch.lengths * 2)
    torch.testing.assert_close(twice.data.sum((1, 2)), 2 * batch.data.sum((1, 2)), rtol=0.02, atol=1.0)
    halved = twice.data[0, : twice.lengths[0]].reshape(-1, 2, 32).mean(1)
    assert float((halved - batch.data[0]).abs().mean()) < 0.03


def test_lines_stretched_together_keep_their_proportions():
    stretched = Affine(share=1.0, width=(0.5, 2.0), together=True)(lines(), generator(2))
    shares = stretched.lengths / lines().lengths
    assert float(shares.max() - shares.min()) < 0.05
    assert abs(float(shares[0]) - 1.0) > 0.05


def test_affine_moves_up_and_down():
    bar = torch.zeros(1, 40, 33)
    bar[:, :, 16] = 1.0
    moved = Affine(share=1.0, width=(1.0, 1.0), height=(1.0, 1.0), lean=0.0, slope=0.0, move=0.2)(
        Padded.whole(bar), generator(1)
    )
    rows = moved.data[0].argmax(1)
    assert rows.unique().numel() == 1
    assert int(rows[0]) != 16


def test_elastic_displaces_by_about_what_is_asked():
    bars = torch.zeros(1, 400, 40)
    bars[:, ::20] = 1.0
    moved = Elastic(share=1.0, wobble_px=2.0)(Padded.whole(bars), generator())
    offsets = moved.data[0, 10:30, 1:-1].argmax(0).float() + 10 - 20
    assert 0.0 < float(offsets.abs().max()) < 10.0


def test_thickness_against_pooling():
    batch = lines()
    thicker = Thickness(share=1.0, thin=0.0, thick=1.0)(batch, generator())
    thinner = Thickness(share=1.0, thin=1.0, thick=0.0)(batch, generator())
    assert (thicker.data >= batch.data - 1e-6).all()
    assert (thinner.data <= batch.data + 1e-6).all()
    assert float(thicker.data.sum()) > float(batch.data.sum()) > float(thinner.data.sum())


def test_blur_against_scipy_like_convolution():
    point = torch.zeros(1, 21, 21)
    point[0, 10, 10] = 1.0
    blurred = Blur(share=1.0, most_px=1.5)(Padded.whole(point), generator()).data[0]
    assert float(blurred.sum()) == pytest.approx(1.0, abs=1e-4)
    rank = np.linalg.svd(blurred.numpy(), compute_uv=False)
    assert rank[1] < 1e-6 * rank[0]  # a Gaussian along each axis is one product


def test_stain_darkens_paper_and_fades_ink():
    paper, ink = torch.zeros(1, 300, 32), torch.ones(1, 300, 32)
    step = Stain(share=1.0, depth=0.4, fade=0.5)
    assert 0.1 < float(step(Padded.whole(paper), generator()).data.max()) <= 0.4001
    assert 0.5 <= float(step(Padded.whole(ink), generator()).data.min()) < 0.9


def test_contrast_without_grain_keeps_paper():
    changed = Contrast(share=1.0, grain=0.0)(lines(), generator())
    assert not changed.data[lines().data == 0].any()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Affine(width=(0.1, 1.0)),
        lambda: Affine(height=(2.0, 1.0)),
        lambda: Affine(lean=-1.0),
        lambda: Affine(spacing_px=1),
        lambda: Thickness(thin=2.0),
        lambda: Blur(most_px=0.0),
        lambda: Stain(depth=-0.1),
        lambda: Contrast(ink=(0.0, 1.0)),
        lambda: Contrast(grain=2.0),
        lambda: Elastic(share=1.5),
    ],
)
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(SpecError):
        wrong()


def test_a_chain_computes_in_full_precision_while_a_network_does_not():
    chain = Chain([{"name": name, "share": 0.5} for name in AUGMENTATIONS])
    alone = chain(lines(), generator())
    with torch.autocast("cpu", torch.bfloat16):
        among = chain(lines(), generator())
    assert among.data.dtype == torch.float32
    torch.testing.assert_close(among.data, alone.data, rtol=0, atol=0)


def test_a_chain_is_saved_and_made_again():
    chain = Chain([Affine(share=1.0, lean=0.1), "thickness", Blur(most_px=1.0)])
    again = Chain(json.loads(json.dumps(chain.config())))
    assert again.steps == chain.steps
    batch = lines()
    torch.testing.assert_close(chain(batch, generator()).data, again(batch, generator()).data)
    assert chain.eval()(batch, generator()) is batch
