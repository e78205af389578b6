# modelhub. `make help` lists what can be done; `make run` starts everything on this machine.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test test-browser test-services lint types format bench chaos chaos-awake chaos-races chaos-money chaos-broker chaos-recovery screenshots ci clean
.SUFFIXES:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
# A file's tests stay together: they share what is dear to start.
ON_ALL_CORES := -n auto --dist loadfile
# Played by the harness on PostgreSQL anyway, or about addresses and processes rather than rows: once, on SQLite, is enough.
NOT_TWICE := $(addprefix --ignore-glob=*/,test_*kill_points.py test_*faults.py test_permissions.py test_run.py test_doctor.py)
TEST_DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/postgres
TEST_BROKER_URL ?= redis://127.0.0.1:6379/9
ARGS ?=
ifdef PORT
export PORT
endif

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv with the pinned packages, and a .env if there is none
	@scripts/setup

setup-dev:
	@scripts/setup dev

run: setup ## start the platform on http://127.0.0.1:8000 (or make run PORT=8123); Ctrl-C ends it
	@exec $(BIN)/python -m modelhub.run

test: setup-dev ## run the tests that need nothing but this checkout (ARGS="-k name" chooses)
	@$(PYTEST) $(ON_ALL_CORES) $(ARGS)

test-browser: setup-dev ## run the tests in Debian's Chromium
	@$(PYTEST) $(ON_ALL_CORES) -m browser $(ARGS)

test-services: setup-dev ## run what touches rows again on PostgreSQL and Redis, and what only they can show
	@TEST_DATABASE_URL=$(TEST_DATABASE_URL) TEST_BROKER_URL=$(TEST_BROKER_URL) $(PYTEST) $(ON_ALL_CORES) tests/integration $(NOT_TWICE) $(ARGS)
	@TEST_DATABASE_URL=$(TEST_DATABASE_URL) TEST_BROKER_URL=$(TEST_BROKER_URL) $(PYTEST) -m services $(ARGS)

lint: setup-dev ## look for mistakes in code and templates, and for breaches of the floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@find . -path ./.venv -prune -o -path '*/templates/*.html' -print0 | xargs -0 -r $(BIN)/djade --check --target-version 5.2
	@$(BIN)/lint-imports

types: setup-dev ## check the types
	@$(BIN)/mypy modelhub catalog customization sandbox

format: setup-dev ## lay out code and templates
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@find . -path ./.venv -prune -o -path '*/templates/*.html' -print0 | xargs -0 -r $(BIN)/djade --target-version 5.2

bench: setup-dev ## measure against the stock ways, side by side (SMOKE=1: only that it works)
	@$(BIN)/python -m bench $(if $(SMOKE),--smoke) $(ARGS)

chaos: setup-dev ## kill and break it on a schedule and compare with the sandbox (N=1000 histories; SEED=… replays one)
	@CHAOS_DATABASE_URL=$(TEST_DATABASE_URL) $(BIN)/python -m tests.chaos run $(if $(N),--n $(N)) $(if $(SEED),--seed "$(SEED)") $(ARGS)

chaos-awake: setup-dev ## break the product on purpose: is each seeded bug seen by a named promise?
	@CHAOS_DATABASE_URL=$(TEST_DATABASE_URL) $(BIN)/python -m tests.chaos awake $(ARGS)

chaos-races: setup-dev ## eight admins at once on one model, 200 rounds, on PostgreSQL
	@CHAOS_DATABASE_URL=$(TEST_DATABASE_URL) $(BIN)/python -m tests.chaos races $(ARGS)

chaos-money: setup-dev ## 90 simulated days of leases: our ledger against the platform's bill
	@CHAOS_DATABASE_URL=$(TEST_DATABASE_URL) $(BIN)/python -m tests.chaos money $(ARGS)

chaos-broker: setup-dev ## a real worker and beat while Redis, PostgreSQL, children, workers and beats are killed 115 times (ARGS=--quick)
	@$(BIN)/python -m tests.chaos broker $(ARGS)

chaos-recovery: setup-dev ## lose the rows, and see everything of ours come home
	@CHAOS_DATABASE_URL=$(TEST_DATABASE_URL) $(BIN)/python -m tests.chaos recovery $(ARGS)

screenshots: setup-dev ## take the pictures of the README
	@$(BIN)/python scripts/screenshots.py $(ARGS)

ci: ## everything that has to pass before a change lands
	@.ci/run

clean: ## remove what tools left behind; keeps .venv, .env and var/
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache static_root test-results
	@find . -path ./.venv -prune -o -name __pycache__ -type d -print0 | xargs -0 -r rm -rf
