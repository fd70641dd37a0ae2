"""The front end of texts, against loops; and what it must keep."""

import torch

from crnn.nn.embedding import Embedding
from crnn.padded import Padded


def made(wide=3):
    torch.manual_seed(0)
    front = Embedding(20, 4, 5, wide, dropout=0.5, importance=torch.rand(20)).eval()
    if front.bag is not None:
        torch.nn.init.normal_(front.bag)
    return front


def numbers():
    torch.manual_seed(1)
    return [torch.randint(-3, 20, (length, 4)).float() for length in (6, 2, 9)]


def by_hand(front, ids):
    """Features of one sample, step by step and slot by slot."""
    kept = [[int(each) for each in step if each > 0] for step in ids.tolist()]
    length = sum(float(front.importance[each]) ** 2 for step in kept for each in step) ** 0.5
    rows = []
    for step in kept:
        vector = sum((front.vectors[each] for each in step), torch.zeros(5)) / max(len(step), 1) ** 0.5
        added = sum((front.bag[each] * front.importance[each] for each in step), torch.zeros(3))
        rows.append(torch.cat([vector, added * front.GAIN / length]))
    return torch.stack(rows)


def test_it_is_the_sum_over_slots_and_a_weighted_bag():
    front, samples = made(), numbers()
    found = front(Padded.stack(samples))
    for sample, row, length in zip(samples, found.data, found.lengths.tolist(), strict=True):
        torch.testing.assert_close(row[:length], by_hand(front, sample))
        assert not row[length:].any()


def test_padding_never_counts_whatever_stands_in_it():
    front, samples = made(), numbers()
    batch = Padded.stack(samples, fill=7.0)
    torch.testing.assert_close(front(batch).data[1, :2], front(Padded.stack(samples[1:2])).data[0])


def test_what_is_unknown_or_hidden_is_silent():
    front = made()
    assert not front(Padded.whole(torch.tensor([[[-5.0, 0, 0, 0]]]))).data.any()


def test_only_rows_that_occur_get_a_gradient():
    front = made()
    front(Padded.whole(torch.tensor([[[3.0, 0, 7, -1]]]))).data.sum().backward()
    assert front.vectors.grad.abs().sum(1).nonzero().flatten().tolist() == [3, 7]
    assert front.bag.grad.abs().sum(1).nonzero().flatten().tolist() == [3, 7]


def test_without_a_bag_there_are_only_vectors():
    front = made(wide=0)
    assert front(Padded.stack(numbers())).data.shape == (3, 9, 5)
    assert front.frames(9) == 9
