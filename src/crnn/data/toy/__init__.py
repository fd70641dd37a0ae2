"""Small made data that can be learnt, for tests, examples and benchmarks: seeded, no downloads."""

from crnn.data.toy.arrays import sequences, tones
from crnn.data.toy.sounds import tone_texts, tone_words
from crnn.data.toy.tables import gestures, sales
from crnn.data.toy.writing import printed_lines, reviews

__all__ = ["gestures", "printed_lines", "reviews", "sales", "sequences", "tone_texts", "tone_words", "tones"]
