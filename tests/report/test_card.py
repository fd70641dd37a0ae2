"""The model card says what a model is and how it is used, for every task."""

import re

import pytest

from crnn.cli import cli
from crnn.report.card import MOST, card
from crnn.tasks import TASKS


def config(name, **task):
    return {"task": {"name": name, **task}, "parameters": 1234}


@pytest.mark.parametrize("name", list(TASKS))
def test_every_task_has_a_title_and_a_use_of_its_own(name):
    written = card(config(name))
    assert f"# {name}" not in written
    assert re.search(r"model\.predict\((x|\"[^\"]+\")\)", written)
    for command in re.findall(r"^crnn (\w+) ", written, re.MULTILINE):
        assert command in cli.list_commands(None)


def test_what_is_measured_stands_in_the_table_and_for_model_hubs():
    history = {"rows": [{"epoch": 1, "val_loss": 0.51234}], "monitor": "val_loss", "higher_is_better": False}
    written = card({**config("text", labels=["bad", "good"]), "history": history})
    assert "| loss | 0.5123 |" in written
    assert "- {type: loss, value: 0.51234}" in written
    assert written.count("text-classification") == 2
    assert "Labels (2): bad, good." in written


def test_of_many_labels_the_first_are_named():
    written = card(config("text", labels=[f"label{number}" for number in range(MOST + 1234)]))
    assert "Labels (1,284): label0, " in written
    assert f"label{MOST - 1} and 1,234 more." in written
