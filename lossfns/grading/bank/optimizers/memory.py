"""The memory bill. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from math import prod

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# opt-10 · the memory bill ----------------------------------------------------------------------------------------------


def memory_bill(shapes, optimizer):
    total = 0
    for shape in shapes:
        weights = 1
        for size in shape:
            weights *= size
        if optimizer in ("momentum", "lion"):
            total += weights
        elif optimizer in ("adam", "sophia"):
            total += 2 * weights
        elif optimizer == "adafactor":
            total += shape[0] + shape[1] if len(shape) == 2 else weights
    return 4 * total


NAMES = ("sgd", "momentum", "lion", "adam", "sophia", "adafactor")


def models(rng: np.random.Generator) -> Iterator[Probe]:
    """A vector, a matrix, and models of several layers, for each of the six."""
    a, b, c, d = (int(k) for k in rng.choice(np.arange(3, 60), 4, replace=False))
    for shapes in (
        ((a,),),
        ((a, b),),
        ((b, a),),
        ((a, b), (b,), (b, c), (c,)),
        ((c, 1), (1, d), (d, c), (d,)),
    ):
        for name in NAMES:
            yield Probe((shapes, name))


def _bill(
    per_weight=lambda name: {"sgd": 0, "momentum": 1, "lion": 1, "adam": 2, "sophia": 2}[name],
    matrix=lambda n, m: n + m,
    vector=lambda n: n,
    count=prod,
    bytes_each=4,
    end=lambda total, weights: total,
):
    """A bill with one of its parts replaced."""

    def bill(shapes, optimizer):
        total, everything = 0, 0
        for shape in shapes:
            weights = count(shape)
            everything += weights
            if optimizer == "adafactor":
                total += matrix(*shape) if len(shape) == 2 else vector(*shape)
            else:
                total += per_weight(optimizer) * weights
        return end(bytes_each * total, everything)

    return bill


def _per(**changed):
    """The numbers per weight, with some changed."""
    return lambda name: ({"sgd": 0, "momentum": 1, "lion": 1, "adam": 2, "sophia": 2} | changed)[name]


def _bill_measured(shapes, optimizer):
    """Ask the optimizers themselves."""
    import lossfns

    make = {
        "sgd": lambda p: lossfns.SGD(p, 0.1),
        "momentum": lambda p: lossfns.SGD(p, 0.1, momentum=0.9),
        "lion": lossfns.Lion,
        "adam": lossfns.Adam,
        "sophia": lambda p: lossfns.Sophia(p, 0.1),
        "adafactor": lossfns.Adafactor,
    }[optimizer]
    params = [torch.zeros(shape, dtype=torch.float32, requires_grad=True) for shape in shapes]
    for p in params:
        p.grad = torch.ones_like(p)
    opt = make(params)
    opt.step()
    return lossfns.state_bytes(opt)


def _bill_by_table(shapes, optimizer):
    numbers = sum(prod(shape) for shape in shapes)
    if optimizer == "adafactor":
        return 4 * sum(sum(shape) for shape in shapes)
    return torch.tensor({"sgd": 0, "momentum": 4, "lion": 4, "adam": 8, "sophia": 8}[optimizer] * numbers)


MEMORY = Exercise(
    id="opt-10",
    name="memory_bill",
    title="The bill in bytes",
    points=2,
    minutes=12,
    difficulty=2,
    reference=memory_bill,
    probes=models,
    regimes=(
        Regime("sgd", lambda s, o: o == "sgd", "the optimizer is sgd", "it is another"),
        Regime("momentum", lambda s, o: o == "momentum", "the optimizer is momentum", "it is another"),
        Regime("lion", lambda s, o: o == "lion", "the optimizer is lion", "it is another"),
        Regime("adam", lambda s, o: o == "adam", "the optimizer is adam", "it is another"),
        Regime("sophia", lambda s, o: o == "sophia", "the optimizer is sophia", "it is another"),
        Regime("adafactor", lambda s, o: o == "adafactor", "the optimizer is adafactor", "it is another"),
        Regime(
            "adafactor on matrices",
            lambda s, o: o == "adafactor" and any(len(shape) == 2 for shape in s),
            "Adafactor meets a matrix",
            "it is another optimizer, or there are vectors only",
        ),
        Regime(
            "several tensors", lambda s, o: len(s) > 1, "the model has several tensors", "it has one tensor"
        ),
        Regime(
            "matrices",
            lambda s, o: any(len(shape) == 2 for shape in s),
            "there is a matrix",
            "there are vectors only",
        ),
    ),
    gives="one number, the bytes,",
    hints=(
        "Which averages does each optimizer keep from step to step? One number for each weight and average, four bytes each.",
        "None for SGD; one average for momentum and Lion; two for Adam, and two for Sophia (m and h). Adafactor keeps the "
        "margins of a matrix.",
        "For Adafactor a matrix costs `shape[0] + shape[1]` numbers and a vector as many as it has weights; four bytes "
        "each.",
    ),
    mistakes=(
        Mistake("numbers", _bill(bytes_each=1), "You count numbers. A float32 takes up how many bytes?"),
        Mistake("bits", _bill(bytes_each=32), "You count bits. There are eight in a byte."),
        Mistake(
            "eight-bytes",
            _bill(bytes_each=8),
            "You count eight bytes for a number: that is float64. The text says float32.",
        ),
        Mistake(
            "two-bytes",
            _bill(bytes_each=2),
            "You count two bytes for a number: that is half precision. The text says float32.",
        ),
        Mistake(
            "weights-too",
            _bill(end=lambda total, weights: total + 4 * weights),
            "You count the weights themselves, or their gradients, as well. They are there whatever optimizer you choose; its "
            "own state was asked.",
        ),
        Mistake(
            "weights-and-gradients-too",
            _bill(end=lambda total, weights: total + 8 * weights),
            "You count weights and gradients as well. They are there whatever optimizer you choose; its own state was asked.",
        ),
        Mistake(
            "gradients-too",
            lambda shapes, name: (
                _bill(end=lambda total, weights: total + 4 * weights + 0 * len(shapes))(shapes, name)
                if name != "sgd"
                else 0
            ),
            "Right for SGD. For the others you count one number per weight too many: weights and gradients are not the "
            "optimizer's state.",
        ),
        Mistake(
            "sgd-has-one",
            _bill(per_weight=_per(sgd=1)),
            "Right but for SGD, which remembers nothing from step to step.",
        ),
        Mistake(
            "momentum-has-none",
            _bill(per_weight=_per(momentum=0)),
            "Right but for momentum: what does its ball remember?",
        ),
        Mistake(
            "momentum-has-two",
            _bill(per_weight=_per(momentum=2)),
            "Right but for momentum, which keeps a velocity and no squares.",
        ),
        Mistake(
            "lion-has-two",
            _bill(per_weight=_per(lion=2)),
            "Right but for Lion. It has two β, and mixes the same single m twice.",
        ),
        Mistake(
            "lion-has-none",
            _bill(per_weight=_per(lion=0)),
            "Right but for Lion. The sign is taken of something that is remembered.",
        ),
        Mistake("adam-has-one", _bill(per_weight=_per(adam=1)), "Right but for Adam, which keeps m and v."),
        Mistake(
            "adam-has-three",
            _bill(per_weight=_per(adam=3)),
            "Right but for Adam. It keeps m and v; the corrected ones are worked out anew at each step.",
        ),
        Mistake(
            "sophia-has-one",
            _bill(per_weight=_per(sophia=1)),
            "Right but for Sophia. It keeps m, and something about the ground.",
        ),
        Mistake(
            "sophia-has-three",
            _bill(per_weight=_per(sophia=3)),
            "Right but for Sophia, which keeps m and h, one number each for a weight.",
        ),
        Mistake(
            "adam-and-sophia-have-one",
            _bill(per_weight=_per(adam=1, sophia=1)),
            "Adam and Sophia keep two averages each: which ones?",
        ),
        Mistake(
            "adafactor-full",
            _bill(matrix=lambda n, m: n * m),
            "Right but for Adafactor. You let it keep a number for each entry of a matrix; it keeps the margins.",
        ),
        Mistake(
            "adafactor-full-twice",
            _bill(matrix=lambda n, m: 2 * n * m, vector=lambda n: 2 * n),
            "Right but for Adafactor, which you give Adam's bill. It has no first moment, and of the second it keeps margins.",
        ),
        Mistake(
            "adafactor-rows-only",
            _bill(matrix=lambda n, m: n),
            "Right but for Adafactor's matrices: you count one margin of the two.",
        ),
        Mistake(
            "adafactor-columns-only",
            _bill(matrix=lambda n, m: m),
            "Right but for Adafactor's matrices: you count one margin of the two.",
        ),
        Mistake(
            "adafactor-margins-twice",
            _bill(matrix=lambda n, m: 2 * (n + m)),
            "Right but for Adafactor's matrices. It keeps the margins of the second moment alone.",
        ),
        Mistake(
            "adafactor-with-momentum",
            _bill(matrix=lambda n, m: n * m + n + m, vector=lambda n: 2 * n),
            "Right but for Adafactor. You add a first moment; as the text has it, it keeps none.",
        ),
        Mistake(
            "adafactor-vector-as-one",
            _bill(vector=lambda n: 1),
            "Right but for Adafactor's vectors. There is nothing to factor in a vector: it keeps all.",
        ),
        Mistake(
            "adafactor-vector-and-one",
            _bill(vector=lambda n: n + 1),
            "Right but for Adafactor's vectors. A vector is no matrix of one column: it keeps as many numbers as weights.",
        ),
        Mistake(
            "adafactor-mean-too",
            _bill(matrix=lambda n, m: n + m + 1),
            "Right but for Adafactor's matrices. The mean of all follows from the row means: it is not kept.",
        ),
        Mistake(
            "adafactor-vectors-free",
            _bill(vector=lambda n: 0),
            "Right but for Adafactor's vectors, which cost nothing in yours.",
        ),
        Mistake(
            "dimensions-added",
            _bill(count=sum),
            "You add the dimensions of a matrix. How many weights are there in 3 rows of 4?",
        ),
        Mistake(
            "first-tensor-only",
            lambda shapes, name: memory_bill(shapes[:1], name),
            "Right for a single tensor. Only the first of several counts in yours.",
        ),
        Mistake(
            "last-tensor-only",
            lambda shapes, name: memory_bill(shapes[-1:], name),
            "Right for a single tensor. Only the last of several counts in yours.",
        ),
        Mistake(
            "matrices-only",
            lambda shapes, name: memory_bill([s for s in shapes if len(s) == 2], name),
            "Your vectors cost nothing. A bias has its averages too.",
        ),
        Mistake(
            "kilobytes",
            lambda shapes, name: memory_bill(shapes, name) / 1024,
            "You count kilobytes; bytes were asked.",
        ),
        Mistake(
            "vectors-free",
            _bill(count=lambda shape: prod(shape) if len(shape) == 2 else 0, vector=lambda n: n),
            "Vectors cost nothing in yours. A vector of n has n weights, and they are remembered like others.",
        ),
        Mistake(
            "adafactor-twice",
            _bill(matrix=lambda n, m: 2 * (n + m), vector=lambda n: 2 * n),
            "Right but for Adafactor, which keeps half of what you count: there is no first moment, factored or not.",
        ),
    ),
    variants=(
        _bill_measured,
        _bill_by_table,
        _bill(),
        lambda shapes, name: (
            4.0
            * sum(
                (
                    sum(s)
                    if name == "adafactor"
                    else np.prod(s) * (name not in ("sgd",)) * (1 + (name in ("adam", "sophia")))
                )
                for s in shapes
            )
        ),
    ),
)
