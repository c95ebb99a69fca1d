# Every target does its own set-up. Needs: make, python3 (3.11 or newer) with venv or pip, and a package index.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTEST = $(BIN)/python -m pytest
.DEFAULT_GOAL := help
.PHONY: help setup run test check lint bench bench-dedupe faults faults-long quality train clean

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## create .venv with the console script .venv/bin/newswire

$(STAMP): requirements.lock pyproject.toml
	@PYTHON="$(PYTHON)" sh tools/venv.sh $(VENV)
	@touch $@

run: setup ## the whole pipeline on the seeds, on an embedded Kafka; ends by itself
	@$(BIN)/newswire up --once --fresh --with-parent

# Three at a time, since integration tests mostly wait for brokers; in the order of the folders, so that the long ones begin first.
test: setup ## every test tier but the faults (under 25 minutes); coverage of core and contracts at least 95 %
	$(PYTEST) -n 3 --dist loadfile --no-loadscope-reorder -m "not faults" --cov --cov-report=term --cov-fail-under=95

check: setup ## what every commit passes: lint and the fast tiers (under 60 s)
	@$(MAKE) --no-print-directory lint
	$(PYTEST) -q -n 3 --dist loadfile -m "not slow" tests/unit tests/properties tests/agents tests/meta

lint: setup ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## speed, side by side with the bare model and the bare client; prints tables
	$(BIN)/python -m tests.bench

bench-dedupe: setup ## dedupe with a million articles in its window: memory, verdicts a second, latencies, beside other libraries
	$(BIN)/python -m tests.bench.dedupe_index

faults: setup ## kills, pauses, broken networks, full disks: nothing lost or doubled; prints a table (under 20 minutes)
	$(PYTEST) -q -s -m faults tests/faults

faults-long: setup ## the same with the counts of the long run, and an hour of soak (some 2 hours in all)
	NEWSWIRE_FAULTS=long $(PYTEST) -q -s -m faults tests/faults

# What was measured is what `newswire card` prints.
quality: setup ## what the models and rules get right, on ../shared/data; ends with the quality card
	$(PYTEST) -q -n 2 --dist loadfile -m quality tests/quality --quality-card streams/models/quality.json

train: setup ## train the models anew into OUT (.newswire/models), from the data in NEWSWIRE_DATA (../shared/data)
	@sh tools/train.sh $(BIN)/python "$(or $(NEWSWIRE_DATA),../shared/data)" "$(or $(OUT),.newswire/models)"

clean: ## remove the virtual environment and what newswire kept between runs
	rm -rf $(VENV) .newswire
