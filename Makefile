# Everything runs from .venv, which is made when it is missing and renewed when pyproject.toml changes.
PYTHON ?= python3
WORKERS ?= 2
POINTS ?= 200
BIN := .venv/bin
INSTALLED := .venv/.installed
MODELS := src/ecrm/**/model.py,src/ecrm/**/model/*.py

.DEFAULT_GOAL := help
.PHONY: help venv demo test faults lint format types api cover whole docs bench check clean

help:  ## Show the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable '.[postgres]' --group dev
	@touch $@

venv: $(INSTALLED)  ## Make or renew .venv

demo: venv  ## Import the sample shop and show its customers
	$(BIN)/python examples/demo/run.py

test: venv  ## Run the tests and the examples of the documents
	$(BIN)/pytest -n $(WORKERS)

faults: venv  ## Run the fault harnesses with many points (POINTS=200)
	$(BIN)/pytest tests/faults --points $(POINTS)

lint: venv  ## Check style, layers and dependencies
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/deptry src

format: venv  ## Rewrite the code in the one style
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

types: venv  ## Check the types
	$(BIN)/mypy

api: venv  ## Compare the public API with the last tag
	$(BIN)/pytest tests/architecture/test_public_api.py -q

cover: venv  ## Run the tests with coverage; models must reach 100 %
	$(BIN)/pytest -n $(WORKERS) --cov --cov-report= -m 'not whole_file'
	$(BIN)/coverage report
	$(BIN)/coverage report --include='$(MODELS)' --fail-under=100

docs: venv  ## Build the documentation; a warning is an error
	$(BIN)/sphinx-build -W --keep-going --quiet -b html docs docs/_build/html

bench: venv  ## Measure against hand-written baselines
	$(BIN)/python benchmarks/run.py

whole: venv  ## Import the whole of Online Retail on both databases, where the file is there
	$(BIN)/pytest tests/imports/test_online_retail.py -n $(WORKERS) --dist=load

check: lint types api cover whole docs demo  ## All of it, as CI does

clean:  ## Remove what the targets made
	rm -rf .venv .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist docs/_build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
