"""One pass, four places: in memory, in the cache, on demand, and prepared by processes, all the same."""

import json
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from crnn.data.arrays import as_inputs, from_arrays
from crnn.data.build import build
from crnn.data.cache import Cache, cache_folder, limit_bytes
from crnn.data.example import Example, Record
from crnn.data.findings import Findings
from crnn.data.inputs import ChosenInputs, HeldInputs, LazyInputs, MappedInputs, take
from crnn.errors import DataError, ShapeError, SpecError, UnreadableError


def prepare(record):
    """Numbers from a text file, one a line; "bad" files fail as real ones do."""
    text = record.source.read_text(encoding="utf-8")
    if text == "bad":
        raise UnreadableError(f"{record.name} is not what it claims to be")
    if text == "odd":
        raise ShapeError("has two channels")
    values = np.array([float(line) for line in text.split()], dtype=np.float32)
    return Example(values, len(values), record)


def write(folder, *texts):
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(texts):
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return [Record(folder / f"{number}.txt", "x", f"{number}.txt") for number in range(len(texts))]


@pytest.fixture
def records(tmp_path):
    return write(tmp_path / "data", "1 2 3", "bad", "4", "", "nan 1", "odd", "5 6")


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def content(examples):
    return [(item.tolist(), target) for item, target in zip(examples.inputs, examples.targets, strict=True)]


GOOD = [([1.0, 2.0, 3.0], 3), ([4.0], 1), ([5.0, 6.0], 2)]
FOUND = {
    "unreadable": ["1.txt is not what it claims to be"],
    "empty": ["3.txt"],
    "not finite": ["4.txt: holds NaN or infinity"],
    "wrong shape": ["5.txt: has two channels"],
}


@pytest.mark.parametrize("place", ["memory", "cache", "cached", "demand", "processes", "small cache"])
def test_every_place_gives_the_same(records, cache, place):
    findings, done = Findings(), []
    if place == "cached":
        build(records, prepare, cache=cache)
    examples = build(
        records,
        prepare,
        cache=Cache(cache.folder, limit_gb=1e-9) if place == "small cache" else cache if "cache" in place else None,
        workers=2 if place == "processes" else 0,
        findings=findings,
        memory_gb=0.0 if place == "demand" else 1.0,
        progress=done.append,
    )
    kinds = {"cache": MappedInputs, "cached": MappedInputs, "demand": LazyInputs, "small cache": LazyInputs}
    assert type(examples.inputs) is kinds.get(place, HeldInputs)
    assert content(examples) == GOOD
    assert examples.lengths.tolist() == [3, 1, 2]
    assert [record.name for record in examples.records] == ["0.txt", "2.txt", "6.txt"]
    found = {finding.kind: finding.names for finding in findings}
    assert ("unused cache" in found) == (place == "small cache")
    assert {kind: names for kind, names in found.items() if kind != "unused cache"} == FOUND
    assert done == ([] if place == "cached" else [7])
    batch = examples[[0, 2]]
    assert batch.inputs.data.tolist() == [[1, 2, 3], [5, 6, 0]]


def test_the_cache_is_used(records, cache):
    build(records, prepare, cache=cache)
    calls = []
    build(records, lambda record: calls.append(record) or prepare(record), cache=cache)
    assert calls == []
    assert cache.size_bytes > 0
    cache.clear()
    assert cache.size_bytes == 0
    assert list(cache.folder.iterdir()) == []


def test_the_key_follows_content_settings_and_targets_but_not_places(records, cache, tmp_path):
    key = cache.key(records, {"rate_hz": 8000, "mels": [1, 2]})
    assert cache.key(records, {"mels": [1, 2], "rate_hz": 8000}) == key
    shutil.copytree(tmp_path / "data", tmp_path / "moved")
    moved = [Record(tmp_path / "moved" / record.source.name, record.target) for record in records]
    assert cache.key(moved, {"rate_hz": 8000, "mels": [1, 2]}) == key
    others = [
        cache.key(records, {"rate_hz": 16000, "mels": [1, 2]}),
        cache.key(records[::-1], {"rate_hz": 8000, "mels": [1, 2]}),
        cache.key([Record(records[0].source, "y"), *records[1:]], {"rate_hz": 8000, "mels": [1, 2]}),
    ]
    records[0].source.write_text("7", encoding="utf-8")
    others.append(cache.key(records, {"rate_hz": 8000, "mels": [1, 2]}))
    assert len({key, *others}) == 5
    with pytest.raises(SpecError, match="plain JSON"):
        cache.key(records, {"function": print})
    assert cache.key([Record(object())], {}) is None


