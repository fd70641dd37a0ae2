"""Lines to texts: what is prepared, what is answered, and where it lies."""

import json

import numpy as np
import pytest
import torch

import crnn
from crnn.data.example import Record
from crnn.decode.spelling import Spelling
from crnn.errors import DataError, SpecError, UnknownNameError
from crnn.image import picture
from crnn.tasks import from_config
from crnn.tasks.handwriting import Handwriting


def learnt(*texts, **settings):
    task = Handwriting(**settings)
    task.learn([Record(None, text) for text in texts])
    return task


def spelling(symbols, starts, ends, sure=0.9):
    count = len(symbols)
    return Spelling(np.array(symbols), np.array(starts), np.array(ends), np.full(count, sure))


def one_hot(task, text, steps_each=3):
    """Log-probabilities of a text, each symbol for a step with blanks between."""
    numbers = [number for symbol in task.spelt(text) for number in (symbol, *[0] * (steps_each - 1))]
    return torch.eye(task.outputs)[numbers].clamp_min(1e-9).log()[None]


def test_every_source_is_prepared_alike(tmp_path, make_page):
    task = learnt("first line here")
    file = make_page(texts=("first line here",))
    source = task.read(file)[0][0].source
    cut = source.cut()
    (tmp_path / "cut.png").write_bytes(picture.png(cut))
    for given in (source, tmp_path / "cut.png", cut):
        example = task.prepare(Record(given, "first line here", "it"))
        assert example.inputs.shape[1] == task.features == 64
        np.testing.assert_allclose(example.inputs, task.prepare(Record(source, None)).inputs)
        assert example.target.tolist() == task.known.encode("first line here").tolist()
        assert example.frame.width_px == cut.shape[1]


def test_an_empty_picture_with_a_text_is_refused_and_without_one_is_read():
    task = learnt("abc")
    blank = np.full((40, 200), 250, np.uint8)
    with pytest.raises(DataError, match=r"it shows nothing but paper, and its text is 'abc'"):
        task.prepare(Record(blank, "abc", "it"))
    assert not task.prepare(Record(blank, None, "it")).inputs.any()
    with pytest.raises(DataError, match="it has an empty transcript"):
        task.prepare(Record(picture.text("abc"), "  ", "it"))


def test_an_answer_has_words_and_symbols_in_pixels():
    task = learnt("ab c")
    numbers = [task.known.number(symbol) for symbol in "ab c"]
    answer = task.answer(spelling(numbers, [1, 4, 7, 10], [2, 5, 8, 11]))
    example = task.prepare(Record(picture.resize(picture.text("ab c", 128), 128, 480), None))
    task.stride = len(example.inputs) // 12
    placed = task.complete(answer, example)
    assert str(placed) == placed.text == "ab c"
    assert [piece.text for piece in placed.words] == ["ab", "c"]
    assert [piece.text for piece in placed.characters] == list("ab c")
    # Twelve steps over 480 pixels are 40 pixels a step; symbols meet half way between their middles.
    assert [(piece.begin_px, piece.end_px) for piece in placed.words] == [(0, 240), (360, 480)]
    assert [piece.begin_px for piece in placed.characters] == [0, 120, 240, 360]
    assert placed.words[0].confidence == pytest.approx(0.81)
    assert placed.confidence == pytest.approx(0.729)
    assert json.loads(json.dumps(placed.to_dict()))["words"][1]["text"] == "c"


def test_words_of_a_page_have_corners_on_it(make_page):
    task = learnt("ab c")
    record = task.read_unlabelled(make_page(texts=("ab c",)))[0][0]
    example = task.prepare(record)
    numbers = [task.known.number(symbol) for symbol in "ab c"]
    task.stride = len(example.inputs) / 12
    placed = task.complete(task.answer(spelling(numbers, [1, 4, 7, 10], [2, 5, 8, 11])), example)
    width = record.source.cut().shape[1]
    left, top = placed.words[0].corners[0]
    assert (left, top) == pytest.approx((40, 20), abs=1)
    assert placed.words[1].corners[2] == pytest.approx((40 + width, 80), abs=1)
    assert placed.to_dict()["words"][0]["corners"][0] == [round(left), round(top)]


