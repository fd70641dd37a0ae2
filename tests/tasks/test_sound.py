"""What tasks on recordings share: variation of waves that means the same at every rate."""

import pytest
import torch

import crnn
from crnn.padded import Padded


@pytest.mark.parametrize("task", [crnn.SpokenCommands, crnn.SpeechRecognition])
@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_a_recording_moves_by_a_tenth_of_a_second_at_most_whatever_its_rate(task, rate_hz):
    shift = next(step for step in task(rate_hz=rate_hz).vary_inputs().steps if type(step).__name__ == "Shift")
    second = torch.zeros(64, rate_hz)
    second[:, rate_hz // 2] = 1.0
    moved = shift(Padded.whole(second), torch.Generator().manual_seed(0)).data.argmax(1) / rate_hz - 0.5
    assert 0.08 < float(moved.abs().max()) <= 0.1


@pytest.mark.parametrize("task", [crnn.SpokenCommands, crnn.SpeechRecognition])
def test_a_room_knows_the_rate_of_its_waves(task):
    room = next(step for step in task(rate_hz=8_000).vary_inputs().steps if type(step).__name__ == "Room")
    assert room.rate_hz == 8_000


@pytest.mark.parametrize("task", [crnn.SpokenCommands, crnn.SpeechRecognition])
def test_without_augmentation_waves_stay_as_they_are(task):
    assert task(augment=False).vary_inputs() is None
