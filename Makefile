# make up    everything on this machine, until Ctrl-C        PORT=9000 SCRM_HOME=/somewhere make up
#            LLM=local make up   with a small language model on this machine that writes the answers
# make test  the whole test suite, browser tests included        make test TESTS=tests/audit PROCESSES=0   a part, in one process
# make lint  what CI checks beside the tests
.PHONY: up test lint format venv clean-venv

SHELL := /bin/sh
export LLM
PYTHON := .venv/bin/python
TESTS :=
PROCESSES := auto

up: venv
	@exec $(PYTHON) manage.py up

test: venv
	@CHROMIUM="$$(.ci/chromium)" exec $(PYTHON) -m pytest -n $(PROCESSES) --maxprocesses 4 --dist loadgroup --no-loadscope-reorder $(TESTS)

lint: venv
	@exec .ci/lint

format: venv
	@$(PYTHON) -m ruff check --fix . && $(PYTHON) -m ruff format .

venv:
	@exec .ci/venv

clean-venv:
	rm -rf .venv
