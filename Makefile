# Two commands do everything: `make assess` and `make test`. They need Python >= 3.11 and a package index.

.DEFAULT_GOAL := help
BIN := .venv/bin
SOURCE ?= USA
TARGET ?= PAK
OUT ?= reports/$(SOURCE)-$(TARGET)

.PHONY: help assess test lint types unit nightly bench lock clean model dev

help: ## Print this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

model:
	@sh scripts/setup.sh model

dev:
	@sh scripts/setup.sh dev

assess: model ## Set up, assess USA PAK (or SOURCE=IND TARGET=CHN) and print where the report is
	$(BIN)/realpolitik assess "$(SOURCE)" "$(TARGET)" --out "$(OUT)"

test: lint types unit ## Set up and run every check and test

lint: dev ## Style and the direction of dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: dev ## Static types
	$(BIN)/mypy

unit: dev ## Tests, replications and doctests
	$(BIN)/python -m pytest -n 2 --doctest-modules -m "not nightly"

nightly: dev ## The long checks
	$(BIN)/python -m pytest -m nightly

bench: dev ## Speed, as ratios against a peer in the same run
	$(BIN)/python benchmarks/run.py

lock: dev ## Resolve the lock files again
	sh scripts/lock.sh

clean: ## Remove what the other targets made
	rm -rf .venv reports dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
