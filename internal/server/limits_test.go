package server_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/server"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// proofs show each limit at work.
var proofs = map[string]func(*testing.T, *program){
	"code": proveCodeLimit, "code_flood": proveCodeFlood, "code_flood_answer": proveCodeFloodAnswers,
	"password": provePasswordLimit, "password_login": provePasswordBudget, "password_device": provePasswordOfADevice,
	"own_password": proveOwnPassword, "second_factor": proveSecondFactor, "second_factor_lock": proveSecondFactorLock,
	"busy": proveBusy, "connection": proveConnections,
}

// TestEveryLimitHoldsInTheProgramAsItIsBuilt attacks the program over HTTP. A clock
// that stood still once hid that no limit ever refused anybody.
func TestEveryLimitHoldsInTheProgramAsItIsBuilt(t *testing.T) {
	t.Parallel() // a minute passes
	defer waitBeside(t)()
	kinds := server.LimitKinds()
	for kind := range proofs {
		if !slices.Contains(kinds, kind) {
			t.Errorf("there is no limit %q", kind)
		}
	}
	for _, database := range []string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			p := newProgram(t, database)
			for _, kind := range kinds {
				t.Run(kind, func(t *testing.T) {
					prove := proofs[kind]
					if prove == nil {
						t.Fatal("the limit has no proof")
					}
					p.t = t
					prove(t, p)
				})
			}
			p.t = t
			if resident := p.resident(); resident > 300<<20 {
				t.Errorf("the program holds %d MB", resident>>20)
			}
		})
	}
}

// want fails unless the counts are these.
func wantCounts(t *testing.T, have map[int]int, want map[int]int) {
	t.Helper()
	if fmt.Sprint(have) != fmt.Sprint(want) {
		t.Errorf("answers by status: %v, want %v", have, want)
	}
}

// wantWait fails unless the page asks to wait for a time between two.
func (p page) wantWait(t *testing.T, least, most time.Duration) {
	t.Helper()
	seconds, err := strconv.Atoi(p.header.Get("Retry-After"))
	if wait := time.Duration(seconds) * time.Second; err != nil || p.status != http.StatusTooManyRequests || wait < least || wait > most {
		t.Errorf("status %d, Retry-After %q, want 429 and %s to %s", p.status, p.header.Get("Retry-After"), least, most)
	}
}

// opened fails unless the page answers a right code or a right password.
func (p page) opened(t *testing.T) {
	t.Helper()
	if p.status != http.StatusOK && p.status != http.StatusSeeOther {
		t.Errorf("status %d and not 200 or 303", p.status)
	}
}

func (b *browser) guess() page { return b.post("/lookup", "code", lab.NewLookupCode().Print()) }

