"""Generate exercises/NN_topic.ipynb from solutions/NN_topic.ipynb: the same bytes on every machine.

What stands between `# BEGIN SOLUTION` and `# END SOLUTION` becomes `### your code`; outputs, execution counts and
the metadata of whoever ran the notebook go; cell ids and nbgrader's metadata stay. A notebook that breaks a rule of
the exercises is refused, with the cell that breaks it.
"""

import ast
import copy
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lossfns.grading.bank import exercises
from lossfns.grading.exercise import TOPIC_OF_PREFIX, Exercise, Question
from lossfns.lab import write_whole
from lossfns.setup_env import ROOT

BEGIN, END, STUB = "# BEGIN SOLUTION", "# END SOLUTION", "### your code"
ANSWER = {"grade": False, "locked": False, "schema_version": 3, "solution": True, "task": False}
CHECK = {"grade": True, "locked": True, "schema_version": 3, "solution": False, "task": False}  # + points
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CHECKPOINTS = ".ipynb_checkpoints"  # what Jupyter leaves behind is no stray
CHECK_CELL = re.compile(r'check\("([a-z]+-\d\d)", (\w+)\)\n# hint\("\1"\)')


class SheetError(ValueError):
    """What is wrong with a solutions notebook: one line a fault, each with the file and the cell."""


def checkout() -> Path:
    """The folder of the course that this package was installed from, with its exercises/ and solutions/.

    Raises FileNotFoundError when the package was installed without them.
    """
    if not (Path(ROOT) / "solutions").is_dir():
        raise FileNotFoundError(
            f"There is no solutions/ in {ROOT}: this command needs a clone of the course, installed with "
            "`pip install -e .`."
        )
    return Path(ROOT)


def main(check: bool, *, root: Path | None = None) -> int:
    """Write exercises/, or with `check` only say what would change. Returns an exit code."""
    root = root or checkout()
    try:
        sheets = generate(root)
    except SheetError as error:
        print(error, file=sys.stderr)
        return 1
    if not check:
        for name in differing(root, sheets):
            write_whole(root / "exercises" / name, sheets[name])
            print(f"exercises/{name} written")
    left = drift(root, sheets)
    for line in left:
        print(line, file=sys.stderr)
    return 1 if left else 0


def generate(root: Path) -> dict[str, bytes]:
    """Every sheet by its file name; SheetError with all faults of all solutions."""
    sheets, faults = {}, []
    for path in sorted(path for path in (root / "solutions").glob("*") if path.name != CHECKPOINTS):
        try:
            sheets[path.name] = as_bytes(release(read(path), path.name))
        except SheetError as error:
            faults.append(str(error))
    missing = set(TOPIC_OF_PREFIX.values()) - {topic_of(name) for name in sheets}
    if not faults:
        faults = [f"solutions/NN_{topic}.ipynb is missing" for topic in sorted(missing)]
    if faults:
        raise SheetError("\n".join(faults))
    return sheets


def drift(root: Path, sheets: dict[str, bytes]) -> list[str]:
    """What keeps exercises/ from being exactly what was generated, one sentence a file."""
    return [
        *(
            f"exercises/{name} is missing or differs from what solutions/ generate"
            for name in differing(root, sheets)
        ),
        *(f"exercises/{name} is a stray: no solution generates it" for name in strays(root, sheets)),
    ]


def differing(root: Path, sheets: dict[str, bytes]) -> list[str]:
    """The sheets that are missing in exercises/ or are not, to the byte, what was generated."""
    there = {path.name: path.read_bytes() for path in (root / "exercises").glob("*.ipynb")}
    return [name for name, content in sheets.items() if there.get(name) != content]


def strays(root: Path, sheets: dict[str, bytes]) -> list[str]:
    """What else lies in exercises/."""
    found = {path.name for path in (root / "exercises").glob("*")} if (root / "exercises").is_dir() else set()
    return sorted(found - sheets.keys() - {CHECKPOINTS})


def topic_of(name: str) -> str | None:
    """The topic of a file: "01_regression.ipynb" -> "regression". None if its name is that of no topic."""
    match = re.fullmatch(r"\d\d_(\w+)\.ipynb", name)
    return match[1] if match and match[1] in TOPIC_OF_PREFIX.values() else None


def read(path: Path) -> NotebookNode:
    """The notebook in a file, as it stands there: nothing is converted, no id is invented."""
    if topic_of(path.name) is None:
        raise SheetError(f"solutions/{path.name} is the notebook of no topic that has exercises")
    try:
        raw = nbformat.reader.reads(path.read_text(encoding="utf-8"))
        with warnings.catch_warnings(action="ignore"):
            nbformat.validate(copy.deepcopy(raw))  # a copy: it would mend missing and repeated ids
    except (ValueError, nbformat.ValidationError) as error:
        raise SheetError(f"solutions/{path.name} is no valid notebook: {error}") from None
    ids = [cell.get("id") for cell in raw.get("cells", ())]
    if None in ids or len(set(ids)) < len(ids) or not ids:
        raise SheetError(f"solutions/{path.name}: every cell has an id of its own, which needs format 4.5")
    return raw


