"""From recordings with transcripts to text: trained, measured, decoded with a language model, saved, loaded."""

import json

import numpy as np
import pytest

import crnn
from crnn.audio import wave
from crnn.cli import main
from crnn.data.toy import tone_texts
from crnn.errors import SpecError
from crnn.text.arpa import LanguageModel, write_arpa


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spoken")
    return tone_texts(folder, 96)


@pytest.fixture(scope="module")
def model(spoken, tmp_path_factory):
    task = crnn.SpeechRecognition(rate_hz=8000, augment=False)
    model = crnn.Model(task, size="tiny")
    quiet = crnn.TrainOptions(progress=False, cache=False)
    model.fit(spoken, epochs=9, batch_size=8, validation_split=0.25, options=quiet)
    return model.save(tmp_path_factory.mktemp("models") / "m")


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return left.value.code, out, err


def references(spoken):
    rows = [line.split(",") for line in spoken.read_text().splitlines()[1:]]
    return {path: text for path, text, _ in rows}


def test_it_learns_to_hear(model, spoken):
    loaded = crnn.load(model)
    values = dict(zip(loaded.metric_names, loaded.evaluate(spoken), strict=True))
    assert values["cer"] < 0.15
    answer = loaded.predict(spoken.parent / "0001.wav")
    assert str(answer) == answer.text == " ".join(word.text for word in answer.words)
    assert 0 < answer.confidence <= 1
    length_s = wave.info(spoken.parent / "0001.wav").seconds
    times = [time for word in answer.words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= length_s + loaded.task.step_s


def test_times_are_those_of_the_tones(model):
    """A word of two letters behind half a letter of silence, a pause, and a word of one."""
    task = crnn.load(model).task
    rate, letter_s = 8000, 0.1
    time_s = np.arange(int(letter_s * rate)) / rate
    fade = np.sin(np.linspace(0, np.pi, len(time_s)))
    tone = {letter: 0.5 * fade * np.sin(2 * np.pi * 300 * 1.32**place * time_s) for place, letter in enumerate("abcd")}
    pause = np.zeros_like(time_s)
    sound = np.concatenate([pause[: len(pause) // 2], tone["a"], tone["c"], pause, tone["d"], pause[: len(pause) // 2]])
    noise = 0.01 * np.random.default_rng(0).standard_normal(len(sound))
    answer = crnn.load(model).predict([(sound + noise).astype(np.float32)])[0]
    assert answer.text == "ac d"
    assert answer.words[0].start_s == pytest.approx(0.05, abs=0.1)
    assert answer.words[1].start_s == pytest.approx(0.35, abs=0.1)
    assert task.step_s == pytest.approx(0.04)


def test_decoding_is_chosen_at_predict_time_and_kept(model, spoken, tmp_path):
    loaded = crnn.load(model)
    texts = list(references(spoken).values())
    lm = write_arpa(tmp_path / "lm.arpa", LanguageModel.train(texts, order=4))
    settings = loaded.task.decode_with(lm, lm_weight=0.3, hot_words=("ab",), best=3)
    assert settings.beam == 16
    clip = spoken.parent / "0002.wav"
    answer = loaded.predict(clip)
    assert len(answer.alternatives) == 2
    assert answer.text not in answer.alternatives
    again = crnn.load(loaded.save(tmp_path / "led"))
    assert again.predict(clip) == answer
    assert again.task.decoding == settings
    (tmp_path / "led" / "language-model.arpa.gz").write_bytes(b"")
    with pytest.raises(crnn.errors.ModelFileError, match="missing or was altered"):
        crnn.load(tmp_path / "led")


def test_a_lexicon_and_refusals(model, spoken, tmp_path):
    task = crnn.load(model).task
    with pytest.raises(SpecError, match="which this model never learnt"):
        task.decode_with(hot_words=("zoo",))
    with pytest.raises(SpecError, match="need a beam"):
        task.decode_with(beam=0, hot_words=("ab",))
    with pytest.raises(SpecError, match="no setting 'bream'"):
        task.decode_with(bream=3)
    with pytest.raises(SpecError, match="does not fit"):
        task.decode_with(LanguageModel.train(["XYZ", "ZYX"]))
    loaded = crnn.load(model)
    loaded.task.decode_with(words=("a", "b"))
    assert set(loaded.predict(spoken.parent / "0003.wav").text.split()) <= {"a", "b"}


def test_unusable_recordings_are_named_once(spoken, tmp_path):
    folder = tmp_path / "odd"
    tone_texts(folder, 12)
    wave.write(folder / "short.wav", (0.1 * np.sin(np.arange(900))).astype(np.float32), 8000)
    wave.write(folder / "zeros.wav", np.zeros(8000, np.float32), 8000)
    (folder / "broken.wav").write_bytes(b"RIFF")
    with (folder / "manifest.csv").open("a") as file:
        file.write("short.wav,abcdabcd,s00\nzeros.wav,ab,s00\nbroken.wav,ab,s00\ngone.wav,ab,s00\n0003.wav,,s00\n")
    model = crnn.Model(crnn.SpeechRecognition(rate_hz=8000, augment=False), size="tiny")
    with pytest.warns(crnn.errors.DataWarning) as told:
        model.fit(folder, epochs=1, validation_split=0.25, options=crnn.TrainOptions(progress=False, cache=False))
    text = str(told[0].message)
    for part in (
        "short.wav leaves 3 steps behind the convolutions, its text needs 8",
        "silent",
        "broken.wav",
        "gone.wav",
    ):
        assert part in text
    assert "empty text (1 left out)" in text


def test_predict_on_the_command_line(model, spoken, capsys):
    clip = spoken.parent / "0001.wav"
    code, out, _ = run(capsys, "predict", model, clip, "--json")
    assert code == 0
    facts = json.loads(out)
    assert facts["words"][0]["end_s"] > facts["words"][0]["start_s"]
    code, out, _ = run(capsys, "evaluate", model, spoken, "--no-report")
    assert code == 0
    assert "wer" in out


def test_language_model_from_the_command_line(model, spoken, tmp_path, capsys):
    arpa = tmp_path / "lm.arpa"
    code, out, _ = run(capsys, "lm", "train", spoken, "-o", arpa, "--order", 4, "--held", spoken)
    assert code == 0
    assert "perplexity by character" in out
    kept = crnn.load(model).save(tmp_path / "tuned")
    code, out, _ = run(capsys, "lm", "tune", kept, spoken, "--lm", arpa, "--beam", 4)
    assert code == 0
    assert "kept in" in out
    settings = crnn.load(kept).task.decoding
    assert settings.beam == 4
    greedy = dict(zip(("loss", "cer", "wer", "all"), crnn.load(model).evaluate(spoken), strict=True))
    led = dict(zip(("loss", "cer", "wer", "all"), crnn.load(kept).evaluate(spoken), strict=True))
    assert led["wer"] <= greedy["wer"]
    code, _, err = run(capsys, "lm", "tune", kept, spoken, "--split", "test")
    assert code == 1
    assert "not for tuning" in err
    code, _, err = run(capsys, "lm", "train", tmp_path / "gone.txt")
    assert code == 1
    assert "cannot be read" in err
    (tmp_path / "picture.png").write_bytes(b"\xfe\xff\xd8\x00\x00")
    code, _, err = run(capsys, "lm", "train", tmp_path / "picture.png")
    assert code == 1
    assert "is not text" in err


def test_hot_words_and_beam_on_the_command_line(model, spoken, capsys):
    clip = spoken.parent / "0001.wav"
    code, out, _ = run(capsys, "predict", model, clip, "--beam", 8, "--hot-word", "ab", "--best", 2, "--json")
    assert code == 0
    assert len(json.loads(out)["alternatives"]) == 1
    code, _, err = run(capsys, "predict", model, clip, "--hot-word", "xyz")
    assert code == 1
    assert "never learnt" in err


def test_a_long_recording_is_cut_at_pauses(model, spoken, tmp_path, capsys):
    clips = [wave.read(spoken.parent / f"{number:04d}.wav", 8000) for number in range(12)]
    quiet = 0.01 * np.random.default_rng(0).standard_normal(600).astype(np.float32)
    wave.write(tmp_path / "talk.wav", np.concatenate([part for clip in clips for part in (clip, quiet)]), 8000)
    code, out, _ = run(capsys, "transcribe", model, tmp_path / "talk.wav", "--longest", 3, "--format", "json")
    assert code == 0
    facts = json.loads(out)
    texts = list(references(spoken).values())[:12]
    assert abs(len(facts["text"].split()) - 24) <= 3
    right = sum(word in facts["text"].split() for text in texts for word in text.split())
    assert right > 15
    times = [word["start_s"] for segment in facts["segments"] for word in segment["words"]]
    assert times == sorted(times)
    assert times[-1] > 7
    code, _, _ = run(capsys, "transcribe", model, tmp_path / "talk.wav", "--format", "srt", "-o", tmp_path / "talk.srt")
    lines = (tmp_path / "talk.srt").read_text().splitlines()
    assert lines[0] == "1"
    assert "-->" in lines[1]
    code, out, _ = run(capsys, "transcribe", model, tmp_path / "talk.wav", "--format", "vtt")
    assert out.startswith("WEBVTT")


def test_a_transcript_has_the_format_that_its_name_promises(model, spoken, tmp_path, capsys):
    clip = spoken.parent / "0001.wav"
    begins = {"a.srt": "1\n00:", "a.VTT": "WEBVTT", "a.json": "{", "a.txt": "", "a": ""}
    for name, begin in begins.items():
        code, _, _ = run(capsys, "transcribe", model, clip, "--out", tmp_path / name)
        content = (tmp_path / name).read_text()
        assert (code, content.startswith(begin)) == (0, True)
        assert ("-->" in content) == (name in ("a.srt", "a.VTT"))
    code, _, _ = run(capsys, "transcribe", model, clip, "--out", tmp_path / "b.txt", "--format", "srt")
    assert "-->" in (tmp_path / "b.txt").read_text()
    code, _, err = run(capsys, "transcribe", model, clip, "--out", tmp_path / "a.docx")
    assert code == 1
    assert "a.docx does not end as a format that is written: call it" in err


def test_training_goes_on_from_a_model(model, spoken, tmp_path, capsys):
    data = tone_texts(tmp_path / "more", 12, letters="abcde")
    code, out, _ = run(
        capsys,
        "train",
        "speech",
        data,
        "--from",
        model,
        "--out",
        tmp_path / "again",
        "--epochs",
        1,
        "--freeze",
        2,
        "--no-report",
    )
    assert code == 0, out
    assert crnn.load(tmp_path / "again").task.alphabet.symbols == (" ", "a", "b", "c", "d", "e")
    code, _, err = run(capsys, "train", "speech", data, "--from", model, "--rate-hz", 16000)
    assert code == 2
    assert "--rate-hz stands in the model" in err
    for given in (("--alphabet", "keep"), ("--freeze", 1)):
        code, _, err = run(capsys, "train", "speech", data, *given)
        assert (code, f"{given[0]} goes with --from" in err) == (2, True)
    code, _, err = run(capsys, "train", "commands", data, "--from", model)
    assert code == 2
    assert "not of commands" in err
