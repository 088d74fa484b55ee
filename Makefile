# The names here are a promise to users and scripts: docs/architecture.md says what a change of one costs.
# Every target makes the machine ready first, says what it will install, and can be repeated.

.DEFAULT_GOAL := help
.PHONY: help setup demo test figures fuzz test-arm

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## install what building and testing need, and nothing that is there already
	@scripts/setup.sh test

demo: ## build and start everything on loopback with demo data (ARGS="--port 9000" goes to `guitai demo`)
	@scripts/demo.sh $(ARGS)

test: ## the whole test suite; ends with `N passed, N failed`
	@scripts/test.sh

figures: ## measure an area beside its peers and check its bars (AREA=crypto)
	@scripts/figures.sh $(AREA)

fuzz: ## fuzz every parser of stored bytes for so long each (SECONDS=60)
	@scripts/fuzz.sh $(or $(SECONDS),60)

test-arm: ## the kernels for aarch64 under emulation (Debian 12 or newer, as root)
	@scripts/test-arm.sh
