"""Which loss to sign for: four questions, the loss that they lead to, why, and the section that shows it.

One table, `GUIDE`. The explorer walks it question by question, the figure prints it on one page, and the contests of
notebook 09 test those of its rows that have a task in the guide of the notes.
"""

from typing import NamedTuple

QUESTIONS = (
    "What should come out?",
    "What does one example tell you?",
    "What is special about the data?",
    "What will you do with the answer?",
)
NO_MATTER = "makes no difference here"


class Advice(NamedTuple):
    """One way through the four questions. `task` names the row of the source's guide that it belongs to, if any."""

    answers: tuple[str, str, str, str]
    loss: str
    why: str
    notebook: str
    section: str
    task: str = ""

    @property
    def place(self) -> str:
        """Where it is shown, in words that can be followed: the file and the section."""
        return f"notebooks/{self.notebook}.ipynb, {self.section}"

    @property
    def condition(self) -> str:
        """The answers after the first, as one clause: without those that are no choice."""
        first = 2 if len(options(self.answers[:1])) == 1 else 1
        *known, use = self.answers[first:]
        return "; ".join(answer for answer in (*known, f"you {use}") if NO_MATTER not in answer)


NUMBER, CLASS, YES, LABELS = "a number", "one class of several", "yes or no", "any number of labels at once"
PLACE, TOKEN, ORDER = "an embedding, near for alike", "the next token", "an order"

