package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

func TestLocationsAreAddedAndListed(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		sh.must("service", "add", "UTR", "Utrecht")
		if out := sh.must("location", "add", "UTR", "Kantoor", "--region", "Utrecht"); !strings.Contains(out, `"Kantoor" of service UTR`) {
			t.Errorf("%q", out)
		}
		sh.must("location", "add", "UTR", "Festival", "--kind", "event")
		if out := sh.must("location", "close", "UTR", "Festival"); !strings.Contains(out, `"Festival" of service UTR is closed`) {
			t.Errorf("closing says %q", out)
		}
		if code, _, stderr := sh.run("location", "close", "UTR", "Circus"); code != exitFailed || !strings.Contains(stderr, `has no location "Circus"`) {
			t.Errorf("closing what is not there: %d %q", code, stderr)
		}
		if closed := sh.must("location", "list"); !regexp.MustCompile(`Festival +event +\d{4}-\d\d-\d\d`).MatchString(closed) {
			t.Errorf("the list says %q", closed)
		}
		sh.must("location", "open", "UTR", "Festival")
		out := sh.must("location", "list")
		if fields := strings.Fields(out); !slices.Equal(fields[6:], []string{"UTR", "Festival", "event", "UTR", "Kantoor", "office", "Utrecht"}) {
			t.Errorf("%s", out)
		}
		for name, test := range map[string]struct {
			args []string
			want string
		}{
			"twice":           {[]string{"UTR", "Kantoor"}, "already"},
			"unknown service": {[]string{"ZZZ", "Kantoor"}, "marquis service list"},
			"no name":         {[]string{"UTR", " "}, "name"},
			"kind":            {[]string{"UTR", "Bus", "--kind", "car"}, "mobile"},
			"postcode":        {[]string{"UTR", "Bus", "--region", "3512 PE"}, "region"},
		} {
			if code, _, stderr := sh.run(append([]string{"location", "add"}, test.args...)...); code != exitFailed || !strings.Contains(stderr, test.want) {
				t.Errorf("%s: exit %d, %q", name, code, stderr)
			}
		}
	})
}

// given is a registry with one sample for each of the months, with its code.
type given struct {
	ring  *keyring.Ring
	codes map[string]lab.LookupCode // by month
}

func give(t *testing.T, s *store.Store, keys string, months ...lab.Date) given {
	t.Helper()
	ring, err := keyring.Open(keys, true)
	if err != nil {
		t.Fatal(err)
	}
	g := given{ring, map[string]lab.LookupCode{}}
	service := storetest.Service(t, s, "UTR")
	intake := storetest.Person(t, s, "intake", service.ID, lab.Intake)
	d, err := s.Dictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, month := range months {
		code := lab.NewLookupCode()
		hash, err := ring.Hash(code, month)
		if err != nil {
			t.Fatal(err)
		}
		entry := store.CodeHash(hash)
		_, err = s.RegisterSample(t.Context(), intake, store.Registration{
			File: lab.File{Sample: storetest.Sample(service.ID, storetest.Product(t, d, "ketamine").ID)},
			Code: &entry,
		})
		if err != nil {
			t.Fatal(err)
		}
		g.codes[hash.Month] = code
	}
	return g
}

// working are the months whose codes are found.
func (g given) working(t *testing.T, s *store.Store) (months []string) {
	t.Helper()
	for month, code := range g.codes {
		if found(t, s, g.ring, code) {
			months = append(months, month)
		}
	}
	slices.Sort(months)
	return months
}

func found(t *testing.T, s *store.Store, ring *keyring.Ring, code lab.LookupCode) bool {
	t.Helper()
	hashes, err := ring.Hashes(code, 0)
	if err != nil {
		t.Fatal(err)
	}
	var entries []store.CodeHash
	for _, h := range hashes {
		entries = append(entries, store.CodeHash(h))
	}
	_, err = s.Opens(t.Context(), entries)
	return err == nil
}

// runAt runs a command at a moment and returns its exit code and what it wrote.
func runAt(t *testing.T, now time.Time, environment map[string]string, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	p := &program{stdout: &out, stderr: &out, now: func() time.Time { return now }}
	root := p.root(func(name string) (string, bool) { value, ok := environment[name]; return value, ok })
	root.SetArgs(args)
	if err := root.ExecuteContext(t.Context()); err != nil {
		return exitFailed, out.String() + err.Error()
	}
	return exitDone, out.String()
}

