"""Spoken commands from a folder of your own recordings: train, listen to the numbers, recognise, refuse.

    python examples/spoken_commands.py [--data recordings/] [--noise rooms/] [--epochs 15] [--out run/commands]

--data has a folder for each word, or a manifest `path,label,speaker`. Without it the example writes "words" of four
tones by eight "speakers", which takes seconds and no network.
"""

import argparse
import sys
from pathlib import Path

import crnn
from crnn.data.toy import tone_words
from crnn.report import write


def main() -> None:
    """From recordings to a model, its report and its answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--noise", type=Path, help="background noise to mix into training clips")
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--out", type=Path, default=Path("run/commands"))
    options = parser.parse_args()

    # Words that are no commands go into a folder whose name begins with "_": they are answered as "none of these".
    data = options.data or tone_words(
        options.out / "recordings", labels=("lights_on", "lights_off", "stop", "_unknown_"), speakers=8, takes=3
    )
    model = crnn.Model(crnn.SpokenCommands(noise=options.noise, refuse=0.02), size=options.size)
    history = model.fit(
        data,
        epochs=options.epochs,
        # With a folder, the same command again resumes after Ctrl-C or a power cut.
        options=crnn.TrainOptions(folder=options.out / "training", progress=sys.stderr.isatty()),
    )
    print(model.findings if len(model.findings) else "nothing was left out of the data")

    assert model.validation is not None
    examples, evaluation = model.validation
    speakers = {record.group for record in examples.records}
    print(f"accuracy  {history.best['val_accuracy']:.1%} on speakers never heard: {', '.join(sorted(speakers))}")

    saved = model.save(options.out / "model")
    page = write(options.out / "report", task=model.task, examples=examples, evaluation=evaluation, history=history)
    print(f"model     {saved}\nreport    {page}")

    recogniser = crnn.Predictor.load(saved)  # loads nothing that only training needs
    for record in {record.target: record for record in examples.records}.values():  # one of each word
        heard = recogniser.predict(record.source)
        others = ", ".join(f"{label} {share:.0%}" for label, share in heard.alternatives[1:])
        print(f"{record.target} was heard as {heard}; next: {others}")


if __name__ == "__main__":
    main()
