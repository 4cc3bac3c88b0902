# Everything one does with this tree. `make` lists it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory --no-builtin-rules
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

BIN := .venv/bin
ARGS ?=

.PHONY: help setup run test bench bench-search bench-decisions chaos lint types check protos locks locks-check events catalog fetch clean

help: ## List the targets
	@echo "make <target>, from a fresh clone on:"; echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile
	@echo; echo "PORT=8080 make run        serve on another port"
	@echo "make test ARGS='-k wall'  pass arguments to pytest"

run: setup ## Start the whole platform on http://localhost:8000 (Ctrl-C stops it)
	@$(BIN)/python -m deploy.local

test: setup ## Run all tests, over real servers and in a browser (ARGS='…' for pytest)
	@deploy/browser
	@$(BIN)/python -m $(if $(ARGS),pytest $(ARGS),deploy.all_tests)

check: lint types ## All static checks
	@$(BIN)/python protos/generate.py --check

lint: setup ## Style, formatting, import rules, contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@cd protos && ../$(BIN)/buf lint && ../$(BIN)/buf format --diff --exit-code
	@cd protos && ../$(BIN)/buf breaking --against baseline.binpb

bench: setup ## Measure page views beside a bare route (needs wrk; ARGS='--seconds 10')
	@$(BIN)/python -m tests.bench.page_views $(ARGS)

bench-search: setup ## Measure search beside FTS5 and plain tantivy (ARGS=queries.jsonl)
	@$(BIN)/python -m tests.bench.search $(ARGS)

bench-decisions: setup ## Measure metering beside its bare script, and what subjects cost
	@$(BIN)/python -m tests.bench.decisions $(ARGS)

chaos: setup ## Put metering through every fault, 100,000 grants long (ARGS='--grants 5000')
	@$(BIN)/python -m tests.chaos $(ARGS)

types: setup ## Types, strictly
	@$(BIN)/mypy .

protos: setup ## Generate the stubs of the contracts
	@cd protos && ../$(BIN)/buf format -w && ../$(BIN)/buf lint
	@$(BIN)/python protos/generate.py

locks: setup ## Lock dependencies anew after a pyproject.toml has changed (ARGS=-U upgrades)
	@deploy/lock $(ARGS)

locks-check: setup ## Say whether the locks still are what the pyproject.toml files ask for
	@deploy/lock --check

events: setup ## Print page views and ledger events as they pass (ARGS='--last 10')
	@$(BIN)/python -m deploy.nats events $(ARGS)

catalog: setup ## Build the catalog of codes (ARGS='--from FOLDER' reads official files)
	@$(BIN)/python -m lookup catalog build $(ARGS)

fetch: setup ## Download the official files that deploy/sources.yaml lists
	@$(BIN)/python -m lookup catalog fetch $(ARGS)

setup: ## Make .venv with everything locked (other targets call it)
	@deploy/setup

clean: ## Undo all of it: environments, data, caches
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m deploy.local.clean; fi
	@rm -rf .venv .tools var dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name .git -prune -o \( -name __pycache__ -o -name '*.egg-info' \) -type d -print | xargs rm -rf
