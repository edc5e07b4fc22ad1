# Needs python3 (3.11 or later, with venv), make and git. Everything else comes hash-checked from locks/.
#   make demo    a whole sitting in the terminal        make check   format, lint, types, imports, tests
#   make test    the tests                              make lock    newer locks (LOCK_FLAGS=--upgrade)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install -qq --require-hashes --no-deps
PACKAGES := protocol controller seat_client firmware_sim
SOURCES := $(PACKAGES) tests scripts hatch_build.py
DEMO_FLAGS ?=
BENCH_FLAGS ?=
# Two workers on two cores; more than four only crowd the tests that start real processes.
TEST_FLAGS ?= -n auto --maxprocesses 4 --dist worksteal

CATALOGUES := $(wildcard controller/locale/*/LC_MESSAGES/*.po)
MADE := $(VENV)/.made
DEMO := $(VENV)/.demo
DEV := $(VENV)/.dev

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-dev demo test check static format bench lock clean

help:
	@sed -n '1,3p' Makefile

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Chamber needs Python 3.11 or later: make PYTHON=/path/to/python3.11" >&2; exit 3; }
	@echo "setup: $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# The last step of each is the project itself, without asking for anything that the lock does not hold.
$(DEMO): locks/demo.txt pyproject.toml hatch_build.py $(CATALOGUES) | $(MADE)
	@echo "setup: locks/demo.txt"
	@$(INSTALL) -r locks/demo.txt
	@$(PIP) install -qq --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): locks/dev.txt $(DEMO)
	@echo "setup: locks/dev.txt"
	@$(INSTALL) -r locks/dev.txt
	@touch $@

setup: $(DEMO)

setup-dev: $(DEV)

demo: setup
	$(BIN)/chamber demo $(DEMO_FLAGS)

test: setup-dev
	$(BIN)/python -m pytest $(TEST_FLAGS)

static: setup-dev
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/catalogues.py --check
	$(BIN)/python scripts/diagrams.py --check
	$(BIN)/python scripts/rules_pages.py --check
	$(BIN)/python scripts/seat_pages.py --check

check: static test

format: setup-dev
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

bench: setup
	$(BIN)/chamber bench $(BENCH_FLAGS)

# Locks hold names, versions and hashes, never an address, and suit Python 3.11 and later on every platform.
# dev.txt is made first; the others take their versions from it.
LOCK_VENV := .venv-lock
LOCK_UV := 0.13.9
LOCK_FLAGS ?=
COMPILE = $(LOCK_VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(LOCK_FLAGS)

lock: | $(LOCK_VENV)/bin/uv
	$(COMPILE) --python-version 3.11 --extra controller --extra seat --extra sim --extra dev --group build \
	  pyproject.toml -o locks/dev.txt
	$(COMPILE) --python-version 3.11 -c locks/dev.txt pyproject.toml -o locks/base.txt
	$(COMPILE) --python-version 3.11 -c locks/dev.txt --extra seat pyproject.toml -o locks/seat.txt
	$(COMPILE) --python-version 3.11 -c locks/dev.txt --extra controller --extra sim --group build \
	  pyproject.toml -o locks/demo.txt
	$(COMPILE) --python-version 3.11 -c locks/dev.txt --group independent -o locks/independent.txt
	$(COMPILE) --python-version 3.12 -c locks/dev.txt --group aics -o locks/aics.txt
	# typing is part of Python; what still asks for it would get a release for Python 2.
	$(COMPILE) --python-version 3.11 --prerelease if-necessary-or-explicit --group nfc --no-emit-package typing -o locks/nfc.txt
	$(COMPILE) --python-version 3.11 -c locks/dev.txt --extra seat-hardware pyproject.toml -o locks/seat-hardware.txt
	$(COMPILE) --python-version 3.11 -c locks/dev.txt --extra seat-token pyproject.toml -o locks/seat-token.txt

$(LOCK_VENV)/bin/uv:
	$(PYTHON) -m venv $(LOCK_VENV)
	$(LOCK_VENV)/bin/python -m pip --disable-pip-version-check --no-input install -qq uv==$(LOCK_UV)

clean:
	rm -rf $(VENV) .venv-* build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f controller/locale/*/LC_MESSAGES/*.mo
