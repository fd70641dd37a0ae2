"""Texts to labels: train on a table, compare with a linear model, answer, and say which words told.

    python examples/reviews.py [--data reviews.csv] [--text "…"] [--epochs 20] [--out run/reviews]

--data is a table with a column of texts and one of labels, or a folder of text files for each label. Without it the
example writes made hotel reviews in English and in Chinese, which takes no network.
"""

import argparse
import sys
from pathlib import Path

import crnn
from crnn.data.toy import reviews
from crnn.report.judged import judge
from crnn.report.tables import compared


def main() -> None:
    """From a table to a model, its measures and its reasons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--text", nargs="*", default=["the breakfast was not poor at all", "房间一点也不干净"])
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--out", type=Path, default=Path("run/reviews"))
    options = parser.parse_args()

    # One table may hold both languages: characters of the one and words of the other are learnt side by side.
    data = options.data or both(options.out / "reviews.csv")
    model = crnn.Model(crnn.TextClassification(), size=options.size)
    settings = crnn.TrainOptions(folder=options.out / "training", progress=sys.stderr.isatty())
    model.fit(data, epochs=options.epochs, options=settings)
    print(model.findings if len(model.findings) else "nothing was left out of the data")

    # The validation part beside rules that need no network: is the network worth its cost?
    assert model.validation is not None
    examples, evaluation = model.validation
    judged = judge(model.task, examples, evaluation)
    assert judged is not None
    for row in compared(judged, evaluation.values, model.baselines()):
        print(f"{row.values['accuracy']:6.1%}  {row.who}")

    for text in options.text:
        reasons = model.explain(text)
        print(f"{text}: {reasons.answer}, since {reasons}")
    print(f"model  {model.save(options.out / 'model')}")


def both(path: Path) -> Path:
    """English and Chinese reviews in one table, with English labels."""
    english, chinese = (reviews(path.with_name(f"{language}.csv"), 400, language=language) for language in ("en", "zh"))
    rows = chinese.read_text(encoding="utf-8").replace(",好评", ",good").replace(",差评", ",bad").splitlines()[1:]
    path.write_text(english.read_text(encoding="utf-8") + "\n".join(rows) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
