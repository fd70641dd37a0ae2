"""XML read without its dangers and changed in place: every byte that is not asked for stays as it was.

Only what the standard library has, and no document type declarations: with them come entities that fill the memory
("billion laughs") or read other files.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from crnn.errors import UnreadableError

MOST_BYTES = 256 << 20
"""A page with a box for each glyph takes a few megabytes; what is larger than this is no page."""

_DEEPEST = 200

_TAG = re.compile(rb"""(?:[^>"']+|"[^"]*"|'[^']*')*>""")
"""A start tag; ">" may stand inside the quotes of an attribute."""

_ENCODING = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


@dataclass
class Element:
    """An element and where it stands in the file.

    Args:
        name: Without its namespace.
        space: The namespace.
        prefix: What the file puts before the name, with its colon, or "".
        attributes: By local name.
        start: Byte of its first "<".
        body: Byte after its start tag.
        end: Byte after its last ">".
        text: The text directly inside.
        children: In order.
    """

    name: str
    space: str
    prefix: str
    attributes: dict[str, str]
    start: int
    body: int
    end: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def empty_in(self, raw: bytes) -> bool:
        """Whether it is written as one tag, without an end tag."""
        return raw[self.body - 2 : self.body] == b"/>"

    def find(self, *names: str) -> Iterator[Element]:
        """Children of these names."""
        return (child for child in self.children if child.name in names)

    def first(self, name: str) -> Element | None:
        """The first child of a name."""
        return next(self.find(name), None)

    def walk(self, *names: str) -> Iterator[Element]:
        """All elements of these names below, in the file's order."""
        for child in self.children:
            if child.name in names:
                yield child
            yield from child.walk(*names)


@dataclass(frozen=True)
class Document:
    """An XML file.

    Args:
        path: Where it lies.
        raw: Its bytes; in UTF-8 where the file has UTF-16, so that tags can be found in them.
        encoding: Of these bytes.
        root: Its elements.
        wide: The encoding of the file where that is UTF-16, else "".
    """

    path: Path
    raw: bytes
    encoding: str
    root: Element
    wide: str = ""

    def changed(self, edits: list[tuple[int, int, str]]) -> bytes:
        """The file with some stretches of bytes replaced by texts; what the encoding lacks is written as &#number;.

        Args:
            edits: First byte, byte after the last, and the text; they may not overlap.
        """
        parts, at = [], 0
        for start, end, text in sorted(edits, key=lambda edit: edit[:2]):
            parts += [self.raw[at:start], text.encode(self.encoding, errors="xmlcharrefreplace")]
            at = end
        whole = b"".join([*parts, self.raw[at:]])
        return whole.decode("utf-8").encode(self.wide) if self.wide else whole


def read(path: str | Path) -> Document:
    """Parse a file.

    Raises:
        UnreadableError: missing, too large, no well-formed XML, or with a document type declaration.
    """
    file = Path(path)
    try:
        if file.stat().st_size > MOST_BYTES:
            raise UnreadableError(f"{path} has {file.stat().st_size >> 20} MB: a page is smaller than this; split it")
        raw = file.read_bytes()
    except OSError as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(f"{path} cannot be read ({error.strerror or error}): check the path") from error
    try:
        wide = _wide(raw)
        raw = raw.decode(wide).encode() if wide else raw
        return Document(
            file, raw, "utf-8" if wide else _encoding(raw), _Reader(str(path), raw, bool(wide)).read(), wide
        )
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(f"{path} is no well-formed XML ({error}): export it again") from error


def tag(name: str, attributes: dict[str, str], content: str = "") -> str:
    """An element as text; the content is markup already.

    Example:
        >>> tag("SP", {"WIDTH": "12"}), tag("Unicode", {}, clean("a < b"))
        ('<SP WIDTH="12"/>', '<Unicode>a &lt; b</Unicode>')
    """
    inner = "".join(f" {key}={quoteattr(clean_characters(value))}" for key, value in attributes.items())
    return f"<{name}{inner}>{content}</{name}>" if content else f"<{name}{inner}/>"


def clean(text: str) -> str:
    """Text as markup."""
    return escape(clean_characters(text))


def clean_characters(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")


class _Reader:
    """Builds the tree and refuses what is dangerous."""

    def __init__(self, name: str, raw: bytes, recoded: bool) -> None:
        self.name = name
        self.raw = raw
        self.open: list[Element] = []
        self.root: Element | None = None
        # What was recoded still says the old encoding in its first line.
        self.parser = expat.ParserCreate("utf-8" if recoded else None, " ")

    def read(self) -> Element:
        parser = self.parser
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._declared
        parser.EntityDeclHandler = self._declared
        parser.ExternalEntityRefHandler = self._declared
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.Parse(self.raw, True)
        assert self.root is not None
        return self.root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= _DEEPEST:
            raise UnreadableError(f"{self.name} nests elements more than {_DEEPEST} deep: no page does")
        space, local, prefix = _parts(name)
        given = {_parts(key)[1]: value for key, value in attributes.items()}
        start = self.parser.CurrentByteIndex
        found = _TAG.match(self.raw, start)
        assert found is not None
        element = Element(local, space, f"{prefix}:" if prefix else "", given, start, found.end(), found.end())
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def _end(self, name: str) -> None:
        element = self.open.pop()
        if not element.empty_in(self.raw):
            element.end = self.raw.index(b">", self.parser.CurrentByteIndex) + 1

    def _characters(self, text: str) -> None:
        self.open[-1].text += text

    def _declared(self, *_: object) -> NoReturn:
        raise UnreadableError(
            f"{self.name} has a document type declaration, which can hide entities that fill the memory or read other "
            "files: remove <!DOCTYPE …> if you trust it"
        )


def _parts(name: str) -> tuple[str, str, str]:
    """Namespace, local name and prefix."""
    parts = name.split(" ")
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def _wide(raw: bytes) -> str:
    """The encoding where it is UTF-16, with its byte order mark kept as a character."""
    if raw[:2] == codecs.BOM_UTF16_LE or raw[:4] == b"<\0?\0":
        return "utf-16-le"
    return "utf-16-be" if raw[:2] == codecs.BOM_UTF16_BE or raw[:4] == b"\0<\0?" else ""


def _encoding(raw: bytes) -> str:
    found = _ENCODING.match(raw.removeprefix(codecs.BOM_UTF8))
    return codecs.lookup(found[1].decode("ascii")).name if found else "utf-8"
