import pytest
import torch
from torch.nn.functional import cross_entropy, mse_loss

import lossfns
from lossfns.course import minibatches, mlp, train


def test_mlp_is_seeded_and_leaves_the_global_state_alone():
    before = torch.get_rng_state()
    one, same, other = (mlp(3, 4, 2, seed=seed)[0].weight for seed in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert torch.equal(torch.get_rng_state(), before)


def test_mlp_with_two_sizes_is_linear():
    assert [type(layer).__name__ for layer in mlp(3, 2)] == ["Linear"]
    with pytest.raises(ValueError, match="input and output"):
        mlp(3)


def test_train_takes_the_steps_of_a_loop_written_out():
    x, y = torch.randn(64, 3, generator=torch.Generator().manual_seed(0)), torch.arange(64) % 2

    def loss(model, x, y):
        return cross_entropy(model(x), y)

    model, twin = mlp(3, 8, 2), mlp(3, 8, 2)
    trail = train(model, loss, minibatches(x, y, size=16), steps=7, lr=0.1, optimizer=torch.optim.Adam)
    opt, losses = torch.optim.Adam(twin.parameters(), lr=0.1), []
    for _, batch in zip(range(7), minibatches(x, y, size=16), strict=False):
        opt.zero_grad()
        losses.append(loss(twin, *batch))
        losses[-1].backward()
        opt.step()
    assert torch.equal(trail.losses, torch.stack(losses).detach())
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_train_watches_at_both_ends_and_in_between_in_eval_mode_without_gradients():
    model, x = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Dropout(0.5)), torch.ones(4, 1)
    batches = iter([(x,)] * 5)
    modes = []

    def watch():
        modes.append((model.training, torch.is_grad_enabled()))
        return len(modes)

    trail = train(model, lambda m, x: m(x).square().mean(), batches, steps=5, lr=0.01, watch=watch, every=2)
    assert (trail.at, trail.seen) == ([0, 2, 4, 5], [1, 2, 3, 4])
    assert set(modes) == {(False, False)} and model.training


def test_train_follows_a_schedule():
    model, x = mlp(1, 1), torch.ones(4, 1)
    still = {name: value.clone() for name, value in model.state_dict().items()}
    fit = {"loss": lambda m, x: mse_loss(m(x), 3 * x), "optimizer": torch.optim.SGD}
    train(model, batches=iter([(x,)] * 3), steps=3, lr=lambda step: 0.0, **fit)
    assert all(torch.equal(value, still[name]) for name, value in model.state_dict().items())
    train(model, batches=iter([(x,)] * 3), steps=3, lr=lambda step: 0.1 * (step == 2), **fit)
    assert not torch.equal(model[0].weight, still["0.weight"])


def test_train_says_what_is_wrong():
    model, x = mlp(1, 1), torch.ones(4, 1)
    with pytest.raises(ValueError, match="batches ended before step 1"):
        train(model, lambda m, x: m(x).mean(), iter([(x,)]), steps=2, lr=0.1)
    with pytest.raises(ValueError, match="at least 1"):
        train(model, lambda m, x: m(x).mean(), iter([(x,)]), steps=0, lr=0.1)


def test_prepare_is_called_before_each_step_with_the_optimizer_and_the_batch():
    seen = []
    model, x = mlp(1, 1), torch.ones(4, 1)
    before = [p.clone() for p in model.parameters()]

    def prepare(optimizer, step, batch):
        same = all(torch.equal(p, q) for p, q in zip(model.parameters(), before, strict=True))
        seen.append((type(optimizer), step, batch is x, same))

    train(model, lambda m, x: m(x).square().mean(), iter([(x,)] * 3), steps=2, lr=0.1, prepare=prepare)
    assert seen == [(torch.optim.AdamW, 0, True, True), (torch.optim.AdamW, 1, True, False)]


def test_prepare_serves_sophia():
    model, x = mlp(2, 3, seed=1), torch.randn(16, 2, generator=torch.Generator().manual_seed(0))
    y = torch.zeros(16, dtype=torch.int64)

    def curvature(optimizer, step, x, y):
        optimizer.update_curvature(lossfns.gauss_newton_bartlett(model(x), model.parameters()))

    trail = train(
        model,
        lambda m, x, y: torch.nn.functional.cross_entropy(m(x), y),
        iter([(x, y)] * 30),
        steps=30,
        lr=0.1,
        optimizer=lossfns.Sophia,
        prepare=curvature,
    )
    assert trail.losses[-1] < trail.losses[0] / 2
