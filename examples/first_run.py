"""The main job from end to end: recordings, a trained recogniser, its accuracy on unseen speakers, predictions.

    python examples/first_run.py [--data FOLDER] [--out run]

Takes the recordings in --data (a folder per label, or a manifest); else the spoken digits in $CRNN_DATA/speech/fsdd;
else it speaks ten commands itself with espeak-ng voices. Under three minutes on two cores.
"""

import argparse
import os
import sys
from pathlib import Path

import crnn
from crnn.report import write

COMMANDS = ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"]


def recordings(given: Path | None, out: Path) -> tuple[Path, str]:
    """Where the recordings are, and what to call them."""
    if given is not None:
        return given, f"recordings in {given}"
    real = Path(os.environ.get("CRNN_DATA", "")) / "speech" / "fsdd"
    if os.environ.get("CRNN_DATA") and (real / "manifest.csv").is_file():
        return real / "manifest.csv", "real recordings: spoken digits (Free Spoken Digit Dataset)"
    folder = out / "synthetic"
    if not (folder / "manifest.csv").is_file():
        from crnn.audio.voices import speak

        speak(COMMANDS, folder, voices=24, takes=4, seed=0)
    return folder / "manifest.csv", "SYNTHETIC speech (espeak-ng): $CRNN_DATA names no real recordings"


def main() -> None:
    """Train, evaluate, predict; say where everything lies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("run"))
    parser.add_argument("--epochs", type=int, default=12)
    options = parser.parse_args()

    data, what = recordings(options.data, options.out)
    print(f"1. data     {what}\n            {data}")
    model = crnn.Model(crnn.SpokenCommands(), size="small")
    print(
        f"2. train    a small CRNN, {options.epochs} epochs; speakers or voices of the validation part are never heard"
    )
    history = model.fit(
        data,
        epochs=options.epochs,
        options=crnn.TrainOptions(folder=options.out / "training", progress=sys.stderr.isatty()),
    )
    saved = model.save(options.out / "model")
    best = history.best
    print(f"3. result   {model.parameters:,} parameters, kept epoch {int(best['epoch'])}:")
    print(f"            accuracy on unseen speakers or voices {best['val_accuracy']:.1%}, F1 {best['val_f1']:.1%}")
    assert model.validation is not None
    examples, evaluation = model.validation
    page = write(
        options.out / "report",
        task=model.task,
        examples=examples,
        evaluation=evaluation,
        history=history,
        findings=model.findings,
        settings={"command": "make run", "parameters": model.parameters},
    )
    print("4. predict  with the saved model, on clips it never heard:")
    reloaded = crnn.load(saved)
    step = max(1, len(examples) // 5)
    for record in examples.records[::step][:5]:
        print(f"            {record.name}: {reloaded.predict(record.source)}   (true: {record.target})")
    print(f"5. model    {saved}\n   report   {page}")
    print(f"   next     crnn predict {saved} CLIP.wav · crnn train commands YOUR_FOLDER --out my_model")


if __name__ == "__main__":
    main()
