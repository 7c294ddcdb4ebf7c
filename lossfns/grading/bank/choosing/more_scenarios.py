"""Scenarios, the second half: labels, neighbours, tokens and orders."""

from lossfns.grading.exercise import Question

TAGS = Question(
    id="pick-13",
    name="tags",
    title="Tags for a film",
    kind="choose",
    points=1,
    minutes=2,
    difficulty=1,
    options={
        "A": "Cross entropy over all tags, the target spread evenly over those that are on.",
        "B": "Cross entropy, with the film's most frequent tag as its class.",
        "C": "A pairwise loss: each tag that fits should score above each that does not.",
        "D": "BCE for each tag.",
    },
    answer="D",
    because="Each tag is a yes or no of its own, and any number of them may be on.",
    misconceptions={
        "A": "They share one softmax: with six tags on, each is taught a sixth. Which threshold fits a film with one tag and a film with six?",
        "B": "A film that is sad and French is taught to be only one of them. What about the other tags?",
        "C": "It teaches an order of the tags. Where in that order do they stop fitting? And what does a film teach that none of them fits?",
    },
    hints=(
        "May several tags be on at once? May none?",
        "So they should not compete for one total of 1.",
        "One sigmoid each.",
    ),
)

PHOTOGRAPHS = Question(
    id="pick-14",
    name="photographs",
    title="Find this picture again",
    kind="choose",
    points=1,
    minutes=2,
    difficulty=2,
    options={
        "A": "InfoNCE over batches of pairs.",
        "B": "The squared distance between the two embeddings of each pair, to be made small.",
        "C": "Cross entropy with one class for each of the million products.",
        "D": "MSE between the pixels of the two photographs.",
    },
    answer="A",
    because="It pulls a pair together *and* away from the rest of its batch, and it needs no list of products.",
    misconceptions={
        "B": "Which embedding makes all distances zero? Would anything be found in it?",
        "C": "It can be done. What happens when product one million and one comes in?",
        "D": "Two photographs of one shoe from two sides: are their pixels close?",
    },
    hints=(
        "You know which two belong together. What must the loss say about all others?",
        "That they do not. Where do you take them from, without labels?",
        "From the rest of the batch.",
    ),
)

CODE = Question(
    id="pick-15",
    name="code",
    title="A model that completes programs",
    kind="choose",
    points=1,
    minutes=2,
    difficulty=1,
    options={
        "A": "Cross entropy on the next token; and afterwards judge it by whether the programs run.",
        "B": "Cross entropy on the next token; a low loss means that the programs run.",
        "C": "Squared error between the embeddings of the predicted and of the true token.",
        "D": "1 if the program runs and 0 if not, descended from random weights.",
    },
    answer="A",
    because="That is the loss which can be learned from text alone, and it promises the next token, no more. What you want is measured apart.",
    misconceptions={
        "B": "Text with bugs in it is text. What does the loss pay for, when the next token of the text is a bug?",
        "C": "Half-way between `+` and `-` there is an embedding, but no token. What does squared error ask for when both are likely?",
        "D": "What is the slope of 0 or 1? And how often does a random program run?",
    },
    hints=(
        "What does a text give you at every position?",
        "The next token. What does a model trained on that promise?",
        "Good guesses of the next token, and nothing about running.",
    ),
)

SHOP = Question(
    id="pick-16",
    name="shop",
    title="What to show in a shop window",
    kind="choose",
    points=1,
    minutes=3,
    difficulty=2,
    options={
        "A": "MSE: 1 for what was bought, and nothing for the rest, since we know nothing about it.",
        "B": "MAE on the number of times it was bought.",
        "C": "BPR: what was bought above something that was not, drawn at random.",
        "D": "ListMLE over all articles, those that were not bought in the order of their article numbers.",
    },
    answer="C",
    because="Only an order is needed, and the only thing known is that the bought one was preferred, more likely than not.",
    misconceptions={
        "A": "Which model has loss zero here, whoever buys what?",
        "B": "One buys nails by the hundred and a hammer once. Is the number what the window needs?",
        "D": "The article numbers would be learned as a taste. What was observed about the order of what was not bought?",
    },
    hints=(
        "What is known about an article that somebody did not buy?",
        "Nearly nothing: not disliked, perhaps never seen. But it was not preferred.",
        "A pair, bought and not bought; the difference of two scores.",
    ),
)

JURIES = Question(
    id="pick-17",
    name="juries",
    title="Twelve juries",
    kind="choose",
    points=1,
    minutes=3,
    difficulty=2,
    options={
        "A": "MSE on the points: they say more than an order does.",
        "B": "ListNet on the points as they are.",
        "C": "RankNet over all pairs of wines, of all juries together.",
        "D": "RankNet, or ListMLE, within each jury's list.",
    },
    answer="D",
    because="A jury's order can be trusted, and its points cannot be compared with another's. So only pairs of one list enter.",
    misconceptions={
        "A": "They do, within a jury. What does 14 of 20 say beside 87 of 100?",
        "B": "It reads points as odds: 100 against 90 is e¹⁰ to one. Does a jury out of 20 mean less than a jury out of 100?",
        "C": "Is 14 of 20 less than 15 of 100?",
    },
    hints=(
        "Which comparisons did anybody make?",
        "Only between wines of the same tasting.",
        "So pairs, or draws, within a list; never across.",
    ),
)
