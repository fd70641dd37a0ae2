# crnn: `make` lists the verbs. `make run` and `make test` work on a fresh machine.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
DATA   ?=
OUT    ?= run

.DEFAULT_GOAL := help
.PHONY: help install run test quick lint format types docs check clean

help: ## list the verbs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP) ## make .venv with every tested version

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt torch
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[dev]"
	@touch $(STAMP)

run: $(STAMP) ## train, evaluate and predict spoken commands (DATA=folder, else $$CRNN_DATA, else synthetic speech)
	$(BIN)/python examples/first_run.py --out $(OUT) $(if $(DATA),--data "$(DATA)")

test: $(STAMP) ## all tests
	$(BIN)/python -m pytest

quick: $(STAMP) ## the tests that take seconds
	$(BIN)/python -m pytest -m "not slow"

lint: $(STAMP) ## ruff: format and rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(STAMP) ## ruff: rewrite
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(STAMP) ## mypy --strict
	$(BIN)/mypy

docs: $(STAMP) ## build the documentation, warnings are errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

check: lint types docs test ## what CI runs

clean: ## remove what was built
	rm -rf build dist site run .mypy_cache .ruff_cache .pytest_cache .hypothesis
