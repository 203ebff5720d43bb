# Everything here is a plain command: copy it to the shell to change it.

GOLANGCI_LINT = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.9.0
CYCLONEDX = github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

.PHONY: demo run build test race lint vulnerabilities shots golden bench kills

# See it work: make a country's registry of synthetic data in marquis-demo, and
# serve it. ARGS="--seed 2 --data other"
demo:
	@CGO_ENABLED=0 go run ./cmd/marquis demo $(ARGS)

# Run the program: make run ARGS="stats 2024"
run:
	go run ./cmd/marquis $(ARGS)

# Build one static program, bin/marquis, of less than 45 MB: without tables for
# debuggers, and without gin's MessagePack, which nothing here speaks. "marquis
# version" still tells the version and the commit. Beside it lie the licences of all
# that is linked into it, and its bill of materials (SBOM) as CycloneDX.
build:
	CGO_ENABLED=0 go build -trimpath -tags nomsgpack -ldflags '-s -w' -o bin/marquis ./cmd/marquis
	@size=$$(wc -c <bin/marquis) && test "$$size" -lt 45000000 || { echo "make build: bin/marquis has $$size bytes; it must have less than 45 000 000" >&2; exit 1; }
	go run ./internal/linked notices >bin/THIRD-PARTY-NOTICES.txt
	go run $(CYCLONEDX) bin -json -licenses -noserial -notimestamp -version "$$(bin/marquis version | cut -d " " -f 2)" -output bin/marquis.cdx.json bin/marquis

# Look the program up in the database of known vulnerabilities of Go's modules. Fails
# where one is reached by our code; says NOT CHECKED where the database is out of reach.
vulnerabilities:
	@mkdir -p bin; timeout 300 go run $(GOVULNCHECK) -tags nomsgpack ./cmd/marquis >bin/vulnerabilities.txt 2>&1; code=$$?; \
	if [ $$code -eq 124 ] || grep -q '^govulncheck: fetching vulnerabilities' bin/vulnerabilities.txt; then \
		echo "vulnerabilities: NOT CHECKED: their database is out of reach"; \
	else \
		cat bin/vulnerabilities.txt; exit $$code; \
	fi

# Test on SQLite and PostgreSQL: everything, and once more with the race detector what
# does several things at once. One throwaway PostgreSQL serves the run; temporary files
# lie in memory where there is room. The race detector needs a C compiler. Chromium
# checks the pages with axe-core: npm ci --prefix .ci
# The longest packages begin. Of the server only the tests' own goroutines are looked
# for: there every request is one. SQLite is C made into Go, which is nobody's to mend
# here: the race detector leaves it alone.
LONGEST = ./internal/server ./internal/server/browsertest ./cmd/marquis ./internal/store
SIDE_BY_SIDE = credential figures keyring lab statistics store store/sqlstore work
test: export GOGC = 400
test:
	CGO_ENABLED=0 go run ./internal/testrun go test -timeout 20m -p 2 -parallel 4 $(LONGEST) ./...
	CGO_ENABLED=1 go run ./internal/testrun go test -race -gcflags 'modernc.org/...=-race=false' -vet off -timeout 30m \
		-skip 'AsItIsBuilt|NothingOfAVisitor' \
		-run "$$(go run ./internal/testrun/watched $(SIDE_BY_SIDE:%=internal/%/*.go) internal/server/*_test.go)|Cache|Job|ThatIsAway|Stale|Throttle" \
		./internal/server $(SIDE_BY_SIDE:%=./internal/%)

# Test everything with the race detector. Takes a quarter of an hour on two cores.
race:
	CGO_ENABLED=1 go test -race -timeout 30m ./...

# Write pictures of every page into a folder, to look at: make shots DIR=/tmp/shots
shots:
	mkdir -p "$(DIR)"
	go test -count=1 -run TestShots ./internal/server/browsertest -shots "$(abspath $(DIR))"

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

# Kill the program on both databases, again and again: the server while people work with
# it, and backup and restore at moments spread evenly over an undisturbed run, twice, and
# at each table. Says how often, and how much had been promised. KILLS=100 takes an hour.
KILLS = 100
kills:
	CGO_ENABLED=0 go run ./internal/testrun go test -count=1 -timeout 5h -v -run 'ServerThatIsKilled|KilledBackup|KilledRestore' ./cmd/marquis -kills $(KILLS)

# Measure everything that has a goal, on both databases, and print where the
# program stands: docs/performance.md. SCALE=1 is 150 000 samples and takes half an
# hour, 7 is a million, 70 ten million; with DIR the data sets stay for the next run.
# Only some of it: make bench SCALE=7 DIR=/tmp/sets RUN=pages
# Single benchmarks: go test -run '^$$' -bench . -benchmem ./internal/statistics
SCALE = 1
RUN =
bench:
	CGO_ENABLED=0 go test -count=1 -timeout 24h -v -run 'TestGoals$(if $(RUN),/$(RUN))' ./internal/goals -goals -scale $(SCALE) $(if $(DIR),-keep "$(abspath $(DIR))")
