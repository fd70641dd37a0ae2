"""The Keras side of `classic.py`; run by a Python that has Keras 3 on TensorFlow."""

from __future__ import annotations

import os
import time
from typing import Any

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from classic_data import BATCH, RATE, data
from keras_oracle import classic
from turns import serve


class KerasSide:
    """Keras' `fit`, `predict` and call; the model is compiled once, which spares Keras its tracing in later rounds."""

    def __init__(self) -> None:
        self.model = classic(keras)
        self.model.compile(keras.optimizers.Adam(RATE), "sparse_categorical_crossentropy", metrics=["accuracy"])
        self.start = self.model.get_weights()
        self.compiled = tf.function(lambda x: self.model(x, training=False), reduce_retracing=True)

    def fit(self, samples: int, epochs: int) -> dict[str, Any]:
        """Train from the first weights."""
        x, y = data(samples)
        x = x[..., None]
        self.model.set_weights(self.start)
        rate = self.model.optimizer.learning_rate
        for state in self.model.optimizer.variables:
            if state is not rate:
                state.assign(np.zeros(state.shape, state.dtype))
        started = time.perf_counter()
        self.model.fit(x, y, epochs=epochs, batch_size=BATCH, verbose=0)
        seconds = time.perf_counter() - started
        unseen, truth = data(512, seed=1)
        accuracy = float((self.model.predict(unseen[..., None], verbose=0).argmax(1) == truth).mean())
        return {"seconds": seconds, "accuracy": accuracy}

    def predict(self, samples: int) -> dict[str, Any]:
        """Probabilities of all samples, by batches of 64 and of Keras' own 32; the faster counts."""
        x = data(samples)[0][..., None]
        times = {}
        for batch in (BATCH, 32):
            started = time.perf_counter()
            self.model.predict(x, batch_size=batch, verbose=0)
            times[batch] = time.perf_counter() - started
        return {"seconds": min(times.values()), "by_batch": times}

    def single(self, calls: int) -> dict[str, Any]:
        """Seconds of one call with one sample, by three ways, and the best of them."""
        x = data(1)[0][..., None]
        calling = median_of(lambda: np.asarray(self.model(x, training=False)), calls)
        predicting = median_of(lambda: self.model.predict(x, verbose=0), calls)
        compiled = median_of(lambda: self.compiled(x).numpy(), calls)
        best = min(calling, predicting, compiled)
        return {"seconds": best, "calling": calling, "predicting": predicting, "compiled": compiled}


def median_of(call: Any, calls: int) -> float:
    """The median time of a call, after a few to warm up."""
    times = []
    for _ in range(calls + 5):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return float(np.median(times[5:]))


if __name__ == "__main__":
    side = KerasSide()
    serve({"fit": side.fit, "predict": side.predict, "single": side.single})
