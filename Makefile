# Everything here is a plain command: copy it to the shell to change it.

GOLANGCI_LINT = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: run build test race lint shots golden bench load

# Run the program: make run ARGS="stats 2024"
run:
	go run ./cmd/marquis $(ARGS)

# Build one static program, bin/marquis.
build:
	CGO_ENABLED=0 go build -trimpath -o bin/marquis ./cmd/marquis

# Test on SQLite and PostgreSQL. The tests start a throwaway PostgreSQL
# themselves, from the server's programs; the race detector needs a C compiler.
# Chromium checks the pages with axe-core: npm ci --prefix .ci
# The race detector makes pages many times slower: of the server it watches here
# what runs side by side, and "make race" watches everything.
test:
	CGO_ENABLED=1 go test -race -timeout 20m $$(go list ./... | grep -v /internal/server)
	CGO_ENABLED=1 go test -race -timeout 20m -run 'AtOnce|Fifty|Cache|Job|ThatIsAway|Stale|Throttle' ./internal/server
	CGO_ENABLED=0 go test -timeout 20m ./internal/server/...

# Test everything with the race detector. Takes a quarter of an hour on two cores.
race:
	CGO_ENABLED=1 go test -race -timeout 30m ./...

# Write pictures of every page into a folder, to look at: make shots DIR=/tmp/shots
shots:
	mkdir -p "$(DIR)"
	go test -count=1 -run TestShots ./internal/server/browsertest -shots "$(abspath $(DIR))"

# Measure look-ups, the statistics page and entry pages under load, on both
# databases, beside a bare handler. LOAD="-load-samples 1000000 -load-time 10s"
load:
	CGO_ENABLED=0 go test -count=1 -timeout 60m -run TestLoad -v ./internal/server -load $(LOAD)

# Check style, the dependency rule, formatting and go.mod.
lint:
	go run $(GOLANGCI_LINT) config verify
	go run $(GOLANGCI_LINT) run ./...
	@files=$$(gofmt -l .) && test -z "$$files" || { echo "make lint: run gofmt -w on:" $$files >&2; exit 1; }
	go mod tidy -diff

# Write the golden files anew, in the packages whose tests have -update.
# Review the difference before you keep it.
golden:
	go test $$(grep -rlE --include='*_test.go' 'flag\.Bool(Var)?\(.*"update"' . | xargs -n1 dirname | sort -u) -update

# Measure. One package: go test -run '^$$' -bench . -benchmem ./internal/statistics
bench:
	CGO_ENABLED=0 go test -run '^$$' -bench . -benchmem ./...
