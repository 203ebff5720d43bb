package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

const otherPassword = "another long sentence about rain"

// settled is a newcomer who has set an authenticator up and is signed in with it.
func (x *site) settled(t *testing.T, login string, roles ...lab.UserRole) (r *reader, secret string, recovery []string) {
	t.Helper()
	_, invitation := x.newcomer(t, login, roles...)
	r = x.visitor(t)
	r.signIn(t, login, invitation)
	secret, recovery = r.setUpAuthenticator(t)
	return r, secret, recovery
}

// sealedOf is the sealed secret of a user, as a copy of the database gives it away.
func (x *site) sealedOf(t *testing.T, login string) string {
	t.Helper()
	a, err := x.store.Account(t.Context(), login)
	if err != nil {
		t.Fatal(err)
	}
	return a.TOTPSealed
}

// TestNothingOfAFormIsShownAsASecret: whoever has a copy of the database and a login
// must not have other people's secrets opened, nor their own.
func TestNothingOfAFormIsShownAsASecret(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		_, victim, _ := x.settled(t, "victim", lab.Verifier)
		own, mine, _ := x.settled(t, "owner", lab.Intake)
		_, invitation := x.newcomer(t, "thief", lab.Intake)
		thief := x.visitor(t)
		thief.signIn(t, "thief", invitation)
		for _, sealed := range []string{x.sealedOf(t, "victim"), x.sealedOf(t, "owner"), "", "v2:AAAA", strings.Repeat("A", 2000)} {
			for _, r := range []*reader{thief, own} {
				p := r.post("/account/authenticator", url.Values{
					"sealed": {sealed}, "pending": {sealed}, "secret": {victim}, "code": {"000000"}, "password": {"x"},
				}).want(t, http.StatusUnprocessableEntity).lacks(t, mine, victim)
				if sealed != "" {
					p.lacks(t, sealed)
				}
			}
		}
		x.clock.pass(20 * time.Minute) // too many were wrong
		thief.get("/account/authenticator").want(t, http.StatusOK)
		// A right code of a secret that the form names is not taken either.
		for _, field := range []string{"sealed", "secret", "pending"} {
			thief.post("/account/authenticator", url.Values{
				field: {x.sealedOf(t, "victim")}, "code": {thief.authenticatorCode(t, victim)}, "password": {goodPassword},
			}).want(t, http.StatusUnprocessableEntity, "The code is wrong")
		}
		if x.sealedOf(t, "thief") != "" {
			t.Error("an authenticator was set up")
		}
	})
}

func TestAPendingSecretStaysOnTheServerForAQuarterOfAnHour(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		_, invitation := x.newcomer(t, "anna", lab.Intake)
		r, elsewhere := x.visitor(t), x.visitor(t)
		r.signIn(t, "anna", invitation)
		elsewhere.post("/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}).leads(t, "/staff")
		shown := func(p page) string { return secretForm.FindStringSubmatch(p.body)[1] }
		first := shown(r.get("/account/authenticator").lacks(t, `name="sealed"`, "v2:"))
		wrong := url.Values{"code": {"000000"}, "password": {goodPassword}}
		for range 3 {
			if again := shown(r.post("/account/authenticator", wrong).want(t, http.StatusUnprocessableEntity, "The code is wrong")); again != first {
				t.Fatal("a wrong code changed the secret that was scanned")
			}
			if again := shown(r.get("/account/authenticator")); again != first {
				t.Fatal("a reload changed the secret that was scanned")
			}
		}
		if shown(elsewhere.get("/account/authenticator")) == first {
			t.Error("another session is offered the same secret")
		}
		x.clock.pass(lab.PendingFactorAge - time.Second)
		if shown(r.get("/account/authenticator")) != first {
			t.Error("the secret ended too early")
		}
		x.clock.pass(time.Second)
		p := r.post("/account/authenticator", url.Values{"code": {r.authenticatorCode(t, first)}, "password": {goodPassword}}).
			want(t, http.StatusUnprocessableEntity, "is taken no more. Scan this one")
		second := shown(p)
		if second == first {
			t.Error("the secret lives on")
		}
		r.post("/account/authenticator", url.Values{"code": {r.authenticatorCode(t, second)}, "password": {goodPassword}}).
			want(t, http.StatusOK, "Recovery codes")
		elsewhere.get("/account").asksFor(t, "/sign-in") // all else that is signed in ended
		if shown(r.get("/account/authenticator")) == second {
			t.Error("the secret that is in use is offered again")
		}
	})
}

