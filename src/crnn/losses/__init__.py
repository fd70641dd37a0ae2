"""Objectives: what training minimises and how scores become predictions."""
