package server_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/server"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// ends are all times after which something kept is over, by the constant that says
// how long it is kept, each with its proof. A proof ages what the program keeps, and
// returns what is left of it once the program has started again; nil: nothing to look at.
var ends = map[string]func(*testing.T, *program) (afterwards func(*testing.T)){
	"lab.SessionIdle": proveSessionIdle, "lab.SessionAge": proveSessionAge, "lab.InvitationAge": proveInvitationAge,
	"lab.PendingFactorAge": provePendingFactorAge, "lab.FactorWait": proveFactorWait, "lab.FactorHour": proveFactorHour,
	"lab.SlipAge": proveSlipAge, "lab.EndedSessionAge": proveEndedSessionAge, "lab.DraftAge": proveDraftAge, "lab.UploadAge": proveUploadAge, "lab.UndoTime": proveUndoTime,
	"lab.HeldLate":  proveHeldLate,
	"lab.DeviceAge": proveDeviceAge, "store.FailureAge": proveFailureAge,
	"server.failuresFor": proveFailuresFor, "credential.TicketTime": proveTicketTime, "config.CodeMonths": proveCodeMonths,
}

// waits are the other times that there are: nothing that is kept ends by them.
var waits = map[string]string{
	"figures.stale":         "how often figures look for changes",
	"credential.totpPeriod": "how long an authenticator shows a code",
	"lab.BackupDue":         "when it is told that a backup is due",
	"lab.ProofDue":          "when it is told that a proof is due",
	"lab.ClockSlack":        "by how much clocks differ",
	"lab.CodePeriod":        "how long an authenticator shows a code",
	"lab.ClockGap":          "a jump of the clock: TestAWrongClockDestroysNothing",
	"page.busyWait":         "told to whoever was sent away",
	"server.askWait":        "of a request",
	"server.busyPause":      "of a request",
	"server.drainTime":      "of requests when the program is stopped",
	"server.floodPause":     "in memory: waitBeside",
	"server.floodTold":      "in memory, a day: TestAFloodIsToldForADay, on a clock that is moved",
	"server.idleTime":       "of a connection: waitBeside",
	"server.keysSeen":       "how often the keys are looked at",
	"server.late":           "when it is told that codes stay",
	"server.levelTime":      "of a request",
	"server.pingTime":       "of a request",
	"server.readHeaderTime": "of a connection: waitBeside",
	"server.readTime":       "of a connection: waitBeside",
	"server.savingTime":     "of a request",
	"server.turnWait":       "of a request",
	"server.uploadTime":     "of a request",
	"server.writeTime":      "of a connection",
	"sqlstore.frozenWait":   "of a request",
	"sqlstore.leastWait":    "of a request",
	"sqlstore.longestPause": "of a request",
	"sqlstore.usualWait":    "of a request",
	"sqlstore.writeEvery":   "how often it is tried whether anything can be written",
	"sqlstore.writeWait":    "of a request",
	"statistics.lastHours":  "when a year is closed everywhere on Earth",
	"store.holdAlone":       "how long a batch of an import may write where nobody waits",
	"store.holdAtMost":      "how long a batch of an import may write",
	"store.holdUnawaited":   "how long batches of an import may write where nobody waits yet",
	"store.restAwaited":     "how long an import lets others write who wait",
	"store.restBeside":      "how long an import lets others write",
	"store.restLook":        "how often an import looks whether others wait",
	"store.seenEvery":       "how exactly the use of a session is noted",
	"store.seenWait":        "of a request",
	"store.viewQuarter":     "how exactly views are noted",
	"work.clockLook":        "how often the clock is looked at",
	"work.countAgainAfter":  "how soon what failed is tried again: TestWhatCouldNotBeCountedIsCountedAMinuteLater",
	"work.failuresEvery":    "how often failures are written: the limits of passwords wait for it",
	"work.jobKept":          "in memory, an hour: TestAJobIsForgottenAfterAnHour, on a clock that is moved",
	"work.leftAge":          "when what a backup has left that was cut off is removed: TestAKilledBackupLeavesNothingHalfWritten",
	"work.sweepEvery":       "how often what is over is deleted, also at each start",
}

