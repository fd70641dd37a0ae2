"""Display order against python-bidi, which holds the reference implementation of UAX #9 in Rust."""

import json
from pathlib import Path

import pytest

from crnn.text.direction import displayed

LINES = json.loads(Path(__file__).with_name("bidi.json").read_text(encoding="utf-8"))["lines"]


@pytest.mark.parametrize(("text", "direction", "wanted"), LINES)
def test_display_order_is_that_of_python_bidi(text, direction, wanted):
    assert displayed(text, direction)[0] == wanted
