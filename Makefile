# modelhub. `make help` lists what can be done; `make run` starts everything on this machine.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test test-browser test-services lint types format bench screenshots ci clean
.SUFFIXES:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
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
	@$(PYTEST) $(ARGS)

test-browser: setup-dev ## run the tests in Debian's Chromium
	@$(PYTEST) -m browser $(ARGS)

test-services: setup-dev ## run the suite again on PostgreSQL and Redis, and what only they can show
	@TEST_DATABASE_URL=$(TEST_DATABASE_URL) TEST_BROKER_URL=$(TEST_BROKER_URL) $(PYTEST) -m "not browser" $(ARGS)

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

screenshots: setup-dev ## take the pictures of the README
	@$(BIN)/python scripts/screenshots.py $(ARGS)

ci: ## everything that has to pass before a change lands
	@.ci/run

clean: ## remove what tools left behind; keeps .venv, .env and var/
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache static_root test-results
	@find . -path ./.venv -prune -o -name __pycache__ -type d -print0 | xargs -0 -r rm -rf
