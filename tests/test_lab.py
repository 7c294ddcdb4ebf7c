import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from lossfns.lab import LabError, check_port, copy_course, server_arguments

NOTEBOOKS = (
    "notebooks/00_start_here.ipynb",
    "notebooks/01_regression.ipynb",
    "exercises/01_regression.ipynb",
)


def publish(path, text):
    """Write an original as the course has it: run, with an output."""
    output = {"output_type": "stream", "name": "stdout", "text": "seen already"}
    prose = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": text}
    code = {"cell_type": "code", "id": "b", "metadata": {}, "source": "1", "outputs": [output]}
    cells = [prose, code | {"execution_count": 1}]
    path.write_text(
        json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8"
    )


def said(path):
    """The prose of a notebook that was copied."""
    return json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]


def asked(address):
    """What the server answers, once it listens: it prints its address a moment earlier."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=30) as reply:
                return json.load(reply)
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError(address)


@pytest.fixture
def checkout(tmp_path):
    for name in (*NOTEBOOKS, "notebooks/CLAIMS.md", "solutions/01_regression.ipynb"):
        path = tmp_path / "clone" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        publish(path, f"{name}, first edition")
    return tmp_path / "clone"


@pytest.fixture
def work(tmp_path):
    return tmp_path / "my work"


def files(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def edit(path, text):
    path.write_text(text, encoding="utf-8")


def test_copy_brings_notebooks_and_sheets_and_nothing_else(checkout, work):
    assert set(copy_course(checkout, work).new) == set(NOTEBOOKS)
    assert files(work) == {*NOTEBOOKS, ".lossfns/copied.json"}
    for name in NOTEBOOKS:
        assert said(work / name) == f"{name}, first edition"


def test_copy_leaves_outputs_behind_so_that_questions_come_before_answers(checkout, work):
    copy_course(checkout, work)
    for name in NOTEBOOKS:
        code = json.loads((work / name).read_text(encoding="utf-8"))["cells"][1]
        assert (code["outputs"], code["execution_count"], code["source"]) == ([], None, "1")


def test_copy_never_touches_a_file_that_is_there(checkout, work):
    mine = work / NOTEBOOKS[1]
    mine.parent.mkdir(parents=True)
    edit(mine, "mine from before")
    for beside in (False, True):
        publish(checkout / NOTEBOOKS[1], f"another edition, {beside}")
        copy_course(checkout, work, beside=beside)
        assert mine.read_text(encoding="utf-8") == "mine from before"


def test_copy_is_silent_about_edited_copies_of_unchanged_originals(checkout, work):
    copy_course(checkout, work)
    edit(work / NOTEBOOKS[1], "my answers")
    again = copy_course(checkout, work)
    assert (again.new, again.beside, again.changed) == ((), (), ())


def test_copy_reports_a_changed_original_until_it_is_fetched(checkout, work):
    copy_course(checkout, work)
    edit(work / NOTEBOOKS[2], "my answers")
    publish(checkout / NOTEBOOKS[2], "second edition")
    for _ in range(2):
        assert copy_course(checkout, work).changed == (NOTEBOOKS[2],)
    assert copy_course(checkout, work, beside=True).beside == ("exercises/01_regression.new.ipynb",)
    assert said(work / "exercises/01_regression.new.ipynb") == "second edition"
    assert (work / NOTEBOOKS[2]).read_text(encoding="utf-8") == "my answers"
    assert copy_course(checkout, work).changed == ()


def test_copy_beside_takes_a_free_name(checkout, work):
    copy_course(checkout, work)
    names = []
    for edition in ("second", "third", "fourth"):
        publish(checkout / NOTEBOOKS[1], edition)
        names += copy_course(checkout, work, beside=True).beside
    assert names == [f"notebooks/01_regression.new{n}.ipynb" for n in ("", "-2", "-3")]
    assert [said(work / name) for name in names] == ["second", "third", "fourth"]


def test_copy_brings_a_deleted_notebook_back_and_survives_a_lost_record(checkout, work):
    copy_course(checkout, work)
    (work / NOTEBOOKS[0]).unlink()
    edit(work / NOTEBOOKS[1], "my answers")
    edit(work / ".lossfns/copied.json", "{half a rec")
    again = copy_course(checkout, work)
    assert (again.new, again.changed) == ((NOTEBOOKS[0],), ())
    assert (work / NOTEBOOKS[1]).read_text(encoding="utf-8") == "my answers"


def test_copy_leaves_no_half_notebook_when_the_disk_is_full(checkout, work, monkeypatch):
    def full(self, content):
        with self.open("wb") as file:
            file.write(content[:5])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(LabError, match=r"cannot be written \(No space left on device\): free some space"):
        copy_course(checkout, work)
    assert files(work) == set()


def test_copy_says_where_notebooks_are_missing(tmp_path, work):
    with pytest.raises(LabError, match="run this from a clone"):
        copy_course(tmp_path, work)


def test_check_port_names_a_port_that_is_taken():
    with socket.socket() as server:
        server.bind(("localhost", 0))
        server.listen()
        port = server.getsockname()[1]
        with pytest.raises(LabError, match=f"Port {port} is taken"):
            check_port(port)
    check_port(port)


def test_server_arguments_follow_the_options(work):
    assert "--no-browser" not in server_arguments(work, None, True)
    assert not [a for a in server_arguments(work, None, False) if a.startswith("--port")]
    assert {"--port=9000", "--ServerApp.port_retries=0", "--no-browser"} <= set(
        server_arguments(work, 9000, False)
    )
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    assert ("--allow-root" in server_arguments(work, None, True)) == is_root


def test_serve_prints_an_address_that_shows_the_work_folder(checkout, work):
    copy_course(checkout, work)
    code = (
        "import pathlib, sys; from lossfns.lab import serve; serve(pathlib.Path(sys.argv[1]), browser=False)"
    )
    server = subprocess.Popen([sys.executable, "-c", code, work], stderr=subprocess.PIPE, encoding="utf-8")
    try:
        found = (
            re.search(r"(http://localhost:\d+)/lab/tree/(\S+)\?token=(\w+)", line) for line in server.stderr
        )
        address, opened, token = next(match for match in found if match).groups()
        listed = {
            entry["path"] for entry in asked(f"{address}/api/contents/notebooks?token={token}")["content"]
        }
    finally:
        server.terminate()
        server.communicate(timeout=30)
    assert opened == NOTEBOOKS[0]
    assert listed == set(NOTEBOOKS[:2])


def test_serve_tells_the_kernels_where_progress_lives(work, monkeypatch):
    from jupyterlab.labapp import LabApp

    from lossfns.lab import serve

    monkeypatch.setenv("LOSSFNS_HOME", "elsewhere")
    seen = []
    monkeypatch.setattr(LabApp, "launch_instance", lambda argv: seen.append(os.environ["LOSSFNS_HOME"]))
    serve(work)
    assert seen == [str(work / ".lossfns")]
