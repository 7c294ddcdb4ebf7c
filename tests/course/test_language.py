import math

import pytest
import torch

from lossfns import next_token_loss
from lossfns.course import Alphabet, LanguageModel, minibatches, pad, train
from lossfns.data import babble


def test_alphabet_goes_there_and_back():
    alphabet = Alphabet(" abc")
    tokens = alphabet.encode("a cab")
    assert tokens.dtype == torch.int64 and tokens.tolist() == [1, 0, 3, 1, 2]
    assert alphabet.decode(tokens) == "a cab" and len(alphabet) == 4
    assert alphabet.encode("").shape == (0,)


def test_alphabet_says_what_it_lacks():
    with pytest.raises(ValueError, match="lacks 'x', 'y'"):
        Alphabet("abc").encode("axby")
    with pytest.raises(ValueError, match="once"):
        Alphabet("abca")


def test_pad_marks_what_is_real():
    tokens, mask = pad([torch.tensor([3]), torch.tensor([1, 2, 3])], value=9)
    assert tokens.tolist() == [[3, 9, 9], [1, 2, 3]]
    assert mask.tolist() == [[True, False, False], [True, True, True]]


def model(**options):
    return LanguageModel(7, **options).double()


def test_logits_depend_on_the_last_tokens_and_on_no_later_one():
    net, tokens = model(context=3), torch.randint(0, 7, (2, 9), generator=torch.Generator().manual_seed(0))
    before = net(tokens)
    changed = tokens.clone()
    changed[:, 4] = (changed[:, 4] + 1) % 7
    moved = (net(changed) != before).any(-1).any(0)
    assert moved.tolist() == [False] * 4 + [True] * 3 + [False] * 2


def test_the_beginning_is_told_from_any_token():
    net = model(context=2)
    assert not torch.equal(net(torch.tensor([[0]]))[0, 0], net(torch.tensor([[0, 0]]))[0, 1])


def test_an_untrained_model_is_close_to_a_uniform_guesser():
    tokens = torch.as_tensor(babble().sample(50, 40))
    assert next_token_loss(model()(tokens), tokens).item() == pytest.approx(math.log(7), rel=0.02)


def test_models_are_seeded_and_leave_the_global_state_alone():
    tokens, before = torch.arange(7)[None], torch.get_rng_state()
    one, same, other = (model(seed=seed)(tokens) for seed in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert torch.equal(torch.get_rng_state(), before)
    with pytest.raises(ValueError, match="context"):
        LanguageModel(7, context=0)


def test_it_learns_the_source_down_to_its_entropy_rate():
    source = babble()
    train_set, fresh = (torch.as_tensor(source.sample(400, 33, seed=seed)) for seed in (0, 1))
    net = model(context=1)
    train(net, lambda m, x: next_token_loss(m(x), x), minibatches(train_set, size=32), steps=200, lr=0.02)
    gap = next_token_loss(net(fresh), fresh).item() - source.nll(fresh).mean()
    assert 0 < gap < 0.03
    probs = net(torch.arange(7)[:, None]).softmax(-1)[:, 0]
    assert (probs - torch.tensor(source.transition)).abs().max() < 0.12


def test_continue_text_reads_what_it_wrote():
    net, start = model(context=2), torch.tensor([[1, 2], [3, 0]])
    for options in ({"greedy": True}, {"seed": 3}):
        long, short = (net.continue_text(start, n, **options) for n in (6, 4))
        assert long.shape == (2, 8) and torch.equal(long[:, :2], start)
        assert torch.equal(long[:, :6], short)
    greedy = net.continue_text(start, 3, greedy=True)
    for t in (2, 3, 4):
        assert torch.equal(greedy[:, t], net(greedy[:, :t])[:, -1].argmax(-1))
    assert torch.equal(net.continue_text(start[:, :1], 5, seed=1), net.continue_text(start[:, :1], 5, seed=1))