// TestThePasswordOfWhoHasAnAuthenticatorOpensNothing goes through real pages; the
// table of permissions is held route by route in TestPermissionsAreKept.
func TestThePasswordOfWhoHasAnAuthenticatorOpensNothing(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		x.settled(t, "vera", lab.Verifier, lab.Intake)
		half := x.visitor(t)
		half.post("/sign-in", url.Values{"login": {"vera"}, "password": {goodPassword}}).leads(t, "/second-factor")
		for _, path := range []string{
			"/staff", "/work", "/counter", "/counter/OPEN", "/samples/OPEN-2025-00001", "/samples/OPEN-2025-00001/read-out",
			"/account", "/account/sessions", "/account/authenticator", "/statistics", "/methods", "/suggest/products?q=mdma", "/people",
		} {
			p := half.get(path)
			p.asksFor(t, "/second-factor")
			if len(p.body) > 200 {
				t.Errorf("%s says more than where to go:\n%s", path, p.body)
			}
		}
		before := x.events(t)
		for path, typed := range map[string]url.Values{
			"/account":               {"old": {goodPassword}, "password": {otherPassword}, "again": {otherPassword}},
			"/account/authenticator": {"password": {goodPassword}, "code": {"000000"}},
			"/account/sessions":      {"others": {"yes"}},
			"/counter/OPEN/new":      nil,
		} {
			half.post(path, typed).leads(t, "/second-factor")
		}
		if after := x.events(t); after != before {
			t.Errorf("%d events came of it", after-before)
		}
		half.get("/second-factor").want(t, http.StatusOK, "vera").lacks(t, "Counter", `href="/work"`)
		x.visitor(t).post("/sign-in", url.Values{"login": {"vera"}, "password": {goodPassword}}).leads(t, "/second-factor")
		half.post("/sign-out", nil).leads(t, "/sign-in")
	})
}

// events is how many events the trails hold.
func (x *site) events(t *testing.T) int64 {
	t.Helper()
	n, err := x.store.VerifyAudit(t.Context(), lab.Operator("test"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAServiceRequiresAnAuthenticatorBeforeAnythingElse(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		utrecht := storetest.Service(t, x.store, "UTR")
		admin := x.staff(t, storetest.Person(t, x.store, "admin", utrecht.ID, lab.Administrator))
		worker := x.signedIn(t, storetest.Person(t, x.store, "worker", utrecht.ID, lab.Intake), false)
		worker.get("/counter/UTR").want(t, http.StatusOK)
		admin.get("/services/UTR").want(t, http.StatusOK, "not required", `name="require" value="yes"`)

		admin.post("/services/UTR/second-factor", url.Values{"require": {"yes"}}).
			want(t, http.StatusUnprocessableEntity, "Tick that you know what this does.", `id="field-know-mistake"`, "not required")
		worker.get("/counter/UTR").want(t, http.StatusOK)
		admin.post("/services/UTR/second-factor", url.Values{"require": {"yes"}, "know": {"yes"}}).leads(t, "/services/UTR?done=factor")
		admin.get("/services/UTR").want(t, http.StatusOK, `name="require" value="no"`).lacks(t, "not required")

		for _, path := range []string{"/staff", "/counter/UTR", "/counter", "/account", "/account/sessions", "/samples/UTR-2025-00001"} {
			worker.get(path).asksFor(t, "/account/authenticator")
		}
		worker.post("/counter/UTR/new", nil).leads(t, "/account/authenticator")
		worker.get("/second-factor").leads(t, "/account/authenticator")
		worker.post("/second-factor", url.Values{"code": {"000000"}}).leads(t, "/account/authenticator")
		worker.get("/account/authenticator").want(t, http.StatusOK, "Your service asks for a second factor", "worker").lacks(t, `href="/counter"`)

		admin.post("/services/UTR/second-factor", url.Values{"require": {"no"}, "know": {"yes"}}).leads(t, "/services/UTR?done=factor")
		worker.get("/counter/UTR").want(t, http.StatusOK)
	})
}

func TestANewcomerSetsAnAuthenticatorUpWhereAServiceRequiresIt(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		admin := x.staff(t, storetest.Person(t, x.store, "admin", 0, lab.Administrator))
		admin.get("/services/new").want(t, http.StatusOK, `name="second_factor" value="yes" checked`)
		service := url.Values{"code": {"UTR"}, "name": {"Utrecht"}, "country": {"NL"}, "currency": {"EUR"}, "time_zone": {"Europe/Amsterdam"}, "second_factor": {"yes"}}
		admin.post("/services", service).leads(t, "/services/UTR")
		_, invitation := x.newcomer(t, "anna", lab.Intake) // at all services
		r := x.visitor(t)
		r.signIn(t, "anna", invitation)
		r.get("/staff").leads(t, "/account/authenticator")
		r.setUpAuthenticator(t)
		r.get("/staff").want(t, http.StatusOK, "Counter")
		r.get("/counter/UTR").want(t, http.StatusOK)
	})
}

