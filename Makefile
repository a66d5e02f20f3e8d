# Every command. `make` alone lists them.
PYTHON ?= python3
PORT ?= 8000
DATA ?= data
TW := .venv/bin/tradewind

.PHONY: help setup setup-dev run dev test test-fast check fix contract bench soak scaffold map sizes

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

setup: ## environment, locked packages, front end
	@$(PYTHON) tools/setup.py

setup-dev:
	@$(PYTHON) tools/setup.py --dev --no-web

run: setup ## start the product with demo data (PORT=8000 DATA=data)
	@exec $(TW) demo --data $(DATA) --port $(PORT)

test: setup-dev ## every check; installs what it needs
	@.venv/bin/python tools/test.py all

test-fast: setup-dev ## the checks that take under a minute
	@.venv/bin/python tools/test.py fast

check: setup-dev ## format, lint, types, order, contracts, front end
	@.venv/bin/python tools/test.py check

fix: setup-dev ## format and mend what tools can mend
	@.venv/bin/ruff format $(wildcard src tests tools benchmarks)
	@.venv/bin/ruff check --fix $(wildcard src tests tools benchmarks)

contract: setup-dev ## write contract/ and web/contract/ anew from the Python types
	@$(TW) contract

bench: setup-dev ## figures that must hold, as ratios; writes docs/explain/figures.md (NAME=reading for one)
	@.venv/bin/python -m benchmarks $(NAME)

soak: setup-dev ## long faults and fuzzing
	@TRADEWIND_SOAK=1 .venv/bin/python -m pytest tests/faults tests/http/test_fuzz.py tests/reading/test_damaged.py

scaffold: setup-dev ## both halves of a new field type: make scaffold NAME=rating
	@$(TW) scaffold field $(NAME)

map: ## every module with its first line, in import order
	@$(PYTHON) tools/map.py

sizes: ## the longest files and functions
	@$(PYTHON) tools/map.py --sizes
