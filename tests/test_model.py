"""The front door: compile, fit, evaluate, predict, save, load, and what it says of mistakes."""

import warnings

import numpy as np
import pytest
import torch
import torchmetrics

import crnn
from crnn.errors import DataError, DataWarning, NotReadyError, ShapeError, SpecError, UnknownNameError

QUIET = crnn.TrainOptions(progress=False)
SMALL = crnn.NetworkSpec(
    (crnn.ConvSpec(8, pool=2),), crnn.RecurrentSpec(units=16), crnn.HeadSpec(summary="last"), dimensions=1
)


def toy(count=120, classes=3, seed=0):
    random = np.random.default_rng(seed)
    y = random.integers(0, classes, count)
    x = random.normal(size=(count, 20, 6)).astype(np.float32)
    x[np.arange(count), :, y] += 2.0
    return x, y


@pytest.fixture
def fitted():
    model = crnn.Model(crnn.ArrayClassification(classes=3), network=SMALL)
    model.compile(loss="cross_entropy", optimizer=crnn.Adam(rate=0.01), metrics=["accuracy", "precision"])
    model.fit(*toy(), epochs=8, batch_size=16, validation_split=0.2, options=QUIET)
    return model


def test_the_life_cycle(fitted, tmp_path):
    x, y = toy(seed=1)
    assert fitted.metric_names == ["loss", "accuracy", "precision"]
    loss, accuracy, precision = fitted.evaluate(x, y)
    assert loss < 0.5
    assert accuracy > 0.9
    assert precision > 0.9
    probabilities = fitted.predict(x)
    assert probabilities.shape == (120, 3)
    np.testing.assert_allclose(probabilities.sum(1), 1.0, rtol=1e-5)
    assert (probabilities.argmax(1) == y).mean() == pytest.approx(accuracy)
    fitted.save(tmp_path / "toy.crnn")
    again = crnn.load(tmp_path / "toy.crnn")
    np.testing.assert_allclose(again.predict(x), probabilities, rtol=1e-4, atol=1e-6)
    assert again.evaluate(x, y) == pytest.approx([loss, accuracy, precision], rel=1e-4)
    assert again.metric_names == fitted.metric_names


def test_history_has_a_row_an_epoch(fitted, tmp_path):
    history = fitted.history
    columns = history.to_dict()
    assert columns["epoch"] == list(range(1, 9))
    assert {"loss", "accuracy", "precision", "val_loss", "val_accuracy", "rate", "seconds"} <= set(columns)
    assert history.best["val_accuracy"] == max(columns["val_accuracy"])
    assert len(history.to_csv(tmp_path / "h.csv").read_text().splitlines()) == 9


def test_the_best_weights_are_kept():
    x, y = toy()
    model = crnn.Model(crnn.ArrayClassification(classes=3), network=SMALL)
    model.compile(optimizer=crnn.SGD(rate=3.0), metrics=["accuracy"])  # far too fast: it jumps about
    history = model.fit(x, y, epochs=6, validation_data=toy(seed=1), options=QUIET)
    assert model.evaluate(*toy(seed=1))[1] == pytest.approx(history.best["val_accuracy"])


def test_early_stopping_ends_training():
    model = crnn.Model(crnn.ArrayClassification(classes=3), network=SMALL)
    model.compile(optimizer=crnn.SGD(rate=1e-9))
    assert len(model.fit(*toy(), epochs=50, validation_split=0.2, early_stopping=2, options=QUIET)) < 20


def test_same_seed_same_numbers():
    runs = []
    for _ in range(2):
        model = crnn.Model(crnn.ArrayClassification(classes=3), size="tiny")
        model.fit(*toy(), epochs=2, validation_split=0.2, options=QUIET)
        runs.append(model.predict(toy()[0]))
    np.testing.assert_array_equal(*runs)


def test_fit_leaves_the_callers_chance_alone():
    torch.manual_seed(1)
    wanted = torch.rand(1)
    torch.manual_seed(1)
    crnn.Model(crnn.ArrayClassification(classes=3), network=SMALL).fit(*toy(30), epochs=1, options=QUIET)
    assert torch.equal(torch.rand(1), wanted)


def test_a_second_fit_goes_on():
    model = crnn.Model(crnn.ArrayClassification(classes=3), network=SMALL)
    model.compile(optimizer=crnn.Adam(rate=0.01))
    first = model.fit(*toy(), epochs=3, options=QUIET)["loss"][-1]
    assert model.fit(*toy(), epochs=1, options=QUIET)["loss"][0] < first


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        (lambda y: np.eye(3)[y], None),
        (lambda y: y[:, None], None),
        (lambda y: torch.as_tensor(y), None),
        (lambda y: [["stop", "go", "左转"][value] for value in y], ["go", "stop", "左转"]),
        (lambda y: y * 10 + 5, [5, 15, 25]),
    ],
)
def test_labels_of_every_kind(labels, wanted):
    x, y = toy()
    model = crnn.Model(crnn.ArrayClassification(classes=3 if wanted is None else None), network=SMALL)
    model.compile(optimizer=crnn.Adam(rate=0.02))
    model.fit(x, labels(y), epochs=4, options=QUIET)
    assert model.evaluate(x, labels(y))[1] > 0.8
    assert wanted is None or model.task.labels.names == wanted