def _cut(entry):
    with (entry / "inputs.f32").open("r+b") as file:
        file.truncate(8)


def _flip(entry):
    with (entry / "inputs.f32").open("r+b") as file:
        file.write(b"\x01")


def _index(entry):
    (entry / "index.json").write_text("{", encoding="utf-8")


def _format(entry):
    index = json.loads((entry / "index.json").read_text(encoding="utf-8"))
    (entry / "index.json").write_text(json.dumps({**index, "format": 99}), encoding="utf-8")


def _arrays(entry):
    (entry / "arrays.npz").write_bytes(b"PK")


def _lost(entry):
    (entry / "inputs.f32").unlink()


@pytest.mark.parametrize("damage", [_cut, _flip, _index, _format, _arrays, _lost])
def test_a_damaged_set_is_built_anew_and_said_so(records, cache, damage):
    build(records, prepare, cache=cache)
    (entry,) = cache.folder.iterdir()
    damage(entry)
    findings = Findings()
    assert content(build(records, prepare, cache=cache, findings=findings)) == GOOD
    assert "damaged cache" in findings
    again = Findings()
    build(records, prepare, cache=cache, findings=again)
    assert "damaged cache" not in again


def test_two_runs_at_once(records, cache):
    # The second run finishes while the first is still preparing.
    inner = []

    def nested(record):
        if not inner:
            inner.append(build(records, prepare, cache=cache))
        return prepare(record)

    outer = build(records, nested, cache=cache)
    assert content(outer) == content(inner[0]) == GOOD
    assert len(list(cache.folder.iterdir())) == 1


def test_an_interrupted_build_leaves_nothing(records, cache):
    def interrupted(record):
        if record.name == "2.txt":
            raise KeyboardInterrupt
        return prepare(record)

    with pytest.raises(KeyboardInterrupt):
        build(records, interrupted, cache=cache)
    assert list(cache.folder.iterdir()) == []


def test_the_oldest_sets_make_room(tmp_path):
    cache = Cache(tmp_path / "cache", limit_gb=9e-6)
    keys = []
    for number in range(3):
        records = write(tmp_path / f"set{number}", " ".join([str(number)] * 400))
        keys.append(cache.key(records, {}))
        build(records, prepare, cache=cache)
        os.utime(cache.folder / keys[-1], (number + 1, number + 1))
        for file in (cache.folder / keys[-1]).iterdir():
            os.utime(file, (number + 1, number + 1))
        if number == 1:
            cache.open(keys[0])  # used again: now the second is the oldest
    assert cache.open(keys[1]) is None
    assert cache.open(keys[0]) is not None
    assert cache.open(keys[2]) is not None


def test_an_unusable_folder_costs_only_the_cache(records, tmp_path):
    (tmp_path / "file").touch()
    findings = Findings()
    examples = build(records, prepare, cache=Cache(tmp_path / "file"), findings=findings)
    assert content(examples) == GOOD
    assert "unused cache" in findings


def test_mapped_inputs_travel_without_their_content(tmp_path, cache):
    records = write(tmp_path / "data", *["1 2 3 4 5 6 7 8" * 100] * 20)
    inputs = build(records, prepare, cache=cache).inputs
    assert inputs[0][0] == 1
    packed = pickle.dumps(inputs)
    assert len(packed) < 3000
    again = pickle.loads(packed)
    np.testing.assert_array_equal(again[-1], inputs[19])
    assert [len(item) for item in inputs[2:4]] == [len(inputs[2])] * 2
    with pytest.raises(IndexError):
        inputs[20]
    torch.from_numpy(again[3]).zero_()  # what one process writes, no other sees, nor the file
    assert inputs[3][0] == 1
    cache.clear()
    with pytest.raises(UnreadableError, match="are gone"):
        pickle.loads(packed)[0]


