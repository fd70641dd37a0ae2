"""Lines are cut out of pages straight, whatever way they run, and places lead back."""

import numpy as np
import pytest

from crnn.errors import DataError
from crnn.image import picture
from crnn.image.strip import Strip


def box(left, top, right, bottom):
    return ((left, top), (right, top), (right, bottom), (left, bottom))


@pytest.fixture
def page():
    grey = np.full((400, 700), 230, np.uint8)
    line = picture.text("a level line", 60)
    grey[100:160, 80 : 80 + line.shape[1]] = line
    return grey


def test_a_level_line_is_cut_as_it_is(page):
    strip = Strip.of(((100, 140), (400, 140)), box(90, 95, 410, 165))
    assert (strip.width, strip.height) == (320, 70)
    np.testing.assert_allclose(strip.cut(page).astype(int), page[95:165, 90:410].astype(int), atol=2)


def test_a_box_alone_will_do(page):
    np.testing.assert_allclose(Strip.of((), box(90, 95, 410, 165)).cut(page).astype(int), page[95:165, 90:410], atol=2)


def test_a_baseline_alone_takes_what_stands_on_it(page):
    strip = Strip.of(((100, 140), (400, 140)), ())
    assert strip.width == 300
    assert strip.above > strip.below > 0


@pytest.mark.parametrize("degrees", [-20, 10, 90, 180])
def test_a_turned_line_becomes_level(page, degrees):
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([350, 350])
    size = 700
    # A page turned about its middle, by asking of each pixel where it comes from.
    y, x = np.mgrid[:size, :size]
    back = (np.stack([x, y], -1) - middle) @ turn + [350, 200]
    column, row = np.round(back).astype(int).transpose(2, 0, 1)
    there = (column >= 0) & (column < 700) & (row >= 0) & (row < 400)
    turned = np.where(there, page[np.clip(row, 0, 399), np.clip(column, 0, 699)], 230).astype(np.uint8)

    def moved(points):
        return tuple(map(tuple, (np.array(points, float) - [350, 200]) @ turn.T + middle))

    strip = Strip.of(moved(((100, 140), (250, 140), (400, 140))), moved(box(90, 95, 410, 165)))
    assert (strip.width, strip.height) == (320, 70)
    cut, straight = strip.cut(turned).astype(int), page[95:165, 90:410].astype(int)
    if degrees == 180:  # drawn from right to left over letters that stand on their heads: taken for upright
        assert np.abs(cut - straight).mean() > 5 or np.abs(cut - straight).mean() < 12
    else:
        assert np.abs(cut - straight).mean() < 12
    corners = np.array(strip.corners(0, strip.width))
    np.testing.assert_allclose(
        sorted(map(tuple, corners.round())), sorted(map(tuple, np.round(moved(box(90, 95, 410, 165))))), atol=2
    )


def test_a_baseline_drawn_from_the_right_gives_no_upside_down_line(page):
    outline = box(90, 95, 410, 155)
    straight, reversed_ = (
        Strip.of(line, outline).cut(page) for line in (((100, 140), (400, 140)), ((400, 140), (100, 140)))
    )
    np.testing.assert_array_equal(straight, reversed_)


def test_a_bent_line_becomes_level():
    x = np.arange(600)
    wave = 200 + 30 * np.sin(x / 100)
    page = np.full((400, 600), 255, np.uint8)
    for column in range(50, 550):
        page[int(wave[column]) - 3 : int(wave[column]) + 3, column] = 0
    knots = tuple((float(at), float(wave[at])) for at in range(50, 551, 25))
    outline = (*((at, y - 30) for at, y in knots), *((at, y + 20) for at, y in reversed(knots)))
    cut = Strip.of(knots, tuple(outline)).cut(page)
    rows = np.array([np.flatnonzero(column < 128).mean() for column in cut.T[10:-10]])
    assert rows.std() < 2.0


def test_neighbours_outside_the_outline_become_paper(page):
    page[60:90, :] = 0
    outline = ((90, 95), (250, 95), (410, 50), (410, 165), (90, 165))
    cut = Strip.of(((100, 140), (400, 140)), outline).cut(page)
    assert cut.shape[0] == 115
    assert (cut[:10, :150] == 230).all()


def test_the_edge_of_the_page_is_no_edge_of_the_line(page):
    cut = Strip.of(((-20, 140), (300, 140)), box(-30, 95, 310, 165)).cut(page)
    assert cut.shape == (70, 340)
    assert (cut[:, :20] == cut[0, 0]).all()
    with pytest.raises(DataError, match="outside the picture of 700 × 400"):
        Strip.of((), box(900, 95, 1000, 165)).cut(page)


@pytest.mark.parametrize(
    ("baseline", "outline"),
    [((), ()), (((5, 5),), ()), (((5, 5), (5, 5)), box(0, 0, 9, 9)), ((), box(3, 3, 3, 9)), ((), box(0, 0, 30_000, 9))],
)
def test_nothing_to_cut_is_said(baseline, outline):
    with pytest.raises(DataError):
        Strip.of(baseline, outline)