def test_multi_label(tmp_path):
    x, _ = toy()
    y = (x[:, :, :3].mean(1) > 0.5).astype(int)
    model = crnn.Model(crnn.ArrayClassification(multi_label=True), network=SMALL)
    model.compile(optimizer=crnn.Adam(rate=0.02), metrics=["accuracy", "f1", "auc"])
    model.fit(x, y, epochs=8, options=QUIET)
    assert model.evaluate(x, y)[1] > 0.9
    model.save(tmp_path / "m")
    assert crnn.load(tmp_path / "m").predict(x).shape == (120, 3)


@pytest.mark.parametrize("loss", ["mse", "mae", "huber", crnn.Huber(delta=2.0), torch.nn.MSELoss()])
def test_regression(loss, tmp_path):
    x, _ = toy()
    y = x[:, :, :2].mean(1)
    model = crnn.Model(crnn.ArrayRegression(), network=SMALL)
    model.compile(loss=loss, optimizer=crnn.Adam(rate=0.02), metrics=["mae", "r2"])
    model.fit(x, y, epochs=15, options=QUIET)
    assert model.evaluate(x, y)[2] > 0.5
    model.save(tmp_path / "m")
    assert crnn.load(tmp_path / "m").predict(x).shape == (120, 2)


def test_quantiles():
    x, _ = toy()
    model = crnn.Model(crnn.ArrayRegression(), network=SMALL)
    model.compile(loss=crnn.Quantile(levels=(0.1, 0.5, 0.9)), metrics=["mae"])
    model.fit(x, x[:, :, 0].mean(1), epochs=2, options=QUIET)
    low, middle, high = np.moveaxis(model.predict(x), -1, 0)
    assert (low <= middle).all()
    assert (middle <= high).all()


def test_custom_loss_metric_and_optimizer(tmp_path):
    x, y = toy()

    def hits(predictions, targets):
        return (predictions.argmax(1) == targets).float().mean()

    model = crnn.Model(crnn.ArrayClassification(classes=3), network=SMALL)
    model.compile(
        loss=lambda scores, targets: torch.nn.functional.cross_entropy(scores, targets, reduction="none"),
        optimizer=torch.optim.NAdam,
        metrics=[hits, torchmetrics.classification.MulticlassAccuracy(3, average="micro")],
    )
    model.fit(x, y, epochs=2, options=QUIET)
    assert model.metric_names == ["loss", "hits", "multiclassaccuracy"]
    _, first, second = model.evaluate(x, y)
    assert first == pytest.approx(second)
    model.save(tmp_path / "m")
    again = crnn.load(tmp_path / "m")
    np.testing.assert_allclose(again.predict(x), model.predict(x), rtol=1e-4, atol=1e-5)


def test_sample_weights_count():
    x, y = toy()
    weights = np.where(y == 0, 1.0, 1e-6)
    model = crnn.Model(crnn.ArrayClassification(classes=3), network=SMALL)
    model.compile(optimizer=crnn.Adam(rate=0.02))
    model.fit(crnn.Arrays(x, y, sample_weight=weights), epochs=5, options=QUIET)
    assert (model.predict(x).argmax(1) == 0).mean() > 0.9


def test_balanced_class_weights():
    x, y = toy()
    model = crnn.Model(crnn.ArrayClassification(classes=3), network=SMALL)
    model.compile(loss=crnn.CrossEntropy(class_weights="balanced"))
    model.fit(x, y, epochs=1, options=QUIET)
    assert isinstance(model.compiled.objective.class_weights, tuple)


def test_sequences_of_different_length():
    random = np.random.default_rng(0)
    y = random.integers(0, 2, 60)
    x = [random.normal(size=(random.integers(8, 40), 4)).astype(np.float32) + value for value in y]
    model = crnn.Model(crnn.ArrayClassification(classes=2), network=SMALL)
    model.compile(optimizer=crnn.Adam(rate=0.02))
    model.fit(x, y, epochs=5, options=QUIET)
    together = model.predict(x)
    assert (together.argmax(1) == y).mean() > 0.9
    np.testing.assert_allclose(np.concatenate([model.predict([item]) for item in x[:5]]), together[:5], atol=1e-5)


def test_what_was_examined_stands_in_the_order_in_which_it_was_given():
    random = np.random.default_rng(0)
    x = [random.normal(size=(length, 4)).astype(np.float32) for length in (19, 7, 30, 12, 9, 25)]
    model = crnn.Model(crnn.ArrayClassification(classes=2), size="tiny")
    model.fit(x, [0, 1] * 3, epochs=1, options=QUIET)
    _, found = model.examine(x, [0, 1] * 3)
    assert found.rows.tolist() == list(range(6))
    np.testing.assert_allclose(found.predictions.numpy(), model.predict(x), rtol=1e-4, atol=1e-5)