func TestAFreshRegistryAsksItsFirstAdministratorForAnAuthenticator(t *testing.T) {
	x := oneSite(t)
	r := x.signedIn(t, storetest.Person(t, x.store, "first", 0, lab.Administrator), false)
	r.get("/staff").leads(t, "/account/authenticator")
}

func TestThePasswordIsChangedOnlyWithAFreshCode(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		r, secret, recovery := x.settled(t, "anna", lab.Verifier)
		change := func(old, new, present string) page {
			return r.post("/account", url.Values{"old": {old}, "password": {new}, "again": {new}, "present": {present}})
		}
		signedInWith := r.authenticatorCode(t, secret) // its step was used to set it up
		r.get("/account").want(t, http.StatusOK, `name="present"`, "wait for the next one")
		for _, code := range []string{"", "000000", signedInWith, recovery[0] + "X"} {
			change(goodPassword, otherPassword, code).want(t, http.StatusUnprocessableEntity, "used already. Wait for the next one", `id="field-present-mistake"`)
		}
		x.clock.pass(time.Hour / 3)
		code := r.authenticatorCode(t, secret)
		change("a wrong password that is long", otherPassword, code).want(t, http.StatusUnprocessableEntity, "This is not your present password.")
		change(goodPassword, "short", code).want(t, http.StatusUnprocessableEntity)

		elsewhere := x.visitor(t)
		elsewhere.post("/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}).leads(t, "/second-factor")
		token := r.token(t)
		change(goodPassword, otherPassword, code).leads(t, "/account?done=password") // a refusal for another reason has not used it up
		if r.token(t) == token {
			t.Error("the token stayed the same")
		}
		r.get("/account").want(t, http.StatusOK)
		elsewhere.get("/second-factor").leads(t, "/sign-in")
		stolen := x.visitor(t)
		stolen.client.Jar.SetCookies(x.address, []*http.Cookie{{Name: "marquis-session", Value: token, Path: "/"}})
		stolen.get("/account").asksFor(t, "/sign-in")

		change(otherPassword, goodPassword, code).want(t, http.StatusUnprocessableEntity, "used already") // not twice
		change(otherPassword, goodPassword, recovery[0]).leads(t, "/account?done=password")
		r.get("/account").want(t, http.StatusOK, "7 recovery codes are left")
		change(goodPassword, otherPassword, recovery[0]).want(t, http.StatusUnprocessableEntity)
	})
}

func (r *reader) token(t *testing.T) string {
	t.Helper()
	for _, c := range r.client.Jar.Cookies(r.site.address) {
		if c.Name == "marquis-session" {
			return c.Value
		}
	}
	t.Fatal("there is no session")
	return ""
}

func TestAnAuthenticatorIsReplacedOnlyWithTheOldOne(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		r, old, recovery := x.settled(t, "anna", lab.Verifier)
		secret := secretForm.FindStringSubmatch(r.get("/account/authenticator").want(t, http.StatusOK, `name="present"`).body)[1]
		replace := func(present string) page {
			return r.post("/account/authenticator", url.Values{
				"code": {r.authenticatorCode(t, secret)}, "password": {goodPassword}, "present": {present},
			})
		}
		for _, code := range []string{"", "000000", r.authenticatorCode(t, secret), r.authenticatorCode(t, old)} {
			replace(code).want(t, http.StatusUnprocessableEntity, "Wait for the next one", `id="field-present-mistake"`, secret)
		}
		sealed, token := x.sealedOf(t, "anna"), r.token(t)
		x.clock.pass(lab.PendingFactorAge / 2)
		elsewhere := x.visitor(t)
		elsewhere.post("/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}).leads(t, "/second-factor")
		replace(r.authenticatorCode(t, old)).want(t, http.StatusOK, "Recovery codes").lacks(t, recovery[0])
		if x.sealedOf(t, "anna") == sealed || r.token(t) == token {
			t.Error("the authenticator or the token stayed the same")
		}
		elsewhere.get("/second-factor").leads(t, "/sign-in")

		x.clock.pass(time.Minute)
		again := x.visitor(t)
		again.post("/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}).leads(t, "/second-factor")
		again.post("/second-factor", url.Values{"code": {again.authenticatorCode(t, old)}}).want(t, http.StatusUnprocessableEntity)
		again.post("/second-factor", url.Values{"code": {recovery[0]}}).want(t, http.StatusUnprocessableEntity) // the old ones went too
		again.post("/second-factor", url.Values{"code": {again.authenticatorCode(t, secret)}}).leads(t, "/staff")
	})
}