def release(notebook: NotebookNode, name: str) -> NotebookNode:
    """The sheet that a learner gets, as a new notebook.

    Raises SheetError with every fault found in the notebook.
    """
    if faults := list(faults_of(notebook, name)):
        raise SheetError("\n".join(f"solutions/{name}, {fault}" for fault in faults))
    sheet = copy.deepcopy(notebook)
    sheet.metadata = nbformat.from_dict(METADATA)
    sheet.nbformat, sheet.nbformat_minor = 4, 5
    for cell in sheet.cells:
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k in ("nbgrader", "tags")})
        if cell.cell_type == "code":
            cell.source, cell.outputs, cell.execution_count = without_answers(cell.source), [], None
    return sheet


def as_bytes(notebook: NotebookNode) -> bytes:
    """The file of a notebook: keys sorted, one space of indentation, UTF-8, Unix line ends."""
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode("utf-8")


def without_answers(source: str) -> str:
    """The source with each solution region replaced by one line, at the indentation of its first marker."""
    return "\n".join(line for line, inside in _marked(source) if not inside)


def answers(source: str) -> list[str]:
    """The lines inside the solution regions."""
    return [line for line, inside in _marked(source) if inside]


def _marked(source: str) -> Iterator[tuple[str, bool]]:
    """Every line and whether it belongs to a solution; the stub in place of each opening marker."""
    inside = False
    for line in source.split("\n"):
        mark = line.strip()
        if mark not in (BEGIN, END):
            yield line, inside
        elif inside is (mark == BEGIN):
            raise ValueError(f"unbalanced `{mark}`")
        else:
            inside = not inside
            if inside:
                yield line.replace(BEGIN, STUB), False
    if inside:
        raise ValueError(f"`{BEGIN}` without `{END}`")


# What a solutions notebook has to keep to ----------------------------------------------------------------------


def faults_of(notebook: NotebookNode, name: str) -> Iterator[str]:
    """Everything that is wrong: markers, nbgrader's metadata, check cells, ids and their order."""
    tasks = [task for task in exercises() if task.topic == topic_of(name)]
    for cell in notebook.cells:
        for fault in (*_marker_faults(cell), *_metadata_faults(cell)):
            yield f"cell {cell.id}: {fault}"
    graded = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    grade_ids = [cell.metadata.nbgrader.get("grade_id") for cell in graded]
    for repeated in sorted({str(id) for id in grade_ids if grade_ids.count(id) > 1}):
        yield f"grade_id {repeated!r} is used more than once"
    checked, asked = [id for cell in notebook.cells if (id := checked_id(cell))], [task.id for task in tasks]
    if checked != asked:
        yield f"it checks {', '.join(checked) or 'nothing'}; the bank has {', '.join(asked)}, in this order"
    kinds = [is_answer(cell) for cell in graded]
    if kinds != [True, False] * (len(kinds) // 2):
        yield "answer cells and check cells do not take turns, an answer before its check"


def is_answer(cell: NotebookNode) -> bool:
    """Whether nbgrader takes the cell for an answer."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def checked_id(cell: NotebookNode) -> str | None:
    """The exercise whose check cell this is, or None."""
    match = CHECK_CELL.fullmatch(cell.source) if cell.cell_type == "code" else None
    return match[1] if match else None


def _marker_faults(cell: NotebookNode) -> Iterator[str]:
    """Markers stand alone on their lines, in pairs, in code that is still code once they are gone."""
    lines = [line.strip() for line in cell.source.split("\n")]
    if any(re.search("(BEGIN|END) SOLUTION", line) and line not in (BEGIN, END) for line in lines):
        yield f"a marker is `{BEGIN}` or `{END}` on a line of its own"
    if BEGIN not in lines and END not in lines:
        return
    if cell.cell_type != "code":
        yield "a solution in a cell that is not code"
        return
    try:
        ast.parse(without_answers(cell.source))
    except SyntaxError as error:
        yield f"without the solution this is no Python: {error.msg}"
    except ValueError as error:
        yield str(error)


def _metadata_faults(cell: NotebookNode) -> Iterator[str]:
    """nbgrader's schema 3, on answers and checks and on nothing else."""
    metadata = dict(cell.metadata.get("nbgrader", {}))
    id, marked = checked_id(cell), cell.cell_type == "code" and BEGIN in cell.source
    if cell.cell_type == "code" and re.search(r"^\s*check\(", cell.source, re.MULTILINE) and not id:
        yield 'a check stands alone: `check("reg-04", name)` and below it `# hint("reg-04")`'
    elif id in _bank() and cell.source != check_cell(_bank()[id]):
        yield f"the check of {id} is\n{check_cell(_bank()[id])}"
    wanted = ANSWER if marked else CHECK | {"points": _bank()[id].points} if id in _bank() else None
    if wanted is None and (metadata or id):
        yield f"nbgrader's metadata on a cell that is neither answer nor check of the bank: {metadata}"
    elif wanted is not None:
        if not metadata.pop("grade_id", ""):
            yield "no grade_id in nbgrader's metadata"
        if metadata != wanted:
            yield f"nbgrader's metadata is {metadata}; it should be {wanted} and a grade_id"


def check_cell(task: Exercise | Question) -> str:
    """The source of an exercise's check cell."""
    return f'check("{task.id}", {answer_name(task)})\n# hint("{task.id}")'


def answer_name(task: Exercise | Question) -> str:
    """What the answer is called in the sheet: the function's name, or reg_09 for the letter of reg-09."""
    return task.id.replace("-", "_") if isinstance(task, Question) else task.name


def _bank() -> dict[str, Exercise | Question]:
    return {task.id: task for task in exercises()}