def test_a_torch_dataset():
    x, y = toy()
    data = torch.utils.data.TensorDataset(torch.as_tensor(x), torch.as_tensor(y))
    model = crnn.Model(crnn.ArrayClassification(classes=3), network=SMALL)
    assert len(model.fit(data, epochs=1, options=QUIET)) == 1


def test_every_size_builds():
    counts = []
    for size in ("tiny", "small", "medium", "large"):
        model = crnn.Model(crnn.ArrayClassification(classes=3), size=size)
        model.fit(*toy(16), epochs=1, options=QUIET)
        counts.append(model.parameters)
    assert counts == sorted(set(counts))


def wrong(x=None, y=None, network=SMALL, task=None, **fit):
    data = toy(30)
    model = crnn.Model(task or crnn.ArrayClassification(classes=3), network=network)
    model.fit(data[0] if x is None else x, data[1] if y is None else y, options=QUIET, **{"epochs": 1, **fit})


def test_mistakes_are_named():
    x, y = toy(30)
    nan = x.copy()
    nan[3, 0, 0] = np.nan
    cases = [
        (lambda: wrong(x=nan), DataError, "NaN"),
        (lambda: wrong(y=y[:-1]), ShapeError, "29"),
        (lambda: wrong(y=y + 5), DataError, "label"),
        (lambda: wrong(y=np.zeros(30, int)), DataError, "class"),
        (lambda: wrong(x=x[0]), ShapeError, "shape"),
        (lambda: wrong(x=x[:0], y=y[:0]), DataError, "empty|at least one|no "),
        (lambda: wrong(epochs=0), SpecError, "epochs=0"),
        (lambda: wrong(batch_size=0), SpecError, "batch_size=0"),
        (lambda: wrong(validation_split=1.5), DataError, "1.5"),
        (lambda: wrong(validation_split=0.2, validation_data=(x, y)), SpecError, "not both"),
        (lambda: wrong(early_stopping=0), SpecError, "early_stopping=0"),
        (lambda: crnn.Model("speech"), SpecError, "needs a task"),
        (
            lambda: crnn.Model(crnn.ArrayClassification(3), size="hugh").fit(x, y, options=QUIET),
            UnknownNameError,
            "size",
        ),
        (lambda: crnn.Model(crnn.ArrayClassification(3)).predict(x), NotReadyError, "call fit"),
        (
            lambda: crnn.Model(crnn.ArrayClassification(3)).compile(loss="cros_entropy"),
            UnknownNameError,
            "cross_entropy",
        ),
        (lambda: crnn.Model(crnn.ArrayClassification(3)).compile(metrics=["acuracy"]), UnknownNameError, "accuracy"),
        (lambda: crnn.Model(crnn.ArrayClassification(3)).compile(optimizer="adm"), UnknownNameError, "adam"),
    ]
    for call, error, message in cases:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataWarning)
            with pytest.raises(error, match=message):
                call()


def test_a_loss_that_does_not_fit_the_task_is_refused():
    model = crnn.Model(crnn.ArrayClassification(classes=3), network=SMALL)
    with pytest.raises(SpecError, match="'mse' does not fit array_classification: use cross_entropy"):
        model.compile(loss="mse", metrics=["accuracy"])


def test_features_of_another_shape_are_refused(fitted):
    with pytest.raises(ShapeError, match=r"\(20, 7\)"):
        fitted.predict(np.zeros((2, 20, 7), np.float32))


def test_no_validation_part_is_allowed():
    model = crnn.Model(crnn.ArrayClassification(classes=3), network=SMALL)
    history = model.fit(*toy(30), epochs=1, validation_split=0, options=QUIET)
    assert not any(name.startswith("val_") for name in history.to_dict())


def test_a_diverging_training_says_what_to_do():
    x, _ = toy()
    model = crnn.Model(crnn.ArrayRegression(), network=SMALL)
    model.compile(loss="mse", optimizer=crnn.SGD(rate=1e30), metrics=[])
    with pytest.raises(crnn.errors.TrainingError, match="lower the rate"):
        model.fit(x, x[:, :, 0].mean(1) * 1e6, epochs=3, options=QUIET)


def test_groups_stay_on_one_side_of_the_split():
    x, y = toy()
    groups = [f"patient {row % 6}" for row in range(len(x))]
    model = crnn.Model(crnn.ArrayClassification(classes=3), network=SMALL)
    model.fit(crnn.Arrays(x, y, group=groups), epochs=1, validation_split=0.3, options=QUIET)
    assert "group on both sides" not in model.findings
    held = {record.group for record in model.validation[0].records}
    assert 1 <= len(held) <= 3


def test_measures_that_are_tables_are_for_examine():
    x, y = toy()
    model = crnn.Model(crnn.ArrayClassification(classes=3), network=SMALL)
    model.compile(metrics=["confusion_matrix", "accuracy"])
    model.fit(x, y, epochs=1, options=QUIET)
    assert model.metric_names == ["loss", "accuracy"]
    assert len(model.evaluate(x, y)) == 2
    assert model.examine(x, y)[1].values["confusion_matrix"].sum() == len(x)
