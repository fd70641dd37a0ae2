"""Pictures of lines in the page: whatever they came from, small, and never a reason to fail."""

import base64
from pathlib import Path

import numpy as np
import pytest

from crnn.image import page, picture
from crnn.report.lines import HEIGHT_PX, line_picture
from crnn.report.worst import Case, with_sound

DRAWN = picture.text("a line", 128)


def shown(uri):
    head, content = uri.split(",")
    assert head == "data:image/png;base64"
    return picture.decode(base64.b64decode(content), "it")


def test_every_source_of_a_line_is_shown_small(tmp_path, make_page):
    file = tmp_path / "a.png"
    file.write_bytes(picture.png(DRAWN))
    line = next(page.read(make_page()).sources())[0]
    for source in (file, DRAWN, line):
        assert shown(line_picture(source, 100_000)).shape[0] <= HEIGHT_PX
    wanted = picture.resize(DRAWN, 64, round(DRAWN.shape[1] / 2))
    np.testing.assert_array_equal(shown(line_picture(file, 100_000)), wanted)


@pytest.mark.parametrize(
    "source", [Path("gone.png"), Path("a.wav"), "text", 3, np.zeros((2, 3)), np.zeros(5, np.uint8)]
)
def test_what_is_no_picture_shows_nothing(source):
    assert line_picture(source, 100_000) == ""


def test_the_page_stays_small():
    assert line_picture(DRAWN, 100) == ""
    cases = [Case("line", "", "a", "b", "90 %", DRAWN)] * 30
    ((*found,),) = with_sound(cases)
    assert [bool(case.picture) for case in found] == [True] * 20 + [False] * 10
