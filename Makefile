# `make help` dice che cosa c'è. PYTHON=python3.12 make run  usa un altro Python.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: messages run script fonts typefaces test test-peers compose-check requirements sbom lint bench screenshots accessibility places clean help

PYTHON ?= python3
unexport PYTHONDONTWRITEBYTECODE # or each of hundreds of processes compiles everything again
BIN := .venv/bin
COMPILE = uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
  --no-header --no-annotate --python-version 3.11 --quiet
TOOLS = promtool=prometheus openssl=openssl zbarimg=zbar-tools pdftoppm=poppler-utils npm=npm java=default-jre-headless w3m=w3m lynx=lynx clamd=clamav-daemon
LETTERS = 20-22,25-3B,3D,3F-5B,5D,5F,61-7A,AB,B0,B7,BB,C0,C4,C8,C9,CC,D2,D6,D9,DC,DF,E0,E4,E8,E9,EC,F2,F6,F9,FC,2013,2014,2018,2019,201C-201E,2026,20AC
LINT = for check in 'ruff check' 'ruff format --check' mypy lint-imports; do $(BIN)/$$check || failed=1; done

run: .venv/.run ## installa ciò che manca e avvia tutto, in dimostrazione, su http://127.0.0.1:8000
	@test -e .venv/.chromium || { $(BIN)/python -m omnia_com.documents.find_chromium get || true; touch .venv/.chromium; }
	@export OMNIA_ENV=demo; exec $(BIN)/omnia-com up --make-pid $$PPID

test: .venv/.test ## tutte le verifiche: stile, tipi, contratti, prove
	@$(BIN)/python -m omnia_com.documents.find_chromium get || true
	@.ci/tools npm=npm java=default-jre-headless
	@failed=0; $(LINT); $(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder || failed=1; exit $$failed

test-peers: .venv/.test .venv-peers/.ready .venv-sbom/.ready ## le prove lunghe, con giudici esterni
	@.ci/tools $(TOOLS)
	@$(BIN)/python -m omnia_com.documents.find_chromium get || true
	@$(BIN)/python -m tests.peers.proxies
	@exec $(BIN)/pytest -m peers

lint: .venv/.test ## solo stile, tipi e contratti fra i moduli
	@failed=0; $(LINT); exit $$failed

.venv/.run: requirements.txt pyproject.toml .ci/venv
	@.ci/venv '$(PYTHON)' requirements.txt
	@touch .venv/.run

.venv/.test: requirements-dev.txt pyproject.toml .ci/venv
	@.ci/venv '$(PYTHON)' requirements-dev.txt
	@touch .venv/.test .venv/.run

.venv-peers/.ready: requirements-peers.txt .ci/venv
	@.ci/venv '$(PYTHON)' requirements-peers.txt .venv-peers
	@touch .venv-peers/.ready

.venv-sbom/.ready: requirements-sbom.txt .ci/venv
	@.ci/venv '$(PYTHON)' requirements-sbom.txt .venv-sbom
	@touch .venv-sbom/.ready

messages: .venv/.test ## porta nei cataloghi delle lingue le frasi nuove, da tradurre, e ne toglie le vecchie
	@exec $(BIN)/python -m tests.catalogues

requirements: ## riscrive requirements*.txt da pyproject.toml e da tests/peers/*.in (serve uv)
	$(COMPILE) --extra embedded --extra build pyproject.toml --output-file requirements.txt
	$(COMPILE) --extra embedded --extra build --extra dev pyproject.toml --output-file requirements-dev.txt
	$(COMPILE) tests/peers/requirements.in --output-file requirements-peers.txt
	$(COMPILE) tests/peers/sbom.in --output-file requirements-sbom.txt

sbom: .venv-sbom/.ready ## scrive di che cosa è fatto il programma (CycloneDX); se c’è rete, ne cerca i difetti noti
	@exec .ci/sbom build

bench: .venv/.test ## misura tempi e memoria
	@exec $(BIN)/python -m bench

screenshots: .venv/.test ## rifà le immagini del README
	@exec $(BIN)/python docs/screenshots.py

accessibility: .venv/.test ## fa giudicare tutte le pagine e scrive l'esito nella dichiarazione di accessibilità
	@.ci/tools $(TOOLS)
	@exec $(BIN)/pytest tests/peers/test_pages.py tests/peers/test_text_browsers.py -m '' --statement src/omnia_com/pages/accessibilita.json

places: .venv/.test ## rifà le tabelle di stati, province e comuni dai loro due pacchetti (servono npm e la rete)
	@exec $(BIN)/python docs/places.py

script: .venv/.test ## rifà static/modulo.min.js, la forma breve di static/script che le pagine usano
	@exec $(BIN)/python -m tests.helpers.script

fonts: .venv/.test ## rifà i caratteri delle pagine, con le sole lettere dell'italiano e del tedesco
	@for w in 400 700; do $(BIN)/pyftsubset static/fonts/titillium-latin-$$w.woff2 --unicodes=$(LETTERS) \
	  --layout-features= --no-hinting --desubroutinize --flavor=woff2 --output-file=static/titillium-$$w.woff2; done

typefaces: .venv/.test ## rifà i caratteri delle ricevute per accenti, frecce e altri segni, dai loro pacchetti (servono npm e la rete)
	@$(BIN)/python docs/typefaces.py && $(BIN)/python -m tests.test_typefaces

compose-check: ## costruisce le immagini e prova docker-compose.yml (serve podman o docker)
	@exec deploy/compose-check

clean: ## toglie l'ambiente virtuale e le cache; i dati in var/ restano
	rm -rf .venv .venv-peers .venv-sbom build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis src/*.egg-info

help:
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24
