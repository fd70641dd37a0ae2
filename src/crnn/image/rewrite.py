"""Recognised text put back into an ALTO or PAGE file: its lines get new words, every other byte stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from crnn.errors import SpecError
from crnn.image import markup
from crnn.image.markup import Element
from crnn.image.page import Page, PageLine
from crnn.image.strip import Points, Strip


class Word(NamedTuple):
    """A word on a line.

    Args:
        text: Without spaces.
        begin: Left edge in pixels of the line that was cut out.
        end: Right edge.
        confidence: From 0 to 1.
    """

    text: str
    begin: float
    end: float
    confidence: float


class Written(NamedTuple):
    """What was read on a line.

    Args:
        words: In reading order, whatever the direction of the script; empty for a line with nothing on it.
        confidence: Of the whole line, from 0 to 1.
    """

    words: Sequence[Word]
    confidence: float

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(word.text for word in self.words)


Edit = tuple[int, int, str]


def rewritten(page: Page, read: Sequence[Written | None]) -> bytes:
    """The page file with other text.

    Old words, spaces and hyphens of a line that was read go, with what hung on them; its outline, baseline, tags and
    IDs stay, and so does all that is no line. Words stand in reading order, as ALTO and PAGE want it: of a line in
    Arabic or Hebrew the first is the rightmost.

    Args:
        page: As `crnn.image.page.read` gives it.
        read: What was read on each of its lines; None leaves a line as it is.

    Raises:
        SpecError: another number of answers than lines.
        UnreadableError: the picture of the page is missing.
    """
    if len(read) != len(page.lines):
        raise SpecError(f"{page.path} has {len(page.lines)} lines, {len(read)} answers were given: give one a line")
    edits: list[Edit] = []
    for (source, line), written in zip(page.sources(), read, strict=True):
        if written is not None:
            change = _alto_line if page.kind == "alto" else _page_line
            edits += change(page, line.element, source, written)
    if page.kind == "page":
        edits += _regions(page, read)
    return page.document.changed(edits)


class _Place:
    """Boxes on the page, in the units of its file."""

    def __init__(self, page: Page, source: PageLine) -> None:
        self.strip: Strip = source.strip()
        self.by = source.scale()

    def corners(self, begin: float, end: float) -> Points:
        """The four corners of a stretch of the line."""
        return tuple((x / self.by[0], y / self.by[1]) for x, y in self.strip.corners(begin, end))

    def box(self, begin: float, end: float) -> dict[str, str]:
        """The same as ALTO has it: an upright rectangle."""
        across, down = zip(*self.corners(begin, end), strict=True)
        left, top = round(min(across)), round(min(down))
        width, height = round(max(across)) - left, round(max(down)) - top
        return {"HPOS": f"{left}", "VPOS": f"{top}", "WIDTH": f"{max(width, 1)}", "HEIGHT": f"{max(height, 1)}"}


def _alto_line(page: Page, element: Element, source: PageLine, written: Written) -> list[Edit]:
    place, prefix = _Place(page, source), element.prefix
    parts = []
    for number, word in enumerate(written.words):
        if number:
            before = written.words[number - 1]
            gap = sorted((before.begin, before.end, word.begin, word.end))[1:3]
            space = place.box(*gap)
            parts.append(markup.tag(f"{prefix}SP", {key: space[key] for key in ("HPOS", "VPOS", "WIDTH")}))
        facts = {"CONTENT": word.text, **place.box(word.begin, word.end), "WC": f"{word.confidence:.3f}"}
        parts.append(markup.tag(f"{prefix}String", facts))
    if not parts:  # the schema wants a word in every line
        empty = {"CONTENT": "", **place.box(0.0, float(place.strip.width))}
        parts.append(markup.tag(f"{prefix}String", empty))
    return _replace(page, element, ("String", "SP", "HYP"), parts)


def _page_line(page: Page, element: Element, source: PageLine, written: Written) -> list[Edit]:
    place, prefix = _Place(page, source), element.prefix
    name = element.attributes.get("id") or f"line_{source.number + 1}"
    parts = []
    for number, word in enumerate(written.words, start=1):
        corners = " ".join(f"{max(0, round(x))},{max(0, round(y))}" for x, y in place.corners(word.begin, word.end))
        inside = markup.tag(f"{prefix}Coords", {"points": corners}) + _equivalent(prefix, word.text, word.confidence)
        parts.append(markup.tag(f"{prefix}Word", {"id": f"{name}_word_{number}"}, inside))
    parts.append(_equivalent(prefix, written.text, written.confidence))
    return _replace(page, element, ("Word", "TextEquiv"), parts, before=("TextStyle", "UserDefined", "Labels"))


def _regions(page: Page, read: Sequence[Written | None]) -> list[Edit]:
    """Where a region repeats the text of its lines, it must not go on saying the old one."""
    texts = {
        id(line.element): line.text if written is None else written.text
        for line, written in zip(page.lines, read, strict=True)
    }
    changed = {id(line.element) for line, written in zip(page.lines, read, strict=True) if written is not None}
    edits = []
    for region in page.document.root.walk("TextRegion"):
        lines = [id(line) for line in region.find("TextLine")]
        if region.first("TextEquiv") is not None and changed.intersection(lines):
            whole = "\n".join(texts[line] for line in lines)
            edits += _replace(page, region, ("TextEquiv",), [_equivalent(region.prefix, whole, None)])
    return edits


def _equivalent(prefix: str, text: str, confidence: float | None) -> str:
    inner = f"<{prefix}Unicode>{markup.clean(text)}</{prefix}Unicode>"
    given = {} if confidence is None else {"conf": f"{confidence:.3f}"}
    return markup.tag(f"{prefix}TextEquiv", given, inner)


def _replace(
    page: Page, element: Element, names: tuple[str, ...], parts: Sequence[str], before: tuple[str, ...] = ()
) -> list[Edit]:
    """Put new children in the place of old ones of some names, each on a line of its own as far as the file does so.

    Args:
        page: The page.
        element: Whose children.
        names: Of the children that go.
        parts: What comes instead.
        before: Where none of them was there: the children that the new ones must precede.
    """
    raw = page.document.raw
    old = list(element.find(*names))
    if element.empty_in(raw):
        inner = "".join(parts)
        return [(element.body - 2, element.body, f">{inner}</{element.prefix}{element.name}>")]
    if old:
        indent = _indent(raw, old[0].start)
        edits = [(old[0].start, old[0].end, indent.join(parts))]
        edits += [(child.start - len(_indent(raw, child.start)), child.end, "") for child in old[1:]]
        return edits
    later = next(element.find(*before), None) if before else None
    last = element.children[-1] if element.children else None
    at = later.start if later is not None else last.end if last is not None else element.body
    indent = _indent(raw, (last or element).start) if last is not None else ""
    return [(at, at, "".join(f"{part}{indent}" for part in parts) if later else "".join(indent + p for p in parts))]


def _indent(raw: bytes, at: int) -> str:
    """The white space before a byte, from its last line break on; "" where something else stands before."""
    begin = at
    while begin > 0 and raw[begin - 1] in b" \t":
        begin -= 1
    if begin > 0 and raw[begin - 1] in b"\n":
        begin -= 2 if raw[begin - 2 : begin] == b"\r\n" else 1
        return raw[begin:at].decode("ascii")
    return ""