GUIDE = (
    Advice(
        (NUMBER, "the number itself", "misses are bell-shaped", "add it up or average it"),
        "MSE",
        "It asks for the mean, and under bell-shaped noise nothing uses the data better.",
        "09_choosing",
        "Normal residuals",
        "regression, normal residuals",
    ),
    Advice(
        (NUMBER, "the number itself", "a few are huge, and right", "add it up or average it"),
        "MSE all the same",
        "A total needs the mean, and the huge ones are part of it. Robust losses pay less than the bill.",
        "08_contract",
        "Who underpays the billionaires?",
    ),
    Advice(
        (NUMBER, "the number itself", "some targets are wild", "plan for the usual case"),
        "Huber, δ a little above an ordinary miss",
        "A wild target pulls with δ and no harder, and ordinary ones are still averaged.",
        "09_choosing",
        "Outliers",
        "regression, outliers",
    ),
    Advice(
        (NUMBER, "the number itself", "some targets are wild", "name the typical case"),
        "MAE",
        "It asks for the median: a wild target has one vote, like all others.",
        "01_regression",
        "One family buys a castle",
    ),
    Advice(
        (
            NUMBER,
            "the number itself",
            "too little and too much differ in price",
            "stock up, or promise a range",
        ),
        "pinball at the quantile q",
        "q is the price of too little, as a share of both prices; two quantiles make a range.",
        "01_regression",
        "Pinball: when too little and too much have different prices",
    ),
    Advice(
        (CLASS, "the right class", NO_MATTER, "use the probabilities"),
        "cross entropy on logits",
        "It pays for the probability of what happened; rare classes keep their true, small ones.",
        "09_choosing",
        "Several classes",
        "multi-class classification",
    ),
    Advice(
        (CLASS, "the right class", "some classes are rare", "decide, each class counting the same"),
        "cross entropy, then a bonus for rare classes",
        "Subtract the log of each class's frequency from its logit. Class weights in the loss do nearly the same.",
        "08_contract",
        "Who ignores the rare classes?",
    ),
    Advice(
        (YES, "the right answer", "both are common", "use the probability"),
        "BCE on logits",
        "It is cross entropy for two classes, and what comes out can be read as a probability.",
        "09_choosing",
        "Yes or no",
        "binary classification",
    ),
    Advice(
        (YES, "the right answer", "both are common", "only decide, with room to spare"),
        "hinge",
        "What is right by a margin costs nothing. Its score is no probability.",
        "02_classification",
        "Hinge: right by a margin is enough",
    ),
    Advice(
        (YES, "the right answer", "yes is rare", "decide at ½, yes and no counting the same"),
        "BCE with class weights",
        "The weights move the decision to where yes is found. They spoil the probability.",
        "09_choosing",
        "A rare class",
        "imbalanced classification",
    ),
    Advice(
        (YES, "the right answer", "yes is rare", "use the probability, or choose the threshold"),
        "plain BCE, and move the threshold",
        "Nothing has to be trained again when prices change, and the probability stays true.",
        "09_choosing",
        "A rare class",
    ),
    Advice(
        (YES, "the right answer", "a flood of easy noes drowns the rest", NO_MATTER),
        "focal, γ = 2, with α",
        "It mutes what the model is sure of. Alone it moves no decision at ½: measure before you sign.",
        "02_classification",
        "Focal loss: lose interest in what is easy",
    ),
    Advice(
        (LABELS, "which labels are on", NO_MATTER, NO_MATTER),
        "BCE for every label",
        "Each label is its own yes or no; a softmax would make them compete.",
        "09_choosing",
        "Several labels at once",
        "multi-label classification",
    ),
    Advice(
        (PLACE, "which two belong together", NO_MATTER, NO_MATTER),
        "InfoNCE, and tune τ",
        "The rest of the batch is pushed away; pulling alone would put everything in one place.",
        "09_choosing",
        "Near for alike",
        "embedding learning",
    ),
    Advice(
        (PLACE, "which of two is nearer", NO_MATTER, NO_MATTER),
        "triplet",
        "It asks for a margin between the nearer and the farther, and stops there.",
        "03_contrastive",
        "Triplet loss: farther by a margin",
    ),
    Advice(
        (PLACE, "whether two are alike", NO_MATTER, NO_MATTER),
        "cosine embedding",
        "It takes single pairs with a label, alike or not.",
        "03_contrastive",
        "Cosine embedding loss: one pair at a time",
    ),
    Advice(
        (TOKEN, "what came next", NO_MATTER, NO_MATTER),
        "cross entropy on the next token",
        "It is the length of the text in an ideal code, and the source's entropy is its floor.",
        "09_choosing",
        "The next token",
        "language modelling",
    ),
    Advice(
        (ORDER, "what was chosen, among much that was not", NO_MATTER, NO_MATTER),
        "BPR",
        "What was not chosen is unknown, not bad: only the difference of two scores is asked for.",
        "09_choosing",
        "Chosen or not: estimators and their parameters",
    ),
    Advice(
        (ORDER, "a list from best to worst", "grades cannot be compared across lists", NO_MATTER),
        "ListMLE or RankNet",
        "Only the order within a list enters, so nobody's scale does.",
        "09_choosing",
        "Every list by a different hand",
        "ranking",
    ),
    Advice(
        (ORDER, "a list from best to worst", "grades can be compared across lists", NO_MATTER),
        "squared error, to begin with",
        "There it ranks as well as the others, and it is simpler.",
        "09_choosing",
        "Every list by a different hand",
    ),
    Advice(
        (ORDER, "one choice from a short list", NO_MATTER, NO_MATTER),
        "cross entropy over the list",
        "A choice has no second place. ListMLE would make one up from the order of the columns.",
        "09_choosing",
        "One choice from four",
    ),
    Advice(
        (ORDER, "which of two answers people prefer", NO_MATTER, NO_MATTER),
        "Bradley–Terry, or DPO",
        "The logistic loss on a difference once more, now for a reward or for a policy.",
        "10_preferences",
        "Which of two?",
    ),
)


def options(given: tuple[str, ...]) -> tuple[str, ...]:
    """The answers to the next question that are left after the answers given so far, in the guide's order.

    >>> options(("an order",))[0]
    'what was chosen, among much that was not'
    """
    k = len(given)
    return tuple(dict.fromkeys(advice.answers[k] for advice in GUIDE if advice.answers[:k] == tuple(given)))


def advise(answers: tuple[str, ...]) -> Advice:
    """The advice at the end of four answers. Raises KeyError when the guide has no such way.

    >>> advise(("the next token", "what came next", NO_MATTER, NO_MATTER)).loss
    'cross entropy on the next token'
    """
    for advice in GUIDE:
        if advice.answers == tuple(answers):
            return advice
    raise KeyError(f"the guide has no way through {answers}")
