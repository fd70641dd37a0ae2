"""Variations of texts keep what they must: lengths, padding, the batch given, and all tokens where they only move."""

import pytest
import torch

from crnn.padded import Padded, chained
from crnn.text.augment import Drop, Swap


@pytest.fixture
def batch():
    rows = [torch.arange(1, 2 * length + 1).reshape(length, 2).float() for length in (40, 1, 7)]
    return Padded.stack(rows)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("vary", [Drop(0.5), Swap(0.5), chained(Drop(0.3), Swap(0.3))])
def test_the_batch_given_and_its_padding_stay(batch, vary):
    before = batch.data.clone()
    found = vary(batch, seeded())
    assert torch.equal(batch.data, before)
    assert torch.equal(found.lengths, batch.lengths)
    assert not found.data[~batch.mask()].any()
    assert torch.equal(found.data, vary(batch, seeded()).data)
    assert not torch.equal(found.data, vary(batch, seeded(1)).data)


def test_drop_hides_whole_steps_and_never_all(batch):
    found = Drop(0.5)(batch, seeded()).data
    hidden = (found == 0).all(2) & batch.mask()
    assert ((found == batch.data).all(2) | (found == 0).all(2)).all()
    assert 8 <= int(hidden[0].sum()) <= 32
    assert (Drop(1.0)(batch, seeded()).data.flatten(1) != 0).any(1).all()


def test_swap_moves_tokens_by_one_and_loses_none(batch):
    found = Swap(0.5)(batch, seeded())
    for given, moved in zip(batch.unpad(), found.unpad(), strict=True):
        assert sorted(given[:, 0].tolist()) == sorted(moved[:, 0].tolist())
        assert ((given[:, 0] - moved[:, 0]).abs() <= 2).all()
    assert not torch.equal(found.data, batch.data)
