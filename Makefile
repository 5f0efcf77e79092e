# The menu. `make` alone shows it; every target is a line or two, and the commands do the work.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
WITH_ADDRESS = $(if $(SITEURL),SITEURL="$(SITEURL)")

.DEFAULT_GOAL := help
.PHONY: help serve html check publish-html publish publish-dry-run rollback new harvest demo test screenshots format clean

help: ## show this list
	@echo "Callsite: example-code pages from annotated source snippets"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

serve: .venv/site ## build, serve on http://localhost:8000 and reload on every change (PORT=9000 for another port)
	@$(BIN)/callsite serve --port $(PORT)

html: .venv/site ## build the site into output/
	@$(BIN)/callsite build

check: html ## build, then check the pages and what was built (ARGS="--external …")
	@$(BIN)/callsite check --output $(ARGS)

publish-html: .venv/site ## build for production into output/ (SITEURL=https://… gives the address)
	@$(WITH_ADDRESS) $(BIN)/callsite build --settings publishconf.py

publish: .venv/site ## build for production, check, send what changed (SITEURL=https://…; TO=NAME, ARGS="--verify …")
	@$(WITH_ADDRESS) $(BIN)/callsite publish $(TO) $(ARGS)

publish-dry-run: .venv/site ## show what `make publish` would send and delete
	@$(WITH_ADDRESS) $(BIN)/callsite publish $(TO) --dry-run $(ARGS)

rollback: .venv/site ## bring back the release before (TO=NAME, RELEASE=… for a certain one)
	@$(WITH_ADDRESS) $(BIN)/callsite publish $(TO) --rollback $(RELEASE)

new: .venv/site ## start the page of a symbol (SYMBOL=flask.ctx.after_this_request; ARGS="--from SOURCE …")
	@$(if $(SYMBOL),$(BIN)/callsite new $(SYMBOL) $(ARGS),echo "make new: name a symbol, SYMBOL=flask.ctx.after_this_request" >&2; exit 2)

harvest: .venv/site ## make pages of all that is used of a library (NAME=flask; ARGS="--from SOURCE --limit 20 …")
	@$(if $(NAME),$(BIN)/callsite harvest $(NAME) $(ARGS),echo "make harvest: name a library, NAME=flask" >&2; exit 2)

demo: .venv/site ## harvest the code that is installed here, build a large site of it and serve it (PORT=9000)
	@PORT=$(PORT) scripts/demo

test: .venv/test ## run every check: style, types, contracts, laws, builds, browser
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/check

screenshots: .venv/test html ## take the README's pictures anew
	@$(BIN)/python scripts/screenshots

format: .venv/test ## format the Python code
	@$(BIN)/ruff check --fix --quiet . && $(BIN)/ruff format .

clean: ## remove everything make and builds have made
	rm -rf .venv .cache output dist .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .output.callsite-*

.venv/site: pyproject.toml
	@PYTHON="$(PYTHON)" scripts/bootstrap
	@touch $@

.venv/test: pyproject.toml
	@PYTHON="$(PYTHON)" scripts/bootstrap test
	@touch .venv/site $@
