"""Prove the bank: known mistakes are called by their names, right answers accepted, and no sheet gives one away."""

import ast
import inspect
import linecache
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from rich.console import Console
from rich.progress import track

import lossfns
from lossfns.grading.exercise import TOPIC_OF_PREFIX, Exercise, Question
from lossfns.grading.judge import judge, judge_recording, known_recordings
from lossfns.grading.release import (
    SheetError,
    answer_name,
    answers,
    checkout,
    drift,
    generate,
    is_answer,
    read,
    topic_of,
    without_answers,
)

SEEDS = range(20)
LEVELS = {1: "easy", 2: "medium", 3: "hard"}
LONG_LINE = 20  # characters, blanks not counted: a shorter line of a solution may stand elsewhere by chance

Task = Exercise | Question


def main() -> int:
    """Prove everything on 20 seeds and print what is wrong, a line each. Returns an exit code."""
    console, tasks = Console(), bank()
    found = sheet_problems(checkout())
    # spawned, not forked: torch's threads do not survive a fork
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        proofs = pool.map(_problems_at, range(len(tasks)))
        shown = track(
            proofs, "Proving", len(tasks), console=console, transient=True, disable=not console.is_terminal
        )
        found += [problem for problems in shown for problem in problems]
    found += repeated(task.id for task in tasks)
    for line in found:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    written = [task for task in tasks if isinstance(task, Exercise)]
    mistakes, variants = (sum(len(getattr(t, kind)) for t in written) for kind in ("mistakes", "variants"))
    console.print(
        f"{len(tasks)} exercises, {mistakes} mistakes and {variants} variants on {len(SEEDS)} seeds: "
        + (f"{len(found)} problems" if found else "all as it should be"),
        highlight=False,
    )
    return 1 if found else 0


def _problems_at(place: int) -> list[str]:
    """What is wrong with the exercise at this place of the bank: a place travels between processes, lambdas do not."""
    return task_problems(bank()[place])


def bank() -> list[Task]:
    """Every exercise as its topic's module lists it, an id that is used twice included."""
    modules = [import_module(f"lossfns.grading.bank.{topic}") for topic in TOPIC_OF_PREFIX.values()]
    return [task for module in modules for task in module.EXERCISES]


def repeated(ids: Iterable[str]) -> list[str]:
    """The ids that more than one exercise has."""
    ids = list(ids)
    return [f"{id}: {ids.count(id)} exercises have this id" for id in sorted(set(ids)) if ids.count(id) > 1]


# One exercise -------------------------------------------------------------------------------------------------


def task_problems(task: Task, seeds: Sequence[int] = SEEDS) -> list[str]:
    """What is wrong with one exercise, each sentence once and with the first seed that shows it."""
    prove, write_up = (_question, _misconceptions) if isinstance(task, Question) else (_answers, _write_up)
    found = dict.fromkeys((*_texts(task), *write_up(task)), None)
    for seed in seeds:
        for problem in prove(task, seed):
            found.setdefault(problem, seed)
    return [f"{task.id}: {problem}" + ("" if s is None else f" (seed {s})") for problem, s in found.items()]


def _texts(task: Task) -> Iterator[str]:
    if len(task.hints) != 3 or not all(hint.strip() for hint in task.hints):
        yield "an empty hint: three are needed, the idea, the first step, almost the line"
    if len(set(task.hints)) < len(task.hints):
        yield "the same hint twice"
    if not task.title.strip() or task.points < 1 or task.minutes < 1 or task.difficulty not in LEVELS:
        yield "title, points, minutes and difficulty (1 to 3) are all needed"


