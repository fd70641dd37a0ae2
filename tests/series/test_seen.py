"""Steps that were trained on are known again: by their dates, and without dates by their values, wherever they lie."""

import json
from dataclasses import replace

import numpy as np
import pytest

from crnn.series import seen as seen_module
from crnn.series.seen import Seen
from crnn.series.series import Series, from_array
from crnn.series.steps import Step

VALUES = np.random.default_rng(0).integers(0, 50, 400).astype(float)


def one(values):
    return from_array(values)[0]


def dated(start, steps):
    times = np.datetime64(start, "s") + np.arange(steps) * np.timedelta64(1, "D")
    return Series("a", "", "a", np.zeros(steps), Step("second", 86400), times)


@pytest.mark.parametrize(
    ("judged", "end"),
    [
        (VALUES, 300),  # the same file, with rows behind
        (VALUES[:250], 300),  # its beginning alone: all of it was trained on
        (VALUES[120:], 180),  # its end alone
        (VALUES[60:200], 240),  # a piece
        (VALUES[300:], 0),  # only what came after
        (VALUES[::-1], 0),
        (np.concatenate([[7.0, 8.0], VALUES]), 302),
    ],
    ids=["same", "beginning", "end", "piece", "after", "other", "moved"],
)
def test_the_end_of_training_is_found_by_values(judged, end, monkeypatch):
    remembered = Seen.of([one(VALUES[:300])])
    assert remembered.end(one(judged)) == end
    assert Seen.from_dict(json.loads(json.dumps(remembered.to_dict()))).end(one(judged)) == end
    monkeypatch.setattr(seen_module, "CHUNK", 17)
    assert remembered.end(one(judged)) == end


def test_values_in_single_precision_and_whole_numbers_are_the_same():
    remembered = Seen.of([one(VALUES.astype(np.int64)[:300])])
    assert remembered.end(one(VALUES.astype(np.float32))) == 300


def test_what_tells_nothing_is_not_known():
    rare = np.where(np.arange(300) % 40 == 0, 1.0, 0.0)
    assert Seen().end(one(VALUES)) is None
    assert Seen.of([one(rare)]).end(one(rare)) is None
    assert Seen.of([one(VALUES)]).end(one(rare)) is None
    assert Seen.of([one(VALUES[:11])]).end(one(VALUES)) is None


def test_many_series_are_remembered_in_bounded_room():
    random = np.random.default_rng(1)
    known, new = (from_array(random.integers(0, 9, (60, 6000)).astype(float)) for _ in range(2))
    remembered = Seen.of(known)
    assert len(remembered.marks) == 6000
    assert {remembered.end(each) for each in known[::100]} == {60}
    assert {remembered.end(each) for each in new[::100]} == {0}


def test_dates_need_no_marks_and_a_second_training_moves_the_end():
    first, second = Seen.of([dated("2024-01-01", 10)]), Seen.of([dated("2024-01-08", 10)])
    assert len(first.marks) == 0
    assert first.end(dated("2024-01-05", 20)) == 6
    assert first.joined(second).end(dated("2024-01-05", 20)) == second.joined(first).end(dated("2024-01-05", 20)) == 13
    assert first.joined(second).span == ("2024-01-01T00:00:00", "2024-01-17T00:00:00")
    assert first.end(dated("2024-02-01", 5)) == 0


def test_a_series_with_an_id_is_known_by_it_alone():
    def store(name, start, steps):
        return replace(dated(start, steps), name=name, key=name)

    seen = Seen.of([store("north", "2024-01-01", 10), store("south", "2024-01-01", 30)])
    assert seen.end(store("north", "2024-01-01", 60)) == 10
    assert seen.end(store("south", "2024-01-01", 60)) == 30
    assert seen.end(store("new", "2024-01-01", 60)) == 0
    assert seen.end(dated("2024-01-01", 60)) == 30, "without an id nobody knows which it is"
    later = seen.joined(Seen.of([store("north", "2024-01-01", 50)]))
    assert (later.end(store("north", "2024-01-01", 60)), later.end(store("south", "2024-01-01", 60))) == (50, 30)
    again = Seen.from_dict(json.loads(json.dumps(later.to_dict())))
    assert (again.ends, again.span) == (later.ends, later.span)
    del (older := later.to_dict())["ends"]
    assert Seen.from_dict(older).end(store("new", "2024-01-01", 60)) == 50


def test_two_trainings_without_dates_are_both_remembered():
    both = Seen.of([one(VALUES[:90])]).joined(Seen.of([one(VALUES[90:300])]))
    assert both.span == ("0", "209")
    assert (both.end(one(VALUES[:100])), both.end(one(VALUES))) == (90, 300)
    assert Seen().joined(both).span == both.joined(Seen.of([])).span == ("0", "209")
