# What a person types. Each target prepares whatever it needs; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup dev build test soak faults fuzz bench screenshots guide audit scale deploy backup restore clean

help: ## List these targets
	@printf 'Portico: a client portal at the edge.\n\n'
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nSettings: PORT (8787), STATE_DIR (.wrangler/state), DEMO=0 (start empty),\n'
	@printf '          ONLY=http (a part of the tests), DOMAIN=portal.example.com (for deploy), DRY_RUN=1.\n'

setup: ## Check Rust and Node, install the pinned tools into this folder
	@node scripts/setup.mjs

dev: ## Run the portal here, with a demo business in it
	@node scripts/dev.mjs

build: ## Build the worker for release into build/
	@node scripts/setup.mjs
	@node scripts/build.mjs --release

test: ## Formatting, lints, native tests, HTTP tests, browser journeys
	@node scripts/test.mjs

bench: ## How fast and how heavy it is, against its budgets (QUICK=1: in a few minutes)
	@node scripts/bench.mjs

faults: ## Every fault of the platform at every way of writing: nothing lost, nothing doubled
	@node scripts/faults.mjs

soak: ## Mixed traffic for a while: no error unasked for, flat memory, sums that agree (MINUTES=30, SEED=…)
	@MINUTES=$${MINUTES:-30} ONLY=http/soak node scripts/test.mjs

fuzz: ## The parsers that face the outside, with many made-up texts (PROPTEST_CASES=100000)
	@node scripts/fuzz.mjs

screenshots: ## Pictures of every page into screenshots/
	@node scripts/screenshots.mjs

guide: ## The pictures of docs/GUIDE.md, of the demo business
	@node scripts/guide.mjs

audit: ## Ask for known weaknesses in what the portal is built from (needs the network)
	@node scripts/audit.mjs

scale: ## Compute what a portal costs and where it ends, from measured pages (SAVED=1: from those measured last)
	@node scripts/scale.mjs

deploy: ## Create or update the portal on your Cloudflare account
	@node scripts/deploy.mjs

backup: ## Copy a portal's database, files and branding into a folder (TO=…, REMOTE=1)
	@node scripts/backup.mjs

restore: ## Put such a copy back into an empty portal (FROM=…, REMOTE=1)
	@node scripts/restore.mjs

clean: ## Remove what was built (not your local data, not the tools)
	rm -rf build target screenshots test-results
