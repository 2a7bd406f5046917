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

PINNED := --require-hashes --requirement
# $(call locked,NAME): installs what requirements/NAME.txt pins, by hash, and then this project itself.
# uv takes a third of pip's time but knows nothing of pip's settings: where it fails, pip has its turn.
locked = { $(BIN)/uv pip install --python $(BIN)/python --compile-bytecode $(PINNED) requirements/$(1).txt || \
	$(BIN)/python -m pip install $(PINNED) requirements/$(1).txt; } && \
	$(BIN)/python -m pip install --no-deps --no-build-isolation --editable .

# A worker a core, four at most: each has a Chromium and PyTorch. Files begin in their order, which
# ends with the short ones (tests/conftest.py says what stays together).
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# A machine that is busy beyond reason fails a test that nothing is wrong with; a defect fails twice.
ALONE := --numprocesses 0 --last-failed --last-failed-no-failures none --maxfail 5

# Browser tests are not even collected: importing them takes seconds.
QUICK := -m 'not (slow or mnist or browser)' --ignore tests/browser

FRONT_END := cd static && ../$(NODE) npm test --silent

SOURCES := $(shell find static/src -type f) static/*.ts static/tsconfig.json

.DEFAULT_GOAL := demo

.PHONY: help demo setup test test-quick lint format train study export figures wheel bench lock clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r name text; do printf '%-12s%s\n' "$$name" "$$text"; done

demo: $(VENV)/.serve static/dist/.built ## serve the page on 127.0.0.1, port 8000 (PORT=…)
	@exec $(BIN)/python -m webapp --port $(PORT) --fetch-originals

test: $(VENV)/.dev static/dist/.built $(VENV)/.browser ## run every test
	@printf '→ front-end tests\n'; $(FRONT_END)
	@printf '→ Python and browser tests\n'; $(BIN)/python -m pytest $(SIDE_BY_SIDE) || { \
		printf '→ once more, alone: what failed side by side\n'; $(BIN)/python -m pytest $(ALONE); }

test-quick: $(VENV)/.dev static/node_modules/.installed ## run the tests that take less than a minute
	@printf '→ front-end and Python tests\n'; \
		{ $(FRONT_END) -- --reporter=minimal; } & $(BIN)/python -m pytest $(QUICK) $(SIDE_BY_SIDE); \
		python=$$?; wait $$! && exit $$python

lint: $(VENV)/.dev static/node_modules/.installed ## formatting, linting, types: both languages
	@printf '→ ruff\n'; $(BIN)/ruff format --check . && $(BIN)/ruff check .
	@printf '→ mypy\n'; $(BIN)/mypy
	@printf '→ Biome and tsc\n'; cd static && ../$(NODE) npm run lint --silent

format: $(VENV)/.dev static/node_modules/.installed ## rewrite the sources in the one style
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix . && cd static && ../$(NODE) npm run format --silent

setup: $(VENV)/.train ## install the training tools alone: PyTorch, no test tools and no browser

train: $(VENV)/.train ## train every published model into runs/ (resumes after an interruption)
	@$(BIN)/python -m train all --resume

study: $(VENV)/.train ## train the study behind docs/results.md, as many runs at a time as fit
	@$(BIN)/python -m train study

export: $(VENV)/.train ## publish runs/ as the release that the page shows
	@$(BIN)/python -m export

figures: $(VENV)/.train ## draw docs/figures/ and write docs/results.md from what was measured
	@$(BIN)/python -m train figures

wheel: $(VENV)/.serve static/dist/.built ## build dist/latent_atlas-….whl: the page and the release inside
	$(call step,build the wheel,rm -rf build dist && \
	$(BIN)/python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist . && rm -rf build)

bench: $(VENV)/.dev static/dist/.built $(VENV)/.browser ## measure; prints a table, asserts nothing
	@$(BIN)/python -m tests.bench

lock: | $(VENV)/.build ## pin requirements/ anew from pyproject.toml (UPGRADE=1: to the newest versions)
	$(call step,pin the requirements,scripts/lock $(BIN)/uv $(if $(UPGRADE),--upgrade))

clean: ## remove what make made
	rm -rf $(VENV) static/node_modules static/dist build dist

$(VENV)/.python:
	$(call step,find Python 3.11 or newer (set PYTHON=… if it has another name),\
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))')
	$(call step,make a virtual environment in $(VENV),$(PYTHON) -m venv $(VENV))
	@touch $@

$(VENV)/.build: requirements/build.txt | $(VENV)/.python
	$(call step,install what installs the rest,\
	$(BIN)/python -m pip install $(PINNED) requirements/build.txt)
	@touch $@

$(VENV)/.serve: pyproject.toml requirements/serve.txt | $(VENV)/.build
	$(call step,install what serving needs from PyPI,$(call locked,serve))
	@touch $@

$(VENV)/.train: pyproject.toml requirements/train.txt | $(VENV)/.build
	$(call step,install PyTorch and the training tools from PyPI (about 5 GB),$(call locked,train))
	@touch $@ $(VENV)/.serve

$(VENV)/.dev: pyproject.toml requirements/dev.txt | $(VENV)/.build
	$(call step,install PyTorch and the test tools from PyPI (about 5 GB),$(call locked,dev))
	@touch $@ $(VENV)/.serve $(VENV)/.train

$(VENV)/.node: scripts/with-node requirements/node.txt | $(VENV)/.build
	$(call step,find Node.js 20.19 or newer or install it from PyPI,$(NODE) node --version || \
	{ $(BIN)/python -m pip install $(PINNED) requirements/node.txt && \
	$(NODE) node --version; })
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
