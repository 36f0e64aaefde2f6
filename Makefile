# Two commands: `make demo` and `make test`. Both install into .venv first; nothing else on the machine is touched.
PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 3
# a GPU box keeps its own torch:  make demo VENV_FLAGS=--system-site-packages CONSTRAINTS=
VENV_FLAGS ?=
CONSTRAINTS ?= -c constraints.txt
PIP = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check $(CONSTRAINTS)

.PHONY: demo test lint install clean

demo: $(VENV)/.installed
	$(VENV)/bin/grokterm demo

test: $(VENV)/.installed-dev
	$(VENV)/bin/ruff check grokterm tests
	$(VENV)/bin/lint-imports
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist worksteal

install: $(VENV)/.installed

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "grokterm needs Python 3.11 or newer; say which: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV_FLAGS) $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .import_linter_cache .hypothesis
