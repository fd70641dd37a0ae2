"""Lines from a folder to texts and back into pages, from the command line, with what people get wrong."""

import json

import numpy as np
import pytest
from PIL import Image

import crnn
from crnn.cli import main
from crnn.data.toy import printed_lines
from crnn.errors import DataError, DataWarning
from crnn.image import page, picture

WORDS = ("one", "two", "six")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """Print by four "writers"."""
    return printed_lines(tmp_path_factory.mktemp("lines"), WORDS, lines=48, writers=4, longest=2)


@pytest.fixture(scope="module")
def model(tmp_path_factory, lines):
    """A model folder, trained from the command line."""
    out = tmp_path_factory.mktemp("trained") / "model"
    options = ["--size", "tiny", "--height-px", "32", "--epochs", "40", "--batch-size", "8", "--rate", "0.006"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRNN_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        patch.setattr(crnn.Handwriting, "vary_inputs", lambda self: None)  # what is varied needs longer to learn
        with pytest.raises(SystemExit) as stopped:
            main(["train", "handwriting", str(lines), "--out", str(out), *options, "--no-report", "--json"])
    assert stopped.value.code == 0
    return out


def test_the_model_has_learnt(model, lines, crnn_command):
    code, out, _ = crnn_command("evaluate", model, lines, "--json", "--no-report")
    facts = json.loads(out)
    assert code == 0
    assert facts["samples"] == 48
    assert facts["metrics"]["cer"] < 0.2


def test_text_and_json(model, lines, crnn_command):
    file = lines / "writer0" / "000.png"
    code, out, _ = crnn_command("predict", model, file)
    assert code == 0
    assert out.startswith(f"{file}\t")
    _, out, _ = crnn_command("predict", model, lines, "--format", "json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert len(answers) == 48
    for answer in answers:
        width = picture.size(lines / answer["input"])[0]
        edges = [edge for word in answer["words"] for edge in (word["begin_px"], word["end_px"])]
        assert edges == sorted(edges)
        assert all(0 <= edge <= width for edge in edges)
        assert answer["text"] == " ".join(word["text"] for word in answer["words"])


@pytest.mark.parametrize("kind", ["alto", "page"])
def test_text_goes_back_into_pages(model, make_page, crnn_command, tmp_path, kind):
    files = [make_page(kind, WORDS, name=name, described=False) for name in ("a", "b")]
    code, out, _ = crnn_command("predict", model, files[0], "--format", kind)
    assert code == 0
    assert out.startswith("<?xml")
    code, out, _ = crnn_command("predict", model, *files, "--format", kind, "--out", tmp_path / "read")
    assert code == 0
    assert out.splitlines() == [str(tmp_path / "read" / f"{name}.xml") for name in ("a", "b")]
    read = page.read(tmp_path / "read" / "a.xml")
    assert [line.text for line in read.lines] == [answer.text for answer in crnn.load(model).predict(files[0])]
    assert any(line.text for line in read.lines)
    code, _, err = crnn_command("predict", model, *files, "--format", kind)
    assert (code, "give --out FOLDER" in err) == (2, True)


def test_forms_that_do_not_fit_are_refused(model, make_page, lines, crnn_command):
    file = make_page("page", WORDS)
    for arguments, words in (
        ((file, "--format", "alto"), "is PAGE XML: ask for --format page"),
        ((lines / "writer0" / "000.png", "--format", "page"), "is no line of a page"),
        ((file, "--format", "docx"), "unknown format 'docx'"),
    ):
        code, out, err = crnn_command("predict", model, *arguments)
        assert (code, out) == (1, "")
        assert words in err
    for arguments in (("--format", "page", "--explain"), ("--format", "json", "--out", "read")):
        code, _, err = crnn_command("predict", model, file, *arguments)
        assert (code, f"--format {arguments[1]}" in err) == (2, True)


def test_every_bad_picture_is_named_and_the_rest_is_read(model, crnn_command, tmp_path):
    drawn = picture.text("one two", 60)
    Image.fromarray(drawn).convert("RGBA").save(tmp_path / "rgba.png")
    Image.fromarray(drawn.astype(np.uint16) * 257).save(tmp_path / "deep.png")
    (tmp_path / "flat.png").write_bytes(picture.png(drawn[:3]))
    (tmp_path / "wide.png").write_bytes(picture.png(np.tile(drawn[:, :100], (1, 200))))
    (tmp_path / "torn.png").write_bytes(picture.png(drawn)[:200])
    code, out, err = crnn_command("predict", model, tmp_path, tmp_path / "missing.png", tmp_path / "rgba.png")
    assert code == 1
    answers = dict(line.split("\t") for line in out.splitlines())
    assert answers["rgba.png"] == answers["deep.png"] == answers[str(tmp_path / "rgba.png")]
    for words in ("flat.png is", "wide.png is 20000 × 60 pixels", "torn.png is cut off", "missing.png does not exist"):
        assert words in err
    assert len(err.splitlines()) == 4


def test_every_bad_line_is_named_before_training(lines, tmp_path, make_page):
    for number in range(8):
        (tmp_path / f"{number}.png").write_bytes(picture.png(picture.text("one", 40)))
        (tmp_path / f"{number}.gt.txt").write_text("one" if number else "much too long a text " * 9)
    (tmp_path / "flat.png").write_bytes(picture.png(picture.text("one", 40)[:3]))
    (tmp_path / "flat.gt.txt").write_text("one")
    (tmp_path / "empty.png").write_bytes(picture.png(np.full((40, 90), 255, np.uint8)))
    (tmp_path / "empty.gt.txt").write_text("one")
    (tmp_path / "broken.xml").write_text("<alto>")
    model = crnn.Model(crnn.Handwriting(height_px=32), size="tiny")
    options = crnn.TrainOptions(progress=False)
    with pytest.warns(DataWarning) as caught:
        model.fit(tmp_path, epochs=1, validation_split=0.2, options=options)
    said = str(caught[0].message)
    for words in ("its text needs", "a line needs at least 8 rows", "nothing but paper", "no well-formed XML"):
        assert words in said
    (tmp_path / "lines.csv").write_text("picture,words\n1.png,one\n")
    with pytest.raises(DataError, match="it has: picture, words"):
        model.fit(tmp_path)
