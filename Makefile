# make alone lists the targets. Everything that a target needs is set up by it:
# npm packages by their lock files, Go modules and tools by go.mod, Chromium
# from Debian's packages when run as root.

.DEFAULT_GOAL := help
.PHONY: help run build module loader page devnet test vet test-go test-js test-web difftest properties size race fuzz bench soak pack clean need-node need-chromium

# Bound on web/dist/lit.wasm in bytes of brotli-11.
BUDGET := 1250000

# step: say what is done, do it, say how long it took.
define step
	@printf '%-44s' '$(1) …'; start=$$(date +%s); log=$$(mktemp); \
	if ($(2)) >$$log 2>&1; then echo "$$(( $$(date +%s) - start )) s"; rm -f $$log; \
	else echo failed; cat $$log; rm -f $$log; exit 1; fi
endef

bench: need-chromium build ## the client's own share of one call in the page, what hostile nodes cost it, and the start of the network
	go test -run '^$$$$' -bench WarmCall -benchtime 60x ./web
	go test -run '^$$$$' -bench HostileNodes -benchtime 5x ./web
	go test -run '^$$$$' -bench Start -benchtime 10x ./internal/devnet

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: need-chromium build ## start the local network with its page, and show that it works
	@go build -o bin/tryout ./internal/tryout
	@exec bin/tryout -network bin/litdevnet -page web/dist/page

build: module loader page devnet ## build the module, the npm package, the page and the network

module:
	$(call step,lit.wasm,go run ./internal/buildmodule)

loader: need-node web/node_modules/.ready
	$(call step,loader and types,cd web && npx tsc -p tsconfig.json)

page: module loader
	$(call step,page,rm -rf web/dist/page && mkdir -p web/dist/page/litsession && cp web/playground/* web/dist/page/ && cp -r web/dist/*.js web/dist/*.d.ts web/dist/lit.wasm web/dist/contracts web/dist/page/litsession/)

# The ethers of Lit Actions, which the network embeds if it is there.
ETHERS := internal/devnet/ethers
ETHERS_BUNDLE := $(ETHERS)/bundle/ethers.js
$(ETHERS_BUNDLE): $(ETHERS)/package-lock.json $(ETHERS)/build.mjs $(wildcard $(ETHERS)/native/*.js) | need-node
	$(call step,ethers for Lit Actions,cd $(ETHERS) && npm ci --no-audit --no-fund && npm run build)

devnet: $(ETHERS_BUNDLE)
	$(call step,litdevnet (a first build takes minutes),go build -o bin/litdevnet ./internal/devnet/litdevnet)

%/node_modules/.ready: %/package-lock.json
	$(call step,npm packages of $*,cd $* && npm ci --no-audit --no-fund)
	@touch $@

test: need-chromium build vet test-go test-js test-web difftest properties size ## run every test

# Error texts are also those of nodes and of the official SDK, which begin and end as they like.
CHECKS := inherit,-ST1005

vet: ## check the format and what the compiler does not
	@test -z "$$(git ls-files '*.go' | xargs gofmt -l)" || { echo "gofmt would change:"; git ls-files '*.go' | xargs gofmt -l; exit 1; }
	go vet ./...
	GOOS=js GOARCH=wasm go vet ./wasm ./jsglue ./storage
	go tool staticcheck -checks $(CHECKS) ./...
	tool=$$(go tool -n staticcheck) && GOOS=js GOARCH=wasm $$tool -checks $(CHECKS) ./wasm ./jsglue ./storage

test-go: $(ETHERS_BUNDLE) ## native tests, the end-to-end test among them
	go test -timeout 30m ./...

test-js: need-chromium ## tests of the border, in a real browser
	export TMPDIR=$$(mktemp -d); trap 'rm -rf $$TMPDIR' EXIT; \
	GOOS=js GOARCH=wasm go test -exec="env -u GOOS -u GOARCH go tool wasmbrowsertest" ./jsglue ./storage ./wasm

test-web: module loader ## tests of the loader, its types and the package
	cd web && npm test

difftest: need-chromium build web/difftest/node_modules/.ready ## the official SDK and ours against the same network
	cd web/difftest && LITDEVNET=$(CURDIR)/bin/litdevnet npm test

properties: build web/difftest/node_modules/.ready ## 5,000 random cases of every kind, through the npm packages and ours
	cd web/difftest && LITDEVNET=$(CURDIR)/bin/litdevnet npm run properties

size: ## sizes of what a page loads; fails above the budget
	go run ./internal/modulesize -budget $(BUDGET)

race: ## native tests with the race detector, which takes ten minutes
	CI= go test -race -short -timeout 30m ./internal/... ./storage

fuzz: ## fuzz every parser for a while
	@for package in $$(git grep -l 'func Fuzz' -- '*_test.go' | xargs -n1 dirname | sort -u); do \
		for target in $$(grep -ho 'func Fuzz[A-Za-z0-9]*' $$package/*_test.go | cut -c6-); do \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime 20s ./$$package || exit 1; done; done

soak: ## a thousand sessions in a row, and what they leave in memory
	go test -count=1 -run '^TestSoak$$' -v ./internal/devnet

pack: build ## make the npm tarball
	cd web && npm pack

clean: ## remove what was built
	rm -rf bin web/dist web/*.tgz

need-node:
	@command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "make: Node.js 20 or newer with npm is needed"; exit 1; }

APT := apt-get -qq -o Acquire::http::Timeout=60 -o DPkg::Lock::Timeout=300

need-chromium:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do command -v $$name >/dev/null && exit 0; done; { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Chromium from Debian's packages …"; \
			$(APT) update && DEBIAN_FRONTEND=noninteractive $(APT) install -y chromium >/dev/null; \
		else echo "make: Chromium is needed: install Debian's package chromium"; exit 1; fi; }
