# Every target does its own set-up: a checkout and Python 3.11 or later are enough.
PYTHON ?= python3
IN_VENV = .venv/bin/python
ARGS ?=
# Containers like to forbid bytecode. Then each of the hundred processes of a run compiles all that it imports.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test check bench docs evaluate lock dev

demo:
	@$(PYTHON) -m tools.bootstrap runtime
	@.venv/bin/zhunsheng demo $(ARGS)

test:
	@$(PYTHON) -m tools.bootstrap dev engine-later
	@$(IN_VENV) -m tools.run_tests $(ARGS)

check:
	@$(PYTHON) -m tools.bootstrap dev
	@$(IN_VENV) -m tools.check $(ARGS)

bench:
	@$(PYTHON) -m tools.bootstrap dev
	@.venv/bin/zhunsheng bench $(ARGS)

docs:
	@$(PYTHON) -m tools.bootstrap dev
	@$(IN_VENV) -m tools.make_docs

evaluate:
	@$(PYTHON) -m tools.bootstrap dev
	@$(IN_VENV) -m evaluations $(ARGS)

lock:
	@$(PYTHON) -m tools.bootstrap dev
	@$(IN_VENV) -m tools.lock $(ARGS)

dev:
	@$(PYTHON) -m tools.bootstrap dev
