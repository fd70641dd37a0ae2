"""Every example runs to its end, here with the smallest settings, and says what it promises."""

import re
import runpy
import sys
from pathlib import Path

import pytest

from crnn.data.toy import tone_words

EXAMPLES = Path(__file__).parents[2] / "examples"

SETTINGS = {
    "first_run.py": ("--data words --epochs 1 --out run", "accuracy on unseen speakers"),
    "classic_network.py": ("--samples 60 --epochs 1 --out run", r"348,298 parameters"),
    "spoken_commands.py": ("--epochs 1 --out run", r"accuracy +\d+\.\d% on speakers never heard: s\d\d"),
    "reviews.py": ("--epochs 1 --out run", r"%  TF-IDF \+ linear\n[\s\S]*房间一点也不干净: (good|bad) \(\d+%\), since"),
    "handwriting.py": ("--epochs 1 --height 32 --out run", r"character error rate +\d+\.\d% on writers never seen"),
    "sensor_series.py": ("--epochs 1 --out run", r"judged on 12 sequences of s\d, never trained on"),
    "forecast_sales.py": ("--epochs 1 --out run", r"seasonal naive +mae \d[\s\S]*3 series, 4 steps ahead"),
    "custom_parts.py": ("--epochs 1", r"focal loss, NAdam +accuracy \d"),
    "described_network.py": ("--epochs 1 --out run", r"after 40 steps: class \d with (\d+%)\nwhole .* with \1"),
}
"""Arguments, and what must stand in the output."""


def test_every_example_is_run():
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(SETTINGS)


@pytest.mark.filterwarnings("ignore::crnn.errors.DataWarning")
@pytest.mark.parametrize("name", SETTINGS)
def test_example(name, tmp_path, monkeypatch, capsys):
    arguments, wanted = SETTINGS[name]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "argv", [name, *arguments.split()])
    if "--data words" in arguments:
        tone_words("words", labels=("up", "down"), speakers=3, takes=2)
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    said = capsys.readouterr().out
    assert re.search(wanted, said), said


@pytest.mark.parametrize("name", SETTINGS)
def test_an_example_says_how_to_run_it(name):
    head = (EXAMPLES / name).read_text(encoding="utf-8").split('"""')[1]
    assert f"python examples/{name}" in head
