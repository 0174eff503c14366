# OpenBMIS. `make` alone prints what there is. A machine needs git, make and Go; the rest is installed by `make deps-...`.

export CGO_ENABLED = 0
SHELL   := /bin/bash
GO      ?= go
TOOL    := $(GO) tool -modfile=tools/go.mod
PKG     ?= ./...
VERSION := $(shell git describe --always --dirty --tags 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X github.com/openbmis/openbmis/cmd/internal/node.version=$(VERSION)

# What lands must not depend on luck: properties are checked with the same cases each time, and with new ones by `make properties`.
SEED    ?= 20261101
# As many packages at a time as there are processors: what waits for a browser or a whole program is not held up by others.
AT_ONCE ?= $(shell getconf _NPROCESSORS_ONLN)

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset build test properties storm bench fuzz check lint vet pcsc archtest generate generated templ-fmt deadcode vulncheck \
	deps-server deps-browser vendor-assets clean

help: ## print this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: deps-server build ## a country in one terminal: centre, two stations, travellers; Ctrl-C ends it, the data stays
	@exec bin/bmis demo

demo-reset: ## forget the demo's data
	@if [ -x bin/bmis ]; then bin/bmis demo --reset; else rm -rf .demo; fi

build: ## bin/station, bin/central, bin/portal, bin/bmis: static, reproducible, with the version inside
	@mkdir -p bin
	$(GO) build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o bin/ ./cmd/station ./cmd/central ./cmd/portal ./cmd/bmis

test: deps-server deps-browser ## every test, with a real PostgreSQL, NATS and browser; PKG=./alerts/... for some
	RAPID_SEED=$(SEED) $(GO) test -p $(AT_ONCE) -vet=off -ldflags=-w -timeout 30m $(PKG)

properties: deps-server ## every property with CHECKS (default 2000) random cases each, anew at every run
	RAPID_CHECKS=$(or $(CHECKS),2000) RAPID_NOFAILFILE=true $(GO) test -count=1 -vet=off -ldflags=-w -timeout 60m \
		$$($(GO) list -f '{{.Dir}} {{.TestImports}} {{.XTestImports}}' $(PKG) | awk '/pgregory.net\/rapid/ {print $$1}')

storm: deps-server ## the long fault storms: processes killed, links cut, disks full
	BMIS_STORM=long $(GO) test -count=1 -timeout 90m -run Storm -v $(PKG)

bench: deps-server deps-browser ## measure, and print each figure beside its aim
	@scripts/bench $(PKG)

fuzz: ## every fuzz target for FUZZTIME (default 30s) each
	@scripts/fuzz $(PKG)

check: pcsc archtest generated templ-fmt lint ## what a change must pass besides the tests; lint does what vet does

lint: ## golangci-lint with the rules of .golangci.yml
	$(TOOL) golangci-lint run

vet: ## go vet
	$(GO) vet ./...

pcsc: ## what is built for readers at the counter's own computer (tag pcsc); the daemon's tests skip where there is none
	$(GO) vet -tags pcsc ./internal/pcsc/... ./cmd/bmis
	$(GO) test -timeout 5m -tags pcsc ./internal/pcsc/...

archtest: ## imports point down, every package says why it exists
	$(GO) test ./internal/archtest

generate: ## write the generated files again: templates, text keys
	$(TOOL) templ generate -log-level error
	$(GO) generate ./...

generated: ## fail when generating changes anything
	@scripts/check-generated

templ-fmt: ## fail when a template is not formatted
	$(TOOL) templ fmt -log-level error -fail ui

deadcode: ## functions that nothing reaches, tests included
	$(TOOL) deadcode -test ./...

vulncheck: ## known holes in what we import; VULNDB=file:///... for an offline database
	$(TOOL) govulncheck $(if $(VULNDB),-db $(VULNDB)) ./...

deps-server: ## install PostgreSQL's server programs when they are missing
	@scripts/install-deps server

deps-browser: ## install what the browser tests need when it is missing
	@scripts/install-deps browser

vendor-assets: ## bring the third-party browser files from npm (needs npm) and check them against ui/assets/vendor.json
	cd ui/assets && $(GO) run ./internal/vendorassets

clean: ## remove what was built
	rm -rf bin
