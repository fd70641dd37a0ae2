"""The command line: a thin command per verb."""