@pytest.mark.parametrize(
    "targets",
    [[0, 1, 2], [0.5, 1.0, 2.0], [np.arange(2), np.arange(0), np.arange(3)], [np.ones((2, 2))] * 3, [None] * 3],
)
def test_targets_come_back_as_they_were(tmp_path, cache, targets):
    records = write(tmp_path / "data", "1", "2", "3")

    def with_target(record):
        return Example(prepare(record).inputs, targets[int(record.source.stem)], record)

    for _ in range(2):
        examples = build(records, with_target, cache=cache)
        if targets[0] is None:
            assert examples.targets is None
            continue
        for given, found in zip(targets, examples.targets, strict=True):
            np.testing.assert_array_equal(given, found)
            assert type(given) is type(found)


def test_arrays_are_not_copied_and_not_cached(cache):
    x = np.ones((4, 5, 2), dtype=np.float32)
    given, _ = from_arrays(x, [0, 1, 0, 1])
    examples = build(
        given,
        lambda record: Example(as_inputs(record.source, record.name), record.target, record),
        cache=cache,
        memory_gb=0.0,
    )
    assert all(np.shares_memory(item, x) for item in examples.inputs)
    assert not cache.folder.exists()


def test_steps_of_another_shape_are_left_out():
    shapes = [(3, 2), (4, 3), (5, 2)]
    given = [Record(np.ones(shape, np.float32), 0, f"r{row}") for row, shape in enumerate(shapes)]
    findings = Findings()
    examples = build(given, lambda record: Example(record.source, 0, record), findings=findings)
    assert len(examples) == 2
    assert findings["wrong shape"].names == ["r1: steps of shape (3,), not (2,) as r0"]


def test_nothing_usable_or_half_the_targets(tmp_path, records):
    with pytest.raises(DataError, match=r"none of the 1 samples can be used(.|\n)*1.txt is not what"):
        build(records[1:2], prepare)
    with pytest.raises(DataError, match="no records"):
        build([], prepare)
    half = [Record(np.ones(2, np.float32), target, "r") for target in (1, None)]
    with pytest.raises(DataError, match="1 of 2 samples have no target"):
        build(half, lambda record: Example(record.source, record.target, record))


def test_a_bug_in_prepare_is_not_swallowed(records):
    with pytest.raises(ZeroDivisionError):
        build(records, lambda record: 1 / 0)


def test_taken_rows_share_inputs(records):
    examples = build(records, prepare)
    part = take(examples, [2, 0])
    assert isinstance(part.inputs, ChosenInputs)
    assert content(part) == [GOOD[2], GOOD[0]]
    assert part.lengths.tolist() == [2, 3]
    assert part.inputs[1] is examples.inputs[0]


def test_settings_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path))
    monkeypatch.setenv("CRNN_CACHE_GB", "1.5")
    assert cache_folder() == tmp_path
    assert limit_bytes() == 1_500_000_000
    monkeypatch.setenv("CRNN_CACHE_GB", "lots")
    with pytest.raises(SpecError, match="CRNN_CACHE_GB='lots'"):
        limit_bytes()
    monkeypatch.delenv("CRNN_CACHE")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    assert cache_folder() == tmp_path / "home" / ".cache" / "crnn"


@pytest.mark.data
def test_real_clips_through_processes_and_cache(cache):
    soundfile = pytest.importorskip("soundfile")
    root = Path(os.environ.get("CRNN_DATA", Path(__file__).parents[3] / "shared" / "data"))
    clips = sorted((root / "speech" / "arabic-commands" / "audio" / "dev").rglob("*.ogg"))[:80]
    if not clips:
        pytest.skip(f"no Arabic speech commands below {root}")
    given = [Record(clip, clip.parent.name, clip.name) for clip in clips]

    def decode(record):
        samples, _ = soundfile.read(record.source, dtype="float32")
        return Example(samples, len(record.target), record)

    alone = build(given, decode, workers=0)
    shared = build(given, decode, workers=2, cache=cache)
    assert isinstance(shared.inputs, MappedInputs)
    for one, other in zip(alone.inputs, shared.inputs, strict=True):
        np.testing.assert_array_equal(one, other)
