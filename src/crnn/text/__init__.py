"""Text as a user holds it: cleaned, cut into tokens, numbered by a vocabulary, varied for training."""
