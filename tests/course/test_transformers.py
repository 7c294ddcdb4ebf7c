import pytest
import torch

from lossfns.course import RowTransformer


@pytest.mark.parametrize("norm_first", [False, True])
def test_scores_have_a_row_for_each_image_and_every_weight_gets_a_gradient(norm_first):
    model = RowTransformer(layers=2, width=8, norm_first=norm_first, classes=3)
    scores = model(torch.rand(5, 64, generator=torch.Generator().manual_seed(0)))
    assert scores.shape == (5, 3)
    scores.square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


def test_the_seed_decides_the_weights_and_the_global_state_is_left_alone():
    state = torch.get_rng_state()
    one, again, other = (RowTransformer(seed=seed) for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(p, q) for p, q in zip(one.parameters(), again.parameters(), strict=True))
    assert not torch.equal(one.place, other.place)


def test_the_order_of_the_rows_matters_and_an_image_does_not_see_the_others():
    model, images = RowTransformer(seed=1), torch.rand(3, 64, generator=torch.Generator().manual_seed(0))
    upside_down = images.unflatten(-1, (8, 8)).flip(1).flatten(1)
    assert not torch.allclose(model(images), model(upside_down), atol=1e-3)
    torch.testing.assert_close(model(images)[1:2], model(images[1:2]), rtol=1e-4, atol=1e-5)


def test_images_of_another_size_are_refused():
    with pytest.raises(RuntimeError):
        RowTransformer()(torch.zeros(2, 49))
