# make lab: the course in JupyterLab · make test: what CI runs · make bench: speed · make matrix: other seeds and machines
# make notebook NOTEBOOK=notebooks/01_regression.ipynb: run it anew, as it is committed
# The environment is .venv; PYTHON says what makes it (python3.12, say), LAB passes options on (LAB="--no-browser").

PYTHON ?= python3
LAB ?=
BIN := .venv/bin
NBVAL := $(BIN)/python -m pytest --nbval notebooks solutions exercises -n 2 --dist loadfile

.PHONY: lab test bench matrix notebook course-env test-env

lab: course-env
	$(BIN)/lossfns lab $(LAB)

test: test-env
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m pytest -n 2
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

# No timestamps, no widget state; and an explorer's output goes, since a saved widget without its kernel shows an error.
NBCONVERT := $(BIN)/jupyter nbconvert --to notebook --inplace
notebook: test-env
	OMP_NUM_THREADS=1 $(NBCONVERT) --execute --ExecutePreprocessor.record_timing=False \
		--ExecutePreprocessor.store_widget_state=False $(NOTEBOOK)
	$(NBCONVERT) --TagRemovePreprocessor.enabled=True --TagRemovePreprocessor.remove_all_outputs_tags=explorer $(NOTEBOOK)

course-env:
	@$(PYTHON) lossfns/setup_env.py course

test-env:
	@$(PYTHON) lossfns/setup_env.py test
