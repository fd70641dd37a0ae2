"""Texts: the symbols they are made of, and what is done to them before training."""
