# Two commands do everything on a fresh machine with Python 3.11:
#   make demo   the main job, on real partnerships
#   make test   every check and every test
# The environment is built in .venv on first use and renewed when its inputs change.

VENV := .venv
BIN := $(VENV)/bin
# Several tests at a time, one for each processor.
PYTEST := $(BIN)/python -m pytest --numprocesses auto

.PHONY: demo tour test check lint types contracts core-tests docs readme screenshots bench clean

demo: $(VENV)/.ready-site out/demo/.prepared
	$(BIN)/hanse demo

# The first page comes at once when the data of the demonstration is made while installing.
out/demo/.prepared: $(VENV)/.ready-site
	$(BIN)/hanse demo --prepare
	touch $@

tour: $(VENV)/.ready-all
	$(BIN)/hanse tour

# Fast first: a wrong type is told in seconds, a broken journey in minutes.
test: check wheel-smoke
	$(PYTEST) tests --ignore=tests/core --ignore=tests/browser
	HANSE_TEST_ON=postgresql $(PYTEST) tests/ground tests/stages tests/site
	tools/chromium.sh
	$(PYTEST) tests/browser

check: lint types contracts core-tests

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready-dev
	$(BIN)/mypy

contracts: $(VENV)/.ready-dev
	$(BIN)/lint-imports

# The core is the law: every branch of it is covered by its own tests alone.
core-tests: $(VENV)/.ready-dev
	$(PYTEST) tests/core --cov=hanse.core --cov-branch --cov-report=term --cov-fail-under=100

# The package as a user gets it: built, installed into an empty environment, run there.
.PHONY: wheel-smoke
wheel-smoke: $(VENV)/.ready-dev
	tools/wheel_smoke.sh

docs: $(VENV)/.ready-dev
	$(BIN)/python tools/reference_docs.py

readme: $(VENV)/.ready-dev
	$(BIN)/python tools/readme.py

# The pictures of the tutorial, from a demonstration in a real browser.
screenshots: $(VENV)/.ready-dev
	tools/chromium.sh
	$(BIN)/python tools/screenshots.py

bench: $(VENV)/.ready-dev
	$(BIN)/python bench/run.py
	$(BIN)/python tools/readme.py

$(VENV)/.ready-%: pyproject.toml constraints.txt tools/environment.sh
	tools/environment.sh $(VENV) $*
	touch $@

clean:
	rm -rf $(VENV) out build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
