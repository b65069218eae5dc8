# Every check and every start, from a fresh checkout with python3 and make alone.
#   make demo          play a grant's life on a cluster inside the process
#   make test          lint, types, import contracts, and every test that needs no Go
#   make test-cluster  build Kubernetes' control plane if the cache lacks it, and run the suites on it
#                      (KUBE=1.35 for the second release)

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
JOBS   ?= auto
KUBE   ?= 1.36
STAMP  := $(VENV)/.installed
RUNTIME_STAMP := $(VENV)/.runtime

.PHONY: demo setup test lint types imports check test-cluster control-plane browser bench clean

demo: $(RUNTIME_STAMP)
	@$(BIN)/netgrant demo

setup: $(STAMP)

$(VENV)/bin/python:
	@if command -v uv >/dev/null 2>&1; then uv venv --quiet --python $(PYTHON) $(VENV); \
	elif ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	  echo "netgrant needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Try make PYTHON=python3.12" >&2; exit 1; \
	elif ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "this Python cannot make a virtual environment: install python3-venv (Debian, Ubuntu) or uv" >&2; exit 1; \
	else $(PYTHON) -m venv $(VENV); fi

# The lock is a constraints file: exact versions for whatever the project asks for.
define install
	@if command -v uv >/dev/null 2>&1; then uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '$(1)'; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '$(1)'; fi
endef

$(RUNTIME_STAMP): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(call install,.)
	@touch $@

$(STAMP): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(call install,.[test])
	@touch $@ $(RUNTIME_STAMP)

lint: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

check: lint types imports

test: check
	$(BIN)/pytest -m "not cluster" -n $(JOBS)

control-plane: $(STAMP)
	$(BIN)/python -m tests.controlplane.build --kube $(KUBE)

# One test drives a real browser. Where it cannot be had that test is skipped, and says so.
browser:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
	    >/dev/null || echo "Chromium could not be installed; its tests are skipped" >&2; \
	else echo "there is no Chromium, and only root can install it with apt-get; its tests are skipped" >&2; fi

test-cluster: control-plane browser
	NETGRANT_TEST_KUBE=$(KUBE) $(BIN)/pytest -m cluster -n 2 --dist loadgroup

bench: $(STAMP)
	$(BIN)/python -m bench.startup
	$(BIN)/python -m bench.watch
	$(BIN)/python -m bench.registry
	$(BIN)/python -m bench.dashboard

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
