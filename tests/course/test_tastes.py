import numpy as np
import torch

from lossfns.course import Factors, hit_rate, hold_back, triples

CHOSEN = np.random.default_rng(0).random((40, 12)) < 0.4
CHOSEN[:, :2] = True


def test_hold_back_takes_one_choice_of_each_user():
    known, item = hold_back(CHOSEN, seed=1)
    assert (known.sum(1) == CHOSEN.sum(1) - 1).all() and (known <= CHOSEN).all()
    assert CHOSEN[np.arange(40), item].all() and not known[np.arange(40), item].any()
    np.testing.assert_array_equal(item, hold_back(CHOSEN, seed=1).item)
    assert (item != hold_back(CHOSEN, seed=2).item).any()


def test_triples_are_a_choice_and_something_not_chosen():
    known = hold_back(CHOSEN).known
    users, chosen, other = next(triples(known, size=500))
    assert known[users, chosen].all() and not known[users, other].any()
    assert 200 < len(users) < 500
    assert torch.equal(users, next(triples(known, size=500))[0])


def test_hit_rate_is_one_for_the_truth_and_about_k_in_m_for_noise():
    held = hold_back(CHOSEN)
    truth = np.zeros(CHOSEN.shape)
    truth[np.arange(40), held.item] = 1
    assert hit_rate(truth, held, k=1) == 1
    assert hit_rate(-truth, held, k=1) == 0
    noise = [hit_rate(np.random.default_rng(s).random(CHOSEN.shape), held, k=3) for s in range(50)]
    left = (~held.known).sum(1)
    assert abs(np.mean(noise) - np.mean(3 / left)) < 0.03


def test_factors_have_their_own_seed():
    state = torch.get_rng_state()
    one, same, other = (Factors(4, 3, 2, seed=s)() for s in (1, 1, 2))
    assert (
        torch.equal(one, same) and not torch.equal(one, other) and torch.equal(state, torch.get_rng_state())
    )
