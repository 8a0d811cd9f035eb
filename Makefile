# Magibench. Needs Python 3.11+, make and (to install a container engine) root; everything else it sees to itself.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

LIMIT ?= 40
TORCH ?= torch==2.13.0
BIN := .venv/bin
PY := $(BIN)/python
STAMP := .venv/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1

SITE ?= site/example

.PHONY: help demo site test check fmt bench images engine install lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: engine ## Make a little data, judge a real model and the reference solutions, publish the page (LIMIT=164 for all problems)
	@$(BIN)/magibench demo --limit $(LIMIT)

site: engine ## Judge everything that can be judged here and make an example of the pages (SITE=FOLDER)
	@$(PY) -m harness.example $(SITE)

test: engine ## Run the tests (with MAGIBENCH_DATA=DIR: those on real data too)
	@$(PY) -m pytest -q $(ARGS)

check: $(STAMP) ## Lint, check the format, the types and the layers
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fmt: $(STAMP) ## Format the code, mend what can be mended
	@$(BIN)/ruff check --fix-only -q
	@$(BIN)/ruff format

bench: engine ## Compare speed with peers, side by side
	@shopt -s nullglob; for script in bench/*.py; do echo "== $$script"; $(PY) "$$script"; done

images: $(STAMP) ## Build every sandbox image that is missing or out of date: 11 GB (`magibench images` builds one)
	@$(PY) -m sandboxes.setup --all

engine: $(STAMP) ## Bring up the container engine and the python image
	@$(PY) -m sandboxes.setup

install: $(STAMP) ## Make .venv with the versions of requirements.lock

# The stamp is newer than all that it was made from: a second call costs milliseconds. Byte code is made here, on all
# cores, since Python is told in many containers to write none: the dashboard then opened in 1.0 s instead of 0.36.
$(STAMP): requirements.lock pyproject.toml | $(PY)
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip
	@echo "installing requirements.lock into .venv: once, a few minutes" >&2
	@$(PY) -m pip install -qq --no-compile -r requirements.lock
	@$(PY) -m pip install -qq --no-deps --no-build-isolation -e .
	@$(PY) -m compileall -qq -j 0 -x sandboxes/images/ .venv/lib harness sandboxes tui leaderboard || true  # some packages carry files of Python 2
	@touch $@

# Debian keeps ensurepip in a package of its own.
$(PY):
	@found=""; \
	for name in python3.11 python3 python3.12 python3.13; do \
	  if command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then found=$$name; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "make: no Python 3.11 or newer on PATH: install it (Debian: apt-get install python3)" >&2; exit 2; fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing python3-venv with apt-get" >&2; \
	    said="$$( { apt-get update -q || true; DEBIAN_FRONTEND=noninteractive \
	      apt-get install -y -q --no-install-recommends python3-venv; } 2>&1 )" || { tail -n 12 <<<"$$said" >&2; exit 2; }; \
	  else echo "make: $$found has no ensurepip: run \`sudo apt-get install python3-venv\`" >&2; exit 2; fi; \
	fi; \
	echo "making .venv with $$($$found --version)" >&2; \
	$$found -m venv --clear .venv

# torch is raised by hand (TORCH=...): one release of it is a gigabyte, and its numbers are part of a result.
lock: $(STAMP) ## Pin the newest versions that pyproject.toml allows
	@$(PY) -m pip install -q --dry-run --ignore-installed --report .venv/lock.json '.[analysis,cluster,dev,train,web]' '$(TORCH)' hatchling editables
	@$(PY) -c 'import json; \
	  rows = sorted((i["metadata"]["name"].lower().replace("_", "-"), i["metadata"]["version"].partition("+")[0]) \
	    for i in json.load(open(".venv/lock.json"))["install"]); \
	  print("# Made by `make lock`: what pyproject.toml asks for with its analysis, cluster, dev, train and web extras, resolved together."); \
	  [print(f"{name}=={version}") for name, version in rows if name != "magibench"]' > requirements.lock
	@rm -f .venv/lock.json

clean: ## Remove .venv, caches and build products; runs and images stay
	rm -rf .venv dist build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