func TestAClockThatWasSetBackIsToldOf(t *testing.T) {
	x := oneSite(t)
	_, secret, recovery := x.settled(t, "anna", lab.Verifier)
	x.clock.pass(-48 * time.Hour)
	r := x.visitor(t)
	r.post("/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}).leads(t, "/second-factor")
	r.post("/second-factor", url.Values{"code": {r.authenticatorCode(t, secret)}}).
		want(t, http.StatusUnprocessableEntity, "the clock of this registry, or that of your device, may be wrong")
	if !strings.Contains(x.log.String(), "the clock of this machine may have been set back") {
		t.Error("the log does not tell")
	}
	r.post("/second-factor", url.Values{"code": {recovery[0]}}).leads(t, "/staff")
}

// fails notes failures to sign in, from so many networks.
func (x *site) fails(user lab.Optional, login string, n, networks int) {
	for i := range n {
		f := store.FailedSignIn{UserID: user, NetworkHash: string(rune('a' + i%networks))}
		if user == 0 {
			f.LoginHash = login
		}
		x.store.NoteSignInFailure(f)
	}
}

func TestPeopleAreToldOnceWhatFailed(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		actor, invitation := x.newcomer(t, "anna", lab.Intake)
		x.fails(actor.UserID, "", 1, 1)
		r := x.visitor(t)
		r.signIn(t, "anna", invitation)
		x.fails(actor.UserID, "", 50, 2) // after it
		r.get("/staff").want(t, http.StatusOK, "your first, 1 attempt to sign in as you failed, from 1 network.")
		r.get("/account").want(t, http.StatusOK, "You have not signed in before.", "1 attempt to sign in as you failed")
		secret, _ := r.setUpAuthenticator(t)
		r.get("/account").want(t, http.StatusOK, "1 attempt to sign in as you failed") // it stays for the session
		r.post("/sign-out", nil)

		x.fails(actor.UserID, "", 7, 3)
		half := func() *reader {
			b := x.visitor(t)
			b.post("/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}).leads(t, "/second-factor")
			return b
		}
		half().post("/second-factor", url.Values{"code": {"000000"}}).want(t, http.StatusUnprocessableEntity)
		half().post("/sign-out", nil) // somebody knows the password: what they do is no sign-in
		whole := func() *reader {
			x.clock.pass(time.Minute)
			b := half()
			b.post("/second-factor", url.Values{"code": {b.authenticatorCode(t, secret)}}).leads(t, "/staff")
			return b
		}
		again := whole()
		const failed, unfinished = "58 attempts to sign in as you failed, from 4 networks.", "the right password was given 2 times, but no digits followed. If that was not you"
		p := again.get("/staff").want(t, http.StatusOK, failed, unfinished)
		if !regexp.MustCompile(`Since your last sign-in on [^,]*2025`).MatchString(p.body) {
			t.Errorf("it is not said when:\n%s", p.body)
		}
		again.get("/account").want(t, http.StatusOK, failed, unfinished)
		again.get("/staff?lang=nl").want(t, http.StatusOK, "mislukten 58 pogingen om als u in te loggen, vanaf 4 netwerken.", "is 2 keer het goede wachtwoord gegeven, maar volgden geen cijfers.")
		again.post("/sign-out", nil)

		last := whole() // in the same hour
		last.get("/staff").want(t, http.StatusOK).lacks(t, "attempt", "digits followed")
		last.get("/account").want(t, http.StatusOK, "No attempt to sign in as you has failed since.").lacks(t, "digits followed")

		admin := x.staff(t, storetest.Person(t, x.store, "admin", 0, lab.Administrator))
		admin.get("/people").want(t, http.StatusOK, "59 from 4 networks; right password, no digits: 2")
	})
}

