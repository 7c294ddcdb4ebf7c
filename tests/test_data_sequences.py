"""The source of known entropy, and the text of the standard library."""

import math

import numpy as np
import pytest

from lossfns import data
from lossfns.data import MarkovSource


def two_states(a, b):
    """Leaves 0 with probability a, leaves 1 with probability b."""
    return MarkovSource([[1 - a, a], [b, 1 - b]])


def binary(p):
    return -p * math.log(p) - (1 - p) * math.log(1 - p)


@pytest.mark.parametrize(("a", "b"), [(0.2, 0.5), (0.9, 0.1), (0.5, 0.5)])
def test_two_states_have_the_textbook_shares_and_entropy_rate(a, b):
    source = two_states(a, b)
    np.testing.assert_allclose(source.stationary, [b / (a + b), a / (a + b)], rtol=1e-12)
    assert source.entropy_rate == pytest.approx((b * binary(a) + a * binary(b)) / (a + b), rel=1e-12)


def test_independent_tokens_have_the_entropy_of_their_shares():
    shares = np.array([0.5, 0.25, 0.25])
    source = MarkovSource(np.tile(shares, (3, 1)))
    np.testing.assert_allclose(source.stationary, shares, rtol=1e-12)
    assert source.entropy_rate == pytest.approx(1.5 * math.log(2), rel=1e-12)


def test_a_cycle_is_certain_and_its_shares_are_equal():
    source = MarkovSource([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    np.testing.assert_allclose(source.stationary, [1 / 3] * 3, rtol=1e-12)
    assert source.entropy_rate == 0
    row = source.sample(1, 7, seed=2)[0]
    np.testing.assert_array_equal(np.diff(row) % 3, np.ones(6))


def test_sample_follows_the_transition_matrix_and_the_long_run_shares():
    source = data.babble()
    tokens = source.sample(4000, 50, seed=1)
    pairs = np.zeros_like(source.transition)
    np.add.at(pairs, (tokens[:, :-1].ravel(), tokens[:, 1:].ravel()), 1)
    np.testing.assert_allclose(pairs / pairs.sum(1, keepdims=True), source.transition, atol=0.015)
    assert (pairs[source.transition == 0] == 0).all()
    first = np.bincount(tokens[:, 0], minlength=7) / 4000
    np.testing.assert_allclose(first, source.stationary, atol=0.03)


def test_sample_is_seeded():
    source = data.babble()
    np.testing.assert_array_equal(source.sample(3, 20, seed=4), source.sample(3, 20, seed=4))
    assert not np.array_equal(source.sample(3, 20, seed=4), source.sample(3, 20, seed=5))
    assert source.sample(3, 20).dtype == np.int64


def test_nll_is_the_surprise_of_each_step_and_tends_to_the_entropy_rate():
    source = two_states(0.2, 0.5)
    np.testing.assert_allclose(source.nll([0, 0, 1, 0]), -np.log([0.8, 0.2, 0.5]))
    assert source.nll(np.zeros((3, 5), dtype=int)).shape == (3, 4)
    babble = data.babble()
    losses = babble.nll(babble.sample(2000, 101, seed=3))
    assert losses.mean() == pytest.approx(babble.entropy_rate, abs=0.01)
    assert data.babble().nll([1, 1])[0] == np.inf  # no "aa"


def test_babble_is_what_its_docstring_says():
    source = data.babble()
    assert source.letters == " aeblns" and source.text([3, 1, 5, 2]) == "bane"
    assert source.stationary @ source.transition == pytest.approx(source.stationary)
    vowels = [source.letters.index(letter) for letter in "ae"]
    assert (source.transition[np.ix_(vowels, vowels)] == 0).all()


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ([[0.5, 0.5]], "square"),
        ([[0.5, 0.6], [0.5, 0.5]], "sum to 1"),
        ([[1.5, -0.5], [0.5, 0.5]], "sum to 1"),
        ([[1.0, 0.0], [0.5, 0.5]], "reachable"),
    ],
)
def test_a_matrix_that_is_no_chain_is_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        MarkovSource(bad)
    with pytest.raises(ValueError, match="letters"):
        MarkovSource([[0.5, 0.5], [0.5, 0.5]], "abc")


def test_entropy_of_known_distributions():
    np.testing.assert_allclose(
        data.entropy([[0.25] * 4, [0.5, 0.5, 0, 0], [1, 0, 0, 0]]), [math.log(4), math.log(2), 0]
    )


def test_topics_are_sentences_of_one_small_alphabet_each_once():
    sentences = data.topics().sentences
    assert len(set(sentences)) == len(sentences) > 500
    assert set(data.characters(sentences)) <= set(" ,.abcdefghijklmnopqrstuvwxyz")
    assert all(said.endswith(".") and said.count(".") == 1 and 4 <= len(said) <= 120 for said in sentences)
    assert all(len(said) <= 60 for said in data.topics(longest=60).sentences)
    assert "  " not in "".join(sentences) and data.topics().sentences == sentences
