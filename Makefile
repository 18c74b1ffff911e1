# Youju: `make help` is the developer's manual.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export GRADIO_ANALYTICS_ENABLED := False
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: help run test lint format bench load screenshots eval model model-report clean

help: ## this text
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -e .
	@touch $@

# What developers need beside it: linters, tests, and the training extra, whose code is tested too.
$(VENV)/.developer: $(VENV)/.installed
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev,train]'
	@touch $@

# Chromium drives the page in tests; the fonts let screenshots show Chinese.
$(VENV)/.browser: $(VENV)/.developer
	@if ! command -v chromium >/dev/null || ! fc-list 2>/dev/null | grep -qi 'noto.*cjk'; then \
	  if [ "$$(id -u)" = 0 ]; then SUDO=; else SUDO=sudo; fi; \
	  $$SUDO apt-get update -qq && $$SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig >/dev/null; \
	fi
	@touch $@

# A real PostgreSQL for the store's tests; each run starts a throwaway cluster of its own.
$(VENV)/.postgres: $(VENV)/.developer
	@if ! command -v initdb >/dev/null && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ]; then SUDO=; else SUDO=sudo; fi; \
	  $$SUDO apt-get update -qq && $$SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; \
	fi
	@touch $@

run: $(VENV)/.installed ## environment, sample shop indexed, agent desk on a printed address
	$(BIN)/kb ingest
	$(BIN)/kb serve

test: $(VENV)/.developer $(VENV)/.browser $(VENV)/.postgres ## everything the tests need, then the tests
	YOUJU_REQUIRE_BROWSER=1 YOUJU_REQUIRE_POSTGRES=1 $(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/.developer ## ruff, mypy strict, the sample shop's own lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/kb lint content

format: $(VENV)/.developer ## ruff: sort imports, mend what can be mended, format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.developer ## answers per second and latency, beside a plain LangChain + FAISS pipeline, in one run
	$(BIN)/python -m ui.bench

load: $(VENV)/.developer ## 100 agents at once for two minutes: latencies, errors, processor time, memory
	$(BIN)/python -m ui.load

screenshots: $(VENV)/.developer $(VENV)/.browser ## the pictures of the README and the docs, from the real pages
	$(BIN)/python -m tests.ui.screenshots

eval: $(VENV)/.installed ## the sample shop's development questions: figures and misses
	$(BIN)/kb eval content/questions/development.yaml

model: $(VENV)/.developer ## train the bundled model: make model DATA=folder
	@test -n "$(DATA)" || { echo "give the data folder: make model DATA=…"; exit 2; }
	$(BIN)/python -m kb.modelling.train --data $(DATA) --out kb/bundled/youju-static

model-report: $(VENV)/.developer ## all figures of the bundled model: make model-report DATA=folder
	@test -n "$(DATA)" || { echo "give the data folder: make model-report DATA=…"; exit 2; }
	$(BIN)/python -m ui.model_report --data $(DATA)

clean: ## remove the environment and the state
	rm -rf $(VENV) .kb
