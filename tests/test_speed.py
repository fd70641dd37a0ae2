"""Settings for speed: honest about where they work, and chance that leaves the caller's alone."""

import subprocess
import sys

import torch
from hypothesis import given
from hypothesis import strategies as st

from crnn import speed


def test_keeping_memory_says_whether_it_took():
    # In a process of its own: the setting holds for the process.
    code = "import crnn.speed as s, sys; sys.exit(0 if s.keep_memory() is sys.platform.startswith('linux') else 1)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_seeded_leaves_the_callers_chance_alone():
    torch.manual_seed(3)
    wanted = torch.rand(2)
    torch.manual_seed(3)
    with speed.seeded(7):
        first = torch.rand(2)
    assert torch.equal(torch.rand(2), wanted)
    with speed.seeded(7):
        assert torch.equal(torch.rand(2), first)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=4))
def test_mixed_seeds_are_seeds_and_neighbours_differ(numbers):
    seed = speed.mix(*numbers)
    assert 0 <= seed < 2**63
    assert seed == speed.mix(*numbers)
    assert seed != speed.mix(*numbers[:-1], numbers[-1] + 1)


def test_half_precision_is_none_where_it_would_be_emulated(monkeypatch):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    assert speed.half_precision(torch.device("cpu")) is None
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: True)
    assert speed.half_precision(torch.device("cpu")) is torch.bfloat16
