# The commands of the project; each is a script in scripts/. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run build test check ci coverage bench soak install uninstall generate format clean
SCENARIO ?= chat
export SCENARIO DURATION FILTER PREFIX DESTDIR PURGE ALL

help run test check coverage bench soak format clean install:
	@scripts/$@

build:
	@scripts/setup run

ci: check
	@$(MAKE) --no-print-directory test

uninstall:
	@scripts/install uninstall

generate:
	@scripts/setup check
	@scripts/generate-proto
