"""Imports run one way, and each heavy package has one place."""

import ast
from fnmatch import fnmatch
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "lossfns"

# topics in course order: each may import earlier ones
TOPICS = (
    "regression",
    "classification",
    "contrastive",
    "sequence",
    "regularization",
    "optimizers",
    "schedules",
    "calibration",
    "ranking",
    "preferences",
)
# A long topic is a package: `optimizers` is its face, and `optimizers.adam` one of its parts.
TOPIC_PARTS = tuple(f"{topic}.*" for topic in TOPICS)
# From the ground up. A module may import from lower layers, and from its own; circles are refused separately.
LAYERS = (
    ("setup_env", "_numerics"),
    (*TOPICS, *TOPIC_PARTS),
    ("data", "data.*"),
    ("course", "course.*"),
    (
        "grading.deadline",
        "grading.record",
        "grading.exercise",
        "grading.explain",
        "grading.explain.*",
        "grading.judge",
    ),
    ("grading.bank", "grading.bank.*"),
    ("lab",),
    ("grading", "grading.*"),
    ("doctor",),
    ("cli",),
)
ONLY_IN = {
    "matplotlib": ("course.figures", "course.figures.*"),
    "ipywidgets": ("course.explorers", "course.explorers.*"),
    "typer": ("cli",),
    "nbclient": ("grading.sheet",),
    "sklearn": ("data.*",),
}


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        if name != "__init__":
            found[name] = path
    return found


MODULES = modules()


def imported(path: Path) -> set[str]:
    """Everything that a module imports, inside functions too, as dotted names."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import; write it out"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def inside(path: Path) -> set[str]:
    """The modules of lossfns that a module imports."""
    stripped = {name.removeprefix("lossfns.") for name in imported(path) if name.startswith("lossfns.")}
    return {name for name in stripped if name in MODULES}


def layer(module: str) -> int:
    return next(i for i, patterns in enumerate(LAYERS) if any(fnmatch(module, p) for p in patterns))


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_from_upper_to_lower_layers(module):
    wrong = [other for other in inside(MODULES[module]) if layer(other) > layer(module)]
    assert not wrong, f"lossfns.{module} imports from above: {wrong}"


def test_topics_import_earlier_topics_only():
    for module in (module for module in MODULES if layer(module) == layer(TOPICS[0])):
        topic = module.split(".")[0]
        others = {other.split(".")[0] for other in inside(MODULES[module])} - {topic}
        assert others <= {"_numerics", *TOPICS[: TOPICS.index(topic)]}, module


def test_no_module_imports_itself_in_a_circle():
    below = {module: inside(path) - {module} for module, path in MODULES.items()}
    while below:
        free = [module for module, needs in below.items() if not needs & below.keys()]
        # a package's face and its parts name each other: the parts never import the face back
        assert free, f"these import each other in a circle: {sorted(below)}"
        for module in free:
            del below[module]


@pytest.mark.parametrize("package", ONLY_IN)
def test_heavy_packages_have_one_place(package):
    users = [m for m, path in MODULES.items() if any(n.split(".")[0] == package for n in imported(path))]
    strangers = [user for user in users if not any(fnmatch(user, p) for p in ONLY_IN[package])]
    assert not strangers, f"{package} is imported in {strangers}"
