"""The command line, `lossfns …`. Each command imports what it needs when it runs: `--help` needs no torch."""

import os
import sys
from pathlib import Path
from typing import Annotated

try:
    import typer
except ModuleNotFoundError:
    sys.exit("The commands need the packages of the course: run `pip install 'lossfns[course]'`.")

from lossfns.lab import CHECKOUT, WORK, LabError, copy_course, home, serve

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Work = Annotated[
    Path, typer.Option(help="The learner's folder.", show_default="work/ in the course's folder")
]


@app.callback()
def course() -> None:
    """Loss functions and optimization: a course that runs."""


@app.command()
def lab(
    work: Work = WORK,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Use this port and no other.")] = None,
    browser: Annotated[
        bool, typer.Option(help="Open a browser; without one, open the printed address yourself.")
    ] = True,
    new: Annotated[bool, typer.Option("--new", help="Put changed originals beside your files.")] = False,
) -> None:
    """Copy what is missing to work/ and open JupyterLab there. Your files are never overwritten."""
    work = work.resolve()
    copied = copy_course(CHECKOUT, work, beside=new)
    if copied.new:
        typer.echo(f"Copied {len(copied.new)} notebooks to {work}.")
    for name in copied.beside:
        typer.echo(f"The changed original is now beside yours: {name}")
    for name in copied.changed:
        typer.echo(
            f"{name}: the original has changed, yours is kept. {sys.argv[0]} lab --new puts it beside yours."
        )
    serve(work, port, browser)


@app.command()
def check(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="A notebook, such as work/exercises/01_regression.ipynb."
        ),
    ],
    junit: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Also write the verdicts as JUnit XML.")
    ] = None,
) -> None:
    """Check the exercises of a notebook: one line each, exit code 1 unless all are correct.

    This runs the notebook's code on this machine, as you.
    """
    from lossfns.grading.sheet import check_file

    raise typer.Exit(check_file(file, junit=junit))


@app.command()
def doctor(work: Work = WORK) -> None:
    """Check this installation, and say what to do about what is wrong."""
    from lossfns.doctor import main

    raise typer.Exit(main(work.resolve()))


@app.command()
def progress(work: Work = WORK) -> None:
    """Show which exercises are solved."""
    os.environ.setdefault("LOSSFNS_HOME", str(home(work.resolve())))
    from rich.console import Console

    from lossfns.grading.notebook import progress_table

    Console().print(progress_table())


@app.command()
def claims(
    seed: Annotated[int | None, typer.Option(min=0, help="Run every notebook with this seed.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Write notebooks/CLAIMS.md.")] = False,
) -> None:
    """The ledger of claims: check it, write it, or test the claims with another seed."""
    from lossfns.course.ledger import main

    raise typer.Exit(main(seed, write))


@app.command()
def verify() -> None:
    """Prove the bank of exercises: wrong answers are named, right ones accepted."""
    from lossfns.grading.verify import main

    raise typer.Exit(main())


@app.command()
def release(
    only_check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if exercises/ would change.")
    ] = False,
) -> None:
    """Generate exercises/ from solutions/."""
    from lossfns.grading.release import main

    raise typer.Exit(main(only_check))


def main() -> None:
    """Run the command line. A wrong use or a failure that has a remedy is one sentence on stderr."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a cp1252 console has no λ
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as error:
        if message := error.format_message():  # none where the help was shown for want of a command
            print(message, file=sys.stderr)
        sys.exit(error.exit_code)
    except (LabError, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
