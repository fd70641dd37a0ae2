"""What the scripts by hand for speech and lines share: the network under CTC, as PyTorch has it, and its step."""

from __future__ import annotations

from commands_torch import Block, agreed
from torch import Tensor, nn, optim

import crnn
from crnn import predictor, speed
from crnn.losses import LOSSES
from crnn.nn.network import Network
from crnn.spec import NetworkSpec


class Bare(nn.Module):
    """Convolutions, a stack of LSTMs both ways and a head, without a thought for padding."""

    def __init__(self, rows: int, spec: NetworkSpec, outputs: int) -> None:
        super().__init__()
        widths = [1, *(block.channels for block in spec.convolutions)]
        self.blocks = nn.Sequential(*map(Block, widths, spec.convolutions))
        assert spec.recurrent is not None
        recurrent = spec.recurrent
        self.before = nn.Dropout(recurrent.input_dropout)
        self.lstm = nn.LSTM(
            widths[-1] * spec.rows(rows),
            recurrent.units,
            num_layers=recurrent.layers,
            batch_first=True,
            bidirectional=True,
            dropout=recurrent.dropout,
        )
        self.after = nn.Dropout(recurrent.dropout)
        self.head = nn.Linear(2 * recurrent.units, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """From ``(B, T, F)`` to logarithms of probabilities ``(B, T', K)``."""
        x = self.blocks(x.transpose(1, 2)[:, None]).permute(0, 3, 1, 2).flatten(2)
        return self.head(self.after(self.lstm(self.before(x))[0])).log_softmax(2)  # type: ignore[no-any-return]


def by_hand(task: crnn.SpeechRecognition | crnn.Handwriting, size: str) -> tuple[Bare, NetworkSpec]:
    """The task's network by hand.

    Raises:
        RuntimeError: the task's network has grown parts that the one by hand does not have.
    """
    spec = task.network(size)
    bare = Bare(task.features, spec, task.outputs)
    agreed(bare, Network(spec, task.features, task.outputs))
    return bare, spec


def learn(network: Bare, adam: optim.Optimizer, data: Tensor, steps: Tensor, symbols: Tensor, lengths: Tensor) -> float:
    """One step by hand: CTC, clipping, and nothing else; returns the loss.

    Args:
        network: To be trained.
        adam: Its optimizer.
        data: Sequences ``(B, T, F)``.
        steps: Of the network's output that count, ``(B,)``.
        symbols: Of all texts, one after the other or padded.
        lengths: Of the texts, ``(B,)``.
    """
    log_probs = network(data).transpose(0, 1)
    loss = nn.functional.ctc_loss(log_probs, symbols, steps, lengths, zero_infinity=True)
    adam.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    adam.step()
    return float(loss.detach())


def untrained(task: crnn.SpeechRecognition | crnn.Handwriting, size: str) -> predictor.Predictor:
    """The library's own recogniser with the task's network, as it is before training."""
    objective = LOSSES.make("ctc")
    recogniser = speed.channels_last(predictor.build(task, task.network(size), objective)).eval()
    return predictor.Predictor(task, recogniser, objective)  # type: ignore[arg-type]
