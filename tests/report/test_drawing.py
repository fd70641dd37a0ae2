"""Pictures stand in a page without meeting each other, and no plotting state is left behind."""

import re
import sys
import xml.etree.ElementTree as ET

import pytest

from crnn.errors import MissingExtraError
from crnn.report import drawing
from crnn.report.drawing import FONT, INK, LONGEST, axis_labels, finish, fonts, new_figure, style


def drawn(name):
    figure = new_figure(3, 2)
    axes = figure.subplots()
    axes.plot([0, 1], [1, 0])
    style(axes)
    return finish(figure, name, 'a "line" <falling>')


def test_the_svg_is_whole_and_takes_the_pages_colour():
    svg = drawn("one").svg
    assert ET.fromstring(svg).attrib["aria-label"] == 'a "line" <falling>'
    assert "currentColor" in svg
    assert INK not in svg


def test_ids_of_two_pictures_differ_and_every_reference_is_met():
    svgs = [drawn(name).svg for name in ("one", "two")]
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in svgs]
    assert not ids[0] & ids[1]
    for svg, own in zip(svgs, ids, strict=True):
        assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg)) <= {
            pair for each in own for pair in ((each, ""), ("", each))
        }


def test_the_same_plot_gives_the_same_bytes():
    assert drawn("one") == drawn("one")


def test_plotting_state_of_the_process_stays_as_it_was():
    import matplotlib
    from matplotlib._pylab_helpers import Gcf

    before = dict(matplotlib.rcParams)
    drawn("one")
    assert dict(matplotlib.rcParams) == before
    assert not Gcf.figs


def test_labels_are_shortened_or_numbered():
    assert axis_labels(["go", "x" * 40]) == (["go", "x" * (LONGEST - 1) + "…"], False)
    assert axis_labels(["go", "خلف"]) == (["1", "2"], True)
    assert axis_labels(["turn on the kitchen light", "turn on the kitchen lamp"]) == (["1", "2"], True)


def test_chinese_is_drawn_where_a_font_for_it_is_installed(monkeypatch):
    for installed in ([FONT], [FONT, "DejaVu Serif"]):
        fonts.cache_clear()
        monkeypatch.setattr(drawing, "CHINESE_FONTS", ("No such font", *installed[1:], "DejaVu Sans Mono"))
        assert fonts() == [FONT, [*installed, "DejaVu Sans Mono"][1]]
    fonts.cache_clear()
    figure = new_figure(3, 2)
    label = figure.text(0, 0, "go")
    finish(figure, "one", "")
    assert label.get_fontfamily() == fonts()
    fonts.cache_clear()


def test_a_missing_extra_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r'the report page needs the extra: pip install "crnn\[report\]"'):
        new_figure(1, 1)
