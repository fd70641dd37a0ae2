"""From log-probabilities of symbols to sequences of symbols; knows no task, no file and no text."""
