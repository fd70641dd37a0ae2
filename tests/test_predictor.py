"""Loading puts saved weights in place of drawn ones: no chance is used, and the loaded model goes on learning."""

import torch

import crnn
from crnn.data.toy import tones


def test_loading_draws_no_chance_and_the_model_goes_on_learning(tmp_path):
    x, y = tones(classes=3, samples=30)
    quiet = crnn.TrainOptions(progress=False)
    model = crnn.Model(crnn.ArrayClassification(classes=3), size="tiny")
    model.fit(x, y, epochs=1, options=quiet)
    expected = model.predict(x)
    model.save(tmp_path / "model")
    before = torch.get_rng_state()
    loaded = crnn.load(tmp_path / "model")
    assert torch.equal(torch.get_rng_state(), before)
    assert (loaded.predict(x) == expected).all()
    assert loaded.parameters == model.parameters
    loaded.fit(x, y, epochs=1, options=quiet)
    assert (loaded.predict(x) != expected).any()