// slip registers a sample and returns the code of its slip.
func (p *program) slip() string {
	p.t.Helper()
	ctx := p.t.Context()
	service := storetest.Service(p.t, p.store, "UTR")
	words, err := p.store.Dictionary(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	product, code := storetest.Product(p.t, words, "ketamine"), lab.NewLookupCode()
	r := store.Registration{File: lab.File{Sample: storetest.Sample(service.ID, product.ID, func(s *lab.Sample) { s.ReceivedOn = lab.DateOf(time.Now(), time.UTC) }), Expected: product.Expected()}}
	hash, err := p.keys.Hash(code, r.Sample.ReceivedOn)
	if err != nil {
		p.t.Fatal(err)
	}
	entry := store.CodeHash(hash)
	r.Code = &entry
	intake := storetest.Person(p.t, p.store, "intake", service.ID, lab.Intake)
	if _, err := p.store.RegisterSample(ctx, intake, r); err != nil {
		p.t.Fatal(err)
	}
	return code.Print()
}

// theSlip is the code of the one sample there is.
var theSlip = map[*program]string{}

func proveCodeLimit(t *testing.T, p *program) {
	theSlip[p] = p.slip()
	guesser, begun := p.at("198.51.100.1"), time.Now()
	wantCounts(t, statuses(10, 1, func(int) page { return guesser.guess() }), map[int]int{404: 10})
	for range 20 {
		guesser.post("/lookup", "code", "7K3M").want(t, http.StatusUnprocessableEntity) // costs nothing
	}
	guesser.guess().wantWait(t, time.Minute-time.Since(begun).Round(time.Second)-time.Second, time.Minute)
	guesser.post("/lookup", "code", theSlip[p]).opened(t)
	guesser.guess().wantWait(t, time.Minute-time.Since(begun).Round(time.Second)-time.Second, time.Minute)
	p.at("198.51.100.2").guess().want(t, http.StatusNotFound)
	// Of version 6 a network counts, whatever address in it.
	wantCounts(t, statuses(40, 8, func(i int) page { return p.at(fmt.Sprintf("2001:db8:1:1::%x", i)).guess() }), map[int]int{404: 10, 429: 30})
	p.at("2001:db8:1:2::1").guess().want(t, http.StatusNotFound)
	if n := p.refused("code"); n != 32 {
		t.Errorf("%v are told as refused, want 32", n)
	}
}

func proveCodeFlood(t *testing.T, p *program) {
	const guesses, networks = 3000, 300
	stop, visits := make(chan bool), make(chan []time.Duration)
	go func() {
		var took []time.Duration
		for visitor := p.at("203.0.113.9"); ; time.Sleep(5 * time.Millisecond) {
			select {
			case <-stop:
				visits <- took
				return
			default:
			}
			begun := time.Now()
			visitor.post("/lookup", "code", theSlip[p]).opened(t)
			took = append(took, time.Since(begun))
		}
	}()
	begun := time.Now()
	have := statuses(guesses, 16, func(i int) page { return p.at(fmt.Sprintf("100.64.%d.%d", i%networks/256, i%networks%256)).guess() })
	lasted := time.Since(begun)
	close(stop)
	took := <-visits
	slices.Sort(took)
	// 600 at once, 10 a second after, and beyond it 50 a second.
	most := 600 + 50 + int(60*lasted.Seconds()) + 10
	if have[404]+have[429] != guesses || have[404] > most || have[404] < 600 {
		t.Errorf("in %s the answers are %v, want at most %d times 404", lasted, have, most)
	}
	t.Logf("%d guesses in %s: %v; %d visitors beside it: median %s, p99 %s, longest %s; resident %d MB", guesses, lasted.Round(time.Millisecond), have,
		len(took), took[len(took)/2], took[len(took)*99/100], took[len(took)-1], p.resident()>>20)
	if p.counted("marquis_code_flood") != 1 || p.refused("code_flood_answer") != float64(have[429]) {
		t.Errorf("the metrics tell %v refused of %v", p.refused("code_flood_answer"), have)
	}
	_, secret, _ := p.withFactor("administrator", lab.Membership{Role: lab.Administrator})
	administrator := p.at(somewhere())
	administrator.signIn("administrator", theirPassword).opened(t)
	administrator.post("/second-factor", "code", p.shown(secret)).opened(t)
	administrator.get("/people").want(t, http.StatusOK, "Wrong lookup codes")
}

// proveCodeFloodAnswers goes on where the flood was: some wrong codes are answered as
// any other all the same, and from networks that did nothing before.
func proveCodeFloodAnswers(t *testing.T, p *program) {
	begun := time.Now()
	have := statuses(400, 8, func(i int) page { return p.at(fmt.Sprintf("100.65.%d.%d", i/256, i%256)).guess() })
	if most := 50 + 60 + int(60*time.Since(begun).Seconds()+600*0.1); have[404] == 0 || have[429] == 0 || have[404] > most {
		t.Errorf("the answers are %v", have)
	}
	p.at("100.66.0.1").post("/lookup", "code", theSlip[p]).opened(t)
}

func provePasswordLimit(t *testing.T, p *program) {
	p.person("anna")
	bodies := map[string]bool{}
	for _, login := range []string{"anna", "nobody-at-all"} {
		here := p.at(somewhere())
		for range 5 {
			answer := here.signIn(login, "a wrong password, long enough").want(t, http.StatusUnprocessableEntity)
			bodies[strings.ReplaceAll(answer.body, login, "LOGIN")] = true
		}
		shouted := strings.ToUpper(login) + " "
		answer := here.signIn(shouted, theirPassword).want(t, http.StatusTooManyRequests, "Too many attempts", "ask an administrator for an invitation", `name="recovery"`)
		answer.wantWait(t, 2*time.Minute, 3*time.Minute)
		bodies[strings.ReplaceAll(answer.body, shouted, "LOGIN")] = true
	}
	if len(bodies) != 2 {
		t.Errorf("%d different pages: they tell who exists", len(bodies))
	}
	p.at(somewhere()).signIn("anna", theirPassword).opened(t) // nobody else is kept out
	p.person("bert")
	here := p.at(somewhere())
	have := statuses(40, 20, func(int) page { return here.signIn("bert", "a wrong password, long enough") })
	if have[422] > 5 || have[422]+have[429]+have[503] != 40 {
		t.Errorf("many at once: %v", have)
	}
	for range 20 {
		here.post("/invitation", "invitation", "wrong", "password", theirPassword, "again", theirPassword).want(t, http.StatusUnprocessableEntity)
	}
	if p.refused("password") == 0 {
		t.Error("the metric does not rise")
	}
}

// attack types wrong passwords from so many networks, five from each.
func (p *program) attack(login string, networks int) map[int]int {
	from := make([]*browser, networks)
	for i := range from {
		from[i] = p.at(somewhere())
	}
	return statuses(5*networks, 3, func(i int) page { return from[i%networks].signIn(login, "a wrong password, long enough") })
}

func provePasswordBudget(t *testing.T, p *program) {
	cleo := p.person("cleo")
	home := somewhere()
	own := p.at(home)
	own.signIn("cleo", theirPassword).opened(t)
	wantCounts(t, p.attack("cleo", 7), map[int]int{422: 30, 429: 5})
	p.at(somewhere()).signIn("cleo", theirPassword).wantWait(t, 8*time.Minute, 10*time.Minute)
	own.moved(somewhere()).signIn("cleo", theirPassword).opened(t)
	p.at(home).signIn("cleo", theirPassword).opened(t)
	wantCounts(t, p.attack("nobody-either", 7), map[int]int{422: 30, 429: 5})

	// The way out for whoever is new everywhere.
	invitation := p.invite(cleo)
	renewed := p.at(somewhere())
	renewed.post("/invitation", "invitation", invitation, "password", theirPassword, "again", theirPassword).want(t, http.StatusSeeOther)
	renewed.signIn("cleo", theirPassword).opened(t)

	var all store.AllFailures
	for range 150 { // until they are written
		var err error
		if all, err = p.store.FailuresOfAll(t.Context(), lab.Operator("test"), time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		if all.Unknown >= 41 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if all.Unknown != 41 || all.Logins != 2 { // six of the proof before
		t.Errorf("the failures are %+v", all)
	}
	for _, u := range all.Users { // those that were not looked at too
		if u.Login == "cleo" && (u.N != 36 || u.Networks != 8) {
			t.Errorf("%+v are told, want 36 from 8 networks", u)
		}
	}
}

// proveRecovery goes on where nobody without a known device or network is looked at: a
// recovery code proves who is there, and a stolen one is no way to guess the password.
func proveRecovery(t *testing.T, p *program) {
	_, secret, recovery := p.withFactor("clara")
	wantCounts(t, p.attack("clara", 7), map[int]int{422: 30, 429: 5})
	owner := p.at(somewhere())
	owner.signIn("clara", theirPassword).want(t, http.StatusTooManyRequests, `name="recovery"`)
	with := func(b *browser, password, code string) page {
		return b.post("/sign-in", "login", "clara", "password", password, "recovery", code)
	}
	for _, code := range []string{"", "123456", almost(recovery[0]), strings.Repeat("A", 16)} {
		with(owner, theirPassword, code).wantWait(t, 8*time.Minute, 10*time.Minute)
	}
	for range 2 {
		p := with(owner, "a wrong password, long enough", recovery[0]).want(t, http.StatusUnprocessableEntity, `name="recovery"`)
		if strings.Contains(p.body, recovery[0]) {
			t.Error("the recovery code is shown back")
		}
	}
	with(owner, theirPassword, strings.ToLower(recovery[0])).want(t, http.StatusSeeOther)
	owner.get("/account").want(t, http.StatusOK, "7 recovery codes are left")
	with(p.at(somewhere()), theirPassword, recovery[0]).want(t, http.StatusTooManyRequests) // used up
	owner.moved(somewhere()).signIn("clara", theirPassword).opened(t)                       // the device is known now

	thief := func() page { return with(p.at(somewhere()), "a wrong password, long enough", recovery[1]) }
	wantCounts(t, statuses(23, 1, func(int) page { return thief() }), map[int]int{422: 20, 429: 3})
	thief().wantWait(t, time.Second, time.Minute)
	own := owner.moved(somewhere())
	own.signIn("clara", theirPassword).opened(t) // a thief of a code keeps nobody out
	own.post("/second-factor", "code", p.shown(secret)).want(t, http.StatusSeeOther)
	own.get("/account").want(t, http.StatusOK, "7 recovery codes are left")
}

// proveTurns: right passwords that come at once are not refused because of each other.
func proveTurns(t *testing.T, p *program) {
	p.person("conny")
	here := somewhere()
	wantCounts(t, statuses(12, 12, func(int) page { return p.at(here).signIn("conny", theirPassword) }), map[int]int{303: 12})
}

// proveHalves: a right password that no code follows counts as a wrong one, so that a
// thief of a password fills nothing up and keeps its owner out nowhere. One that a code
// follows does not count.
func proveHalves(t *testing.T, p *program) {
	_, secret, recovery := p.withFactor("corry")
	own, stray := p.at(somewhere()), p.at(somewhere())
	own.signIn("corry", theirPassword).opened(t)
	own.post("/second-factor", "code", p.shown(secret)).want(t, http.StatusSeeOther)
	stray.signIn("corry", theirPassword).opened(t)
	for range 5 {
		thief := somewhere()
		wantCounts(t, statuses(6, 1, func(int) page { return p.at(thief).signIn("corry", theirPassword) }), map[int]int{303: 5, 429: 1})
	}
	wantCounts(t, statuses(6, 1, func(int) page { return p.at(somewhere()).signIn("corry", theirPassword) }), map[int]int{303: 4, 429: 2})
	stray.post("/second-factor", "code", recovery[0]).want(t, http.StatusSeeOther)
	stray.get("/account").want(t, http.StatusOK, "29 times", "7 recovery codes are left")
	p.at(somewhere()).signIn("corry", theirPassword).opened(t) // in the place of the owner's, which counts no more
	own.moved(somewhere()).signIn("corry", theirPassword).opened(t)
	other := p.at(somewhere())
	other.signIn("corry", theirPassword).want(t, http.StatusTooManyRequests, `name="recovery"`)
	other.post("/sign-in", "login", "corry", "password", theirPassword, "recovery", recovery[1]).want(t, http.StatusSeeOther)
	other.get("/account").want(t, http.StatusOK, "2 times", "6 recovery codes are left")

	_, _, codes := p.withFactor("colin")
	here := somewhere()
	for _, code := range codes[:7] {
		b := p.at(here)
		b.signIn("colin", theirPassword).opened(t)
		b.post("/second-factor", "code", code).want(t, http.StatusSeeOther)
	}
}

func provePasswordOfADevice(t *testing.T, p *program) {
	proveTurns(t, p)
	proveHalves(t, p)
	proveRecovery(t, p)
	p.person("dora")
	own := p.at(somewhere())
	own.signIn("dora", theirPassword).opened(t)
	wantCounts(t, statuses(21, 1, func(int) page { return own.moved(somewhere()).signIn("dora", "a wrong password, long enough") }), map[int]int{422: 20, 429: 1})
	if n := p.refused("password_device"); n != 5 { // four of stolen recovery codes
		t.Errorf("%v are told as refused, want 5", n)
	}
	p.person("dirk") // her device is none of his
	own.signIn("dirk", "a wrong password, long enough").want(t, http.StatusUnprocessableEntity)
}

func proveOwnPassword(t *testing.T, p *program) {
	p.person("emma")
	thief := p.at(somewhere())
	thief.signIn("emma", theirPassword).opened(t)
	const another = "another long sentence about rain"
	guess := func() page {
		return thief.post("/account", "old", "a wrong password", "password", another, "again", another)
	}
	wantCounts(t, statuses(5, 1, func(int) page { return guess() }), map[int]int{422: 5})
	guess().wantWait(t, 2*time.Minute, 3*time.Minute)
	p.at(somewhere()).signIn("emma", theirPassword).opened(t)
}

// almost is a recovery code but for its last letter.
func almost(code string) string {
	last := "A"
	if strings.HasSuffix(code, last) {
		last = "B"
	}
	return code[:len(code)-1] + last
}

func proveSecondFactor(t *testing.T, p *program) {
	_, secret, recovery := p.withFactor("fred")
	own := p.at(somewhere())
	own.signIn("fred", theirPassword).opened(t)
	for range 5 {
		own.post("/second-factor", "code", p.wrongShown(secret)).want(t, http.StatusUnprocessableEntity)
	}
	own.post("/second-factor", "code", p.shown(secret)).wantWait(t, 13*time.Minute, 15*time.Minute)
	elsewhere := p.at(somewhere())
	elsewhere.signIn("fred", theirPassword).opened(t)
	elsewhere.post("/second-factor", "code", p.shown(secret)).wantWait(t, 13*time.Minute, 15*time.Minute)
	if n := p.refused("second_factor"); n != 2 {
		t.Errorf("%v are told as refused, want 2", n)
	}
	p.restart()
	elsewhere.post("/second-factor", "code", p.shown(secret)).wantWait(t, 13*time.Minute, 15*time.Minute)
	elsewhere.post("/second-factor", "code", almost(recovery[1])).want(t, http.StatusUnprocessableEntity)
	elsewhere.post("/second-factor", "code", recovery[0]).want(t, http.StatusSeeOther)
	own.post("/second-factor", "code", p.shown(secret)).want(t, http.StatusSeeOther)

	// Many at once cannot pass together.
	_, secret, _ = p.withFactor("greta")
	many := p.at(somewhere())
	many.signIn("greta", theirPassword).opened(t)
	wantCounts(t, statuses(60, 20, func(int) page { return many.post("/second-factor", "code", p.wrongShown(secret)) }), map[int]int{422: 5, 429: 55})
}

func proveSecondFactorLock(t *testing.T, p *program) {
	hans, secret, recovery := p.withFactor("hans")
	// Five were wrong a quarter of an hour ago, at another instance.
	before := storetest.OpenAt(t, p.config, func() time.Time { return time.Now().Add(-lab.FactorWait - time.Second) })
	for range 5 {
		if err := before.UseSecondFactor(t.Context(), hans, func(store.Account) (int64, bool, error) { return 0, false, nil }); err == nil {
			t.Fatal("a wrong code is right")
		}
	}
	own := p.at(somewhere())
	own.signIn("hans", theirPassword).opened(t)
	for range 5 {
		own.post("/second-factor", "code", p.wrongShown(secret)).want(t, http.StatusUnprocessableEntity)
	}
	locked := func() {
		t.Helper()
		answer := own.post("/second-factor", "code", p.shown(secret)).want(t, http.StatusTooManyRequests, "Only a recovery code is taken now")
		if wait := answer.header.Get("Retry-After"); wait != "" {
			t.Errorf("waiting %q does not help", wait)
		}
		own.get("/second-factor").want(t, http.StatusOK, "recovery codes")
	}
	locked()
	p.restart()
	locked()
	own.post("/second-factor", "code", recovery[0]).want(t, http.StatusSeeOther)
	again := p.at(somewhere())
	again.signIn("hans", theirPassword).opened(t)
	again.post("/second-factor", "code", p.shown(secret)).want(t, http.StatusSeeOther)
}

func proveBusy(t *testing.T, p *program) {
	p.person("irma")
	own := p.at(somewhere())
	own.signIn("irma", theirPassword).opened(t)
	stop, flooded := make(chan bool), make(chan map[int]int)
	go func() {
		flooded <- statuses(2000, 50, func(i int) page {
			select {
			case <-stop:
				return page{}
			default:
				return p.at(somewhere()).signIn(fmt.Sprint("stranger-", i), "a password of a flood")
			}
		})
	}()
	time.Sleep(time.Second)
	var longest time.Duration
	for range 5 {
		begun := time.Now()
		own.moved(somewhere()).signIn("irma", theirPassword).opened(t)
		longest = max(longest, time.Since(begun))
	}
	close(stop)
	have := <-flooded
	t.Logf("strangers: %v; a known device took %s at most; resident %d MB", have, longest, p.resident()>>20)
	if have[503] == 0 || longest > 10*time.Second {
		t.Errorf("strangers: %v; a known device took %s", have, longest)
	}
	if p.refused("busy") != float64(have[503]) {
		t.Errorf("%v are told as sent away, want %d", p.refused("busy"), have[503])
	}
}

// dialFrom opens a connection from an address of this machine.
func (p *program) dialFrom(address string) (net.Conn, error) {
	from := &net.TCPAddr{IP: net.ParseIP(address)}
	return (&net.Dialer{LocalAddr: from, Timeout: time.Minute}).DialContext(p.t.Context(), "tcp", p.address.Host)
}

// askFrom asks for a page from an address.
func (p *program) askFrom(address string) (status string, took time.Duration) {
	p.t.Helper()
	begun := time.Now()
	connection, err := p.dialFrom(address)
	if err != nil {
		return err.Error(), 0
	}
	defer connection.Close()
	_ = connection.SetDeadline(begun.Add(time.Minute))
	_, _ = io.WriteString(connection, "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	text, _ := io.ReadAll(connection)
	status, _, _ = strings.Cut(string(text), "\r\n")
	return status, time.Since(begun)
}

// held opens so many connections that send something and then nothing, and returns
// how many of them the program keeps.
func (p *program) held(t *testing.T, n int, address, sends string) int {
	t.Helper()
	all := make([]net.Conn, n)
	for i := range all {
		connection, err := p.dialFrom(address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = connection.Close() })
		_, _ = io.WriteString(connection, sends)
		all[i] = connection
	}
	for try := 0; try < 20 && len(all) > 256; try++ { // the program takes a moment to look at all of them
		time.Sleep(50 * time.Millisecond)
		all = slices.DeleteFunc(all, func(connection net.Conn) bool {
			_ = connection.SetReadDeadline(time.Now().Add(100 * time.Microsecond))
			_, err := connection.Read(make([]byte, 1))
			return !errors.Is(err, os.ErrDeadlineExceeded)
		})
	}
	return len(all)
}

func proveConnections(t *testing.T, p *program) {
	for address, sends := range map[string]string{
		"127.0.0.5": "GET / HT", "127.0.0.6": "", "127.0.0.7": "POST /lookup HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nco",
	} {
		kept := p.held(t, 1000, address, sends)
		if kept != 256 {
			t.Errorf("%d of 1000 connections that send %q are kept", kept, sends)
		}
		if status, took := p.askFrom("127.0.0.2"); status != "HTTP/1.1 200 OK" || took > 2*time.Second {
			t.Errorf("another address: %q after %s", status, took)
		}
		if status, _ := p.askFrom(address); strings.Contains(status, "200") {
			t.Errorf("%s is served beyond its limit", address)
		}
	}
	if status, _ := p.askFrom("127.0.0.1"); status != "HTTP/1.1 200 OK" {
		t.Errorf("the proxy: %q", status)
	}
	if p.refused("connection") == 0 {
		t.Error("the metric does not rise")
	}
}

// invite makes an invitation.
func (p *program) invite(actor lab.Actor) string {
	p.t.Helper()
	token, hash := credential.NewToken()
	if err := p.store.Invite(p.t.Context(), lab.Operator("test"), actor.UserID, hash, lab.At(time.Now().Add(time.Hour)), false); err != nil {
		p.t.Fatal(err)
	}
	return token
}
