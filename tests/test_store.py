"""A model folder is whole, or says what is wrong with it; an old model survives a failed save."""

import errno
import json

import pytest
import torch

from crnn import store
from crnn.errors import ModelFileError

STATE = {"layer.weight": torch.arange(6.0).reshape(2, 3)}
CONFIG = {"task": {"name": "commands"}, "network": {}}


@pytest.fixture
def folder(tmp_path):
    return store.save(tmp_path / "model", CONFIG, STATE, "# card")


def test_what_was_saved_is_loaded(folder):
    config, state = store.load(folder)
    assert config["task"] == CONFIG["task"]
    assert config["format"] == store.FORMAT
    torch.testing.assert_close(state, STATE)
    assert (folder / store.CARD).read_text() == "# card"
    assert sorted(path.name for path in folder.iterdir()) == [store.CARD, store.CONFIG, store.WEIGHTS]


def test_an_old_model_is_kept_where_that_is_asked_for(folder):
    for number, place in ((1, "previous"), (2, "previous-2")):
        with pytest.warns(UserWarning, match=f"held another model, which was moved to .*{place}"):
            store.save(folder, CONFIG, {"layer.weight": torch.full((2, 3), float(number))}, keep_old=True)
    firsts = [float(store.load(place)[1]["layer.weight"][0, 1]) for place in (folder / "previous", folder)]
    assert firsts == [1.0, 2.0]
    assert float(store.load(folder / "previous-2")[1]["layer.weight"][0, 1]) == 1.0


def test_a_first_model_is_saved_without_a_word(tmp_path):
    store.save(tmp_path, CONFIG, STATE, keep_old=True)
    assert not (tmp_path / store.OLD).exists()


@pytest.mark.parametrize("name", [store.CONFIG, store.WEIGHTS])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelFileError, match=name):
        store.load(folder)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ModelFileError, match="does not exist"):
        store.load(tmp_path / "nowhere")


def test_altered_weights_are_noticed(folder):
    path = folder / store.WEIGHTS
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ModelFileError, match="another checksum"):
        store.load(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', "\x00"])
def test_a_broken_configuration_is_named(folder, text):
    (folder / store.CONFIG).write_text(text)
    with pytest.raises(ModelFileError, match=store.CONFIG):
        store.load(folder)


def test_a_missing_entry_is_named(folder):
    config = json.loads((folder / store.CONFIG).read_text())
    del config["network"]
    (folder / store.CONFIG).write_text(json.dumps(config))
    with pytest.raises(ModelFileError, match="'network' is missing"):
        store.load(folder)


def test_a_later_format_says_what_to_do(folder):
    config = json.loads((folder / store.CONFIG).read_text()) | {"format": store.FORMAT + 1}
    (folder / store.CONFIG).write_text(json.dumps(config))
    with pytest.raises(ModelFileError, match="pip install --upgrade crnn"):
        store.load(folder)


@pytest.mark.parametrize("name", [store.WEIGHTS, store.CONFIG, store.CARD])
def test_a_full_disk_leaves_the_old_model(folder, monkeypatch, name):
    write = store._write

    def full(path, content):
        if name in path.name:
            path.write_bytes(content[: len(content) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(store, "_write", full)
    with pytest.raises(ModelFileError, match=r"No space left.*unchanged"):
        store.save(folder, CONFIG, {"layer.weight": torch.zeros(2, 3)})
    monkeypatch.undo()
    torch.testing.assert_close(store.load(folder)[1], STATE)
    assert len(list(folder.iterdir())) == 3
