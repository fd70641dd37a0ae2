"""A line reaches the network alike, however it was scanned."""

import numpy as np
import pytest

from crnn.errors import SpecError, UnknownNameError, UnreadableError
from crnn.image import picture
from crnn.image.line import Frame, LineSpec, prepare

SPEC = LineSpec()
WRITTEN = picture.text("three words here", 96)


def test_height_is_normalised_and_width_follows():
    line = prepare(WRITTEN, SPEC)
    assert line.ink.shape == (round(WRITTEN.shape[1] * 64 / 96), 64)
    assert line.ink.dtype == np.float32
    assert line.ink.min() == 0.0
    assert line.ink.max() == 1.0
    assert np.median(line.ink) == 0.0


@pytest.mark.parametrize("change", [lambda x: 255 - x, lambda x: x // 4 + 100, lambda x: 200 - x // 8])
def test_polarity_and_contrast_do_not_matter(change):
    same = prepare(change(WRITTEN), SPEC)
    np.testing.assert_allclose(same.ink, prepare(WRITTEN, SPEC).ink, atol=0.1)


def test_the_ink_can_be_said():
    assert np.median(prepare(WRITTEN, LineSpec(ink="light")).ink) == 0.0
    assert prepare(WRITTEN, LineSpec(ink="light")).blank
    assert not prepare(255 - WRITTEN, LineSpec(ink="light")).blank


def test_blank_paper_is_blank():
    line = prepare(np.full((40, 100), 231, np.uint8), SPEC)
    assert line.blank
    assert line.ink.shape == (160, 64)
    assert not line.ink.any()


@pytest.mark.parametrize(
    ("size", "words"),
    [((3, 400), r"a\.png is 400 × 3 pixels: a line needs at least 8 rows"), ((64, 20_000), "20000 wide at 64 rows")],
)
def test_impossible_sizes_are_named(size, words):
    with pytest.raises(UnreadableError, match=words):
        prepare(np.zeros(size, np.uint8), SPEC, "a.png")


def test_wide_lines_are_allowed_on_request():
    assert len(prepare(np.zeros((64, 20_000), np.uint8), LineSpec(longest_px=30_000)).ink) == 20_000


def test_trimming_leaves_the_writing_and_a_margin():
    wide = np.pad(WRITTEN, ((60, 30), (200, 300)), constant_values=255)
    line = prepare(wide, LineSpec(trim=True))
    assert line.ink[:, :5].max() < 0.5 < line.ink[:, 5:12].max()
    inked = np.flatnonzero((WRITTEN < 128).any(axis=0))
    first = np.flatnonzero((line.ink > 0.5).any(axis=1))[0]
    assert line.frame.place(first) == pytest.approx(200 + inked[0], abs=3)


@pytest.mark.parametrize("slope", [-0.4, 0.5])
def test_slanted_writing_is_set_upright(slope):
    leaning = picture.shear(picture.text("lilting hill", 96), slope, 255)
    upright = prepare(leaning, LineSpec(deslant=True))
    strokes = upright.ink.sum(axis=1)
    assert (strokes**2).sum() > 1.15 * (prepare(leaning, SPEC).ink.sum(axis=1) ** 2).sum()
    assert upright.frame.left_px < 0 or slope == 0


def test_places_lead_back_into_the_picture():
    marked = np.full((128, 1000), 255, np.uint8)
    marked[30:90, 400:412] = 0
    for spec in (SPEC, LineSpec(trim=True), LineSpec(deslant=True)):
        line = prepare(marked, spec)
        columns = np.flatnonzero((line.ink > 0.5).any(axis=1))
        assert line.frame.place(columns[0]) == pytest.approx(400, abs=3)
        assert line.frame.place(columns[-1] + 1) == pytest.approx(412, abs=3)
    assert Frame(100, 20, 0.0, 2.0).place(500) == 100.0


def test_wrong_settings_are_refused():
    with pytest.raises(SpecError, match="height_px=4"):
        LineSpec(height_px=4)
    with pytest.raises(SpecError, match="longest_px=10"):
        LineSpec(longest_px=10)
    with pytest.raises(UnknownNameError, match="dark"):
        LineSpec(ink="drak")
    assert LineSpec.from_dict(LineSpec(trim=True).to_dict()) == LineSpec(trim=True)
