# Everything a developer needs; the work is done in scripts/.
.DEFAULT_GOAL := help
.PHONY: run test simulate bench fmt help

run: ## Build and start the app with a demo world (PORT=, DATABASE_URL= and other settings come from the environment)
	@scripts/run.sh

test: ## All checks and tests, on SQLite and PostgreSQL and in a real browser (STAGES="format clippy" runs only those)
	@scripts/test.sh

simulate: ## Simulated worlds, judged from outside, until SECONDS are over (SECONDS=600 SEED=1000; needs no browser)
	@scripts/simulate.sh

bench: ## Release build; speed, memory, page weight, purchases, a night's billing and growth, each beside its target
	@scripts/bench.sh

fmt: ## Format the Rust code
	@cargo fmt --all

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
