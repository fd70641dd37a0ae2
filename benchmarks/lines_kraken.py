"""A side of `lines_speed.py`: kraken with its own data set, trainer and recogniser, and a network of the same layers.

It runs in a Python of its own that has kraken beside what crnn needs. VGSL knows no batch norm, so kraken computes a
little less; the convolutions, the pooling, the LSTMs, the lines and the size of a batch are the same.
"""

from __future__ import annotations

import tempfile
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lines_torch import HEIGHT_PX, drawn
from PIL import Image
from turns import serve

import crnn
from crnn.spec import ConvSpec


def torchvision_imports() -> None:
    """Let torchvision be imported beside a torch that its compiled operators were not made for; none is used here."""
    register = torch.library.register_fake

    def lenient(operator: Any, *arguments: Any, **settings: Any) -> Any:
        if str(operator).startswith("torchvision::"):
            return lambda function: function
        return register(operator, *arguments, **settings)

    torch.library.register_fake = lenient  # type: ignore[assignment]


torchvision_imports()

from kraken.configs import (  # noqa: E402
    RecognitionInferenceConfig,
    VGSLRecognitionTrainingConfig,
    VGSLRecognitionTrainingDataConfig,
)
from kraken.containers import BBoxLine, Segmentation  # noqa: E402
from kraken.train import KrakenTrainer, VGSLRecognitionDataModule, VGSLRecognitionModel  # noqa: E402
from lightning.pytorch.callbacks import Callback  # noqa: E402


def vgsl(task: crnn.Handwriting, size: str) -> str:
    """The task's network in kraken's language."""
    spec = task.network(size)
    assert spec.recurrent is not None
    layers = [layer for block in spec.convolutions for layer in convolution(block)]
    recurrent = [f"Lbx{spec.recurrent.units}", f"Do{spec.recurrent.dropout},1"] * spec.recurrent.layers
    return f"[1,{task.features},0,1 {' '.join([*layers, 'S1(1x0)1,3', *recurrent])}]"


def convolution(block: ConvSpec) -> list[str]:
    """A block's convolution, pooling and dropout."""
    pool = (block.axis(0)[3], block.axis(1)[3])
    dropout = [f"Do{block.dropout},2"] if block.dropout else []
    return [f"Cr3,3,{block.channels}", f"Mp{pool[0]},{pool[1]},{pool[0]},{pool[1]}", *dropout]


class Clock(Callback):  # type: ignore[misc]
    """Seconds of each epoch from its start to the end of its last batch, before anything is judged."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.losses: list[float] = []

    def on_train_epoch_start(self, trainer: Any, module: Any) -> None:
        """Start."""
        self.started = time.perf_counter()
        self.seconds.append(0.0)

    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Stop, for now."""
        self.seconds[-1] = time.perf_counter() - self.started
        self.losses.append(float(outputs["loss"]))


@lru_cache(maxsize=2)
def trained(samples: int, epochs: int, size: str) -> tuple[Any, Clock]:
    """The module of kraken after training as `ketos train` does it, and what the clock saw."""
    records, task = drawn(samples)
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, record in enumerate(records):
            path = Path(folder) / f"{number}.png"
            Image.fromarray(grey(record.source)).save(path)
            path.with_suffix(".gt.txt").write_text(record.target, encoding="utf-8")
            files.append(path)
        data = VGSLRecognitionDataModule(
            VGSLRecognitionTrainingDataConfig(
                training_data=files, evaluation_data=files[:1], format_type="path", augment=False
            )
        )
        module = VGSLRecognitionModel(
            VGSLRecognitionTrainingConfig(
                spec=vgsl(task, size), batch_size=task.plan.batch_size, epochs=epochs, quit="fixed", lrate=2e-3
            )
        )
        trainer = KrakenTrainer(
            accelerator="cpu",
            devices=1,
            precision="32-true",
            max_epochs=epochs,
            min_epochs=epochs,
            enable_progress_bar=False,
            enable_summary=False,
            enable_model_summary=False,
            enable_checkpointing=False,
            gradient_clip_val=1.0,
            num_sanity_val_steps=0,
            callbacks=[clock],
        )
        trainer.fit(module, data)
    return module, clock


def grey(source: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A picture in memory as 8-bit grey."""
    picture = np.asarray(source)
    return picture if picture.dtype == np.uint8 else (255 * picture).round().astype(np.uint8)


def fit(samples: int, epochs: int, size: str) -> dict[str, Any]:
    """Train with kraken."""
    trained.cache_clear()
    module, clock = trained(samples, epochs, size)
    batches = max(1, len(clock.losses) // epochs)
    parameters = sum(each.numel() for each in module.net.parameters())
    return {
        "seconds": sum(clock.seconds),
        "parameters": parameters,
        "loss": float(np.mean(clock.losses[-batches:])),
    }


def read(samples: int, size: str) -> dict[str, Any]:
    """Read with kraken: lines cut from one page, in batches of 32, to texts with places."""
    records, _ = drawn(samples)
    module, _ = trained(16, 1, size)
    pictures = [grey(record.source) for record in records]
    width = max(picture.shape[1] for picture in pictures)
    page = np.full((HEIGHT_PX * samples, width), 255, np.uint8)
    lines = []
    for number, picture in enumerate(pictures):
        top = HEIGHT_PX * number
        page[top : top + len(picture), : picture.shape[1]] = picture
        lines.append(BBoxLine(id=str(number), bbox=(0, top, picture.shape[1], top + len(picture))))
    segmentation = Segmentation(
        type="bbox", imagename="page", text_direction="horizontal-lr", script_detection=False, lines=lines
    )
    config = RecognitionInferenceConfig(batch_size=32, num_line_workers=0, num_threads=torch.get_num_threads())
    config.accelerator, config.device = "cpu", 1
    module.net.prepare_for_inference(config)
    started = time.perf_counter()
    with torch.inference_mode():
        answers = list(module.net.predict(im=Image.fromarray(page), segmentation=segmentation))
    return {"seconds": time.perf_counter() - started, "lines": len(answers)}


if __name__ == "__main__":
    serve({"fit": fit, "read": read})
