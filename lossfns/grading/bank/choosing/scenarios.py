"""Ten scenarios: which loss would you sign? Numbers and classes here, lists and neighbours in `more_scenarios`."""

from lossfns.grading.exercise import Question

# pick-07 · predict: a perfect order --------------------------------------------------------------------------------

PERFECT = Question(
    id="pick-07",
    name="perfect_order",
    title="A perfect order, and somebody complains",
    kind="predict",
    points=1,
    minutes=4,
    difficulty=2,
    options={
        "A": "None of the three: the order is right.",
        "B": "ListNet.",
        "C": "ListMLE.",
        "D": "RankNet.",
    },
    answer="B",
    because="The grades 2, 1, 0 ask for shares of 67, 24 and 9 %. The scores give the first item everything, and ListNet pays "
    "0.245 · 30 + 0.09 · 60, nearly 13, for it. The other two see the right order, and are nearly free.",
    misconceptions={
        "A": "All three are asked about the order, but one of them also asks by *how much*. Which one reads the grades as odds?",
        "C": "Its first draw picks the first item nearly for certain, and that is the right one. Then the second. What is left to pay?",
        "D": "Each of the three pairs is right by 30 or more. What does −log σ(30) cost?",
    },
    hints=(
        "Two of the three losses use the grades for their order only.",
        "Write down softmax(2, 1, 0), and softmax(30, 0, −30).",
        "Cross entropy between these two: a share of 0.24 pays 30, a share of 0.09 pays 60.",
    ),
)

# pick-08 to pick-17 · scenarios ------------------------------------------------------------------------------------

BUDGET = Question(
    id="pick-08",
    name="budget",
    title="A hospital's budget",
    kind="choose",
    points=1,
    minutes=2,
    difficulty=1,
    options={
        "A": "MAE: costs have a long tail, and the median is robust.",
        "B": "Huber with a small δ: a few patients are very expensive.",
        "C": "Pinball at q = 0.9, to be on the safe side.",
        "D": "MSE: the costs of all patients will be added up.",
    },
    answer="D",
    because="A total is a sum of means. The expensive patients are no errors; they are where the money goes.",
    misconceptions={
        "A": "The median patient is cheap. Multiply that by the number of patients: does it pay for the expensive ones?",
        "B": "Huber turns down those who are far off. Are these numbers wrong, or are they the bill?",
        "C": "A 0.9 quantile for each patient, added up, can be far above the total, or below it where few are expensive. What does the treasurer add up?",
    },
    hints=(
        "What will be done with the 10,000 predictions?",
        "They are added up. Which statistic of each patient's cost makes the sum right on average?",
        "The mean: sums of means are means of sums. Which loss asks for it?",
    ),
)

SENSOR = Question(
    id="pick-09",
    name="sensor",
    title="A sensor with a loose wire",
    kind="choose",
    points=1,
    minutes=2,
    difficulty=1,
    options={
        "A": "MSE: most residuals are normal.",
        "B": "Huber, δ a little above an ordinary error.",
        "C": "Pinball at q = 0.96.",
        "D": "Cross entropy over 100 bins of temperature.",
    },
    answer="B",
    because="Ordinary readings are averaged as MSE would, and a broken one pulls with δ and no harder.",
    misconceptions={
        "A": "Most are. Under squared error, whose voice is loudest: the 96 %, or those that are off by 400 degrees?",
        "C": "That asks for a number which 96 % of the readings stay below. Was a quantile wanted?",
        "D": "Neighbouring bins would know nothing of each other, and a broken reading fills its own bin. Was a whole distribution wanted?",
    },
    hints=(
        "Two kinds of residuals: what should the loss do with each?",
        "Average the ordinary ones; stop listening to the broken ones.",
        "A square in the middle, straight lines outside.",
    ),
)

VACCINES = Question(
    id="pick-10",
    name="vaccines",
    title="How many vaccines to order",
    kind="choose",
    points=1,
    minutes=2,
    difficulty=1,
    options={
        "A": "MSE on the demand, and 10 % on top.",
        "B": "MSE with weight 19 on the days on which doses ran out.",
        "C": "Pinball at q = 0.95.",
        "D": "Pinball at q = 0.05.",
    },
    answer="C",
    because="One dose too few costs 19 times what one too many costs, and 19 : 1 is 0.95 : 0.05.",
    misconceptions={
        "A": "Why 10 and not 50? On days that are hard to foresee, should the margin be the same?",
        "B": "That asks for the mean of a demand in which some days count 19 times. The two prices are for too little and too much "
        "of a *prediction*, not for days.",
        "D": "At q = 0.05, what costs more: too little or too much?",
    },
    hints=(
        "Two different prices, one for each side.",
        "Which loss has two slopes? What is the ratio of its slopes at q?",
        "q : (1 − q) = 19 : 1.",
    ),
)

SPECIES = Question(
    id="pick-11",
    name="species",
    title="Forty species of birds",
    kind="choose",
    points=1,
    minutes=2,
    difficulty=1,
    options={
        "A": "Squared error on the species' number, 0 to 39.",
        "B": "BCE for each of the 40 species.",
        "C": "Cross entropy on 40 logits.",
        "D": "Cross entropy on 40 probabilities after a softmax.",
    },
    answer="C",
    because="One of forty is true, so they share one softmax, and the loss takes care of it: logits go in.",
    misconceptions={
        "A": "Is species 20 half-way between species 0 and species 39?",
        "B": "That allows a photograph to show three species at once, or none, with certainty. What does one photograph show here?",
        "D": "The loss puts a softmax on what it is given. After two of them, how sure can the model ever be?",
    },
    hints=(
        "How many of the forty can be true at once?",
        "One. So their probabilities add up to 1: which loss does that?",
        "And does it want logits or probabilities?",
    ),
)

FRAUD = Question(
    id="pick-12",
    name="fraud",
    title="One fraud in five thousand",
    kind="choose",
    points=1,
    minutes=3,
    difficulty=2,
    options={
        "A": "Focal loss with γ = 2, decided at ½: made for rare classes.",
        "B": "Plain BCE; investigate where probability times amount exceeds the cost of an investigation.",
        "C": "BCE with the frauds weighted 5000 times; investigate where probability times amount exceeds the cost.",
        "D": "MSE on 0 and 1, decided at ½.",
    },
    answer="B",
    because="The decision needs a true probability, and prices that may change tomorrow belong to the threshold, not to the training.",
    misconceptions={
        "A": "By itself it crosses ½ where plain BCE does. How many transactions are more likely than not a fraud?",
        "C": "The weights multiply the odds by 5000. What is then the probability that is multiplied by the amount?",
        "D": "Its probabilities are as true as BCE's, and as small. How many of them are above ½?",
    },
    hints=(
        "The rule multiplies a probability by money. What must the probability be?",
        "True. Which of the four leaves it alone?",
        "Neither weights nor γ; and the threshold is the rule itself.",
    ),
)
