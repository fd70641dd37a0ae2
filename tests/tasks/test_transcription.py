"""The sequence path from end to end on a toy: texts learnt by CTC, measured, and everything unusable named."""

import numpy as np
import pytest
import torch

import crnn
from crnn.data.example import Example, Record
from crnn.data.findings import Findings
from crnn.engine.watch import collapsed_texts
from crnn.spec import HeadSpec, NetworkSpec, RecurrentSpec
from crnn.tasks.task import Plan
from crnn.tasks.transcription import Transcription


class Flashes(Transcription):
    """Each letter is a flash on its own feature for two steps."""

    name = "flashes"
    plan = Plan("ctc", ("cer", "wer", "sequence_accuracy"), "cer", optimizer={"name": "adam", "rate": 0.03}, epochs=12)
    features = 4

    def network(self, size):
        return NetworkSpec((), RecurrentSpec(units=16), HeadSpec(), dimensions=1)

    def read(self, data, targets=None):
        return list(data), Findings()

    def prepare(self, record):
        inputs = np.asarray(record.source, dtype=np.float32)
        return Example(inputs, None if record.target is None else self.encode(record), record)

    def answer(self, spelling, others=()):
        return self.known.decode(spelling.symbols)

    def config(self):
        return {"name": self.name, **self.text_config()}

    @classmethod
    def from_config(cls, config):
        task = cls()
        task.load_text(config)
        return task


def flashes(texts, seed=0):
    random = np.random.default_rng(seed)
    records = []
    for number, text in enumerate(texts):
        steps = np.zeros((3 * len(text) + 2, 4))
        for place, letter in enumerate(text):
            steps[3 * place + 1 : 3 * place + 3, "abc ".find(letter) if letter in "abc " else 0] = 1
        records.append(Record(steps + 0.1 * random.standard_normal(steps.shape), text, f"row {number}"))
    return records


def sentences(count, seed):
    random = np.random.default_rng(seed)
    return [
        "".join(random.choice(list("abc")) for _ in range(3)) + " " + random.choice(["a", "bc"]) for _ in range(count)
    ]


@pytest.fixture(scope="module")
def fitted():
    model = crnn.Model(Flashes())
    records, dev = flashes(sentences(240, 0)), flashes(sentences(30, 1), seed=1)
    model.fit(records, validation_data=dev, batch_size=12, options=crnn.TrainOptions(progress=False))
    return model, dev


def test_texts_are_learnt_and_measured(fitted):
    model, dev = fitted
    loss, cer, wer, right = model.evaluate(dev)
    assert cer < 0.05
    assert right > 0.8
    said = model.predict(dev)
    assert cer == pytest.approx(float(crnn_cer(said, [record.target for record in dev])))
    evaluation = model.examine(dev)[1]
    assert sorted(evaluation.texts) == sorted(said)
    assert evaluation.predictions is None
    assert len(evaluation.sequences) == len(dev)
    assert wer >= cer
    assert np.isfinite(loss)


def crnn_cer(said, references):
    from crnn.metrics.transcription import CharacterErrorRate

    return CharacterErrorRate().of(said, references)


def test_symbols_never_learnt_are_named_and_count_as_errors(fitted):
    model, dev = fitted
    odd = [*dev[:4], Record(dev[4].source, dev[4].target + "éé", "odd")]
    with pytest.warns(
        crnn.errors.DataWarning, match=r"symbol never learnt \(1 noted\): é \(U\+00E9\) × 2, first in odd"
    ):
        values = model.evaluate(odd)
    assert values[1] >= 2 / sum(len(record.target) for record in odd)
    with pytest.warns(crnn.errors.DataWarning, match=r"text of unknown symbols \(1 left out\): strange"):
        model.evaluate([*dev[:4], Record(dev[4].source, "éé", "strange")])


def test_what_cannot_be_spelt_is_named_once_before_training():
    records = flashes(sentences(20, 2))
    records.append(Record(np.zeros((3, 4)) + np.eye(3, 4), "aab", "crowded"))
    records.append(Record(np.eye(3, 4), "  ", "silent"))
    model = crnn.Model(Flashes())
    with pytest.warns(crnn.errors.DataWarning) as told:
        model.fit(records, epochs=1, options=crnn.TrainOptions(progress=False))
    text = str(told[0].message)
    assert "crowded leaves 3 steps behind the convolutions, its text needs 4. Lower the pooling" in text
    assert "silent has an empty transcript" in text


def test_transcripts_are_missing():
    with pytest.raises(crnn.errors.DataError, match="transcripts are missing"):
        crnn.Model(Flashes()).fit([Record(np.eye(4), None, "x")], options=crnn.TrainOptions(progress=False))


def test_variation_never_makes_a_text_impossible(monkeypatch):
    """An augmentation that leaves two steps of every sample would make CTC infinite; such batches stay as they were."""
    monkeypatch.setattr(
        Flashes, "vary_inputs", lambda self: lambda batch, generator: crnn.Padded.whole(batch.data[:, :2])
    )
    model = crnn.Model(Flashes())
    history = model.fit(flashes(sentences(16, 3)), epochs=1, options=crnn.TrainOptions(progress=False))
    assert np.isfinite(history.rows[0]["loss"])


def test_the_temperature_is_saved(fitted):
    task = fitted[0].task
    again = Flashes.from_config(task.config())
    assert again.config() == task.config()
    assert again.outputs == 5


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["", "", ""], "blanks only"),
        (["aa", "a", ""], "'a' alone"),
        (["ab"] * 5, "read as 'ab'"),
        (["ab", "ba", "", "", ""], None),
    ],
)
def test_collapse_is_noticed(texts, message):
    references = ["ab", "ba", "aab", "abb", "a"][: len(texts)]
    said = collapsed_texts(texts, references)
    assert said is None if message is None else message in said


def test_predictions_step_by_step_are_kept_up_to_a_bound(fitted, monkeypatch):
    model, dev = fitted
    monkeypatch.setattr("crnn.engine.evaluate.KEPT_BYTES", 2000)
    evaluation = model.examine(dev)[1]
    assert 0 < len(evaluation.sequences) < len(dev)
    assert sum(item.nbytes for item in evaluation.sequences.values()) <= 2000
    assert torch.equal(evaluation.rows.sort().values, torch.arange(len(dev)))