func TestCodesExpireAfterTheirMonths(t *testing.T) {
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			c := storetest.Config(t, kind)
			s := storetest.Open(t, c)
			keys := filepath.Join(t.TempDir(), "keys.json")
			environment := map[string]string{"MARQUIS_KEYS": keys, "MARQUIS_DATA": c.Folder, "MARQUIS_CODE_MONTHS": "2"}
			if c.DatabaseURL != "" {
				environment["MARQUIS_DATABASE_URL"] = c.DatabaseURL
			}
			now := time.Date(2025, time.February, 28, 23, 0, 0, 0, time.UTC)
			if code, out := runAt(t, now, environment, "code", "expire"); code == exitDone || !strings.Contains(out, "no key ring at "+keys) {
				t.Errorf("without a ring: %d, %s", code, out)
			}
			storetest.KeepMonths(t, s, 1)
			g := give(t, s, keys, 2024_10_05, 2024_11_30, 2024_12_01, 2025_02_28)

			code, out := runAt(t, now, environment, "code", "expire")
			if code != exitDone || !strings.Contains(out, "before 2024-12: 2 removed, with the keys of 2 months") {
				t.Errorf("%d, %s", code, out)
			}
			if got := g.working(t, s); !slices.Equal(got, []string{"2024-12", "2025-02"}) {
				t.Errorf("codes of %v work", got)
			}
			if _, out := runAt(t, now, environment, "code", "expire"); !strings.Contains(out, "0 removed, with the keys of 0 months") {
				t.Errorf("again: %s", out)
			}
			// It broke off after the rows: another run drops the key.
			if n, err := s.ExpireCodes(t.Context(), lab.Operator("test"), 2025_01_01); err != nil || n != 1 {
				t.Errorf("%d, %v", n, err)
			}
			if _, out := runAt(t, now.AddDate(0, 0, 1), environment, "code", "expire"); !strings.Contains(out, "before 2025-01: 0 removed, with the keys of 1 months") {
				t.Errorf("after it broke off: %s", out)
			}
			if got := g.working(t, s); !slices.Equal(got, []string{"2025-02"}) {
				t.Errorf("codes of %v work", got)
			}
		})
	}
}

// shortShell is a shell that lacks the server's MARQUIS_CODE_MONTHS, on 4 March 2025,
// beside a registry with a code of June 2024 and one of February 2025.
type shortShell struct {
	given
	s           *store.Store
	now         time.Time
	environment map[string]string
}

// eachShortShell runs a test where codes were given out for a year, and where nobody
// knows for how long, on both databases.
func eachShortShell(t *testing.T, test func(t *testing.T, x *shortShell, kept int)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind string) {
		for name, kept := range map[string]int{"given out for longer": 12, "given out for a time nobody knows of": 0} {
			t.Run(name, func(t *testing.T) {
				x := &shortShell{now: time.Date(2025, time.March, 4, 0, 0, 0, 0, time.UTC)}
				c := storetest.Config(t, kind)
				x.s = storetest.OpenAt(t, c, func() time.Time { return x.now })
				storetest.KeepMonths(t, x.s, kept)
				keys := filepath.Join(t.TempDir(), "keys.json")
				x.environment = map[string]string{"MARQUIS_KEYS": keys, "MARQUIS_DATA": c.Folder, "MARQUIS_DATABASE_URL": c.DatabaseURL}
				x.given = give(t, x.s, keys, 2024_06_30, 2025_02_28)
				if err := x.s.MarkClock(t.Context(), lab.Operator("test")); err != nil {
					t.Fatal(err)
				}
				test(t, x, kept)
			})
		}
	})
}

// refuses runs the command with the flags, and expects that it fails with the words.
func (x *shortShell) refuses(t *testing.T, flags []string, words ...string) {
	t.Helper()
	code, out := runAt(t, x.now, x.environment, append([]string{"code", "expire"}, flags...)...)
	for _, word := range words {
		if code == exitDone || !strings.Contains(out, word) {
			t.Errorf("%v: exit %d, %q is missing in\n%s", flags, code, word, out)
		}
	}
}

// removes runs the command with the flags, and expects that the code of June goes.
func (x *shortShell) removes(t *testing.T, flags ...string) {
	t.Helper()
	code, out := runAt(t, x.now, x.environment, append([]string{"code", "expire"}, flags...)...)
	if code != exitDone || !strings.Contains(out, ": 1 removed, with the keys of 1 months") {
		t.Errorf("%v: exit %d, %s", flags, code, out)
	}
	x.holds(t, 0, 3, "2025-02")
}

