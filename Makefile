# `make help` lists what there is. From elsewhere: make -C path/to/this/folder TARGET

ROOT := $(shell cd "$$(dirname "$(strip $(MAKEFILE_LIST))")" && pwd)
PYTHON ?= python3
STRONGROOM := "$(ROOT)/.venv/bin/strongroom"

MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' "$(ROOT)/Makefile"

.PHONY: setup
setup: ## Install Strongroom and all it needs into .venv
	@$(PYTHON) "$(ROOT)/.ci/setup.py"

.PHONY: images
images: setup ## Build the images that actions run in
	@$(STRONGROOM) images build

.PHONY: clean
clean: ## Remove what make has put into this folder; caches elsewhere stay
	@cd "$(ROOT)" && rm -rf .venv .strongroom demo build dist .coverage* .hypothesis .*_cache
	@find "$(ROOT)" -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: demo
demo: setup ## The whole loop on this machine, on public records
	@$(STRONGROOM) demo --folder "$(ROOT)/demo"

.PHONY: serve
serve: setup ## The demo again, and its site stays up until Ctrl-C
	@$(STRONGROOM) demo --folder "$(ROOT)/demo" --stay

.PHONY: manual
manual: setup ## Print docs/language from the rules of tests/spec, docs/checks from tests/checks/pages
	@cd "$(ROOT)" && .venv/bin/python -m tests.manual

.PHONY: bench
bench: setup ## What shared scans are worth, measured here; the pages' tables are rewritten
	@cd "$(ROOT)" && .venv/bin/python -m tests.bench --write --date "$$(date -u +%F)"

.PHONY: faults
faults: setup ## What may go wrong, brought about now: the table of faults and results
	@$(PYTHON) "$(ROOT)/.ci/setup.py" tests
	@$(STRONGROOM) engine start
	@cd "$(ROOT)" && $(STRONGROOM) images build >/dev/null && .venv/bin/python -m tests.faults; \
	  status=$$?; $(STRONGROOM) engine stop; exit $$status

.PHONY: check
check: setup ## Format, lint, types, borders
	@cd "$(ROOT)" && .venv/bin/ruff format --check --quiet .
	@cd "$(ROOT)" && .venv/bin/ruff check --quiet .
	@cd "$(ROOT)" && .venv/bin/mypy
	@cd "$(ROOT)" && .venv/bin/lint-imports

IMAGES := $(foreach name,base cohort python r,strongroom/$(name):v1)

.PHONY: test
test: setup ## make check, and every test, with a real Docker engine and PostgreSQL
	@$(PYTHON) "$(ROOT)/.ci/setup.py" tests
	@$(STRONGROOM) engine start
	@cd "$(ROOT)" && { $(STRONGROOM) images build $(IMAGES) & } && built=$$! && \
	  $(MAKE) check; checked=$$?; wait $$built && [ $$checked = 0 ] && \
	  .venv/bin/pytest -n 4 --dist loadgroup --durations=25 --cov --cov-report=; \
	  status=$$?; $(STRONGROOM) engine stop; exit $$status
	@cd "$(ROOT)" && .venv/bin/coverage report