def _write_up(task: Exercise) -> Iterator[str]:
    names = [mistake.name for mistake in task.mistakes]
    yield from (f"two mistakes are called {name!r}" for name in sorted(set(names)) if names.count(name) > 1)
    yield from (f"mistake {m.name!r} has no sentence" for m in task.mistakes if not m.sentence.strip())
    if {"reference", "shipped"} & set(names):
        yield "no mistake may be called 'reference' or 'shipped'"
    if len(task.variants) < 3:
        yield f"{len(task.variants)} variants; at least 3 right answers written differently are needed"
    if task.shipped and not task.symptom.strip():
        yield "the shipped function has no symptom"


def _answers(task: Exercise, seed: int) -> Iterator[str]:
    """Right answers are right; wrong ones are wrong, each under its own name."""
    right = {"the reference": task.reference} | {f"variant {i}": f for i, f in enumerate(task.variants)}
    if from_library := in_library(task):
        right[f"lossfns.{task.name}"] = from_library
    for name, function in right.items():
        if (verdict := judge(task, function, seed=seed)).status != "correct":
            yield f"{name} is rejected: {verdict.mistake or verdict.sentence}"
    for mistake in task.mistakes:
        verdict = judge_recording(task, known_recordings(task, seed)[mistake.name], seed=seed)
        if verdict.mistake != mistake.name:
            yield f"mistake {mistake.name!r} is reported as {verdict.status}, {verdict.mistake}"
    if judge(task, lambda *args: None, seed=seed).mistake != "no-return":
        yield "an answer that returns nothing is not told so"
    for name, function in {"0": lambda *args: 0.0, "its first argument": lambda *args: args[0]}.items():
        if judge(task, function, seed=seed).status == "correct":
            yield f"an answer that returns {name} whatever is asked passes"
    if task.shipped and judge(task, task.shipped, seed=seed).status != "not attempted":
        yield "the function as it is shipped does not count as not attempted"


def _misconceptions(task: Question) -> Iterator[str]:
    if task.kind not in ("predict", "choose"):
        yield f"a question is of kind predict or choose, not {task.kind!r}"
    if list(task.options) != list("ABCDEFGH"[: len(task.options)]) or len(task.options) < 3:
        yield f"options are A, B, C …, three at least; here {', '.join(task.options)}"
    if task.answer not in task.options or not task.because.strip():
        yield "the right answer is no option, or its reason is missing"
    for letter in task.options:
        if letter != task.answer and not task.misconceptions.get(letter, "").strip():
            yield f"option {letter} has no sentence that answers it"


def _question(task: Question, seed: int) -> Iterator[str]:
    if any(_misconceptions(task)):
        return  # there is no telling what to say to a letter
    for letter in task.options:
        for written in (letter, f" {letter.lower()}."):
            verdict = judge(task, written, seed=seed)
            wanted = None if letter == task.answer else f"option {letter}"
            if verdict.mistake != wanted or (verdict.status == "correct") is not (letter == task.answer):
                yield f"{written!r} is reported as {verdict.status}, {verdict.mistake}"
    if judge(task, "", seed=seed).status != "not attempted":
        yield "no letter does not count as not attempted"


def in_library(task: Exercise) -> Callable | None:
    """The library's function of the same name, taking the exercise's arguments by position; None if there is none."""
    if task.name not in lossfns.__all__:
        return None
    function = getattr(lossfns, task.name)
    kinds = {name: parameter.kind for name, parameter in inspect.signature(function).parameters.items()}
    named = [name for name in task.parameters if kinds.get(name) is inspect.Parameter.KEYWORD_ONLY]

    def call(*args):
        given = dict(zip(task.parameters, args, strict=True))
        by_name = {name: given.pop(name) for name in named}
        return function(*given.values(), **by_name)

    return call


# The sheets ---------------------------------------------------------------------------------------------------


def sheet_problems(root: Path) -> list[str]:
    """What is wrong with solutions/ and exercises/: with their form, their answers, and what the sheets give away."""
    try:
        sheets = generate(root)
    except SheetError as error:
        return str(error).splitlines()
    found = drift(root, sheets)
    for name in sheets:
        solved, sheet = read(root / "solutions" / name), nbformat.from_dict(_parsed(sheets[name]))
        tasks = [task for task in bank() if task.topic == topic_of(name)]
        for problem in (
            *_marks(solved, sheet, tasks),
            *_headings(sheet, tasks),
            *_leaks(solved, sheet, tasks),
        ):
            found.append(f"{name}: {problem}")
    return found