// A time that somebody adds is a wait, or has its proof.
func TestEveryTimeIsAWaitOrAnEnd(t *testing.T) {
	found := map[string]bool{"config.CodeMonths": true} // no time.Duration
	for _, folder := range []string{"config", "credential", "figures", "keyring", "lab", "page", "server", "statistics", "store", "store/sqlstore", "work"} {
		for _, name := range timesIn(t, filepath.Join("..", filepath.FromSlash(folder))) {
			found[filepath.Base(folder)+"."+name] = true
		}
	}
	for name := range found {
		if _, isWait := waits[name]; isWait == (ends[name] != nil) {
			t.Errorf("%s is neither a wait nor an end that is proven, or both", name)
		}
	}
	for name := range ends {
		if !found[name] {
			t.Errorf("there is no %s", name)
		}
	}
	for name := range waits {
		if !found[name] {
			t.Errorf("there is no %s", name)
		}
	}
}

// timesIn are the constants and variables of a package that are a time.
func timesIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatal(folder, err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if d, isNames := d.(*ast.GenDecl); isNames && d.Tok == token.CONST {
				names = append(names, timesOf(d)...)
			}
		}
	}
	return names
}

func timesOf(d *ast.GenDecl) (names []string) {
	for _, spec := range d.Specs {
		values := spec.(*ast.ValueSpec)
		for i, value := range values.Values {
			if isTime(value) {
				names = append(names, values.Names[i].Name)
			}
		}
	}
	return names
}

// isTime tells whether a value is made of one of package time.
func isTime(value ast.Expr) (is bool) {
	ast.Inspect(value, func(n ast.Node) bool {
		if x, isField := n.(*ast.SelectorExpr); isField {
			from, isName := x.X.(*ast.Ident)
			is = is || isName && from.Name == "time" && slices.Contains([]string{"Nanosecond", "Microsecond", "Millisecond", "Second", "Minute", "Hour"}, x.Sel.Name)
		}
		return true
	})
	return is
}

// TestEveryEndHoldsInTheProgramAsItIsBuilt ages what the program keeps while it serves,
// on the real clock: inside its time it works, past it it does not, and the next start
// deletes it.
func TestEveryEndHoldsInTheProgramAsItIsBuilt(t *testing.T) {
	for _, database := range []string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			p := newProgram(t, database)
			afterwards := map[string]func(*testing.T){}
			for name, prove := range ends {
				t.Run(name, func(t *testing.T) {
					p.t = t
					afterwards[name] = prove(t, p)
				})
			}
			p.t = t
			p.restart()
			p.soonCounted(`marquis_sweeps_total{result="done"}`)
			for name, look := range afterwards {
				if look != nil {
					t.Run(name+" after a start", func(t *testing.T) { p.t = t; look(t) })
				}
			}
		})
	}
}

