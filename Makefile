# Rejoinder. `make` lists what there is. Needs python3 (3.11), python3-venv, make and git, nothing else.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON3 ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
PYTEST := $(PYTHON) -m pytest
PORT ?= 8000
ARGS ?=
export PORT
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help
help: ## List these commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ── Use ──────────────────────────────────────────────────────────────────────

.PHONY: run
run: export SITE_URL ?= http://localhost:$(PORT)
run: $(VENV)/installed ## Serve the site on PORT (8000), with its data in DATA_DIR (var/), and send its mail
	@$(PYTHON) manage.py prepare
	@exec $(PYTHON) -m forum.serving

.PHONY: admin
admin: $(VENV)/installed ## Make an administrator (asks, or takes ADMIN_EMAIL and ADMIN_PASSWORD)
	@$(PYTHON) manage.py make_admin

# ── Tests ────────────────────────────────────────────────────────────────────

.PHONY: test
ifdef DATABASE_URL
test: $(VENV)/installed-dev programs ## Run every test, on SQLite and on PostgreSQL (or on DATABASE_URL's test_… alone)
	$(PYTEST) $(ARGS)
else
test: $(VENV)/installed-dev programs
	$(PYTHON) -m tests.both $(ARGS)
endif

.PHONY: test-sqlite
test-sqlite: $(VENV)/installed-dev ## Run the tests on SQLite (ARGS="tests/text -k links" chooses)
	DATABASE_URL= $(PYTEST) $(ARGS)

.PHONY: test-pg
test-pg: $(VENV)/installed-dev ## Run the tests on a PostgreSQL that lives as long as they do
	$(PYTHON) -m tests.postgresql $(PYTEST) $(ARGS)

# What tests drive besides Python: a browser, and what stands before the site. Servers that come with it stay off.
.PHONY: programs
programs:
	@missing=; export PATH="$$PATH:/usr/sbin"; \
	command -v chromium-headless-shell chromium chromium-browser >/dev/null \
	  || missing="$$missing chromium-headless-shell fonts-liberation"; \
	for name in nginx redis-server; do command -v $$name >/dev/null || missing="$$missing $$name"; done; \
	if [ -z "$$missing" ]; then exit; fi; \
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
	  echo "Tests that need these are skipped. As root: apt-get install$$missing"; exit; \
	fi; \
	apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends $$missing >/dev/null; \
	for name in nginx redis-server; do \
	  case "$$missing" in *$$name*) ! command -v systemctl >/dev/null || systemctl disable --now $$name 2>/dev/null || true;; esac; \
	done

# ── Care ─────────────────────────────────────────────────────────────────────

TEMPLATES = $$(git ls-files -co --exclude-standard 'templates/*.html' '*/templates/*.html')

.PHONY: lint
lint: $(VENV)/installed-dev ## Check style alone: ruff and the templates
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	@files="$(TEMPLATES)"; [ -z "$$files" ] || $(VENV)/bin/djade --target-version 5.2 --check $$files
	@files="$(TEMPLATES)"; [ -z "$$files" ] || $(VENV)/bin/djhtml --tabwidth 2 --check $$files

.PHONY: fix
fix: $(VENV)/installed-dev ## Put style right
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	@files="$(TEMPLATES)"; [ -z "$$files" ] || $(VENV)/bin/djade --target-version 5.2 $$files
	@files="$(TEMPLATES)"; [ -z "$$files" ] || $(VENV)/bin/djhtml --tabwidth 2 $$files

.PHONY: check
check: lint ## Check all that can be checked without running a test
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache
	$(VENV)/bin/deptry .
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && export DATA_DIR="$$folder" DATABASE_URL= \
	  && $(PYTHON) manage.py makemigrations --check --dry-run \
	  && SITE_URL=https://forum.example.org $(PYTHON) manage.py check --deploy --fail-level WARNING \
	  && $(PYTHON) manage.py join_css --check

.PHONY: css
css: $(VENV)/installed ## Join the stylesheet's parts
	$(PYTHON) manage.py join_css

.PHONY: bench
bench: $(VENV)/installed-dev ## Measure pages and posting as served, with wrk and nginx (benchmarks/README.md)
	DATABASE_URL= $(PYTHON) -m benchmarks $(ARGS)

.PHONY: bench-pg
bench-pg: $(VENV)/installed-dev ## Measure them on a PostgreSQL of their own
	$(PYTHON) -m benchmarks.postgresql $(PYTHON) -m benchmarks $(ARGS)

.PHONY: lock
UV := $(VENV)/bin/uv pip compile --quiet --generate-hashes --universal --no-header --python-version 3.11
lock: $(VENV)/installed-dev ## Choose the versions of all packages anew
	$(UV) --upgrade --extra redis pyproject.toml -o requirements.txt
	$(UV) --upgrade --extra redis --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt

.PHONY: clean
clean: ## Take away what was installed and made, but not the data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ── What is installed, each once for each list of packages ───────────────────

$(VENV)/bin/python:
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; $(PYTHON3) is $$($(PYTHON3) --version)."; exit 1; }
	@$(PYTHON3) -m venv $(VENV) || { rm -rf $(VENV); $(PYTHON3) -c 'import ensurepip' 2>/dev/null \
	  || echo "As root: apt-get install python3-venv"; exit 1; }

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing packages into $(VENV) …"
	@$(PYTHON) -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@echo "Installing what tests need into $(VENV) …"
	@$(PYTHON) -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@