def test_nothing_read_is_an_empty_answer():
    answer = learnt("ab").answer(spelling([], [], []))
    assert (answer.text, answer.words, answer.characters, answer.confidence) == ("", (), (), 1.0)


def test_spaces_at_the_ends_and_in_a_row_are_one():
    task = learnt("ab c")
    numbers = [task.known.number(symbol) for symbol in " a  b "]
    places = list(range(len(numbers)))
    answer = task.answer(spelling(numbers, places, [place + 1 for place in places]))
    assert answer.text == "a b" == task.worded(np.array(numbers))


def test_a_line_that_runs_from_right_to_left():
    task = learnt("שלום (12", "עולם")
    assert task.direction == "rtl"
    assert ")" in task.known
    predictions = one_hot(task, "שלום (12")
    assert task.known.decode(task.spelt("שלום (12")) == "12) םולש"
    assert task.texts(predictions, torch.tensor([predictions.shape[1]])) == ["שלום (12"]
    answer = task.decode(predictions, torch.tensor([predictions.shape[1]]))[0]
    assert answer.text == "שלום (12"
    first, second = answer.words
    assert (first.text, second.text) == ("שלום", "(12")
    assert first.begin_px > second.end_px - 1e-9
    assert answer.characters[0].begin_px > answer.characters[3].begin_px


def test_a_beam_gives_other_texts_too():
    task = learnt("ab", "ba")
    task.decode_with(beam=8, best=3)
    predictions = torch.tensor([[[0.1, 0.5, 0.4], [0.8, 0.1, 0.1], [0.1, 0.3, 0.6]]]).log()
    (answer,) = task.decode(predictions, torch.tensor([3]))
    assert answer.text == "ab" == task.texts(predictions, torch.tensor([3]))[0]
    assert len(answer.others) == 2
    assert answer.to_dict()["others"] == list(answer.others)
    with pytest.raises(SpecError, match="from right to left"):
        learnt("שלום").decode_with(hot_words=("שלום",))


def test_direction_can_be_said_and_is_saved():
    task = learnt("12", direction="rtl", trim=True, height_px=48, case="lower", form="NFD", augment=False)
    again = from_config(json.loads(json.dumps(task.config())))
    assert again.config() == task.config()
    assert (again.direction, again.line, again.features) == ("rtl", task.line, 48)
    assert again.vary_inputs() is None
    with pytest.raises(UnknownNameError, match="ltr"):
        Handwriting(direction="left")


def test_predictions_of_a_batch_are_texts():
    task = learnt("hello world")
    both = one_hot(task, "hello"), one_hot(task, "world")
    predictions = torch.cat(both)
    lengths = torch.tensor([each.shape[1] for each in both])
    assert task.texts(predictions, lengths) == ["hello", "world"]
    assert [str(answer) for answer in task.decode(predictions, lengths)] == ["hello", "world"]


def test_augmentation_keeps_lines_lines():
    task = learnt("a")
    batch = crnn.Padded.stack([task.prepare(Record(picture.text("some words"), None)).inputs] * 2)
    varied = task.vary_inputs()(batch, torch.Generator().manual_seed(0))
    assert varied.data.shape[2] == 64
    assert 0.0 <= float(varied.data.min()) <= float(varied.data.max()) <= 1.0


def test_only_what_came_from_a_page_is_written_as_a_page(tmp_path, make_page):
    task = learnt("first line here")
    with pytest.raises(UnknownNameError, match="alto, page"):
        task.written("docx", [], [])
    with pytest.raises(DataError, match="is no line of a page"):
        task.written("alto", [Record(tmp_path / "a.png", None, "a.png")], [None])
    records = task.read(make_page("page"))[0]
    with pytest.raises(DataError, match="is PAGE XML: ask for --format page"):
        task.written("alto", records, [None] * 3)
    ((name, content),) = task.written("page", records, [None] * 3)
    assert (name, content) == ("sheet.xml", records[0].source.page.read_bytes())
