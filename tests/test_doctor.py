import sys

import pytest

from lossfns import doctor
from lossfns.setup_env import SetupError


@pytest.fixture
def quick(monkeypatch):
    """A doctor whose checks all pass at once; returns a way to replace one."""
    for name in ("python", "packages", "torch", "kernel", "widgets", "figures"):
        monkeypatch.setattr(doctor, name, lambda: "fine")
    return lambda name, check: monkeypatch.setattr(doctor, name, check)


def raises(error):
    def check():
        raise error

    return check


def test_doctor_passes_when_all_is_well(quick, tmp_path, capsys):
    assert doctor.main(tmp_path) == 0
    assert "FAIL" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "word"), [(SetupError("do this"), "do this"), (RuntimeError("kernel died"), "kernel died")]
)
def test_doctor_shows_every_row_and_fails_when_one_check_does(quick, tmp_path, capsys, error, word):
    quick("kernel", raises(error))
    assert doctor.main(tmp_path) == 1
    out = capsys.readouterr().out
    assert out.count("FAIL") == 1 and word in out
    assert "work folder" in out and "figures" in out  # the rows after it


def test_doctor_torch_names_another_version(monkeypatch):
    monkeypatch.setattr(doctor, "installed", lambda package: "2.12.1+cpu")
    with pytest.raises(SetupError, match=r"tested with 2\.13\.0, here is 2\.12\.1\+cpu: run .*pip install"):
        doctor.torch()


def test_doctor_torch_that_cannot_load_is_a_finding(monkeypatch):
    monkeypatch.setattr(doctor, "TRY_TORCH", "raise ImportError('libtorch.so: cannot open')")
    with pytest.raises(SetupError, match="libtorch.so: cannot open"):
        doctor.torch()


def test_doctor_run_gives_up_on_what_does_not_end():
    with pytest.raises(SetupError, match="did not end within 1 s"):
        doctor.run("while True: pass", seconds=1)


@pytest.mark.parametrize(("version", "word"), [("none", "here: none"), ("0.1", "here: 0.1")])
def test_doctor_packages_names_what_is_missing_or_old(monkeypatch, version, word):
    there = doctor.installed
    monkeypatch.setattr(doctor, "installed", lambda name: version if name == "ipywidgets" else there(name))
    with pytest.raises(SetupError, match=f"needed: ipywidgets.*{word}") as caught:
        doctor.packages()
    assert "numpy" not in str(caught.value)


def test_doctor_kernel_of_another_environment_is_a_finding(monkeypatch):
    monkeypatch.setattr(doctor, "TRY_KERNEL", "print('/another')")
    with pytest.raises(SetupError, match="it runs in /another"):
        doctor.kernel()


def test_doctor_widgets_names_a_missing_extension(monkeypatch, tmp_path):
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda name: [str(tmp_path)])
    with pytest.raises(SetupError, match="no extension to show sliders"):
        doctor.widgets()


def test_doctor_names_a_work_folder_that_cannot_be_written(monkeypatch, tmp_path):
    def refuse(dir):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)  # root may write anywhere
    with pytest.raises(SetupError, match=r"cannot be written to \(Permission denied\): .* --work"):
        doctor.writing(tmp_path / "not" / "yet")


def test_doctor_disk_names_a_full_one(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "ENOUGH", 1e12)
    with pytest.raises(SetupError, match=r"GB free, too little"):
        doctor.disk(tmp_path / "not" / "yet")


def test_doctor_repair_is_for_this_python():
    assert sys.executable in doctor.REPAIR
