# Bazaar's commands. Only make and Python >= 3.11 are needed: everything else comes into .venv from requirements.lock.

# Once .venv is complete its own Python is the default, so that PYTHON=python3.13 has to be said only once.
PYTHON ?= $(shell test -f .venv/complete -a -x .venv/bin/python && echo .venv/bin/python || echo python3)
RUN    := .venv/bin/python -m
UV     := .cache/uv/bin/uv
# What reads .env: .venv where that is there, else an environment of its own, which has hardly anything in it.
DOTENV := $(firstword $(wildcard .venv/complete) .cache/env/complete)
READ   := $(dir $(DOTENV))bin/python -m

# $(call option,--name,VARIABLE) is `--name 'value'` when VARIABLE is set, and nothing otherwise.
quote   = '$(subst ','\'',$(1))'
option  = $(if $($(2)),$(1) $(call quote,$($(2))))
RUN_OPTIONS = $(strip $(call option,--speed,SPEED) $(call option,--history,HISTORY) $(call option,--start,START) \
	$(call option,--for,FOR) $(call option,--seed,SEED) $(call option,--scenario,SCENARIO) \
	$(call option,--scale,SCALE) $(call option,--market,MARKET) $(call option,--keep,KEEP) $(ARGS))

.DEFAULT_GOAL := help
.PHONY: help install sim status check psql upgrade speed reset test test-system lint format
.PHONY: export marts schema calibration torture bench bench-large bench-compose bench-guard audit lock report test-browser
.PHONY: test-pooler test-long wheel
.PHONY: up pipeline pipeline-status pipeline-check down logs backup env credentials dashboards dashboards-pull notebook notebooks

help: ## show every target with its line
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s%s\n", $$1, $$2 }' Makefile

# --- running ---------------------------------------------------------------------------------------------------------

install: ## make .venv from requirements.lock (PYTHON=python3.12 chooses the interpreter); other targets call it
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Bazaar needs Python 3.11 or newer, and $(PYTHON) is not that: try make install PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) tools/install.py

# exec: Python is make's own child, so that one Ctrl-C is one SIGINT.
sim: install ## open the shop: SPEED=10x HISTORY=7d SEED=1 SCENARIO= SCALE=1 MARKET= START= FOR= KEEP= ARGS='--more options'
	@exec $(RUN) sim run $(RUN_OPTIONS)

status: install ## speed asked and kept, lag, rows written, where the simulated clock stands
	@$(RUN) sim status $(ARGS)

check: install ## look for rows that break an invariant (db/checks.sql)
	@$(RUN) sim check $(ARGS)

psql: install ## psql on the shop's database (ARGS='-c "SELECT sim_now()"')
	@exec $(RUN) sim psql $(ARGS)

upgrade: install ## bring an older shop's tables to this program's, rows and all
	@exec $(RUN) sim upgrade $(ARGS)

# in_containers SERVICE: whether the shop in containers is meant, since none is named and that service's container is there.
in_containers = ! $(READ) tools.env --says DATABASE_URL && [ -n "$$($(COMPOSE) ps --quiet $(1) 2>/dev/null)" ]

# DATABASE_URL's shop when that is set, in .env too, else the one in containers when it runs, else that of `make sim`.
speed: $(DOTENV) ## another speed for the running shop, in containers too: SPEED=100x
	@if $(call in_containers,sim); then \
		echo "speed: of the shop in the container sim" >&2; \
		exec $(COMPOSE) exec -T sim python -m sim speed $(call quote,$(SPEED)); \
	fi; $(MAKE) --no-print-directory install && exec $(RUN) sim speed $(call quote,$(SPEED)) $(ARGS)

TO ?= out/bazaar-$(shell date +%Y-%m-%d-%H%M%S).dump

backup: $(DOTENV) ## the shop as one file, in containers too: TO=shop.dump (docs/backups.md: how to restore it)
	@if $(call in_containers,postgres); then exec tools/backup.sh $(call quote,$(TO)) $(COMPOSE) -- $(ARGS); \
	else $(MAKE) --no-print-directory install && exec $(RUN) sim backup $(call quote,$(TO)) $(ARGS); fi

report: install ## the dashboards as one page that works offline, PNG and PDF, into out/report (ARGS='--city London')
	@exec $(RUN) report $(ARGS)

OUT    ?= out/export
export: install ## the tables and views as files of one instant, into OUT=out/export (FORMAT=parquet|csv TABLES= SINCE=)
	@exec $(RUN) sim export --out $(call quote,$(OUT)) $(strip $(call option,--format,FORMAT) \
		$(call option,--tables,TABLES) $(call option,--since,SINCE) $(ARGS))

# Those of the pipeline, in MySQL, are Airflow's to build: docs/marts.md.
marts: install ## build the marts by DuckDB into out/marts.duckdb, without any server (ARGS='average_check --as-of TIME')
	@url="$$($(RUN) sim dsn)" && DATABASE_URL="$$url" exec $(RUN) pipeline.marts build $(ARGS)