// A sealed secret that does not open is no reason to fall over: a ring may be lost.
func TestAnAuthenticatorThatDoesNotOpenAsksForARecoveryCode(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		r, secret, recovery := x.settled(t, "anna", lab.Intake)
		x.replaceSealed(t, "anna", recovery)
		const told = "No code of your authenticator can be looked at"
		half := x.visitor(t)
		half.post("/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}).leads(t, "/second-factor")
		for range 7 {
			half.post("/second-factor", url.Values{"code": {half.authenticatorCode(t, secret)}}).want(t, http.StatusUnprocessableEntity, told, `id="field-code-mistake"`)
		}
		half.post("/second-factor?lang=nl", url.Values{"code": {"123456"}}).want(t, http.StatusUnprocessableEntity, "Typ een herstelcode")
		if !strings.Contains(x.log.String(), "does not open under the key ring") {
			t.Error("the log does not tell")
		}
		change := url.Values{"old": {goodPassword}, "password": {otherPassword}, "again": {otherPassword}, "present": {"123456"}}
		r.post("/account", change).want(t, http.StatusUnprocessableEntity, told, `id="field-present-mistake"`)
		half.post("/second-factor", url.Values{"code": {recovery[0]}}).leads(t, "/staff")
		change.Set("present", recovery[1])
		r.post("/account", change).leads(t, "/account?done=password")
	})
}

// replaceSealed puts a secret in the place of a user's that the ring does not open.
func (x *site) replaceSealed(t *testing.T, login string, recovery []string) {
	t.Helper()
	a, err := x.store.Account(t.Context(), login)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := credential.Seal([]byte(strings.Repeat("x", credential.KeyBytes)), a.ID, credential.SecondFactor, "JBSWY3DPEHPK3PXP")
	if err != nil {
		t.Fatal(err)
	}
	var hashes []string
	for _, code := range recovery {
		hashes = append(hashes, credential.HashRecoveryCode(code))
	}
	if err := x.store.SetSecondFactor(t.Context(), a.Actor(), sealed, 0, hashes); err != nil {
		t.Fatal(err)
	}
}

func TestALimitedStepUpShowsItsFormAgain(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		r, secret, recovery := x.settled(t, "anna", lab.Intake)
		change := func(old, present string) page {
			return r.post("/account", url.Values{"old": {old}, "password": {otherPassword}, "again": {otherPassword}, "present": {present}})
		}
		replace := func(password, present string) page {
			offered := secretForm.FindStringSubmatch(r.get("/account/authenticator").body)[1]
			return r.post("/account/authenticator", url.Values{"code": {r.authenticatorCode(t, offered)}, "password": {password}, "present": {present}})
		}
		unseen := func(p page, texts ...string) {
			t.Helper()
			if p.want(t, http.StatusTooManyRequests, texts...); p.header.Get("Retry-After") == "" {
				t.Error("it does not say when to try again")
			}
		}
		for range lab.FactorTries {
			change(goodPassword, "000000").want(t, http.StatusUnprocessableEntity)
		}
		x.clock.pass(time.Minute)
		unseen(change(goodPassword, r.authenticatorCode(t, secret)), `id="field-present-mistake"`, `name="old"`, "Too many codes were wrong.")
		unseen(replace(goodPassword, r.authenticatorCode(t, secret)), `id="field-present-mistake"`, `name="code"`, "Too many codes were wrong.")
		for range 5 {
			change("a wrong password that is long", "000000").want(t, http.StatusUnprocessableEntity)
		}
		unseen(change(goodPassword, recovery[0]), `id="field-old-mistake"`, "Too many passwords were wrong.")
		unseen(replace(goodPassword, recovery[0]), `id="field-password-mistake"`, "Too many passwords were wrong.")
		x.clock.pass(time.Hour / 3)
		change(goodPassword, recovery[0]).leads(t, "/account?done=password")
	})
}

// Many people share a tablet at a counter: it knows all of them.
func TestADeviceKnowsFortyPeople(t *testing.T) {
	x := oneSite(t)
	shared := x.visitor(t)
	for i := range 40 {
		login := "person-" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		_, invitation := x.newcomer(t, login, lab.Intake)
		shared.post("/invitation", url.Values{"invitation": {invitation}, "password": {goodPassword}, "again": {goodPassword}}).leads(t, "/sign-in")
	}
	for _, c := range shared.client.Jar.Cookies(x.address) {
		if c.Name != "marquis-device" {
			continue
		}
		if n := strings.Count(c.Value, ".") + 1; n != 40 || len(c.Value) > 2048 {
			t.Errorf("%d people in %d bytes", n, len(c.Value))
		}
		return
	}
	t.Error("no device is known")
}

