"""What all tests share: one thread a process, and the folder of real data where there is one."""

import os
from pathlib import Path

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Small tensors run faster on one thread, and test processes side by side do not fight for cores."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def real_data():
    """The folder of real data sets; the test is skipped where there is none."""
    folder = Path(os.environ.get("CRNN_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set $CRNN_DATA")
    return folder