reset: install ## drop the shop's rows, after asking (ARGS=--yes does not ask)
	@exec $(RUN) sim reset $(ARGS)

# Environments beside .venv, each of a lock of its own.
ENVIRONMENT = $(PYTHON) tools/install.py --environment $(@D) $<

.cache/env/complete: tools/env.txt
.cache/audit/complete: tools/audit.txt
.cache/uv/complete: tools/uv.txt
.cache/wheel/complete: tools/wheel.txt
.cache/dbt/complete: tools/dbt.txt
.cache/airflow/complete: docker/requirements/airflow.txt
.cache/env/complete .cache/audit/complete .cache/uv/complete .cache/wheel/complete .cache/dbt/complete .cache/airflow/complete:
	@$(ENVIRONMENT)
	@touch $@

# --- working on it ---------------------------------------------------------------------------------------------------

test: lint .cache/airflow/complete ## lint and every test that needs neither Docker nor long, on all cores (ARGS='-n 0' on one)
	$(RUN) pytest --numprocesses auto --dist loadfile $(ARGS)

test-browser: install ## open a report in Chromium; where there is none, says so
	@$(RUN) tools.tests_with browser $(ARGS)

test-pooler: install ## run a shop behind PgBouncer; where there is none, says so
	@$(RUN) tools.tests_with pooler $(ARGS)

test-long: install ## what takes long, without Docker: histories, outages, kills, servers and databases that are odd, scenarios
	$(RUN) pytest tests/long --numprocesses auto --dist loadfile $(ARGS)

test-system: install ## what takes long or needs Docker; what cannot be run here is named at the end
	@$(if $(ARGS),true,$(MAKE) --no-print-directory test-long test-browser test-pooler bench-guard)
	$(RUN) pytest tests/system -o faulthandler_timeout=900 --durations 20 $(ARGS)

lint: install ## ruff, mypy, import rules, whether what `make schema` writes is fresh
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	.venv/bin/lint-imports --no-logo --cache-dir .cache/import_linter
	.venv/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(RUN) db schema --check
	$(RUN) tools.model_page --check
	$(RUN) pipeline.events contract --check
	$(RUN) pipeline.marts page --check

format: install ## let ruff put the code in order
	$(RUN) ruff check --fix
	$(RUN) ruff format

schema: install ## write what is made from code: db/schema.sql, docs/schema.md, tables in docs/, the events' contract
	$(RUN) db schema
	$(RUN) tools.model_page
	$(RUN) pipeline.events contract
	$(RUN) pipeline.marts page

calibration: install ## 56 simulated days of three seeds against published figures, into docs/calibration.md (minutes)
	@exec $(RUN) sim calibrate --write docs/calibration.md $(ARGS)

torture: install ## kill a shop 200 times and compare its rows with a run in one go (ARGS='--kills 50 --seed 2 --verbose')
	@exec $(RUN) tools.torture $(ARGS)

bench: install ## measure speed, pace, start and the peers: 7 minutes (ARGS='writing pace' for parts, ARGS=--write to keep it)
	@$(RUN) benchmarks $(ARGS)

bench-large: install ## 100 thousand and a million orders, and every dashboard on them: 20 minutes (ARGS=--write to keep it)
	@$(RUN) benchmarks --large $(ARGS)

bench-compose: install ## `docker compose up` to filled dashboards, the replica, Spark: an hour (ARGS=--write to keep it)
	@$(RUN) benchmarks compose $(ARGS)
	@$(RUN) benchmarks replica $(ARGS)
	@$(RUN) benchmarks spark $(ARGS)

bench-guard: install ## a small shop; fails when writing or simulating costs twice the processor time that it did
	@$(RUN) benchmarks.guard

audit: install .cache/audit/complete ## known vulnerabilities in what is locked; pins, base images, secrets in the tree
	@.venv/bin/python tools/audit.py $(ARGS)

# Versions stay as they are unless pyproject.toml asks for others; ARGS=--upgrade takes the newest that fit.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"
GROUP = $(COMPILE) --constraint requirements.lock $(ARGS) --group

lock: .cache/uv/complete ## renew requirements.lock and what is compiled with it from pyproject.toml (ARGS=--upgrade: newer versions)
	$(COMPILE) pyproject.toml --all-extras --group dev $(ARGS) --output-file requirements.lock
	$(COMPILE) pyproject.toml --all-extras --constraint requirements.lock --output-file requirements.txt
	for group in sim publisher jupyter airflow spark build; do $(GROUP) $$group --output-file docker/requirements/$$group.txt || exit 1; done
	for group in env audit uv wheel; do $(GROUP) $$group --output-file tools/$$group.txt || exit 1; done
	$(COMPILE) --no-strip-extras $(ARGS) --group dbt --output-file tools/dbt.txt

wheel: .cache/wheel/complete ## dist/bazaar_shop-….whl: the command `bazaar`, to be installed anywhere (docs/command.md)
	@.cache/wheel/bin/python -m hatchling build --target wheel --directory dist

