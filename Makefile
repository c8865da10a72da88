# Every target works from a clean clone: it makes .venv and installs what changed, and nothing else on the machine.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
T ?= tests

# Idle OpenMP threads must sleep, not spin: two trainers on two cores are 3 to 10 times faster so.
export OMP_WAIT_POLICY := PASSIVE
export GOMP_SPINCOUNT := 0

SERVER := $(VENV)/.server-installed
DEV := $(VENV)/.dev-installed

.PHONY: bench-peers wheel help setup demo run test check lint docs screenshots services clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(DEV)  ## Make .venv with everything, start the private engines, prepare tables and keys
	$(PY) manage.py services up
	$(PY) manage.py setup

demo: $(SERVER)  ## Show the whole mission: five artists, two rounds, pictures (ONCE=1: check each step, then end)
	$(PY) -m fedart_site.demo $(if $(ONCE),--once)

run: $(SERVER)  ## Run the platform at http://localhost:8000 (PORT=...), Ctrl-C ends it
	$(PY) manage.py up --port $(PORT)

services: $(SERVER)  ## Start the private PostgreSQL and Valkey (`manage.py services down` stops them)
	$(PY) manage.py services up

test: $(DEV)  ## Run every test (T=tests/consent runs some)
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(T)

check: lint  ## Everything but the tests: style, types, import contracts, sizes, migrations, API description, vendored files
	$(PY) -m mypy
	$(PY) -m pytest -p no:xdist tests/architecture
	$(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run --skip-checks
	$(PY) manage.py spectacular --validate --fail-on-warn --file /dev/null --skip-checks

lint: $(DEV)  ## Style and import contracts, in seconds
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports

docs: $(DEV)  ## Write the generated documents anew and check all of them
	$(PY) -m federation.protocol.codes > docs/codes.md
	$(PY) -m consent.notice_docs > docs/notices.md
	$(PY) -m pytest -p no:xdist tests/architecture/test_docs.py

wheel: $(DEV)  ## Build the agent's package into dist/, for artists: pip install 'dist/fedart-0.1.0-py3-none-any.whl[edge]'
	rm -rf build fedart.egg-info
	$(PY) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	rm -rf build fedart.egg-info

screenshots: $(DEV)  ## Photograph every page at both widths, light and dark, into .fedart/screenshots
	$(PY) -m tools.running --port $(PORT) -- $(PY) -m tools.screenshots --url http://localhost:$(PORT)

bench-peers: ## Install what the benches compare with (Flower) into .venv-peers, an environment of its own
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check flwr==1.41.0 numpy==2.4.6

clean: ## Remove .venv and this folder's state (engines, pictures, keys)
	-[ -x $(PY) ] && $(PY) manage.py services erase
	rm -rf $(VENV) .fedart .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(PY):
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "FedArt needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)

$(SERVER): requirements.txt requirements-edge.txt | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(SERVER)
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
