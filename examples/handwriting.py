"""Lines of your own hand, or of print, from pictures to text: train, look at the numbers, read, put text into a page.

    python examples/handwriting.py [--data lines/] [--epochs 40] [--out run/handwriting]

--data has pictures with their text beside them (001.png, 001.gt.txt), a table `lines.csv`, or pages (ALTO, PAGE XML).
Without it the example prints lines in the font that comes with Pillow, which takes seconds and no network.
"""

import argparse
import sys
from pathlib import Path

import crnn
from crnn.data.toy import printed_lines


def main() -> None:
    """From lines to a model and its answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--height", type=int, default=48, help="rows that every line is brought to")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--out", type=Path, default=Path("run/handwriting"))
    options = parser.parse_args()

    words = ("rain", "wind", "fog", "frost", "in the morning", "all day", "at night")
    data = options.data or printed_lines(options.out / "lines", words, lines=160, writers=8)
    model = crnn.Model(crnn.Handwriting(height_px=options.height), size=options.size)
    history = model.fit(
        data,
        epochs=options.epochs,
        # With a folder, the same command again resumes after Ctrl-C or a power cut.
        options=crnn.TrainOptions(folder=options.out / "training", progress=sys.stderr.isatty()),
    )
    print(model.findings if len(model.findings) else "nothing was left out of the data")

    assert model.validation is not None
    examples, _ = model.validation
    writers = {record.group for record in examples.records}
    error = history.best["val_cer"]
    print(f"character error rate  {error:.1%} on writers never seen: {', '.join(sorted(writers))}")

    saved = model.save(options.out / "model")
    print(f"model  {saved}")
    reader = crnn.Predictor.load(saved)  # loads nothing that only training needs
    for record in examples.records[:5]:
        line = reader.predict([record])[0]
        places = ", ".join(f"{word.text} at {word.begin_px:.0f} px" for word in line.words)
        print(f"{record.target!r} was read as {line.text!r} ({line.confidence:.0%}): {places}")


if __name__ == "__main__":
    main()
