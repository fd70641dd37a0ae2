"""The arithmetic alone, for use without a model: pure functions of tensors and texts."""

from crnn.metrics.classification import confusion_matrix, counts
from crnn.metrics.ranking import roc_auc
from crnn.metrics.regression import naive_error
from crnn.metrics.transcription import edit_distance

__all__ = ["confusion_matrix", "counts", "edit_distance", "naive_error", "roc_auc"]
