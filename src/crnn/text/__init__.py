"""Text as a user holds it: cleaned, cut into tokens, spelt by an alphabet or a vocabulary, varied for training."""
