# Everything a newcomer or a developer runs; `make` alone lists it.
PYTHON ?= python3
SPEED ?= 1
NODES ?= 1
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help setup demo cluster demo-cluster cluster-down faults soak sweep test check format schemas release-fixture bench lock clean

help:  ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: $(READY)  ## a virtual environment with everything in it, locked by hashes

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Parley needs Python 3.11 or later: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY)  ## play a whole negotiation, from submissions to the issued summary (SPEED=20 is faster)
	$(BIN)/parley demo --speed $(SPEED)

check: $(READY)  ## the fast part of the tests, for every commit
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -q -n 2 -m "not real and not deep" tests

cluster: $(READY)  ## start Kafka, PostgreSQL and every service without containers (NODES=3 for three brokers)
	@$(BIN)/python -m infra.native.cluster up --nodes $(NODES)

demo-cluster: $(READY)  ## play the demo on the cluster
	@$(BIN)/python -m infra.native.cluster demo --speed $(SPEED)

cluster-down: $(READY)  ## end exactly what `make cluster` started; the data are kept
	@$(BIN)/python -m infra.native.cluster down

faults: $(READY)  ## 20,000 submissions while everything is killed three times, and what was seen; about four minutes
	$(BIN)/pytest -q -n 0 -s tests/faults/test_nothing_is_lost.py

soak: $(READY)  ## 100,000 submissions on three brokers while everything is killed; takes twenty minutes to an hour
	SUBMISSIONS=100000 NODES=3 $(BIN)/pytest -q -n 0 -s tests/faults/test_nothing_is_lost.py

sweep: $(READY)  ## kill the server at every write, sync and send of the main scenario, one after the other; about half an hour (needs strace)
	SPREAD=0 CI=true $(BIN)/pytest -q -n 2 -rP tests/faults/test_killed.py

test: check  ## everything: the long properties, and the real PostgreSQL and Kafka too
	$(BIN)/pytest -q -n 2 --dist loadgroup -m "real or deep" tests

bench: $(READY)  ## the benchmarks, each beside its peer in the same run; never part of the tests
	$(BIN)/python -m tests.bench

format: $(READY)  ## put the code into its one form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schemas: $(READY)  ## write schemas/ from the code
	$(BIN)/python -m tests.schemas_written

release-fixture: $(READY)  ## keep the schemas, a record and its answers of the version that is to be released; never twice
	PYTHONPATH=tests:. $(BIN)/python -m tests.releases.played

lock: $(READY)  ## lock the dependencies anew, by hash and without addresses (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --extra dev pyproject.toml -o requirements/dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url pyproject.toml -o requirements/parley.txt
	echo hatchling | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header -c requirements/dev.txt - -o requirements/build.txt

clean:  ## remove what the commands above made
	rm -rf $(VENV) demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
