# The commands of a user and of a contributor. `make` alone explains them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TORCH := torch==2.13.0

.PHONY: help install demo test long fast lint bench docs package kills fuzz audit gpu-test clean

help:
	@echo "make demo     install into $(VENV) and run a whole study: minutes, no download of models or data"
	@echo "make test     everything that is checked: style, types, imports, tests"
	@echo "make long     the laptop studies at toy size, and what else takes minutes"
	@echo "make fast     the quick tests only"
	@echo "make lint     style, types, imports"
	@echo "make bench    speed and memory, as ratios measured in one run"
	@echo "make docs     the documentation as a site: build/docs/site/index.html"
	@echo "make package  wheel and sdist in dist/, tried in an environment of their own"
	@echo "make kills    kill a small study TIMES=200 times and see that nothing is lost: minutes"
	@echo "make fuzz     COUNT=10000 pieces of bad input of each kind: an hour"
	@echo "make audit    known weaknesses of what tombola depends on; needs a network"
	@echo "make gpu-test what a GPU computes, beside the CPU; DEVICE=cuda:1, mps, cpu for another one"
	@echo "make install  the virtual environment alone"
	@echo "make clean    remove the virtual environment and caches"

# A GPU build of PyTorch that is already in PYTHON's index is as good; the pin keeps CPU
# machines from pulling one.
$(VENV)/installed: pyproject.toml requirements-dev.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet $(TORCH)
	$(BIN)/python -m pip install --quiet --constraint requirements-dev.lock --editable ".[dev]"
	touch $@

install: $(VENV)/installed

demo: install
	$(BIN)/tombola run first-look --out runs/first-look
	@echo "open runs/first-look/report.html"

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fast: install
	$(BIN)/pytest -q -n auto

test: lint
	$(BIN)/pytest -q -n auto -m "not long" --durations=40

long: install
	$(BIN)/pytest -q -n auto -m long --durations=10

bench: install
	$(BIN)/python -m benchmarks

# An environment of its own: what builds pages is of no use to what they are about.
$(VENV)-docs/installed: docs/site/requirements.txt
	$(PYTHON) -m venv $(VENV)-docs
	$(VENV)-docs/bin/pip install --quiet --requirement $<
	touch $@

docs: install $(VENV)-docs/installed
	$(BIN)/python -m docs.site build/docs $(VENV)-docs/bin/zensical

package: install
	$(BIN)/python -m pip install --quiet build
	rm -rf build dist $(VENV)-package
	$(BIN)/python -m build
	$(PYTHON) -m venv $(VENV)-package
	$(VENV)-package/bin/pip install --quiet $(TORCH)
	$(VENV)-package/bin/pip install --quiet dist/*.whl
	$(VENV)-package/bin/pip check
	cd dist && ../$(VENV)-package/bin/python -m tombola --version
	cd dist && _TOMBOLA_COMPLETE=source_bash ../$(VENV)-package/bin/tombola >/dev/null
	cd dist && ../$(VENV)-package/bin/python -c "import tombola; tombola.load, tombola.Mask"

TIMES ?= 200
COUNT ?= 10000
SEED ?= 0

kills: install
	PYTHONPATH=tests $(BIN)/python -m kills --times $(TIMES) --seed $(SEED)

fuzz: install
	PYTHONPATH=tests $(BIN)/python -m fuzz recipes --count $(COUNT) --seed $(SEED)
	PYTHONPATH=tests $(BIN)/python -m fuzz data --count $(COUNT) --seed $(SEED)
	PYTHONPATH=tests $(BIN)/python -m fuzz saved --count $$(($(COUNT) / 10)) --seed $(SEED)

audit: install
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/python tests/audited.py requirements-dev.lock

# No network, no pytest: in an environment that has a GPU build of torch, PYTHON=... does.
gpu-test: PYTHON_HERE = $(if $(wildcard $(BIN)/python),$(BIN)/python,$(PYTHON))
gpu-test:
	PYTHONPATH=src $(PYTHON_HERE) tests/on_device.py $(if $(DEVICE),--device $(DEVICE)) --out docs/results/devices

clean:
	rm -rf $(VENV) $(VENV)-package $(VENV)-docs build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
