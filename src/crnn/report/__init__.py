"""The report page after training: how good, where wrong, what to look at, how it was made; and the model card."""

from crnn.report.page import Report, gather, write

__all__ = ["Report", "gather", "write"]
