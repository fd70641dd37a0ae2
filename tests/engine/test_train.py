"""Training resumes exactly, stops kindly, notices collapse, and gives the same over two processes."""

import os
import signal
import subprocess
import sys
import textwrap
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

import crnn
from crnn.engine import checkpoint
from crnn.engine.history import History
from crnn.engine.watch import Best, check_finite, collapse
from crnn.errors import SpecError, TrainingError

SOURCE = str(Path(__file__).parents[2] / "src")
SPEC = crnn.NetworkSpec(
    (crnn.ConvSpec(6, pool=2, dropout=0.1),),
    crnn.RecurrentSpec(units=8, dropout=0.2),
    crnn.HeadSpec(summary="last"),
    dimensions=1,
)


def toy(count=64):
    random = np.random.default_rng(0)
    y = random.integers(0, 3, count)
    x = [random.normal(size=(random.integers(8, 20), 4)).astype(np.float32) for _ in range(count)]
    for item, label in zip(x, y, strict=True):
        item[:, label] += 1.0
    return x, y


def fit(folder, epochs=6, callbacks=(), schedule="cosine", **changes):
    model = crnn.Model(crnn.ArrayClassification(classes=3), network=SPEC)
    model.compile(optimizer=crnn.AdamW(rate=0.01), schedule=schedule, average=0.9, clip_norm=1.0)
    options = crnn.TrainOptions(folder=folder, progress=False, callbacks=tuple(callbacks), **changes)
    history = model.fit(*toy(), epochs=epochs, batch_size=8, validation_split=0.25, options=options)
    return model, history


def stop_after(epoch):
    def callback(row):
        if row["epoch"] == epoch:
            raise KeyboardInterrupt

    return callback


def weights(model):
    return model._predictor.recogniser.state_dict()


def numbers(history):
    return [{key: value for key, value in row.items() if key != "seconds"} for row in history]


@pytest.mark.parametrize("schedule", ["cosine", "plateau"])
def test_interrupted_and_resumed_gives_the_same_weights(tmp_path, schedule):
    whole, history = fit(tmp_path / "whole", schedule=schedule)
    # The interrupt falls into epoch 4, before its checkpoint: that epoch is done again from its start.
    _, part = fit(tmp_path / "parts", schedule=schedule, callbacks=[stop_after(4)])
    assert part.interrupted
    again, rest = fit(tmp_path / "parts", schedule=schedule)
    assert not rest.interrupted
    assert numbers(rest) == numbers(history)
    for name, value in weights(whole).items():
        assert torch.equal(value, weights(again)[name]), name


def test_a_finished_training_is_not_done_again(tmp_path):
    first, history = fit(tmp_path, epochs=2)
    second, again = fit(tmp_path, epochs=2, callbacks=[stop_after(1)])
    assert numbers(again) == numbers(history)
    assert all(torch.equal(value, weights(second)[name]) for name, value in weights(first).items())


def test_a_checkpoint_of_other_settings_is_put_aside(tmp_path):
    fit(tmp_path, epochs=2)
    with pytest.warns(UserWarning, match="settings have changed"):
        _, history = fit(tmp_path, epochs=3)
    assert len(history) == 3
    assert len(list(tmp_path.glob("*.other.ckpt"))) == 1


def test_a_broken_checkpoint_is_put_aside(tmp_path):
    fit(tmp_path, epochs=2)
    (tmp_path / checkpoint.NAME).write_bytes(b"PK\x03\x04 cut off")
    with pytest.warns(UserWarning, match="cannot be read"):
        _, history = fit(tmp_path, epochs=2)
    assert len(history) == 2


def test_an_interrupt_leaves_a_usable_model(tmp_path):
    model, history = fit(None, callbacks=[stop_after(3)])
    assert history.interrupted
    assert len(history) == 3
    assert model.predict(toy()[0]).shape == (64, 3)
    model.save(tmp_path / "m")
    assert crnn.load(tmp_path / "m").predict(toy()[0]).shape == (64, 3)