def _parsed(content: bytes) -> dict:
    return nbformat.reader.reads(content.decode("utf-8"))


def _marks(solved: NotebookNode, sheet: NotebookNode, tasks: list[Task]) -> Iterator[str]:
    """The solutions get full marks, and the sheet as it is handed out gets none."""
    for notebook, wanted in ((solved, "correct"), (sheet, "not attempted")):
        names = definitions(notebook)
        for task in tasks:
            answer = names.get(answer_name(task))
            if (verdict := judge(task, answer)).status != wanted:
                yield f"{task.id} is {verdict.status}, not {wanted}: {verdict.sentence}"
            if callable(answer) and (given := tuple(inspect.signature(answer).parameters)) != task.parameters:
                yield f"{task.id} takes {', '.join(given)} in the sheet, {', '.join(task.parameters)} in the bank"


def definitions(notebook: NotebookNode) -> dict[str, object]:
    """Run the answer cells, and of the other cells the imports and functions; give the names that this defines."""
    names: dict[str, object] = {"__name__": "sheet"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            if not is_answer(cell):
                tree.body = [
                    s for s in tree.body if isinstance(s, ast.Import | ast.ImportFrom | ast.FunctionDef)
                ]
            file = f"<{cell.id}>"  # known to linecache, so that a stub can be told by its source
            linecache.cache[file] = (len(cell.source), None, cell.source.splitlines(keepends=True), file)
            exec(compile(tree, file, "exec"), names)
    return names


def _headings(sheet: NotebookNode, tasks: list[Task]) -> Iterator[str]:
    """Title, minutes, difficulty, points and options stand in the sheet as they stand in the bank."""
    texts = [cell.source for cell in sheet.cells if cell.cell_type == "markdown"]
    for task in tasks:
        text = next((text for text in texts if text.startswith(f"## {task.id} ")), "")
        minutes, points = _count(task.minutes, "minute"), _count(task.points, "point")
        wanted = [f"## {task.id} · {task.title}", f"· {minutes} · {LEVELS[task.difficulty]} · {points}"]
        wanted += [f"- **{letter}** {option}" for letter, option in (task.options or {}).items()]
        ends = text.split("\n")
        yield from (
            f"{task.id} does not say {line!r}" for line in wanted if not any(e.endswith(line) for e in ends)
        )


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _leaks(solved: NotebookNode, sheet: NotebookNode, tasks: list[Task]) -> Iterator[str]:
    """No statement of a solution stands anywhere in the sheet, whatever its blanks, with or without its `return`."""
    given = [without_answers(cell.source) for cell in solved.cells if is_answer(cell)]
    shipped = [inspect.getsource(task.shipped) for task in tasks if getattr(task, "shipped", None)]
    known = {line for source in (*given, *shipped) for line in _statements(source.split("\n"))}
    for answer in (cell for cell in solved.cells if is_answer(cell)):
        lines = [line for line in _statements(answers(answer.source)) if line not in known]
        secret = [line for line in lines if len(line) >= LONG_LINE] or lines
        for cell in sheet.cells:
            shown = _bare(cell.source)
            yield from (f"cell {cell.id} shows the answer of {answer.id}: {s}" for s in secret if s in shown)


def _statements(lines: Iterable[str]) -> list[str]:
    """The lines that do something, bare: no heads of functions, docstrings, comments or imports."""
    heads = ("def ", '"""', "#", "import ", "from ")
    return [_bare(line) for line in lines if line.strip() and not line.strip().startswith(heads)]


def _bare(source: str) -> str:
    return "".join(source.split()).removeprefix("return")
