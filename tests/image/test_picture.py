"""Every kind of picture becomes the same grey; what is none is refused by name."""

import contextlib
import io
import struct
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from crnn.errors import MissingExtraError, ShapeError, UnreadableError
from crnn.image import picture

DRAWN = np.full((20, 50), 255, np.uint8)
DRAWN[5:15, 10:40] = 0


def saved(image, path, **options):
    image.save(path, **options)
    return path


def as_mode(mode):
    grey = Image.fromarray(DRAWN)
    if mode == "palette with transparency":
        image = Image.fromarray((DRAWN == 0).astype(np.uint8), mode="P")
        image.putpalette([255, 0, 0, 0, 0, 0])
        image.info["transparency"] = 0
        return image
    if mode == "RGBA on nothing":  # black ink, and black where nothing is
        image = Image.new("RGBA", grey.size)
        image.putalpha(Image.fromarray(255 - DRAWN))
        return image
    if mode == "white on nothing":
        image = Image.new("RGBA", grey.size, (255, 255, 255, 0))
        image.putalpha(Image.fromarray(255 - DRAWN))
        return image
    if mode == "12 of 16 bits":
        return Image.fromarray(DRAWN.astype(np.uint16) * 16)
    if mode == "floats":
        return Image.fromarray(DRAWN.astype(np.float32) / 255)
    return grey.convert(mode)


@pytest.mark.filterwarnings("ignore:'mode' parameter")
@pytest.mark.parametrize(
    ("mode", "suffix"),
    [
        *[(mode, ".png") for mode in ("1", "L", "P", "LA", "RGB", "RGBA", "12 of 16 bits", "RGBA on nothing")],
        *[("white on nothing", ".png"), ("palette with transparency", ".png")],
        *[
            ("CMYK", ".tif"),
            ("I", ".tif"),
            ("floats", ".tif"),
            ("12 of 16 bits", ".tif"),
            ("LAB", ".tif"),
            ("L", ".pgm"),
            ("L", ".webp"),
        ],
    ],
)
def test_every_mode_gives_the_same_grey(mode, suffix, tmp_path):
    options = {"lossless": True} if suffix == ".webp" else {}
    grey = picture.read(saved(as_mode(mode), tmp_path / f"a{suffix}", **options))
    assert grey.dtype == np.uint8
    np.testing.assert_allclose(grey, DRAWN, atol=3)


@pytest.mark.parametrize("turn", range(1, 9))
def test_exif_turns_the_picture_upright(turn, tmp_path):
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[turn]  # transposes of Pillow that undo the turn
    corner = DRAWN.copy()
    corner[:6, :6] = 0
    image = Image.fromarray(corner)
    image = image if back is None else image.transpose(Image.Transpose(back))
    exif = Image.Exif()
    exif[0x0112] = turn
    file = saved(image, tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(picture.read(file), corner)
    assert picture.size(file) == (50, 20)


def test_missing_empty_cut_off_and_foreign_files_are_named(tmp_path):
    whole = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 60), np.uint8)).save(whole, format="PNG")
    cases = {"cut.png": whole.getvalue()[:900], "text.png": b"no picture at all", "empty.png": b""}
    for name, raw in cases.items():
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(UnreadableError, match=name):
            picture.read(tmp_path / name)
    with pytest.raises(UnreadableError, match=r"nowhere\.png cannot be read"):
        picture.read(tmp_path / "nowhere.png")
    with pytest.raises(UnreadableError, match="cannot be read"):
        picture.read(tmp_path)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP", "GIF"])
def test_damage_raises_nothing_unexpected(form):
    whole = io.BytesIO()
    Image.fromarray(DRAWN).save(whole, format=form)
    random = np.random.default_rng(0)
    for _ in range(60):
        raw = bytearray(whole.getvalue())
        for place in random.integers(0, len(raw), 4):
            raw[place] = random.integers(256)
        with contextlib.suppress(UnreadableError):
            assert picture.decode(bytes(raw), "torn").ndim == 2


def test_without_pillow_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingExtraError, match=r"crnn\[image\]"):
        picture.decode(b"x", "a.png")


def test_a_decompression_bomb_is_refused_before_it_is_unpacked():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    raw = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(UnreadableError, match=r"bomb\.png looks like a decompression bomb"):
        picture.decode(raw, "bomb.png")


def test_a_file_of_several_pages_is_refused_but_not_one_with_a_small_copy(tmp_path):
    page = Image.fromarray(DRAWN)
    file = saved(page, tmp_path / "pages.tif", save_all=True, append_images=[page])
    with pytest.raises(UnreadableError, match="holds 2 pages"):
        picture.read(file)
    file = saved(page, tmp_path / "copy.tif", save_all=True, append_images=[page.resize((10, 4))])
    np.testing.assert_array_equal(picture.read(file), DRAWN)


def test_arrays_become_grey():
    np.testing.assert_array_equal(picture.from_array(DRAWN), DRAWN)
    np.testing.assert_array_equal(picture.from_array(DRAWN / 255.0), DRAWN)
    np.testing.assert_array_equal(picture.from_array(DRAWN > 0), DRAWN)
    np.testing.assert_array_equal(picture.from_array(np.stack([DRAWN] * 3, axis=2)), DRAWN)
    assert (picture.from_array(np.zeros((3, 3), np.int64)) == 255).all()
    with pytest.raises(ShapeError, match="give numbers"):
        picture.from_array(np.zeros((2, 3, 5)))
    with pytest.raises(ShapeError, match="NaN"):
        picture.from_array(np.full((2, 3), np.nan))


def test_leaning_and_leaning_back_changes_little():
    line = picture.text("straight", 64)
    again = picture.shear(picture.shear(line, 0.3, 255), -0.3, 255)
    margin = (again.shape[1] - line.shape[1]) // 2
    assert np.abs(again[:, margin : margin + line.shape[1]].astype(int) - line).mean() < 6


def test_png_is_read_back():
    np.testing.assert_array_equal(picture.decode(picture.png(DRAWN), "a"), DRAWN)
