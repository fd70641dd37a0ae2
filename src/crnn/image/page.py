"""Pages with their lines as ALTO (v1 to v4) or PAGE XML: where each line lies, and what is written there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PureWindowsPath
from typing import NamedTuple

from crnn.errors import DataError, UnreadableError
from crnn.image import markup, picture
from crnn.image.markup import Document, Element
from crnn.image.picture import Grey
from crnn.image.strip import Points, Strip

SUFFIXES = (".xml", ".alto", ".page")
"""Files that are looked for in a folder of pages."""

NAMES = {"alto": "ALTO", "page": "PAGE XML"}

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


class PageLine(NamedTuple):
    """A line on a page, before its picture is opened: what a record of it holds as its source.

    Args:
        page: The ALTO or PAGE file.
        number: Of the line in that file, from 0.
        image: The picture of the page.
        size: Width and height of the page as the file counts them; (0, 0) where it does not say.
        baseline: Points on the page; may be empty.
        outline: Polygon or box on the page; may be empty.
    """

    page: Path
    number: int
    image: Path
    size: tuple[float, float]
    baseline: Points
    outline: Points

    def cut(self) -> Grey:
        """The picture of the line, straight, at the page's resolution.

        Raises:
            UnreadableError: the page's picture is missing or cannot be read.
            DataError: the line does not lie on it.
        """
        return self.strip().cut(_opened(self.image))

    def strip(self) -> Strip:
        """Where the line lies, in pixels of the page's picture.

        Raises:
            DataError: it has neither outline nor baseline, or they enclose nothing.
        """
        by = self.scale()
        baseline, outline = (tuple((x * by[0], y * by[1]) for x, y in part) for part in (self.baseline, self.outline))
        try:
            return Strip.of(baseline, outline)
        except DataError as error:
            raise DataError(f"line {self.number + 1} of {self.page} cannot be cut out: {error}") from error

    def scale(self) -> tuple[float, float]:
        """Pixels of the picture for one unit of the file: it may count otherwise, or describe a larger scan."""
        width, height = _size(self.image)
        return width / self.size[0] if self.size[0] > 0 else 1.0, height / self.size[1] if self.size[1] > 0 else 1.0


class TextLine(NamedTuple):
    """A line as a page file tells of it.

    Args:
        element: Its place in the file.
        name: Its ID, or its number.
        text: What is written there, in reading order; "" where nothing is said.
        baseline: As the file counts.
        outline: As the file counts.
    """

    element: Element
    name: str
    text: str
    baseline: Points
    outline: Points


@dataclass(frozen=True)
class Page:
    """A page file.

    Args:
        path: The file.
        kind: "alto" or "page".
        document: Its elements.
        image: The picture of the page, or None where none is found.
        wanted: The name of the picture as the file gives it.
        size: Width and height as the file counts them.
        lines: In the file's order.
    """

    path: Path
    kind: str
    document: Document
    image: Path | None
    wanted: str
    size: tuple[float, float]
    lines: list[TextLine]

    def sources(self) -> Iterator[tuple[PageLine, TextLine]]:
        """The lines, ready to be cut out.

        Raises:
            UnreadableError: the picture is missing.
        """
        if self.image is None:
            raise UnreadableError(
                f"{self.path} names the picture {self.wanted!r}, which does not lie beside it, nor does a picture "
                "called like the file: put it there"
            )
        for number, line in enumerate(self.lines):
            yield PageLine(self.path, number, self.image, self.size, line.baseline, line.outline), line


def read(path: str | Path) -> Page:
    """Read an ALTO or PAGE file.

    Raises:
        UnreadableError: missing, no well-formed XML, of neither kind, or with a document type declaration.
    """
    file = Path(path)
    document = markup.read(file)
    root = document.root
    if root.name == "alto":
        return _alto(file, document)
    if root.name == "PcGts":
        return _page(file, document)
    raise UnreadableError(f"{path} is neither ALTO nor PAGE XML: its root is <{root.name}>, not <alto> or <PcGts>")


def _alto(file: Path, document: Document) -> Page:
    root = document.root
    wanted = next((element.text.strip() for element in root.walk("fileName") if element.text.strip()), "")
    pages = [each for each in root.walk("Page") if next(each.walk("TextLine"), None) is not None]
    if len(pages) > 1:
        raise UnreadableError(f"{file} describes {len(pages)} pages, and names one picture: split it, a file a page")
    page = pages[0] if pages else None
    lines = []
    for number, element in enumerate(root.walk("TextLine")):
        shape = element.first("Shape")
        polygon = None if shape is None else shape.first("Polygon")
        outline = _points(polygon.attributes.get("POINTS", "")) if polygon is not None else ()
        baseline = _alto_baseline(element)
        name = element.attributes.get("ID") or str(number + 1)
        lines.append(TextLine(element, name, _alto_text(element), baseline, outline or _box(element)))
    size = (0.0, 0.0) if page is None else (_number(page, "WIDTH"), _number(page, "HEIGHT"))
    return Page(file, "alto", document, _image(file, wanted), wanted, size, lines)


def _alto_baseline(element: Element) -> Points:
    """Points since version 4; before, one number: the height of a level baseline."""
    given = element.attributes.get("BASELINE", "")
    numbers = _NUMBER.findall(given)
    if len(numbers) == 1:
        left, width = _number(element, "HPOS"), _number(element, "WIDTH")
        return ((left, float(numbers[0])), (left + width, float(numbers[0]))) if width > 0 else ()
    return _points(given)


def _alto_text(element: Element) -> str:
    """Words with spaces between them, whether or not the file has elements for spaces."""
    spaced = element.first("SP") is not None
    parts: list[str] = []
    for child in element.find("String", "SP", "HYP"):
        if child.name == "String":
            if parts and not spaced:
                parts.append(" ")
            parts.append(child.attributes.get("CONTENT", ""))
        else:
            parts.append(" " if child.name == "SP" else child.attributes.get("CONTENT", "-"))
    return " ".join("".join(parts).split())


def _page(file: Path, document: Document) -> Page:
    page = document.root.first("Page")
    wanted = "" if page is None else page.attributes.get("imageFilename", "")
    lines = []
    for number, element in enumerate(document.root.walk("TextLine")):
        outline, baseline = _page_points(element, "Coords"), _page_points(element, "Baseline")
        name = element.attributes.get("id") or str(number + 1)
        lines.append(TextLine(element, name, _page_text(element), baseline, outline))
    size = (0.0, 0.0) if page is None else (_number(page, "imageWidth"), _number(page, "imageHeight"))
    return Page(file, "page", document, _image(file, wanted), wanted, size, lines)


def _page_points(element: Element, name: str) -> Points:
    """Of an attribute, or of `Point` elements as files before 2013 have them."""
    child = element.first(name)
    if child is None:
        return ()
    if "points" in child.attributes:
        return _points(child.attributes["points"])
    return tuple((_number(point, "x"), _number(point, "y")) for point in child.find("Point"))


def _page_text(element: Element) -> str:
    """The line's own text, the one of the lowest index; else its words'."""
    given = sorted(element.find("TextEquiv"), key=_index)
    for equivalent in given:
        unicode = equivalent.first("Unicode") or equivalent.first("PlainText")
        if unicode is not None and unicode.text.strip():
            return " ".join(unicode.text.split())
    return " ".join(filter(None, map(_page_text, element.find("Word"))))


def _index(element: Element) -> int:
    given = element.attributes.get("index", "0")
    return int(given) if given.isdecimal() else 0


def _box(element: Element) -> Points:
    """The rectangle of an ALTO element; empty where it has none."""
    left, top, width, height = (_number(element, key) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
    if width <= 0 or height <= 0:
        return ()
    return ((left, top), (left + width, top), (left + width, top + height), (left, top + height))


def _points(given: str) -> Points:
    """Points of "x,y x,y" or of "x y x y"."""
    numbers = [float(number) for number in _NUMBER.findall(given)]
    return tuple(zip(numbers[::2], numbers[1::2], strict=False))


def _number(element: Element, key: str) -> float:
    found = _NUMBER.fullmatch(element.attributes.get(key, "").strip())
    return float(found[0]) if found else 0.0


def _image(file: Path, wanted: str) -> Path | None:
    """The picture beside a page file: as named there, else called like the file."""
    names = [PureWindowsPath(wanted.removeprefix("file:///")).name] if wanted else []
    stem = file.name.split(".")[0] if "." in file.name else file.name
    names += [base + suffix for base in (file.stem, Path(file.stem).stem, stem) for suffix in picture.SUFFIXES]
    there = {unicodedata.normalize("NFC", item.name).lower(): item for item in file.parent.iterdir()}
    relative = file.parent / wanted
    if wanted and relative.is_file():
        return relative
    return next((there[key] for name in names if (key := unicodedata.normalize("NFC", name).lower()) in there), None)


@lru_cache(maxsize=2)
def _read(path: Path, changed_ns: int) -> Grey:
    return picture.read(path)


def _opened(path: Path) -> Grey:
    """The page's picture; the last two stay open, since lines come page by page."""
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(f"{path} cannot be read ({error.strerror or error}): check the path") from error


@lru_cache(maxsize=64)
def _size_of(path: Path, changed_ns: int) -> tuple[int, int]:
    return picture.size(path)


def _size(path: Path) -> tuple[int, int]:
    try:
        return _size_of(path, path.stat().st_mtime_ns)
    except OSError as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(f"{path} cannot be read ({error.strerror or error}): check the path") from error
