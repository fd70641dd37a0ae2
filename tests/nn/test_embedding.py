"""The front end of texts, against loops; and what it must keep."""

import torch

from crnn.nn.embedding import Embedding, Linear
from crnn.nn.linear import Bags, log_ratios
from crnn.padded import Padded


def made(wide=3):
    torch.manual_seed(0)
    linear = Linear(torch.rand(20), wide, torch.tensor([1.0, 1.0, 0.5, 0.5])) if wide else None
    front = Embedding(15, 4, 5, dropout=0.5, pieces=2, common=4, linear=linear).eval()
    if linear is not None:
        torch.nn.init.normal_(linear.table)
        torch.nn.init.normal_(linear.offset)
    return front


def numbers():
    torch.manual_seed(1)
    return [torch.randint(-3, 20, (length, 4)).float() for length in (6, 2, 9)]


def by_hand(front, ids):
    """Features of one sample, step by step and slot by slot."""
    model = front.linear
    loud = [(int(each), float(model.loudness[slot])) for step in ids for slot, each in enumerate(step) if each > 0]
    length = sum((float(model.importance[each]) * weight) ** 2 for each, weight in loud) ** 0.5
    rows = []
    for place, step in enumerate(ids.tolist()):
        parts = [] if 0 < step[0] <= 4 else step[2:]
        seen = [int(each) for each in step[:2] + parts if 0 < each < 15]
        vector = sum((front.vectors[each] for each in seen), torch.zeros(5)) / max(len(seen), 1) ** 0.5
        added = model.offset.clone() if place == 0 else torch.zeros(3)
        for slot, each in enumerate(step):
            if each > 0:
                added += model.table[int(each)] * model.importance[int(each)] * model.loudness[slot] / length
        rows.append(torch.cat([vector, added]))
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
    assert not made(wide=0)(Padded.whole(torch.tensor([[[-5.0, 0, 0, 19]]]))).data.any()


def test_only_rows_that_occur_get_a_gradient_and_the_linear_model_none():
    front = made()
    front(Padded.whole(torch.tensor([[[5.0, 0, 7, -1]]]))).data.sum().backward()
    assert front.vectors.grad.abs().sum(1).nonzero().flatten().tolist() == [5, 7]
    assert [name for name, _ in front.named_parameters()] == ["vectors"]


def test_meanings_are_added_and_stay_as_they_are():
    plain, samples = made(), numbers()
    table = torch.randn(6, 5).index_fill(0, torch.tensor([0]), 0.0).half()
    front = Embedding(15, 4, 5, dropout=0.5, pieces=2, common=4, linear=plain.linear, meanings=table).eval()
    front.vectors = plain.vectors
    words = [torch.randint(0, 6, (len(ids), 1)) for ids in samples]
    batch = Padded.stack([torch.cat(both, 1) for both in zip(samples, words, strict=True)])
    found, without = front(batch).data, plain(Padded.stack(samples)).data
    for row, bare, numbered in zip(found, without, words, strict=True):
        torch.testing.assert_close(row[: len(numbered), :5] - bare[: len(numbered), :5], table[numbered[:, 0]].float())
        assert not row[len(numbered) :].any()
    torch.testing.assert_close(found[..., 5:], without[..., 5:])
    assert [name for name, _ in front.named_parameters()] == ["vectors"]
    assert front.sample_shape == (20, 5)


def test_beside_meanings_that_stand_alone_nothing_is_trained():
    table = torch.randn(4, 5).index_fill(0, torch.tensor([0]), 0.0).half()
    alone = torch.tensor([False, True, False, True])
    front = Embedding(15, 1, 5, meanings=table, alone=alone)
    found = front(Padded.whole(torch.tensor([[[7.0, 1], [8, 2], [9, 3], [10, 0]]]))).data[0]
    torch.testing.assert_close(found[[0, 2]], table[[1, 3]].float())
    torch.testing.assert_close(found[[1, 3]], front.vectors[[8, 10]] + table[[2, 0]].float())
    found.sum().backward()
    assert front.vectors.grad.abs().sum(1).nonzero().flatten().tolist() == [8, 10]
    assert "alone" not in front.state_dict()


def test_the_linear_model_is_that_of_scikit_learn_on_bags_weighted_by_naive_bayes():
    from sklearn.svm import LinearSVC

    torch.manual_seed(2)
    samples = [torch.randint(0, 20, (int(length), 4)) for length in torch.randint(3, 9, (60,))]
    labels = torch.tensor([int(ids.float().mean() > 9) + int(ids.max() == 19) for ids in samples])
    sides = 2.0 * torch.nn.functional.one_hot(labels, 3) - 1.0
    model = Linear(torch.rand(20), 3)
    model.fit(samples, sides)
    bags = torch.zeros(60, 20)
    for row, ids in enumerate(samples):
        kept = ids[ids > 0]
        bags[row].index_add_(0, kept, model.importance[kept])
        bags[row] /= model.importance[kept].norm()
    for column in range(3):
        held = sides[:, column] > 0
        inside, outside = (1.0 + (bags[part] > 0).sum(0) for part in (held, ~held))
        inside[0] = outside[0] = 1.0
        trust = model.TRUST + (inside / inside.sum() / (outside / outside.sum())).log().abs()
        weighted = (bags * trust).numpy()
        machine = LinearSVC(C=model.STRENGTH, tol=1e-8, max_iter=100_000).fit(weighted, sides[:, column].numpy())
        wanted = torch.from_numpy(machine.decision_function(weighted)).float() * model.GAIN
        given = torch.stack([model(ids[None])[0].sum(0)[column] for ids in samples])
        torch.testing.assert_close(given, wanted, rtol=0.02, atol=0.02)


def test_a_number_counts_once_a_sample_in_the_ratio_of_a_class_to_the_others():
    ids, starts = torch.tensor([1, 1, 2, 2, 3]), torch.tensor([0, 3])
    ratios = log_ratios(Bags(ids, starts, torch.ones(5)), torch.tensor([[1.0], [-1.0]]), 4)
    inside, outside = torch.tensor([1.0, 2, 2, 1]) / 6, torch.tensor([1.0, 1, 2, 2]) / 6
    torch.testing.assert_close(ratios[:, 0], (inside / outside).log())


def test_without_a_linear_model_there_are_only_vectors():
    front = made(wide=0)
    assert front(Padded.stack(numbers())).data.shape == (3, 9, 5)
    assert front.frames(9) == 9
