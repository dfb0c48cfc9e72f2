# Thin names for people who type make. The commands themselves need no make.
PYTHON ?= python3

.PHONY: run test lint format messages requirements

run:
	$(PYTHON) app.py

test:
	$(PYTHON) -m tests

lint:
	$(PYTHON) -m tests --only-lint

format:
	.venv/bin/python -m ruff check --fix .
	.venv/bin/python -m ruff format .

messages:
	.venv/bin/pybabel -q extract -F pyproject.toml -k lazy --project=BarCamp \
		--copyright-holder="The BarCamp contributors" --add-location=file --sort-by-file --width=120 \
		-o locale/barcamp.pot .

requirements:
	uv pip compile --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make requirements" requirements.in -o requirements.txt
	uv pip compile --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make requirements" -c requirements.txt tests/requirements.in -o tests/requirements.txt
