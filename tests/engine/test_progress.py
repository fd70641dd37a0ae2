"""What is written while training: a bar where it can be redrawn, and no more lines of epochs than can be read."""

import re
import sys

import pytest

from crnn.engine.progress import LINES, Progress


def told(epochs, best=(), done=None, shown=True):
    """Train some epochs, of which some are the best, as far as `done`."""
    progress = Progress(epochs, 0, shown)
    for epoch in range(1, (done or epochs) + 1):
        progress.step(0.5)
        progress.epoch({"epoch": epoch, "loss": 0.5, "seconds": 0.0}, epochs, epoch in best)
    progress.close()


def numbers(said):
    return [int(number) for number in re.findall(r"^epoch (\d+)/", said, re.MULTILINE)]


def test_a_log_file_gets_no_bar_and_few_lines_the_best_and_the_last(capsys):
    told(667, best=(1, 2, 333))
    said = capsys.readouterr()
    assert said.err == ""
    assert "\r" not in said.out
    assert {1, 2, 333, 667} <= set(numbers(said.out))
    assert len(numbers(said.out)) <= LINES + 4
    assert said.out.count("*best") == 3


def test_short_trainings_are_told_whole(capsys):
    told(LINES)
    assert numbers(capsys.readouterr().out) == list(range(1, LINES + 1))


def test_a_training_that_ends_early_tells_its_last_epoch(capsys):
    told(667, done=100)
    assert numbers(capsys.readouterr().out)[-1] == 100


def test_a_terminal_gets_a_bar(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    told(3)
    assert "3/3" in capsys.readouterr().err


@pytest.mark.parametrize("terminal", [False, True])
def test_nothing_is_shown_where_nothing_is_asked_for(capsys, monkeypatch, terminal):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    told(3, shown=False)
    assert "".join(capsys.readouterr()) == ""
