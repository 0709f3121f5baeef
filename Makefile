# make check   formatting, vet, linters (with the import rules), build
# make test    every test on real servers, which it installs when they are missing, and starts and stops itself
# make fuzz    each fuzz target for FUZZTIME (default 60s)
# make bench   every benchmark with its allocations; BENCH=regexp picks some
# make docs    docs/configuration.md anew, from the code
# make differ  10,000 random documents per processor and 10,000 random scripts, here and in a real Elasticsearch
#              (templates and user_agent: in a real OpenSearch, which needs a JDK of version 21 or later)
# make harm    many senders that mean harm beside two that don't, and what that costs these
# make build   bin/millrace, optimized for what its profile says is hot (the first time that takes minutes)
# make profile that profile anew: cmd/millrace/release.pgo, from benchmarks
# make clean   what the above left here

export CGO_ENABLED := 0
SHELL := /bin/bash
FUZZTIME ?=
BENCH ?= .
SEED ?= 1

LINT_VERSION := v2.15.0
LINT := .cache/bin/golangci-lint-$(LINT_VERSION)

.PHONY: check test fuzz bench differ harm docs build profile clean

check: $(LINT)
	@unformatted=$$(gofmt -l .); [ -z "$$unformatted" ] || { echo "not formatted (gofmt -w): $$unformatted" >&2; exit 1; }
	go build ./...
	go vet ./...
	$(LINT) run ./...

$(LINT):
	GOBIN=$(CURDIR)/.cache/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	mv .cache/bin/golangci-lint $@

test:
	FUZZTIME=$(or $(FUZZTIME),3s) internal/testbed/run

fuzz:
	internal/testbed/fuzz $(or $(FUZZTIME),60s)

bench:
	go test -run '^$$' -bench '$(BENCH)' -benchmem -p 1 ./...

differ:
	go test -count=1 -v -timeout 60m -run '^TestRandomDocuments$$' ./parser/pipeline -documents 10000 -seed $(SEED)
	go test -count=1 -v -timeout 60m -run '^TestRandomDocumentsInOpenSearch$$' ./parser/pipeline -documents 10000 -seed $(SEED) -opensearch
	go test -count=1 -v -run '^TestOpenSearch$$' ./indexer/elastic -opensearch
	go test -count=1 -v -timeout 60m -run '^TestElasticsearch$$' ./parser/painless -scripts 10000 -seed $(SEED)

docs:
	go test ./cmd/millrace/config -run TestReferenceIsUpToDate -update

harm:
	MILLRACE_HARM=full go test -count=1 -v -timeout 10m -run '^(TestHarm|TestFileDescriptorLimit)$$' ./e2e

build:
	go build -trimpath -pgo cmd/millrace/release.pgo -o bin/ ./cmd/millrace

profile:
	set -e; dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; \
	for what in 'parser Line|Corpus|Modules' 'shipper Intake$$' 'spooler/frame .' 'indexer LaneAdd'; do \
		read -r package benchmarks <<<"$$what"; \
		go test -trimpath -run '^$$' -bench "$$benchmarks" -o "$$dir/test" -cpuprofile "$$dir/$${package/\//-}.pprof" "./$$package"; \
	done; \
	go tool pprof -proto "$$dir"/*.pprof >cmd/millrace/release.pgo

clean:
	rm -rf bin .cache
	go clean -testcache
