# make lab: the course in JupyterLab · make test: what CI runs · make bench: speed · make matrix: other seeds and machines
# The environment is .venv; PYTHON says what makes it (python3.12, say), LAB passes options on (LAB="--no-browser").

PYTHON ?= python3
LAB ?=
BIN := .venv/bin
NBVAL := $(BIN)/python -m pytest --nbval notebooks solutions exercises -n 2 --dist loadfile

.PHONY: lab test bench matrix course-env test-env

lab: course-env
	$(BIN)/lossfns lab $(LAB)

test: test-env
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m pytest
	$(BIN)/lossfns verify
	$(BIN)/lossfns release --check
	$(NBVAL)

bench: test-env
	$(BIN)/python tests/benchmarks/run.py

# Every claim holds for seeds 1 to 4; the outputs are the same with one thread, two, and plain CPU instructions.
matrix: test-env
	for seed in 1 2 3 4; do $(BIN)/lossfns claims --seed $$seed || exit 1; done
	for threads in 1 2; do OMP_NUM_THREADS=$$threads $(NBVAL) || exit 1; done
	ATEN_CPU_CAPABILITY=default $(NBVAL)

course-env:
	@$(PYTHON) lossfns/setup_env.py course

test-env:
	@$(PYTHON) lossfns/setup_env.py test
