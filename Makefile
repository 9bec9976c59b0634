# make check   makes the environment, installs, and checks this repository with its own rules
# make test    the test suite: needs Python and pip only
# make e2e     runs what takes its time, installs and drives real editors
# make vsix    the extension for VS Code, in vscode-extension/dist
# make dist    the package, as a wheel and as source, in dist/
# make lint    formatting, types, import contracts
# make bench   figures, as ratios against named tools
# make help    the rest

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
export PIP_NO_INPUT = 1

.PHONY: check test e2e vsix dist bench lint format update generate pythons requirements clean help

check: $(VENV)/.run
	$(BIN)/rulewright check

test: $(VENV)/.test
	$(BIN)/python -m pytest -q -n auto

update: $(VENV)/.test
	$(BIN)/python -m pytest -q tests/test_cases.py --update

e2e: $(VENV)/.e2e .e2e/llmock/.installed
	$(BIN)/python -m pytest -q -n auto -m slow
	$(BIN)/python -m pytest -q -m e2e tests/e2e

vsix: $(VENV)/.e2e
	$(BIN)/python -m tests.harness.nodejs

dist: $(VENV)/.run
	rm -rf dist
	$(BIN)/python -m hatchling build -d dist -t sdist -t wheel

bench: $(VENV)/.test
	$(BIN)/python -m tests.bench

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell *.md docs server .ai-rules

format: $(VENV)/.lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: $(VENV)/.run
	$(BIN)/python -m tests.generate

# The suite on each named interpreter, in an environment of its own: make pythons PYTHONS="python3.12 python3.13"
PYTHONS ?= python3.11 python3.12 python3.13
pythons:
	@for python in $(PYTHONS); do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "== $$python"; $(MAKE) --no-print-directory test PYTHON=$$python VENV=.venv-$$(basename $$python) || exit 1; \
	  else echo "== $$python: not on this machine"; fi; done

requirements:
	@command -v uv >/dev/null || { echo "make requirements needs uv"; exit 1; }
	cd requirements && uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate run.in -o run.txt
	cd requirements && for f in test lint e2e; do \
	  uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c run.txt $$f.in -o $$f.txt || exit 1; done
	cd requirements && uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate llmock.in -o llmock.txt

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml server/rulewright/__init__.py | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/.lint: requirements/lint.txt $(VENV)/.test
	$(PIP) install --require-hashes -r requirements/lint.txt
	@touch $@

$(VENV)/.e2e: requirements/e2e.txt $(VENV)/.test
	$(PIP) install --require-hashes -r requirements/e2e.txt
	@touch $@

.e2e/llmock/.installed: requirements/llmock.txt
	$(PYTHON) -m venv .e2e/llmock
	.e2e/llmock/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/llmock.txt
	@touch $@

clean:
	rm -rf .venv .venv-* .e2e .bench vscode-extension/dist vscode-extension/node_modules dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

help:
	@sed -n 's/^# //p' Makefile | head -8
