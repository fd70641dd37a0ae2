"""The report page after training."""
