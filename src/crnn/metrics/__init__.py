"""Measures of quality: pure arithmetic in `functional`, torchmetrics shells in `modules`."""