# --- the whole system, in containers ---------------------------------------------------------------------------------

COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
PUBLISH = $(COMPOSE) run --rm --no-deps

# SPEED=10x and the like, given to make, are in Compose's environment too.
up: $(DOTENV) ## PostgreSQL, simulator, Redash with its dashboards, JupyterLab, in containers (settings as for sim, or in .env)
	@$(READ) tools.project
	@$(COMPOSE) up --detach --build $(ARGS) || { $(COMPOSE) logs --tail 5 preflight | grep -v 'ports are published' >&2; exit 1; }
	@$(READ) tools.env --show

pipeline: ## the same with Kafka: events on it, and landed in tables (docs/pipeline.md; COMPOSE_PROFILES=pipeline in .env does it too)
	@COMPOSE_PROFILES=pipeline $(MAKE) --no-print-directory up

# Airflow's scheduler knows where everything is; without it the environment says so (docs/pipeline.md), marts or none.
in_the_pipeline = if $(call in_containers,airflow-scheduler); then $(COMPOSE) exec -T airflow-scheduler python -m $(1); \
	else $(MAKE) --no-print-directory install && $(RUN) $(1); fi
of_the_marts = if [ -n "$$MARTS_URL" ] || $(call in_containers,airflow-scheduler); then echo; $(call in_the_pipeline,pipeline.marts $(1)); fi

pipeline-status: export COMPOSE_PROFILES = pipeline
pipeline-status: $(DOTENV) ## each stage from the shop to its replica, and each mart: how far behind, what is wrong, what to do
	@$(call in_the_pipeline,pipeline.replica status $(ARGS)); replica=$$?; $(call of_the_marts,status) && exit $$replica

pipeline-check: export COMPOSE_PROFILES = pipeline
pipeline-check: $(DOTENV) ## wait until the replica has caught up, compare every table and mart (ARGS=--pause holds the shop for it)
	@$(call in_the_pipeline,pipeline.replica check $(ARGS)); replica=$$?; $(call of_the_marts,check --engine spark) && exit $$replica

# What a profile has started goes too, whichever it was.
down: ## stop and remove the containers; ARGS=--volumes removes the shop and Redash's database too
	@COMPOSE_PROFILES=pipeline $(COMPOSE) down $(ARGS)

logs: ## follow what the containers say (ARGS=sim for one of them)
	@exec $(COMPOSE) logs --follow --tail 100 $(ARGS)

env: $(DOTENV) ## write .env with random passwords, tokens and keys; what it says already stays (ARGS=--renew makes all anew)
	@$(READ) tools.env $(ARGS)
	@$(READ) tools.project || true

# `make pipeline` sets the profile for its own call only: here it is told by a container of its.
credentials: $(DOTENV) ## where Redash, JupyterLab and PostgreSQL are and how to get in
	@if [ -n "$$(COMPOSE_PROFILES=pipeline $(COMPOSE) ps --quiet airflow-scheduler 2>/dev/null)" ]; then export COMPOSE_PROFILES=pipeline; fi; \
	$(READ) tools.env --show

# What people edited in Redash stays: ARGS=--overwrite, or ARGS='--overwrite shop_today', puts the files' in its place.
dashboards: ## publish redash/ to the running Redash (ARGS=--prune archives what has left the files, --overwrite takes edits back)
	@$(PUBLISH) redash-publish publish $(ARGS)

dashboards-pull: ## bring edits made in Redash back into redash/
	@# Where publishing reads them nothing can be written: they are mounted a second time, by whoever owns them.
	@$(PUBLISH) --user "$$(id -u):$$(id -g)" --volume $(call quote,$(CURDIR)/dashboards:/edited/dashboards:ro) \
		--volume $(call quote,$(CURDIR)/common:/edited/common:ro) --volume $(call quote,$(CURDIR)/redash:/edited/redash) --workdir /edited \
		redash-publish pull $(ARGS)

.cache/jupyter/complete: docker/requirements/jupyter.txt
	@$(ENVIRONMENT)
	@# It would ask about news from the internet at each start.
	@.cache/jupyter/bin/jupyter labextension disable --level=sys_prefix @jupyterlab/apputils-extension:announcements 2>/dev/null
	@touch $@

# JupyterLab asks root for one word more.
AS_ROOT = $(if $(filter 0,$(shell id -u)),--allow-root)

notebook: install .cache/jupyter/complete ## JupyterLab without containers, on the shop of `make sim` or of DATABASE_URL
	@url="$$($(RUN) sim dsn --named)" || exit; \
	if [ -z "$$url" ]; then url="$$($(RUN) sim dsn --reader)" && unset PGSERVICE || exit; fi; \
	DATABASE_URL="$$url" exec .cache/jupyter/bin/jupyter lab --ServerApp.root_dir=notebooks $(AS_ROOT) $(ARGS)

notebooks: install ## run the notebooks on that shop and render them into docs/notebooks (ARGS='01 02' for some of them)
	@$(RUN) tools.notebooks $(ARGS)
