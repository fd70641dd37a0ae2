"""ALTO and PAGE XML tell the same of a page, in every encoding; what is broken or dangerous is refused by name."""

import contextlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from crnn.errors import DataError, UnreadableError
from crnn.image import page, picture

TEXTS = ("first line here", "& a <second>", "no. 3")


def told(file):
    return [(source.baseline, source.outline, line.text) for source, line in page.read(file).sources()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_both_formats_tell_the_same(make_page, encoding):
    alto, other = (told(make_page(kind, encoding=encoding)) for kind in ("alto", "page"))
    assert alto == other
    assert tuple(text for *_, text in alto) == TEXTS


@pytest.mark.parametrize("version", [2, 3])
def test_older_versions_have_a_level_baseline(make_page, version):
    assert told(make_page(version=version)) == told(make_page(version=4))


def test_lines_are_cut_out_of_the_picture(make_page):
    for source, line in page.read(make_page()).sources():
        drawn = picture.text(line.text, 60)
        cut = source.cut()
        assert np.abs(cut.astype(int) - np.minimum(drawn, 240)).mean() < 2


def test_a_page_that_counts_in_other_units_fits_its_picture(make_page):
    cuts = [source.cut() for source, _ in page.read(make_page(scale=3)).sources()]
    for cut, (source, _) in zip(cuts, page.read(make_page(scale=1)).sources(), strict=True):
        assert cut.shape == source.cut().shape


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ('<String CONTENT="one"/><String CONTENT="two"/>', "one two"),
        ('<String CONTENT="one"/><SP/><String CONTENT="two"/><String CONTENT="!"/>', "one two!"),
        ('<String CONTENT="a whole line"/>', "a whole line"),
        ('<String CONTENT="bro"/><HYP CONTENT="-"/>', "bro-"),
        ('<String CONTENT=" two  spaces "/>', "two spaces"),
        ("", ""),
    ],
)
def test_words_of_alto_are_put_together(tmp_path, inside, text):
    file = tmp_path / "a.xml"
    file.write_text(f"<alto><Layout><Page><TextLine>{inside}</TextLine></Page></Layout></alto>")
    assert page.read(file).lines[0].text == text


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<TextEquiv index='1'><Unicode>worse</Unicode></TextEquiv>"
         "<TextEquiv index='0'><Unicode>better</Unicode></TextEquiv>", "better"),
        ("<Word><TextEquiv><Unicode>by</Unicode></TextEquiv></Word>"
         "<Word><TextEquiv><Unicode>word</Unicode></TextEquiv></Word>", "by word"),
        ("<Word><TextEquiv><Unicode>by</Unicode></TextEquiv></Word>"
         "<TextEquiv><Unicode>of the line</Unicode></TextEquiv>", "of the line"),
        ("<TextEquiv><Unicode/></TextEquiv>", ""),
    ],
)  # fmt: skip
def test_texts_of_page_xml(tmp_path, inside, text):
    file = tmp_path / "a.xml"
    file.write_text(f"<PcGts><Page><TextRegion><TextLine>{inside}</TextLine></TextRegion></Page></PcGts>")
    assert page.read(file).lines[0].text == text


def test_the_picture_is_found_beside_the_file(make_page, tmp_path):
    file = make_page()
    for wanted in ("C:\\scans\\SHEET.PNG", "file:///data/sheet.png", "", "gone.jpg"):
        raw = file.read_text(encoding="utf-8")
        file.write_text(raw.replace("sheet.png", wanted), encoding="utf-8")
        assert page.read(file).image == tmp_path / "sheet.png"
        file.write_text(raw, encoding="utf-8")
    (tmp_path / "sheet.png").unlink()
    with pytest.raises(UnreadableError, match=r"names the picture 'sheet\.png', which does not lie beside it"):
        list(page.read(file).sources())


BOMB = '<!DOCTYPE alto [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><alto>&b;</alto>'
OUTSIDE = '<!DOCTYPE alto [<!ENTITY x SYSTEM "file:///etc/passwd">]><alto>&x;</alto>'


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (BOMB, "document type declaration"),
        (OUTSIDE, "document type declaration"),
        ("<!DOCTYPE alto SYSTEM 'http://example.org/alto.dtd'><alto/>", "document type declaration"),
        ("<alto><Layout></alto>", r"no well-formed XML \(mismatched tag"),
        ("<alto", "no well-formed XML"),
        ("", "no well-formed XML"),
        ("<alto><Page><TextLine/></Page><Page><TextLine/></Page></alto>", "describes 2 pages"),
        ("<TEI/>", "neither ALTO nor PAGE XML: its root is <TEI>"),
        ("<alto>" * 300, "nests elements"),
        ('<?xml version="1.0" encoding="klingon"?><alto/>', "no well-formed XML"),
        (b"\xff\xfe<\x00a\x00\x00", "no well-formed XML"),
    ],
)
def test_broken_and_dangerous_files_are_refused(tmp_path, raw, words):
    file = tmp_path / "a.xml"
    file.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    with pytest.raises(UnreadableError, match=words) as caught:
        page.read(file)
    assert str(file) in str(caught.value)


def test_lines_that_lie_nowhere_are_named(make_page):
    source = next(page.read(make_page()).sources())[0]
    with pytest.raises(DataError, match=r"line 1 of .*sheet\.xml cannot be cut out: it has neither"):
        source._replace(baseline=(), outline=()).cut()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=some.floats(0, 1), raw=some.binary(max_size=6), cut=some.booleans())
def test_damage_raises_nothing_unexpected(make_page, place, raw, cut):
    file = make_page("page")
    whole = file.read_bytes()
    at = int(place * len(whole))
    file.write_bytes(whole[:at] + raw + (b"" if cut else whole[at:]))
    with contextlib.suppress(DataError):
        for source, _ in page.read(file).sources():
            source.cut()


@pytest.mark.data
def test_real_pages_agree_in_both_formats(real_data):
    pages = real_data / "lines" / "pages"
    alto, other = told(pages / "bronod_0036.alto.xml"), told(pages / "bronod_0036.page.xml")
    assert alto == other
    assert (len(alto), sum(len(text) for *_, text in alto)) == (38, 2294)
