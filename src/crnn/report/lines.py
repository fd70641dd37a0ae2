"""Pictures of written lines for the page: small, as data URIs, whatever the lines came from."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np

from crnn.errors import CrnnError
from crnn.image import picture
from crnn.image.page import PageLine

HEIGHT_PX = 64
WIDTH_PX = 1600
"""Largest picture of a line in a page; larger ones are scaled down to it."""


def line_picture(source: Any, most_bytes: int) -> str:
    """A line as a data URI of a PNG; "" where the source is no picture, is gone, or does not fit.

    Args:
        source: Of a record: a path, a line of a page, an array.
        most_bytes: Most to take in, before it is written as text.
    """
    if isinstance(source, Path) and source.suffix.lower() not in picture.SUFFIXES:
        return ""
    if isinstance(source, np.ndarray) and (source.ndim != 2 or source.dtype != np.uint8):
        return ""
    try:
        if isinstance(source, PageLine):
            grey = source.cut()
        elif isinstance(source, Path):
            grey = picture.read(source)
        elif isinstance(source, np.ndarray):
            grey = source
        else:
            return ""
        scale = min(1.0, HEIGHT_PX / grey.shape[0], WIDTH_PX / grey.shape[1])
        small = picture.resize(grey, *(max(1, round(size * scale)) for size in grey.shape))
        content = picture.png(small)
    except (CrnnError, OSError):  # moved since it was read: the report is worth having without it
        return ""
    return f"data:image/png;base64,{base64.b64encode(content).decode()}" if len(content) <= most_bytes else ""
