"""Networks: convolutions, recurrence, summary and head, built from a `crnn.spec.NetworkSpec`."""
