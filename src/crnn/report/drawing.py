"""Figures without global state: one look for light and dark pages, and texts that the plotting font can show."""

from __future__ import annotations

import html
import io
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from crnn.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#31343b"
"""Colour of axes and texts; becomes the colour of the page's own text in the SVG."""

BLUE, ORANGE, GREY = "#3b7ddd", "#cc6410", "#8a8f98"
"""Colours of data that stand out on white and on black."""

LONGEST = 18
"""Letters of a label that fit beside an axis; the tables of the page hold it whole."""

_BESIDE = 5
"""Entries of a legend that fit beside each other under a plot; more stand in rows as long as each other."""

_LEGEND: dict[str, Any] = {
    "frameon": False,
    "fontsize": 9,
    "labelcolor": INK,
    "columnspacing": 1.4,
    "handlelength": 2.4,
}

FONT = "DejaVu Sans"
"""Comes with matplotlib."""

CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "SimSun",
    "Arial Unicode MS",
    "Droid Sans Fallback",
)
"""Fonts of systems that have Chinese letters; the first that is installed stands behind `FONT`."""

_RIGHT_TO_LEFT = {"R", "AL", "AN", "RLE", "RLO", "RLI"}


@dataclass(frozen=True)
class Picture:
    """A finished plot.

    Args:
        name: Of its file, without the ending.
        alt: What it shows, in words.
        svg: To stand inside an HTML page.
        png: The same on white.
        least_px: Narrowest width at which it can be read; a smaller screen scrolls.
        most_px: Its natural width.
        note: What it leaves out, in words.
        key: Which number in it is which name, where no font can show the name.
    """

    name: str
    alt: str
    svg: str
    png: bytes
    least_px: int
    most_px: int
    note: str = ""
    key: str = ""


def new_figure(width_in: float, height_in: float) -> Figure:
    """An empty figure.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure  # an extra
    except ImportError as error:
        raise MissingExtraError("the report page", "report") from error
    return Figure(figsize=(width_in, height_in), layout="constrained")


def style(axes: Axes, *, grid: bool = True) -> None:
    """Give axes the look that all plots share."""
    for place, spine in axes.spines.items():
        spine.set(visible=place in ("left", "bottom"), edgecolor=INK, linewidth=0.8)
    axes.tick_params(colors=INK, labelsize=9, width=0.8)
    for text in (axes.title, axes.xaxis.label, axes.yaxis.label):
        text.set_color(INK)
    if grid:
        axes.grid(color=GREY, alpha=0.25, linewidth=0.8)
        axes.set_axisbelow(True)


def legend(axes: Axes) -> None:
    """A legend in the shared look."""
    axes.legend(**_LEGEND)


def legend_below(axes: Axes) -> None:
    """The legend of one panel under the whole figure, where lines cross everywhere."""
    handles, names = axes.get_legend_handles_labels()
    figure = axes.get_figure(root=True)
    assert figure is not None
    rows = math.ceil(len(names) / _BESIDE)
    figure.legend(handles, names, loc="outside lower center", ncols=math.ceil(len(names) / rows), **_LEGEND)


def finish(figure: Figure, name: str, alt: str, least_px: int = 260, note: str = "", key: str = "") -> Picture:
    """The figure as SVG and PNG, with what it leaves out above it."""
    from matplotlib.text import Text  # an extra

    if note:
        figure.suptitle(note, fontsize=10, color=INK)
    for text in figure.findobj(Text):
        text.set_fontfamily(fonts())
    vector, raster = io.StringIO(), io.BytesIO()
    figure.savefig(vector, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    figure.savefig(raster, format="png", dpi=144, facecolor="white", metadata={"Software": None})
    return Picture(
        name,
        alt,
        _inline(vector.getvalue(), name, alt),
        raster.getvalue(),
        least_px,
        round(96 * figure.get_figwidth()),
        note,
        key,
    )


def _inline(svg: str, prefix: str, alt: str) -> str:
    """An SVG file as a part of a page: own ids (so that plots do not meet), no comments, the page's text colour."""
    svg = re.sub(r"<!--.*?-->", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    numbers: dict[str, str] = {}
    for given in re.findall(r'\bid="([^"]+)"', svg):
        numbers.setdefault(given, f"{prefix}-{len(numbers)}")
    pattern = re.compile(r'(\bid="|href="#|url\(#)([^")]+)')
    svg = pattern.sub(lambda found: found[1] + numbers.get(found[2], found[2]), svg)
    box = re.search(r'viewBox="[^"]*"', svg)
    assert box is not None
    links = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    head = f'<svg {links} {box[0]} role="img" aria-label="{html.escape(alt)}">'
    return re.sub(r"<svg[^>]*>", lambda _: head, svg, count=1).replace(INK, "currentColor").strip()


@cache
def fonts() -> list[str]:
    """What texts are drawn with: the font of matplotlib, and one of this system with Chinese letters behind it."""
    from matplotlib.font_manager import fontManager  # an extra

    installed = {font.name for font in fontManager.ttflist}
    return [FONT, *[name for name in CHINESE_FONTS if name in installed][:1]]


@cache
def _letters() -> frozenset[int]:
    from matplotlib import font_manager  # an extra

    found = (font_manager.get_font(font_manager.findfont(name)) for name in fonts())
    return frozenset(letter for font in found for letter in font.get_charmap())


def showable(texts: Sequence[str]) -> bool:
    """Whether the plotting fonts have every letter, and none is written from right to left.

    A label that they cannot show would come out as boxes or in the wrong order.

    Example:
        >>> showable(["go", "naïve"]), showable(["\N{ROCKET}"]), showable(["خلف"])
        (True, False, False)
    """
    letters = {letter for text in texts for letter in text}
    if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in letters):
        return False
    return all(ord(letter) in _letters() for letter in letters)


def axis_labels(names: Sequence[str]) -> tuple[list[str], bool]:
    """Labels for an axis, shortened; numbers from 1 for all of them where one cannot be shown or told from another.

    Returns:
        The labels, and whether they are numbers that a table has to explain.
    """
    short = [name if len(name) <= LONGEST else name[: LONGEST - 1] + "…" for name in names]
    if len(set(short)) == len(set(names)) and showable(short):
        return short, False
    return [str(number) for number in range(1, len(names) + 1)], True
