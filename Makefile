# The commands of the project; each is a script in scripts/. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run build test check ci coverage bench soak install uninstall generate format clean \
  skill-stubs skill-image skill-run escape service
SCENARIO ?= chat
export SKILL SCENARIO DURATION FILTER PREFIX DESTDIR PURGE ALL MANAGER START

help run test check coverage bench soak format clean install skill-stubs skill-image skill-run escape service:
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