// holds expects so many open gaps, months that are kept, and the codes of these months.
func (x *shortShell) holds(t *testing.T, gaps, kept int, months ...string) {
	t.Helper()
	open, err := x.s.ClockGaps(t.Context(), lab.Operator("test"))
	period, failed := x.s.CodePeriod(t.Context(), lab.Operator("test"))
	if err != nil || failed != nil || len(open) != gaps || period.Months != kept {
		t.Errorf("gaps %+v, kept %+v; %v, %v", open, period, err, failed)
	}
	if got := x.working(t, x.s); !slices.Equal(got, months) {
		t.Fatalf("codes of %v work", got)
	}
}

func says(kept int, set string) string {
	if kept == 0 {
		return "nobody has said yet for how many months codes were given out, and " + set
	}
	return "codes were given out for 12 months, and " + set
}

// TestAShorterTimeIsConfirmedInTheShell: a command that lacks the server's setting says
// what would go, and removes it only where the months are typed.
func TestAShorterTimeIsConfirmedInTheShell(t *testing.T) {
	eachShortShell(t, func(t *testing.T, x *shortShell, kept int) {
		here := says(kept, "MARQUIS_CODE_MONTHS is 3 here")
		for _, flags := range [][]string{nil, {"--yes"}, {"--yes=false"}} {
			x.refuses(t, flags, here, "before 2024-12 are over their time: 1 codes and 1 keys go", "as the server has it", "marquis code expire --months N")
			x.holds(t, 0, kept, "2024-06", "2025-02")
		}
		x.environment["MARQUIS_CODE_MONTHS"] = "3"
		x.refuses(t, []string{"--yes"}, here, "--months N")
		x.holds(t, 0, kept, "2024-06", "2025-02")
		x.environment["MARQUIS_CODE_MONTHS"] = "12"
		x.removes(t, "--months", "3") // before the environment
	})
}

// TestYesConfirmsTheClockAlone: whoever says that the clock is right has not said that
// the shell has the server's months.
func TestYesConfirmsTheClockAlone(t *testing.T) {
	eachShortShell(t, func(t *testing.T, x *shortShell, kept int) {
		x.now = x.now.AddDate(0, 0, 4)
		x.refuses(t, []string{"--yes"}, says(kept, "MARQUIS_CODE_MONTHS is 3 here"), "the clock went from", "it is noted that the clock is right", "--months N")
		x.holds(t, 0, kept, "2024-06", "2025-02")
		x.removes(t, "--months", "3")
	})
}

// TestMonthsAreNotConfirmedByADoubtfulClock: neither they nor the clock, and no code goes.
func TestMonthsAreNotConfirmedByADoubtfulClock(t *testing.T) {
	eachShortShell(t, func(t *testing.T, x *shortShell, kept int) {
		x.now = x.now.AddDate(0, 0, 4)
		x.refuses(t, []string{"--months", "3"}, says(kept, "--months is 3"), "the clock went from", "marquis code expire --months 3 --yes")
		x.holds(t, 1, kept, "2024-06", "2025-02")
		x.removes(t, "--months", "3", "--yes")
	})
}

// TestMoreMonthsThanAreKeptEndFewerCodes: they are typed, and shorten nothing that is kept.
func TestMoreMonthsThanAreKeptEndFewerCodes(t *testing.T) {
	eachShortShell(t, func(t *testing.T, x *shortShell, kept int) {
		if kept == 0 { // so far
			kept = 120
		}
		code, out := runAt(t, x.now, x.environment, "code", "expire", "--months", "120")
		if code != exitDone || !strings.Contains(out, "before 2015-03: 0 removed") {
			t.Errorf("exit %d, %s", code, out)
		}
		x.holds(t, 0, kept, "2024-06", "2025-02")
	})
}

func TestMonthsAreANumberFromOneTo120(t *testing.T) {
	for _, months := range []string{"0", "121", "x", "", "-3", "2.5", "٣", "99999999999999999999"} {
		var out bytes.Buffer
		code := run(t.Context(), []string{"code", "expire", "--yes", "--months", months}, noEnvironment, &out, &out)
		if code != exitUsage || !strings.Contains(out.String(), "--months") || !strings.Contains(out.String(), "from 1 to 120") {
			t.Errorf("%q: exit %d, %s", months, code, &out)
		}
	}
}
