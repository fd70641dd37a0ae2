"""Tasks: from the user's records to examples, from scores to answers."""
