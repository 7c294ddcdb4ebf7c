"""The questions of notebook 07."""

from lossfns.grading.exercise import Question

# cal-03 · predict: a perfect model at small n ----------------------------------------------------------------------

PERFECT = Question(
    id="cal-03",
    name="perfect",
    title="The error of a model without error",
    kind="predict",
    points=1,
    minutes=3,
    difficulty=1,
    options={
        "A": "0 for both: a model without error shows none.",
        "B": "About the same small number for both, since it is the same model.",
        "C": "Larger than 0 for both, and about three times as large with 100 answers as with 1,000.",
        "D": "Larger than 0 or smaller than 0 by chance, and 0 on average.",
    },
    answer="C",
    because="In every bin the share of right answers misses its promise by chance, and distances do not cancel. Chance "
    "shrinks like 1/√n: ten times the answers, about a third of the error.",
    misconceptions={
        "A": "That would be so with answers without end. Take a bin with ten answers at 75 %: which shares of right answers "
        "are possible, and is 75 % among them?",
        "B": "The model is the same, the luck is not. How far does the share of heads stray from ½ in 10 throws, and how "
        "far in 1,000?",
        "D": "A signed gap would do that. What does the absolute value in the ECE make of a miss to the left and a miss to "
        "the right?",
    },
    hints=(
        "Think of one bin: n answers, each right with probability 0.7. What share of them will be right?",
        "It misses 0.7 by about √(0.7 · 0.3 / n), to one side or the other. What does the ECE do with the side?",
        "Absolute values are never negative and add up. And √10 is about 3.",
    ),
)


# cal-07 · predict: what temperature does ---------------------------------------------------------------------------

RANKING = Question(
    id="cal-07",
    name="ranking",
    title="Surest of which?",
    kind="predict",
    points=1,
    minutes=4,
    difficulty=2,
    options={
        "A": "No answer changes its class, so the accuracy stays; and the network stays surer of the same digits.",
        "B": "No answer changes its class, so the accuracy stays; of which of two digits it is surer can change.",
        "C": "The accuracy rises: the mistakes were made by too much confidence.",
        "D": "The accuracy falls a little: where two classes were close, the softer answer may be the other one.",
    },
    answer="B",
    because="Dividing by T > 0 keeps the order of the ten logits of a digit. Between digits it need not: a high T lets "
    "many faint rivals speak, a low T hears the nearest one only.",
    misconceptions={
        "A": "The first half is right. For the second compare logits (4, 1, −20, −20) and (4, 0, 0, 0): of which is a "
        "softmax surer at T = 1, and of which at T = ¼?",
        "C": "Take the mistakes one by one: which of a digit's logits is the largest, before the division and after?",
        "D": "Softer, yes. But if z₁ > z₂, which is larger, z₁ / T or z₂ / T?",
    },
    hints=(
        "Two questions: the order of the classes within one digit, and the order of the digits by confidence.",
        "Dividing by a positive number keeps an order of numbers. Is a confidence just one of those numbers?",
        "A confidence is 1 / Σ exp((z_j − z_top) / T). When T is tiny only the nearest rival counts, when T is huge all do.",
    ),
)


# cal-13 · choose: what to do about it -------------------------------------------------------------------------------

CHOOSE = Question(
    id="cal-13",
    name="remedy",
    title="A network that cannot be trained again",
    kind="choose",
    points=1,
    minutes=4,
    difficulty=2,
    options={
        "A": "Train it again with label smoothing, ε = 0.1.",
        "B": "Divide its logits by a temperature fitted on its 50,000 training images: there are far more of them.",
        "C": "Divide its logits by a temperature fitted on the 600 new images.",
        "D": "Subtract 0.14 from the probability of the class that it names, and leave the others as they are.",
    },
    answer="C",
    because="One number needs few images, and it needs images that the network has not learned. No class changes its place, "
    "so every finding stays; afterwards look at the diagram of yet other images, if you have any.",
    misconceptions={
        "A": "That could help while it is being trained. But findings are to stay as they are, and a network that is trained "
        "again gives others.",
        "B": "On images that it was trained on, a network is right nearly always. Which temperature is best for somebody who "
        "is always right?",
        "D": "Add up the probabilities of one image then. And is it too sure by 0.14 where it says 0.4, and where it says 1?",
    },
    hints=(
        "What must stay, and what may change? Which of the four touches the findings?",
        "Two of the four leave every finding as it is and give probabilities that add up to 1. They differ in whom they ask.",
        "A network's record on images that it was trained on says nothing about new ones.",
    ),
)
