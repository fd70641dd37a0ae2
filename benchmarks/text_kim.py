"""The convolutional network of Kim (2014) on the same parts as `text_real.py`, in plain PyTorch: the published peer.

    python benchmarks/text_kim.py --set trec --data FOLDER --seeds 0 1 2
    python benchmarks/text_kim.py --set trec --data FOLDER --seeds 0 1 2 --vectors cc.en.300.vec.gz

As in the paper: widths 3, 4 and 5 with 100 maps each, the greatest value of each, dropout of a half, rows of the last
layer no longer than 3, Adadelta and 50 texts a batch. The vectors are random (CNN-rand), or start from a file and go on
learning (CNN-non-static). The dev part chooses the epoch, as it does for `text_real.py`.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from text_real import SETS
from torch import Tensor, nn

from crnn.data.example import Record
from crnn.text.vectors import read_vectors

WIDTHS = (3, 4, 5)
PIECE = re.compile(r"[一-鿿]|\w+|[^\w\s]")


def words(text: str) -> list[str]:
    """Words, marks, and Chinese characters one by one, in lower case."""
    found: list[str] = PIECE.findall(text.lower())
    return found


class Kim(nn.Module):
    """Vectors ``(V, D)``, three widths of convolutions, the greatest value of each map, one dense layer."""

    def __init__(self, vectors: Tensor, labels: int, maps: int = 100) -> None:
        super().__init__()
        self.vectors = nn.Embedding.from_pretrained(vectors, freeze=False, padding_idx=0)
        self.branches = nn.ModuleList(nn.Conv1d(vectors.shape[1], maps, width) for width in WIDTHS)
        self.dense = nn.Linear(maps * len(WIDTHS), labels)

    def forward(self, rows: Tensor) -> Tensor:
        """Numbers of words ``(B, T)`` to scores ``(B, K)``."""
        steps = self.vectors(rows).transpose(1, 2)
        greatest = torch.cat([branch(steps).relu().amax(2) for branch in self.branches], 1)
        scores: Tensor = self.dense(F.dropout(greatest, 0.5, self.training))
        return scores


def starting(known: Sequence[str], path: Path | None) -> Tensor:
    """A vector a word, from a file where it has the word; row 0 pads, row 1 is any other word."""
    found = {} if path is None else read_vectors(path, set(known))
    width = len(next(iter(found.values()))) if found else 300
    vectors = torch.rand(len(known) + 2, width) * 0.5 - 0.25
    vectors[0] = 0
    for at, word in enumerate(known, start=2):
        if word in found:
            vectors[at] = torch.from_numpy(found[word])
    return vectors


def one(given: argparse.Namespace, seed: int) -> float:
    """Share of the dev part that is right in the best epoch, in per cent."""
    torch.manual_seed(seed)
    train, dev = SETS[given.set](given.data / "text" / given.set, seed)
    read = train + dev if given.vectors else train  # words that only the dev part has mean something with vectors alone
    known = sorted({word for record in read for word in words(str(record.source))})
    places = {word: at for at, word in enumerate(known, start=2)}
    labels = {label: at for at, label in enumerate(sorted({str(record.target) for record in train}))}
    network = Kim(starting(known, given.vectors), len(labels))
    optimizer = torch.optim.Adadelta(network.parameters(), lr=1.0, rho=0.95, eps=1e-6)

    def batch(records: Sequence[Record]) -> tuple[Tensor, Tensor]:
        rows = [[places.get(word, 1) for word in words(str(record.source))] for record in records]
        longest = max(max(map(len, rows)), max(WIDTHS))
        padded = [row + [0] * (longest - len(row)) for row in rows]
        return torch.tensor(padded), torch.tensor([labels[str(record.target)] for record in records])

    best = 0.0
    random = np.random.default_rng(seed)
    for _ in range(given.epochs):
        network.train()
        order = random.permutation(len(train))
        for at in range(0, len(order), 50):
            rows, targets = batch([train[row] for row in order[at : at + 50]])
            optimizer.zero_grad()
            F.cross_entropy(network(rows), targets).backward()
            optimizer.step()
            with torch.no_grad():
                network.dense.weight.copy_(network.dense.weight.renorm(2, 0, 3.0))
        network.eval()
        right = 0
        with torch.no_grad():
            for at in range(0, len(dev), 256):
                rows, targets = batch(dev[at : at + 256])
                right += int((network(rows).argmax(1) == targets).sum())
        best = max(best, 100 * right / len(dev))
    return best


def main() -> None:
    """Train every seed and print a row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=tuple(SETS), required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--vectors", type=Path, help="Word vectors that others have trained, as text.")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    found = []
    for seed in given.seeds:
        found.append(one(given, seed))
        print(f"seed {seed}: {found[-1]:.2f} %", flush=True)
    print(f"mean {np.mean(found):.2f} %")


if __name__ == "__main__":
    main()
