"""Your own loss, metric, optimizer and callback: plain functions, given where a name would be.

    python examples/custom_parts.py [--epochs 10]

Few samples of one class against many of another: a focal loss, a metric that looks at the rare class, and an optimizer
that the package does not know. Some seconds on one core.
"""

import argparse

import torch
from torch import Tensor

import crnn
from crnn.data.toy import tones

RARE = 1


def focal(scores: Tensor, targets: Tensor) -> Tensor:
    """Focal loss (Lin et al. 2017): samples that are already easy count less. One loss a sample, (B,)."""
    log_share = torch.log_softmax(scores, dim=1).gather(1, targets[:, None])[:, 0]
    return -((1 - log_share.exp()) ** 2) * log_share


def rare_recall(predictions: Tensor, targets: Tensor) -> Tensor:
    """Share of the rare class that is found. Predictions of a custom loss are its raw scores, (N, K)."""
    return (predictions.argmax(1) == RARE)[targets == RARE].float().mean()


def main() -> None:
    """Train twice on the same data: as usual, and with one's own parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()

    x, y = tones(classes=2, samples=400, noise=1.0)
    keep = (y != RARE) | (torch.arange(len(y)).numpy() % 8 == 1)  # a quarter of the rare class stays
    x, y = x[keep], y[keep]
    found = crnn.CustomMeasure(rare_recall, "rare_recall", higher_is_better=True)

    for title, loss, optimizer in (
        ("cross-entropy, Adam", "cross_entropy", crnn.Adam(rate=4e-3)),
        ("focal loss, NAdam", focal, crnn.TorchOptimizer(torch.optim.NAdam, {"lr": 4e-3})),
        ("balanced classes, AdamW", crnn.CrossEntropy(class_weights="balanced"), crnn.AdamW(rate=4e-3)),
    ):
        rates: list[float] = []
        model = crnn.Model(crnn.ArrayClassification(classes=2), size="tiny")
        model.compile(loss=loss, optimizer=optimizer, schedule="cosine", metrics=["accuracy", found])
        history = model.fit(
            x,
            y,
            epochs=options.epochs,
            validation_split=0.3,
            options=crnn.TrainOptions(progress=False, callbacks=(lambda row, seen=rates: seen.append(row["rate"]),)),
        )
        best = history.best
        print(f"{title:<24} accuracy {best['val_accuracy']:.3f}  rare class found {best['val_rare_recall']:.3f}")
        assert len(rates) == len(history)


if __name__ == "__main__":
    main()
