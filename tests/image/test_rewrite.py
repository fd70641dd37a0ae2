"""Recognised text goes back into the file, and nothing else changes."""

import re

import pytest

from crnn.errors import SpecError
from crnn.image import page
from crnn.image.rewrite import Word, Written, rewritten


def answered(found, texts):
    """Words spread evenly over their lines."""
    answers = []
    for (source, _), text in zip(found.sources(), texts, strict=True):
        words, width = text.split(), source.strip().width
        step = width / max(len(words), 1)
        places = [Word(word, n * step, (n + 0.8) * step, 0.75) for n, word in enumerate(words)]
        answers.append(Written(places, 0.5))
    return answers


def outside_lines(text):
    return re.sub(r"(<TextLine.*?>).*?(</TextLine>)", r"\1\2", text, flags=re.DOTALL)


@pytest.mark.parametrize("kind", ["alto", "page"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
@pytest.mark.parametrize("described", [True, False])
def test_new_text_is_read_back_and_all_else_stays(make_page, kind, encoding, described):
    file = make_page(kind, encoding=encoding, described=described)
    before = page.read(file)
    texts = ["new & <better> “text”", "漢字 été", ""]
    raw = rewritten(before, answered(before, texts))
    old = file.read_bytes()
    file.write_bytes(raw)
    after = page.read(file)
    assert [line.text for line in after.lines] == texts
    assert [line[3:] for line in after.lines] == [line[3:] for line in before.lines]
    assert outside_lines(raw.decode(encoding)) == outside_lines(old.decode(encoding))
    again = rewritten(after, answered(after, texts))
    assert again == raw


@pytest.mark.parametrize("kind", ["alto", "page"])
def test_lines_that_were_not_read_stay_to_the_byte(make_page, kind):
    found = page.read(make_page(kind))
    assert rewritten(found, [None] * 3) == found.path.read_bytes()
    with pytest.raises(SpecError, match="has 3 lines, 1 answers"):
        rewritten(found, [None])


def test_words_of_alto_have_boxes_on_the_page(make_page):
    for scale in (1, 3):
        found = page.read(make_page(scale=scale))
        width = next(found.sources())[0].strip().width
        answers = [Written([Word("a", 0, width / 2, 0.9), Word("b", width * 0.6, width, 0.8)], 0.7), None, None]
        raw = rewritten(found, answers).decode()
        first, second = re.findall(
            r'<String CONTENT="[ab]" HPOS="(\d+)" VPOS="(\d+)" WIDTH="(\d+)" HEIGHT="(\d+)"', raw
        )
        assert int(first[0]) == pytest.approx(40 * scale, abs=scale)
        assert int(first[1]) == pytest.approx(20 * scale, abs=scale)
        assert int(first[2]) == pytest.approx(width / 2 * scale, abs=scale)
        assert int(first[3]) == pytest.approx(60 * scale, abs=scale)
        assert int(second[0]) == pytest.approx((40 + width * 0.6) * scale, abs=scale)
        assert 'WC="0.900"' in raw
        assert re.search(r'<SP HPOS="\d+" VPOS="\d+" WIDTH="\d+"/>', raw)


def test_page_xml_keeps_the_order_of_its_schema(make_page):
    file = make_page("page", described=False)
    raw = file.read_text(encoding="utf-8").replace("</TextLine>", "<TextStyle/></TextLine>")
    file.write_text(raw, encoding="utf-8")
    found = page.read(file)
    line = page.markup.read(_written(file, rewritten(found, answered(found, ["a b", "c", "d"])))).root
    names = [child.name for child in next(line.walk("TextLine")).children]
    assert names == ["Coords", "Baseline", "Word", "Word", "TextEquiv", "TextStyle"]


def test_a_region_does_not_go_on_saying_the_old_text(make_page):
    file = make_page("page")
    raw = file.read_text(encoding="utf-8")
    old = "<TextEquiv><Unicode>stale</Unicode></TextEquiv></TextRegion>"
    file.write_text(raw.replace("</TextRegion>", old), encoding="utf-8")
    found = page.read(file)
    text = rewritten(found, [*answered(found, ["x", "y", "z"])[:2], None]).decode()
    assert "stale" not in text
    assert "<Unicode>x\ny\nno. 3</Unicode>" in text


@pytest.mark.parametrize(
    "raw",
    [
        "<TextLine HPOS='0' VPOS='0' WIDTH='90' HEIGHT='20'/>",
        "<a:TextLine HPOS='0' VPOS='0' WIDTH='90' HEIGHT='20'></a:TextLine>",
    ],
)
def test_empty_and_prefixed_elements(make_page, raw, tmp_path):
    make_page()
    prefix = "a:" if raw.startswith("<a:") else ""
    file = tmp_path / "sheet.xml"
    file.write_text(f"<{prefix}alto xmlns:a='x'><{prefix}Page>{raw}</{prefix}Page></{prefix}alto>")
    found = page.read(file)
    _written(file, rewritten(found, answered(found, ["one two"])))
    assert page.read(file).lines[0].text == "one two"
    assert f"<{prefix}String CONTENT" in file.read_text()


def test_control_characters_do_not_break_the_file(make_page):
    file = make_page()
    found = page.read(file)
    _written(file, rewritten(found, [Written([Word("a\x00\x1b\"'b", 0, 9, 1.0)], 1.0), None, None]))
    assert page.read(file).lines[0].text == "a\"'b"


def _written(file, raw):
    file.write_bytes(raw)
    return file