def test_an_unwritable_folder_is_named(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(TrainingError, match="No space left"):
        fit(tmp_path, epochs=1)


def test_tensorboard_and_csv_logs(tmp_path):
    fit(tmp_path, epochs=2, tensorboard=True)
    assert len((tmp_path / "history.csv").read_text().splitlines()) == 3
    assert list((tmp_path / "tensorboard").iterdir())


def test_a_network_that_has_collapsed_is_noticed():
    same = torch.tensor([[0.9, 0.1]] * 4)
    assert "same answer (class 0)" in collapse(same, torch.tensor([0, 1, 0, 1]))
    assert collapse(same, torch.tensor([0, 0, 0, 0])) is None
    assert collapse(torch.eye(2), torch.tensor([0, 1])) is None


def test_collapse_is_said_while_training():
    spec = SPEC.replace(convolutions=())
    model = crnn.Model(crnn.ArrayClassification(classes=3), network=spec)
    model.compile(optimizer=crnn.SGD(rate=1e-12))
    x = np.random.default_rng(0).normal(1.0, 1e-3, size=(40, 9, 4))
    options = crnn.TrainOptions(progress=False)
    with pytest.warns(UserWarning, match="collapsed"):
        model.fit(x, np.arange(40) % 3, epochs=4, validation_split=0.3, options=options)


def test_a_loss_that_is_no_number_says_what_to_do():
    with pytest.raises(TrainingError, match=r"epoch 3, step 7, at learning rate 0.1: lower the rate"):
        check_finite(float("nan"), 3, 7, 0.1)


def test_best_keeps_the_first_of_equals_and_breaks_ties_by_loss():
    history = History([], "val_accuracy", True)
    best, module = Best(history, patience=2), torch.nn.Linear(1, 1)
    seen = []
    for accuracy, loss in [(0.5, 1.0), (0.5, 0.9), (0.5, 0.9), (0.4, 0.1)]:
        history.rows.append({"epoch": len(history) + 1, "val_accuracy": accuracy, "val_loss": loss})
        seen.append(best.see(history.rows[-1], module))
    assert seen == [True, True, False, False]
    assert best.exhausted
    assert history.best["epoch"] == 2


def test_options_that_cannot_be_are_refused():
    with pytest.raises(SpecError, match="precision='16'"):
        crnn.TrainOptions(precision="16")
    with pytest.raises(SpecError, match="folder"):
        crnn.TrainOptions(tensorboard=True)


SCRIPT = textwrap.dedent(
    """
    import faulthandler, json, sys
    import numpy as np
    import torch
    import crnn

    if __name__ == "__main__":
        faulthandler.dump_traceback_later(120, exit=True)  # says where processes wait for each other
        torch.set_num_threads(1)
        random = np.random.default_rng(0)
        y = random.integers(0, 3, 64)
        x = random.normal(size=(64, 12, 4)).astype(np.float32)
        x[np.arange(64), :, y] += 1.0
        spec = crnn.NetworkSpec((), crnn.RecurrentSpec(units=8), crnn.HeadSpec(summary="last"), dimensions=1)
        model = crnn.Model(crnn.ArrayClassification(classes=3), network=spec)
        model.compile(optimizer=crnn.SGD(rate=0.1), metrics=["accuracy", "f1", "auc"])
        options = crnn.TrainOptions(
            progress=False, precision="32", accelerator="cpu", devices=int(sys.argv[1]), folder=sys.argv[2]
        )
        history = model.fit(x, y, epochs=3, batch_size=10, validation_data=(x[:33], y[:33]), options=options)
        if history.is_first:
            json.dump(history.rows, open(sys.argv[3], "w"))
    """
)


STOPPED = """
    def loss(scores, targets):  # no number for one sample alone, which lies in one process
        spoilt = torch.where(targets == 2, torch.nan, 0.0).sum()
        return torch.nn.functional.cross_entropy(scores, targets) + spoilt

    y = y % 2
    y[5] = 2
    model.compile(loss=loss, optimizer="sgd", metrics=["accuracy"])
    try:
        model.fit(x, y, epochs=3, batch_size=10, validation_split=0, options=options)
    except crnn.errors.TrainingError as error:
        print(f"stopped: {error}\\n", end="", flush=True)  # one piece, as two processes write
"""


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["own", "torchrun"])
def test_two_processes_give_the_metrics_of_one_on_the_union(tmp_path, launcher):
    import json

    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    rows = []
    for devices in (1, 2):
        start = [sys.executable]
        if launcher == "torchrun" and devices == 2:
            start += ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
        out = tmp_path / f"{devices}.json"
        done = subprocess.run(
            [*start, str(script), str(devices), str(tmp_path / f"run{devices}"), str(out)],
            check=False,
            timeout=300,
            env={**os.environ, "PYTHONPATH": SOURCE},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        rows.append(json.loads(out.read_text()))
    for one, two in zip(*rows, strict=True):
        for name in one:
            if name != "seconds":
                assert two[name] == pytest.approx(one[name], rel=1e-4), (name, one, two)


@pytest.mark.slow
def test_all_processes_stop_where_the_loss_of_one_is_no_number(tmp_path):
    script = tmp_path / "script.py"
    body, _, _ = SCRIPT.partition("    history = ")
    script.write_text(body + STOPPED)
    done = subprocess.run(
        [sys.executable, str(script), "2", str(tmp_path / "run"), "none"],
        check=False,
        timeout=300,
        env={**os.environ, "PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stdout.splitlines() if line.startswith("stopped")]
    assert len(told) == 2, done.stdout + done.stderr
    assert told[0] == told[1]
    assert "the loss became nan in epoch 1" in told[0]


@pytest.mark.slow
def test_ctrl_c_in_a_real_process_leaves_a_model(tmp_path):
    script = tmp_path / "script.py"
    body = SCRIPT.replace("epochs=3", "epochs=100000").replace(
        "    if history", "    model.save(sys.argv[3]); sys.exit(0 if history.interrupted else 9)\n    if history"
    )
    script.write_text(body)
    command = [sys.executable, str(script), "1", str(tmp_path / "run"), str(tmp_path / "model")]
    # A shell starts its background jobs deaf to Ctrl-C, and so would be what they start.
    hearing = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": SOURCE}, preexec_fn=hearing)
    log = tmp_path / "run" / "history.csv"
    while process.poll() is None and not (log.exists() and len(log.read_text().splitlines()) > 3):
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    assert crnn.load(tmp_path / "model").predict(np.zeros((2, 12, 4), np.float32)).shape == (2, 3)
