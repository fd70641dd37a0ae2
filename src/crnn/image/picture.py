"""Pictures as grey arrays: read, scaled, bent, drawn, written; the only file that knows Pillow.

Inside the package a picture is ``(height, width)`` of uint8, black 0 and white 255. Whatever cannot become that is
refused here, with the name of the file.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crnn.errors import MissingExtraError, ShapeError, UnreadableError

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".pbm", ".pgm", ".ppm", ".pnm"),
    *(".jp2", ".j2k"),
)
"""Files that are looked for in a folder of pictures."""

MOST_PIXELS = 178_000_000
"""A page of A2 at 600 dpi has 140 million pixels; what claims more is taken for a decompression bomb."""

_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, OverflowError, ZeroDivisionError)
"""What Pillow raises for files that are cut off or damaged."""

_FLAT = 1
"""Grey levels up to which a picture is of one colour."""

Grey = NDArray[np.uint8]
Quad = tuple[tuple[int, int, int, int], tuple[float, ...]]
"""A rectangle (left, top, right, bottom) to fill, and eight numbers: the corners NW, SW, SE, NE of where from."""


def read(path: str | Path) -> Grey:
    """Read any picture that Pillow reads as grey, upright as its EXIF says, transparency on white.

    Args:
        path: The file; the first frame of an animation, but no file of several pages.

    Raises:
        UnreadableError: missing, empty, cut off, no picture, of several pages, or so large that it looks like a
            decompression bomb.
        MissingExtraError: Pillow is not installed.
    """
    file = Path(path)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{path} cannot be read ({error.strerror or error}): check the path") from error
    return decode(raw, str(path))


def decode(raw: bytes, name: str) -> Grey:
    """The same for a picture that is held in memory, such as an upload; `name` is what messages call it.

    Raises:
        UnreadableError: as `read`.
        MissingExtraError: Pillow is not installed.
    """
    if not raw:
        raise UnreadableError(f"{name} is empty (0 bytes): scan or send it again")
    pillow = _pillow()
    try:
        with warnings.catch_warnings(action="ignore"), _open(pillow, raw, name) as image:
            # Ignored are warnings of odd metadata; what matters fails while decoding.
            _check(image, name)
            return _grey(pillow.ImageOps.exif_transpose(image))
    except UnreadableError:
        raise
    except _BROKEN as error:
        raise UnreadableError(f"{name} is cut off or damaged ({error}): scan or send it again") from error


def size(path: str | Path) -> tuple[int, int]:
    """Width and height, upright, without decoding the pixels.

    Raises:
        UnreadableError: as `read`, but for what only decoding finds.
        MissingExtraError: Pillow is not installed.
    """
    pillow = _pillow()
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise UnreadableError(f"{path} cannot be read ({error.strerror or error}): check the path") from error
    with warnings.catch_warnings(action="ignore"), _open(pillow, raw, str(path)) as image:
        turned = image.getexif().get(0x0112, 1) >= 5
        return (image.height, image.width) if turned else (image.width, image.height)


def from_array(values: NDArray[Any], name: str = "the array") -> Grey:
    """Grey of an array ``(height, width)``: uint8 as it is, other numbers spread over black to white.

    Raises:
        ShapeError: another number of axes, nothing in it, or NaN.
    """
    given = np.asarray(values)
    if given.ndim == 3 and given.shape[2] in (3, 4):
        given = given[..., :3].mean(axis=2)
    if given.ndim != 2 or given.size == 0 or given.dtype.kind not in "buif":
        raise ShapeError(f"{name} has shape {np.shape(values)}, type {given.dtype}: give numbers (height, width)")
    if given.dtype == np.uint8:
        return given
    if given.dtype.kind == "f" and not np.isfinite(given).all():
        raise ShapeError(f"{name} holds NaN or infinity: repair the picture")
    return _spread(given)


def resize(grey: Grey, height: int, width: int) -> Grey:
    """Scale, smoothing where it becomes smaller."""
    if grey.shape == (height, width):
        return grey
    image = _pillow().Image
    return np.asarray(image.fromarray(grey).resize((width, height), image.Resampling.BILINEAR))


def bend(grey: Grey, quads: Sequence[Quad], height: int, width: int, fill: int, smooth: bool = True) -> Grey:
    """A picture put together of four-cornered pieces of another; what lies outside it is `fill`.

    Args:
        grey: Where from.
        quads: The pieces; together they cover the result.
        height: Of the result.
        width: Of the result.
        fill: Grey level beyond the edges.
        smooth: Interpolate between pixels.
    """
    image = _pillow().Image
    how = image.Resampling.BILINEAR if smooth else image.Resampling.NEAREST
    bent = image.fromarray(grey).transform((width, height), image.Transform.MESH, list(quads), how, fillcolor=fill)
    return np.asarray(bent)


def shear(grey: Grey, slope: float, fill: int) -> Grey:
    """Lean a picture: each row moves right by `slope` pixels for each pixel that it lies below the middle.

    The result is wider by what the outer rows move, the middle of the picture stays in the middle.
    """
    height, width = grey.shape
    wider = int(np.ceil(abs(slope) * height))
    image = _pillow().Image
    # From a place in the result to one in the picture.
    matrix = (1.0, -slope, slope * height / 2 - wider / 2, 0.0, 1.0, 0.0)
    leaned = image.fromarray(grey).transform(
        (width + wider, height), image.Transform.AFFINE, matrix, image.Resampling.BILINEAR, fillcolor=fill
    )
    return np.asarray(leaned)


def inside(points: Sequence[tuple[float, float]], height: int, width: int) -> NDArray[np.bool_]:
    """True where a pixel lies inside a polygon of (x, y) points."""
    from PIL import Image, ImageDraw

    mask = Image.new("L", (width, height), 0)
    ImageDraw.Draw(mask).polygon([(float(x), float(y)) for x, y in points], fill=1, outline=1)
    return np.asarray(mask).astype(bool)


def png(grey: Grey) -> bytes:
    """The bytes of a PNG file."""
    buffer = io.BytesIO()
    _pillow().Image.fromarray(grey).save(buffer, format="PNG")
    return buffer.getvalue()


def text(line: str, height_px: int = 48) -> Grey:
    """A printed line, black on white, in the font that comes with Pillow; for toy data and tests.

    Letters that the font does not have come out as boxes.
    """
    from PIL import Image, ImageDraw, ImageFont

    _pillow()
    font = ImageFont.load_default(size=height_px * 0.6)
    left, _, right, _ = font.getbbox(line or " ")
    canvas = Image.new("L", (int(right - left) + height_px // 2, height_px), 255)
    ImageDraw.Draw(canvas).text((height_px // 4 - left, height_px * 0.72), line, fill=0, font=font, anchor="ls")
    return np.asarray(canvas)


def _pillow() -> Any:
    try:
        import PIL
        import PIL.Image
        import PIL.ImageOps
    except ImportError as error:
        raise MissingExtraError("reading pictures", "image") from error
    return PIL


def _open(pillow: Any, raw: bytes, name: str) -> Image:
    """The picture, its header read and its size believable."""
    try:
        image: Image = pillow.Image.open(io.BytesIO(raw))
    except pillow.Image.DecompressionBombError as error:
        raise _bomb(name, str(error)) from error
    except pillow.UnidentifiedImageError as error:
        known = ", ".join(suffix[1:] for suffix in SUFFIXES)
        raise UnreadableError(f"{name} is no picture that is read here ({known}): save it as PNG") from error
    except _BROKEN as error:
        raise UnreadableError(f"{name} is cut off or damaged ({error}): scan or send it again") from error
    if image.width * image.height > MOST_PIXELS:
        raise _bomb(name, f"it claims {image.width} × {image.height} pixels")
    return image


def _bomb(name: str, why: str) -> UnreadableError:
    return UnreadableError(f"{name} looks like a decompression bomb ({why}): cut it into pages or lines")


def _check(image: Image, name: str) -> None:
    """Refuse a scan of several pages, of which only the first would be read; smaller copies of it are no pages."""
    if image.format != "TIFF" or getattr(image, "n_frames", 1) < 2:
        return
    whole = image.size
    image.seek(1)
    second = image.size
    image.seek(0)
    if second[0] * 2 > whole[0] and second[1] * 2 > whole[1]:
        raise UnreadableError(f"{name} holds {image.n_frames} pages: save each page as a file")  # type: ignore[attr-defined]


def _grey(image: Image) -> Grey:
    """Grey of a decoded picture, whatever its mode."""
    if image.mode.startswith(("I", "F")):
        return _spread(np.asarray(image))
    if image.mode in ("LA", "PA", "La", "RGBA", "RGBa") or "transparency" in image.info:
        return _on_white(image.convert("RGBA"))
    return np.array(image if image.mode == "L" else image.convert("RGB").convert("L"))


def _on_white(image: Image) -> Grey:
    """A transparent picture laid on white paper; where nothing shows there, its transparency is the drawing."""
    pixels = np.asarray(image, dtype=np.float32)
    share = pixels[..., 3] / 255.0
    tone = pixels[..., :3] @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    laid = tone * share + 255.0 * (1.0 - share)
    if np.ptp(laid) <= _FLAT < np.ptp(pixels[..., 3]):
        laid = 255.0 - pixels[..., 3]
    grey: Grey = laid.round().astype(np.uint8)
    return grey


def _spread(values: NDArray[Any]) -> Grey:
    """Numbers of any range over black to white: scanners fill 12 of 16 bits, or less."""
    numbers = values.astype(np.float64)
    low, high = float(numbers.min()), float(numbers.max())
    if high <= low:
        return np.full(values.shape, 255, dtype=np.uint8)
    spread: Grey = ((numbers - low) * (255.0 / (high - low))).round().astype(np.uint8)
    return spread
