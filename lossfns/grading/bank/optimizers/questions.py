"""Two questions: what a path looks like in a narrow valley, and what to ask of somebody's comparison."""

from lossfns.grading.exercise import Question

VALLEY = Question(
    id="opt-13",
    name="opt_13",
    title="The narrow valley",
    points=1,
    minutes=4,
    difficulty=2,
    kind="predict",
    hints=(
        "Take one coordinate at a time: in each of them a step multiplies the distance from the minimum by 1 − lr × curvature.",
        "Across the valley the curvature is 100: the factor is 1 − 1.9. Along it the curvature is 1: the factor is 1 − 0.019.",
        "A negative factor changes the side at every step; a factor near 1 hardly moves. After 50 steps: 0.9 to the power of "
        "50, and 0.981 to the power of 50.",
    ),
    options={
        "A": "Straight towards the minimum, since the gradient points downhill.",
        "B": "From wall to wall across the valley at every step, less and less, while it creeps along the floor; after 50 "
        "steps most of what is left to go is along the floor.",
        "C": "From wall to wall, further out at every step: the rate is too large for the steep direction.",
        "D": "First down the wall to the floor in one step without crossing it, then along the floor.",
    },
    answer="B",
    because="Across, every step multiplies the distance by −0.9: the side changes, and 0.9⁵⁰ leaves half a per cent. Along, it "
    "multiplies by 0.981, and 0.981⁵⁰ leaves 38 %. The steep direction sets the largest rate, the flat one pays for it.",
    misconceptions={
        "A": "The gradient is perpendicular to the contour line, and in a narrow valley that is nearly straight across it, not "
        "along it to the minimum.",
        "C": "It would be so at a rate above 2/100. At 0.019 the factor across is −0.9: the side changes, and the distance "
        "shrinks.",
        "D": "One step to the floor takes the rate 1/100. This one is nearly twice as long: where does it land?",
    },
)

COMPARISON = Question(
    id="opt-14",
    name="opt_14",
    title="The new optimizer wins",
    points=1,
    minutes=4,
    difficulty=2,
    kind="choose",
    hints=(
        "Suppose the two optimizers were equally good. How could this table come about all the same?",
        "Count how many training runs stand behind each of the two numbers.",
        "The best of thirty looks better than a single one even if nothing is better: which option puts that right?",
    ),
    options={
        "A": "How many steps per second does the new one make?",
        "B": "Is the difference still there when both are trained for ten times as long?",
        "C": "What does AdamW reach when its rate is searched with as many training runs, and how far apart are several seeds of "
        "each?",
        "D": "Does the training loss of the new one fall below AdamW's as well?",
    },
    answer="C",
    because="Thirty tries against one: the best of thirty is chosen for its luck as well as its rate. Equal budgets for the "
    "search, fresh seeds for the report, and the spread beside the mean: only then does the difference speak of the optimizers.",
    misconceptions={
        "A": "Speed matters when you choose between them. It does not tell whether the 0.6 points are there at all.",
        "B": "A longer run has the same fault: one side was searched and the other was not.",
        "D": "A lower training loss may be there or not. Neither makes up for thirty tries against one.",
    },
)
