# `make help` lists what there is. From elsewhere: make -C path/to/this/folder TARGET

ROOT := $(shell cd "$(dir $(lastword $(MAKEFILE_LIST)))" && pwd)
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
