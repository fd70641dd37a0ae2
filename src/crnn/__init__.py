"""Sequence recognition with convolutional-recurrent networks, from a folder of examples to a model that runs live."""