// soonCounted waits until a metric is not zero.
func (p *program) soonCounted(series string) {
	p.t.Helper()
	for range 100 {
		if p.counted(series) > 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatalf("%s stays zero", series)
}

const (
	inside = 20 * time.Second // of its time that something has left: a busy machine takes as long as a test needs
	past   = time.Second      // for so long something is over
)

// ago is the text of an instant in a statement: so long ago, but for what is left.
func ago(age, left time.Duration) string {
	return "'" + lab.At(time.Now().Add(left-age)).String() + "'"
}

// change changes rows past the program, at least one.
func (p *program) change(statement string, args ...any) {
	p.t.Helper()
	pool := storetest.Pool(p.t, p.config)
	defer pool.Close()
	done, err := pool.ExecContext(p.t.Context(), fmt.Sprintf(statement, args...))
	if err != nil {
		p.t.Fatal(err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		p.t.Fatalf("%s changes %d rows, %v", statement, n, err)
	}
}

// value reads one number or text past the program.
func value[T int | string](p *program, query string, args ...any) (v T) {
	p.t.Helper()
	pool := storetest.Pool(p.t, p.config)
	defer pool.Close()
	if err := pool.QueryRowContext(p.t.Context(), fmt.Sprintf(query, args...)).Scan(&v); err != nil {
		p.t.Fatal(err)
	}
	return v
}

// wantRows fails unless so many rows are there.
func (p *program) wantRows(want int, from string, args ...any) {
	p.t.Helper()
	if n := value[int](p, "SELECT count(*) FROM "+from, args...); n != want {
		p.t.Errorf("%d rows of %s, want %d", n, fmt.Sprintf(from, args...), want)
	}
}

// left are the rows of a user in a table after a start.
func (p *program) left(table string, want int, user lab.Actor) func(*testing.T) {
	return func(*testing.T) { p.wantRows(want, table+" WHERE user_id = %d", int(user.UserID)) }
}

func (b *browser) isSignedIn(t *testing.T, want bool) {
	t.Helper()
	status := http.StatusOK
	if !want {
		status = http.StatusSeeOther
	}
	b.get("/account").want(t, status)
}

func proveSessionIdle(t *testing.T, p *program) func(*testing.T) {
	user := p.person("idle")
	b := p.at(somewhere())
	b.signIn("idle", theirPassword).opened(t)
	p.change("UPDATE sessions SET seen_at = %s WHERE user_id = %d", ago(lab.SessionIdle, inside), int(user.UserID))
	b.isSignedIn(t, true)
	p.wantRows(1, "sessions WHERE user_id = %d AND seen_at > %s", int(user.UserID), ago(time.Minute, 0)) // it was used
	p.change("UPDATE sessions SET seen_at = %s WHERE user_id = %d", ago(lab.SessionIdle, -past), int(user.UserID))
	b.isSignedIn(t, false)
	return p.left("sessions", 0, user)
}

func proveSessionAge(t *testing.T, p *program) func(*testing.T) {
	user := p.person("old")
	b := p.at(somewhere())
	b.signIn("old", theirPassword).opened(t)
	p.change("UPDATE sessions SET started_at = %s WHERE user_id = %d", ago(lab.SessionAge, inside), int(user.UserID))
	b.isSignedIn(t, true)
	p.change("UPDATE sessions SET started_at = %s WHERE user_id = %d", ago(lab.SessionAge, -past), int(user.UserID))
	b.isSignedIn(t, false)
	young := p.person("young")
	p.at(somewhere()).signIn("young", theirPassword).opened(t)
	return func(t *testing.T) {
		p.left("sessions", 0, user)(t)
		p.left("sessions", 1, young)(t)
	}
}

// invited is an invitation that the program makes.
func (p *program) invited(t *testing.T, login string) (user lab.Actor, invitation string) {
	t.Helper()
	user = p.person(login)
	_, secret, _ := p.withFactor(login+"-administrator", lab.Membership{Role: lab.Administrator})
	b := p.at(somewhere())
	b.signIn(login+"-administrator", theirPassword).opened(t)
	b.post("/second-factor", "code", p.shown(secret)).opened(t)
	page := b.post(fmt.Sprintf("/people/%d/invitation", int(user.UserID))).want(t, http.StatusOK)
	like, _ := credential.NewToken()
	for part := range strings.FieldsFuncSeq(page.body, func(r rune) bool { return strings.ContainsRune("<>\"' \n", r) }) {
		if len(part) == len(like) && value[int](p, "SELECT count(*) FROM invitations WHERE token_hash = '%s'", credential.HashToken(part)) == 1 {
			return user, part
		}
	}
	t.Fatal("the page shows no invitation")
	return user, ""
}

func proveInvitationAge(t *testing.T, p *program) func(*testing.T) {
	begun := time.Now()
	user, invitation := p.invited(t, "invited")
	p.wantRows(1, "invitations WHERE user_id = %d AND expires_at >= %s AND expires_at <= %s", int(user.UserID), ago(-lab.InvitationAge, -time.Since(begun)), ago(-lab.InvitationAge, 0))
	accept := func() page {
		return p.at(somewhere()).post("/invitation", "invitation", invitation, "password", theirPassword, "again", theirPassword)
	}
	p.change("UPDATE invitations SET expires_at = %s WHERE user_id = %d", ago(0, -past), int(user.UserID))
	accept().want(t, http.StatusUnprocessableEntity, "wrong, used or too old")
	p.change("UPDATE invitations SET expires_at = %s WHERE user_id = %d", ago(0, inside), int(user.UserID))
	accept().want(t, http.StatusSeeOther)
	over := storetest.Person(p.t, p.store, "invited-late", 0)
	p.invite(over)
	p.change("UPDATE invitations SET expires_at = %s WHERE user_id = %d", ago(0, -past), int(over.UserID))
	open := storetest.Person(p.t, p.store, "invited-now", 0)
	p.invite(open)
	return func(t *testing.T) {
		p.left("invitations", 0, over)(t)
		p.left("invitations", 1, open)(t)
	}
}

func provePendingFactorAge(t *testing.T, p *program) func(*testing.T) {
	for login, x := range map[string]struct {
		left time.Duration
		kept bool
	}{"pending": {inside, true}, "pending-late": {-past, false}, "pending-ahead": {lab.PendingFactorAge + time.Minute, false}} {
		user := p.person(login)
		b := p.at(somewhere())
		b.signIn(login, theirPassword).opened(t)
		begun := time.Now()
		b.get("/account/authenticator").want(t, http.StatusOK)
		drawn := value[string](p, "SELECT pending_factor FROM sessions WHERE user_id = %d", int(user.UserID))
		text, err := credential.Open(p.keys.Secret(), user.UserID, credential.PendingFactor, drawn)
		if err != nil {
			t.Fatal(err)
		}
		until, secret, _ := strings.Cut(text, " ")
		var end int64
		if _, err := fmt.Sscan(until, &end); err != nil {
			t.Fatal(err)
		}
		if lasts := time.Unix(end, 0).Sub(begun); lasts < lab.PendingFactorAge-time.Second || lasts > lab.PendingFactorAge+time.Since(begun) {
			t.Errorf("a secret is offered for %s", lasts)
		}
		aged, err := credential.Seal(p.keys.Secret(), user.UserID, credential.PendingFactor, fmt.Sprint(time.Now().Add(x.left).Unix(), " ", secret))
		if err != nil {
			t.Fatal(err)
		}
		p.change("UPDATE sessions SET pending_factor = '%s' WHERE user_id = %d", aged, int(user.UserID))
		answer := b.post("/account/authenticator", "code", p.shown(secret), "password", theirPassword)
		has := value[int](p, "SELECT count(*) FROM users WHERE id = %d AND totp_sealed <> ''", int(user.UserID)) == 1
		if has != x.kept || (answer.status == http.StatusOK) != x.kept {
			t.Errorf("%s: status %d, and the authenticator is set up: %v", login, answer.status, has)
		}
	}
	return nil
}

// failFactor makes wrong codes of an authenticator, so long ago, in the database.
func (p *program) failFactor(user lab.Actor, n int, at string) {
	p.t.Helper()
	p.change("INSERT INTO factor_failures (user_id, failed_at, n) VALUES (%d, %s, %d)", int(user.UserID), at, n)
}

func proveFactorWait(t *testing.T, p *program) func(*testing.T) {
	user, secret, _ := p.withFactor("waits")
	b := p.at(somewhere())
	b.signIn("waits", theirPassword).opened(t)
	for range lab.FactorTries {
		b.post("/second-factor", "code", p.wrongShown(secret)).want(t, http.StatusUnprocessableEntity)
	}
	age := func(left time.Duration) {
		p.change("DELETE FROM factor_failures WHERE user_id = %d", int(user.UserID))
		p.failFactor(user, lab.FactorTries, ago(lab.FactorWait, left))
	}
	age(inside)
	b.post("/second-factor", "code", p.shown(secret)).wantWait(t, time.Second, inside+time.Second)
	age(-past)
	b.post("/second-factor", "code", p.shown(secret)).want(t, http.StatusSeeOther)
	return nil
}

func proveFactorHour(t *testing.T, p *program) func(*testing.T) {
	for login, x := range map[string]struct {
		left   time.Duration
		locked bool
	}{"hour-inside": {inside, true}, "hour-past": {-past, false}} {
		user, secret, recovery := p.withFactor(login)
		p.failFactor(user, lab.FactorLockTries-1, ago(lab.FactorHour, x.left))
		b := p.at(somewhere())
		b.signIn(login, theirPassword).opened(t)
		b.post("/second-factor", "code", p.wrongShown(secret)).want(t, http.StatusUnprocessableEntity)
		if !x.locked {
			b.post("/second-factor", "code", p.shown(secret)).want(t, http.StatusSeeOther)
			continue
		}
		// The lock has no end: a recovery code opens it, and a year does not.
		p.change("UPDATE users SET factor_locked_at = %s WHERE id = %d", ago(365*24*time.Hour, 0), int(user.UserID))
		p.change("DELETE FROM factor_failures WHERE user_id = %d", int(user.UserID))
		b.post("/second-factor", "code", p.shown(secret)).want(t, http.StatusTooManyRequests, "Only a recovery code is taken now")
		b.post("/second-factor", "code", recovery[0]).want(t, http.StatusSeeOther)
	}
	over, counted := storetest.Person(p.t, p.store, "hour-over", 0), storetest.Person(p.t, p.store, "hour-counted", 0)
	p.failFactor(over, 3, ago(lab.FactorHour, -past))
	p.failFactor(counted, 3, ago(lab.FactorHour, 10*time.Minute))
	return func(t *testing.T) {
		p.left("factor_failures", 0, over)(t)
		p.left("factor_failures", 1, counted)(t)
	}
}

func proveUploadAge(t *testing.T, p *program) func(*testing.T) {
	service := storetest.Service(t, p.store, "UPL")
	importer := storetest.Person(t, p.store, "uploading", service.ID, lab.Importer)
	sent := func(left time.Duration) lab.ID {
		id, err := p.store.BeginUpload(t.Context(), importer, service.ID, []lab.Upload{{Name: "a.csv", Bytes: 1}})
		noError(t, err)
		noError(t, p.store.AddUploadPart(t.Context(), importer, lab.Key{ServiceID: service.ID, ID: id}, 1, 0, []byte("a")))
		p.change("UPDATE uploads SET begun_at = %s WHERE service_id = %d AND id = '%s'", ago(lab.UploadAge, left), int(service.ID), id)
		return id
	}
	old, young := sent(-past), sent(time.Hour)
	return func(t *testing.T) {
		for id, rows := range map[lab.ID]int{old: 0, young: 1} {
			p.wantRows(rows, "uploads WHERE service_id = %d AND id = '%s'", int(service.ID), id)
			p.wantRows(rows, "upload_parts WHERE service_id = %d AND upload_id = '%s'", int(service.ID), id)
		}
	}
}

func proveDraftAge(t *testing.T, p *program) func(*testing.T) {
	service := storetest.Service(t, p.store, "DRA")
	intake := storetest.Person(t, p.store, "draft-intake", service.ID, lab.Intake)
	draft := func(left time.Duration) lab.ID {
		id, err := p.store.NewDraft(t.Context(), intake, service.ID, "{}")
		if err != nil {
			t.Fatal(err)
		}
		p.change("UPDATE drafts SET saved_at = %s WHERE service_id = %d AND id = '%s'", ago(lab.DraftAge, left), int(service.ID), id)
		return id
	}
	old, young := draft(-past), draft(time.Hour)
	typist := storetest.Person(t, p.store, "form-typist", service.ID, lab.Laboratory)
	form := func(key string, left time.Duration) {
		if err := p.store.KeepForm(t.Context(), typist, store.FormWindow{Address: "/methods/new", Key: key}, "{}"); err != nil {
			t.Fatal(err)
		}
		p.change("UPDATE form_drafts SET saved_at = %s WHERE user_id = %d AND form_key = '%s'", ago(lab.DraftAge, left), int(typist.UserID), key)
	}
	form("old", -past)
	form("young", time.Hour)
	return func(t *testing.T) {
		p.wantRows(0, "form_drafts WHERE user_id = %d AND form_key = 'old'", int(typist.UserID))
		p.wantRows(1, "form_drafts WHERE user_id = %d AND form_key = 'young'", int(typist.UserID))
		p.wantRows(0, "drafts WHERE service_id = %d AND id = '%s'", int(service.ID), old)
		p.wantRows(1, "drafts WHERE service_id = %d AND id = '%s'", int(service.ID), young)
	}
}

// proveUndoTime: for two minutes by the clock of the program whoever registered a sample
// can undo that.
func proveUndoTime(t *testing.T, p *program) func(*testing.T) {
	service := storetest.Service(t, p.store, "UND")
	clerk := p.person("undo", lab.Membership{ServiceID: service.ID, Role: lab.Intake})
	b := p.at(somewhere())
	b.signIn("undo", theirPassword).opened(t)
	words, err := p.store.Dictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	product := storetest.Product(t, words, "ketamine")
	undo := func(left time.Duration) (page, lab.Sample) {
		r := store.Registration{File: lab.File{Sample: storetest.Sample(service.ID, product.ID), Expected: product.Expected()}}
		x, err := p.store.RegisterSample(t.Context(), clerk, r)
		if err != nil {
			t.Fatal(err)
		}
		p.change("UPDATE samples SET registered_at = %s WHERE service_id = %d AND id = '%s'", ago(lab.UndoTime, left), int(service.ID), x.ID)
		number := lab.SampleNumber{Service: service.Code, Year: int(x.NumberYear), Running: int(x.NumberRunning)}
		return b.post("/samples/" + number.String() + "/undo"), x
	}
	late, kept := undo(-past)
	late.want(t, http.StatusConflict, "The two minutes in which a registration can be undone are over.")
	inTime, undone := undo(inside)
	inTime.want(t, http.StatusSeeOther)
	p.wantRows(1, "samples WHERE service_id = %d AND id = '%s' AND state = 'registered'", int(service.ID), kept.ID)
	p.wantRows(1, "samples WHERE service_id = %d AND id = '%s' AND state_reason = 'registered_by_mistake'", int(service.ID), undone.ID)
	return nil
}

// proveHeldLate: what is held stands on the start page of who works with records of the
// service from then on, and not before.
func proveHeldLate(t *testing.T, p *program) func(*testing.T) {
	service := storetest.Service(t, p.store, "HLD")
	clerk := p.person("heldclerk", lab.Membership{ServiceID: service.ID, Role: lab.Intake})
	b := p.at(somewhere())
	b.signIn("heldclerk", theirPassword).opened(t)
	words, err := p.store.Dictionary(t.Context())
	noError(t, err)
	product := storetest.Product(t, words, "ketamine")
	_, err = p.store.RegisterSample(t.Context(), clerk, store.Registration{File: lab.File{Sample: storetest.Sample(service.ID, product.ID), Expected: product.Expected()}})
	noError(t, err)
	const late = "Results have been held for more than four hours."
	age := func(left time.Duration) {
		p.change("UPDATE samples SET held_since = %s WHERE service_id = %d", ago(lab.HeldLate, left), int(service.ID))
	}
	age(inside)
	b.get("/staff").want(t, http.StatusOK).lacks(t, late)
	age(-past)
	b.get("/staff").want(t, http.StatusOK, late)
	return nil
}

// proveDeviceAge: on a known device a right password is taken, however many wrong
// ones came from the network.
func proveDeviceAge(t *testing.T, p *program) func(*testing.T) {
	user := p.person("device")
	own := p.at(somewhere())
	own.signIn("device", theirPassword).opened(t)
	network := somewhere()
	wantCounts(t, statuses(5, 1, func(int) page { return p.at(network).signIn("device", "a wrong password, long enough") }), map[int]int{422: 5})
	age := func(left time.Duration) {
		p.change("UPDATE devices SET seen_at = %s WHERE user_id = %d", ago(lab.DeviceAge, left), int(user.UserID))
	}
	age(-past)
	own.moved(network).signIn("device", theirPassword).want(t, http.StatusTooManyRequests)
	age(inside)
	own.moved(network).signIn("device", theirPassword).opened(t)
	p.wantRows(1, "devices WHERE user_id = %d AND seen_at > %s", int(user.UserID), ago(lab.DeviceAge, time.Hour)) // it was used
	p.change("DELETE FROM devices WHERE user_id = %d AND seen_at <= %s", int(user.UserID), ago(0, 0))
	device := func(name string, left time.Duration) {
		p.change("INSERT INTO devices (token_hash, user_id, network_hash, made_at, seen_at) VALUES ('%s', %d, 'x', %s, %s)",
			credential.HashToken(name), int(user.UserID), ago(2*lab.DeviceAge, 0), ago(lab.DeviceAge, left))
	}
	device("old", -past)
	device("young", time.Hour)
	return func(*testing.T) {
		p.wantRows(0, "devices WHERE token_hash = '%s'", credential.HashToken("old"))
		p.wantRows(1, "devices WHERE token_hash = '%s'", credential.HashToken("young"))
	}
}

// failSignIn makes a failure of a whole hour.
func (p *program) failSignIn(user lab.Actor, hour time.Time) {
	p.t.Helper()
	p.change("INSERT INTO sign_in_failures (user_id, login_hash, hour, network_hash, n) VALUES (%d, '', '%s', 'x', 7)", int(user.UserID), lab.At(hour))
}

func proveFailureAge(_ *testing.T, p *program) func(*testing.T) {
	first := time.Now().Add(-store.FailureAge).UTC().Truncate(time.Hour) // which is over, but for its first instant
	over, told := storetest.Person(p.t, p.store, "failed-long-ago", 0), storetest.Person(p.t, p.store, "failed-ago", 0)
	p.failSignIn(over, first)
	p.failSignIn(told, first.Add(time.Hour))
	return func(t *testing.T) {
		p.left("sign_in_failures", 0, over)(t)
		p.left("sign_in_failures", 1, told)(t)
	}
}

// proveFailuresFor: administrators are told of a week, its first hour whole.
func proveFailuresFor(t *testing.T, p *program) func(*testing.T) {
	first := time.Now().Add(-server.FailuresFor).UTC().Truncate(time.Hour)
	over, told := storetest.Person(p.t, p.store, "failed-before-the-week", 0), storetest.Person(p.t, p.store, "failed-in-the-week", 0)
	p.failSignIn(over, first.Add(-time.Hour))
	p.failSignIn(told, first.Add(time.Hour)) // an hour may begin meanwhile
	_, secret, _ := p.withFactor("week-administrator", lab.Membership{Role: lab.Administrator})
	b := p.at(somewhere())
	b.signIn("week-administrator", theirPassword).opened(t)
	b.post("/second-factor", "code", p.shown(secret)).opened(t)
	rows := strings.Split(b.get("/people").want(t, http.StatusOK).body, "<tr")
	for login, want := range map[string]bool{over.Name: false, told.Name: true} {
		at := slices.IndexFunc(rows, func(row string) bool { return strings.Contains(row, ">"+login+"<") })
		if at < 0 || strings.Contains(rows[at], "<td>7 from ") != want {
			t.Errorf("%s is told of: %v, want %v", login, !want, want)
		}
	}
	return nil
}

// proveSlipAge: the session that gave a code out sees its slip again for ten minutes.
func proveSlipAge(t *testing.T, p *program) func(*testing.T) {
	service := storetest.Service(t, p.store, "SLI")
	p.person("slip-intake", lab.Membership{ServiceID: service.ID, Role: lab.Intake})
	b := p.at(somewhere())
	b.signIn("slip-intake", theirPassword).opened(t)
	slip := func() (at, key string) {
		draft := b.post("/counter/SLI/new").want(t, http.StatusSeeOther).header.Get("Location")
		at = b.post(draft, "product_id", "ketamine", "form", "powder", "channel", "front_of_house", "give_code", "yes",
			"received_on", time.Now().UTC().Format(time.DateOnly)).want(t, http.StatusSeeOther).header.Get("Location")
		return at, at[strings.LastIndex(at, "/")+1:]
	}
	at, key := slip()
	begun := time.Now()
	p.wantRows(1, "slips WHERE request_key = '%s' AND ends_at > %s AND ends_at <= %s", key, ago(-lab.SlipAge, -5*time.Second), ago(-lab.SlipAge, time.Since(begun)))
	age := func(left time.Duration) {
		p.change("UPDATE slips SET ends_at = %s WHERE request_key = '%s'", ago(0, left), key)
	}
	age(inside)
	b.get(at).want(t, http.StatusOK, `class="code"`)
	age(-past)
	b.get(at).want(t, http.StatusGone, "cannot be shown any more")
	_, young := slip()
	return func(*testing.T) {
		p.wantRows(0, "slips WHERE request_key = '%s'", key)
		p.wantRows(1, "slips WHERE request_key = '%s'", young)
	}
}

// proveEndedSessionAge: what is typed into a session that has ended is kept for twelve hours.
func proveEndedSessionAge(t *testing.T, p *program) func(*testing.T) {
	service := storetest.Service(t, p.store, "END")
	user := p.person("ended-analyst", lab.Membership{ServiceID: service.ID, Role: lab.Laboratory})
	kept := func() int {
		return value[int](p, "SELECT count(*) FROM form_drafts WHERE user_id = %d", int(user.UserID))
	}
	send := func(b *browser) {
		b.post("/samples/END-2025-00001/analyses/new", "notes", "typed too late").want(t, http.StatusSeeOther)
	}
	b := p.at(somewhere())
	b.signIn("ended-analyst", theirPassword).opened(t)
	p.change("UPDATE sessions SET seen_at = %s WHERE user_id = %d", ago(lab.SessionIdle+lab.EndedSessionAge, -past), int(user.UserID))
	p.change("UPDATE sessions SET started_at = %s WHERE user_id = %d", ago(lab.SessionIdle+lab.EndedSessionAge, -past), int(user.UserID))
	send(b)
	if n := kept(); n != 0 {
		t.Errorf("%d forms are kept of a session that ended long ago", n)
	}
	p.change("UPDATE sessions SET seen_at = %s WHERE user_id = %d", ago(lab.SessionIdle+lab.EndedSessionAge, inside), int(user.UserID))
	send(b)
	if n := kept(); n != 1 {
		t.Errorf("%d forms are kept of a session that has ended", n)
	}
	out := p.at(somewhere())
	out.signIn("ended-analyst", theirPassword).opened(t)
	out.post("/sign-out").want(t, http.StatusSeeOther)
	age := func(left time.Duration) {
		p.change("UPDATE ended_sessions SET ended_at = %s WHERE user_id = %d", ago(lab.EndedSessionAge, left), int(user.UserID))
	}
	age(inside)
	send(out)
	age(-past)
	send(out)
	if n := kept(); n != 2 {
		t.Errorf("%d forms are kept, of one session inside its time and one past it", n)
	}
	young := p.person("ended-young")
	y := p.at(somewhere())
	y.signIn("ended-young", theirPassword).opened(t)
	y.post("/sign-out").want(t, http.StatusSeeOther)
	return func(t *testing.T) {
		p.wantRows(0, "ended_sessions WHERE user_id = %d AND ended_at < %s", int(user.UserID), ago(lab.EndedSessionAge, 0))
		p.left("ended_sessions", 1, young)(t)
	}
}

// slipOf registers a sample that a new service received on a day, and returns the
// code of its slip.
func (p *program) slipOf(code string, day lab.Date) string {
	p.t.Helper()
	service := storetest.Service(p.t, p.store, code)
	words, err := p.store.Dictionary(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	product, given := storetest.Product(p.t, words, "ketamine"), lab.NewLookupCode()
	sample := storetest.Sample(service.ID, product.ID, func(s *lab.Sample) { s.ReceivedOn = day })
	hash, err := p.keys.Hash(given, day)
	if err != nil {
		p.t.Fatal(err)
	}
	kept := store.CodeHash(hash)
	intake := storetest.Person(p.t, p.store, "intake-"+strings.ToLower(code), service.ID, lab.Intake)
	if _, err := p.store.RegisterSample(p.t.Context(), intake, store.Registration{File: lab.File{Sample: sample, Expected: product.Expected()}, Code: &kept}); err != nil {
		p.t.Fatal(err)
	}
	return given.Print()
}

func proveTicketTime(t *testing.T, p *program) func(*testing.T) {
	code := p.slipOf("TIC", lab.DateOf(time.Now(), time.UTC))
	visitor, begun := p.at(somewhere()), time.Now()
	given, _ := strings.CutPrefix(visitor.post("/lookup", "code", code).want(t, http.StatusSeeOther).header.Get("Location"), "/result/")
	ticket, err := ticketsOf(t, p.keys).Open(given, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if lasts := ticket.Ends.Sub(begun); lasts < credential.TicketTime-time.Second || lasts > credential.TicketTime+time.Since(begun) {
		t.Errorf("a ticket lasts %s", lasts)
	}
	for left, status := range map[time.Duration]int{inside: http.StatusOK, -past: http.StatusNotFound, credential.TicketTime + time.Minute: http.StatusNotFound} {
		ticket.Ends = time.Now().Add(left)
		text, err := ticketsOf(t, p.keys).Seal(ticket)
		if err != nil {
			t.Fatal(err)
		}
		answer := visitor.get("/result/"+text).want(t, status)
		if opened := strings.Contains(answer.body, "We have your sample"); opened != (status == http.StatusOK) {
			t.Errorf("a ticket that ends in %s opens a result: %v", left, opened)
		}
	}
	return nil
}

// proveCodeMonths: a code works for three whole months after that of the intake.
func proveCodeMonths(t *testing.T, p *program) func(*testing.T) {
	first := lab.CodesSince(lab.DateOf(time.Now(), time.UTC), 3)
	last := lab.DateOf(first.Time().AddDate(0, 0, -1), time.UTC)
	works, over := p.slipOf("MOA", first), p.slipOf("MOB", last)
	visitor := p.at(somewhere())
	visitor.post("/lookup", "code", works).want(t, http.StatusSeeOther)
	visitor.post("/lookup", "code", over).want(t, http.StatusNotFound)
	p.wantRows(1, "lookup_codes WHERE key_id IN (SELECT key_id FROM code_keys WHERE month = '%s')", last.YearMonth())
	return func(t *testing.T) {
		p.wantRows(0, "lookup_codes WHERE key_id IN (SELECT key_id FROM code_keys WHERE month = '%s')", last.YearMonth())
		p.wantRows(1, "code_keys WHERE month = '%s' AND ended_at IS NOT NULL", last.YearMonth())
		keys, err := p.keys.All()
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			if k.Month == last.YearMonth() {
				t.Error("the key of an ended month is still there")
			}
		}
		p.at(somewhere()).post("/lookup", "code", works).want(t, http.StatusSeeOther)
	}
}