func TestAnAuthenticatorUsedUnderAWrongClockWorksAgain(t *testing.T) {
	x := oneSite(t)
	x.clock.pass(200 * 24 * time.Hour)
	_, secret, _ := x.settled(t, "anna", lab.Verifier)
	x.clock.pass(-200 * 24 * time.Hour)
	r := x.visitor(t)
	r.post("/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}).leads(t, "/second-factor")
	r.post("/second-factor", url.Values{"code": {"000000"}}).want(t, http.StatusUnprocessableEntity, "The code is wrong")
	r.post("/second-factor", url.Values{"code": {r.authenticatorCode(t, secret)}}).leads(t, "/staff")
}

func TestAdministratorsAreToldWhatFailedInAWeek(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		utrecht, amsterdam := storetest.Service(t, x.store, "UTR"), storetest.Service(t, x.store, "AMS")
		anna := storetest.Person(t, x.store, "anna", utrecht.ID, lab.Intake)
		bert := storetest.Person(t, x.store, "bert", amsterdam.ID, lab.Intake)
		x.fails(anna.UserID, "", 99, 9)
		x.clock.pass(8 * 24 * time.Hour)
		x.fails(anna.UserID, "", 12, 4)
		x.fails(bert.UserID, "", 31, 5)
		x.fails(0, credential.HashToken("somebody"), 5, 1)
		x.fails(0, credential.HashToken("nobody"), 6, 2)
		all := x.staff(t, storetest.Person(t, x.store, "admin", 0, lab.Administrator))
		all.get("/people").want(t, http.StatusOK, "12 from 4 networks", "31 from 5 networks", "11 attempts to sign in failed under 2 logins that nobody has.").lacks(t, "99 from", "111 from")
		own := x.staff(t, storetest.Person(t, x.store, "local", utrecht.ID, lab.Administrator))
		own.get("/people").want(t, http.StatusOK, "12 from 4 networks").lacks(t, "31 from")
	})
}

var sessionForm = regexp.MustCompile(`name="session" value="([0-9a-f]+)"`)

func TestOnesOwnSessionsAreSeenAndEnded(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		anna, bert := storetest.Person(t, x.store, "anna", 0, lab.Intake), storetest.Person(t, x.store, "bert", 0, lab.Intake)
		x.open(t)
		here := x.staff(t, anna)
		first, second, third, his := x.signedIn(t, anna, false), x.signedIn(t, anna, false), x.signedIn(t, anna, false), x.signedIn(t, bert, false)
		p := here.get("/account/sessions").want(t, http.StatusOK, "this session", "password alone", "password and second factor", "no address and no browser is kept", "End all others")
		ids := sessionForm.FindAllStringSubmatch(p.body, -1)
		if len(ids) != 3 {
			t.Fatalf("%d sessions can be ended", len(ids))
		}
		for _, r := range []*reader{here, first, second, third} {
			p.lacks(t, r.token(t), credential.HashToken(r.token(t)))
		}
		his.post("/account/sessions", url.Values{"session": {ids[0][1]}}).leads(t, "/account/sessions?done=ended")
		alive := func(want int) {
			t.Helper()
			n := 0
			for _, r := range []*reader{first, second, third} {
				if r.get("/account").status == http.StatusOK {
					n++
				}
			}
			if n != want {
				t.Errorf("%d others are signed in, want %d", n, want)
			}
		}
		alive(3)
		here.post("/account/sessions", url.Values{"session": {ids[0][1]}}).leads(t, "/account/sessions?done=ended")
		alive(2)
		here.post("/account/sessions", url.Values{"session": {ids[0][1]}}).leads(t, "/account/sessions?done=ended") // it has ended already
		here.post("/account/sessions", url.Values{"others": {"yes"}}).leads(t, "/account/sessions?done=ended")
		alive(0)
		here.get("/account/sessions").want(t, http.StatusOK, "this session").lacks(t, "End all others")
		his.get("/account").want(t, http.StatusOK)

		admin := x.staff(t, storetest.Person(t, x.store, "admin", 0, lab.Administrator))
		address := "/people/" + itoa(anna.UserID)
		admin.get(address).want(t, http.StatusOK, "End all sessions")
		here.post(address+"/sessions", nil).want(t, http.StatusForbidden)
		admin.post(address+"/sessions", nil).leads(t, address+"?done=ended")
		here.get("/account").asksFor(t, "/sign-in")
		his.get("/account").want(t, http.StatusOK)
	})
}
