package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

const goodPassword = "a long sentence about the weather"

// newcomer adds a user with a role everywhere and returns the login with an
// invitation.
func (x *site) newcomer(t *testing.T, login string, roles ...lab.UserRole) (lab.Actor, string) {
	t.Helper()
	x.open(t)
	actor := storetest.Person(t, x.store, login, 0, roles...)
	token, hash := credential.NewToken()
	until := lab.At(x.clock.Now().Add(lab.InvitationAge))
	if err := x.store.Invite(t.Context(), lab.Operator("test"), actor.UserID, hash, until, false); err != nil {
		t.Fatal(err)
	}
	return actor, token
}

// open adds a service that requires no second factor, where there is none yet: in a
// registry without services everybody needs one.
func (x *site) open(t *testing.T) {
	t.Helper()
	services, err := x.store.Services(t.Context(), lab.Operator("test"))
	if err != nil {
		t.Fatal(err)
	}
	if len(services) == 0 {
		storetest.Service(t, x.store, "OPEN")
	}
}

// signIn accepts an invitation and signs in with the password alone.
func (r *reader) signIn(t *testing.T, login, invitation string) {
	t.Helper()
	r.post("/invitation", url.Values{"invitation": {invitation}, "password": {goodPassword}, "again": {goodPassword}}).leads(t, "/sign-in")
	r.post("/sign-in", url.Values{"login": {login}, "password": {goodPassword}}).leads(t, "/staff")
}

var secretForm = regexp.MustCompile(`<code>([A-Z2-7]{32})</code>`)

// setUpAuthenticator sets an authenticator up and returns its secret and the
// recovery codes.
func (r *reader) setUpAuthenticator(t *testing.T) (secret string, recovery []string) {
	t.Helper()
	page := r.get("/account/authenticator").want(t, http.StatusOK)
	secret = secretForm.FindStringSubmatch(page.body)[1]
	page = r.post("/account/authenticator", url.Values{
		"password": {goodPassword}, "code": {r.authenticatorCode(t, secret)},
	}).want(t, http.StatusOK, "Recovery codes")
	for _, found := range regexp.MustCompile(`<li><code>([^<]+)</code></li>`).FindAllStringSubmatch(page.body, -1) {
		recovery = append(recovery, found[1])
	}
	return secret, recovery
}

func (r *reader) authenticatorCode(t *testing.T, secret string) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, r.site.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestAnInvitationLeadsToAFirstSignIn(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		_, invitation := x.newcomer(t, "anna", lab.Administrator)
		r := x.visitor(t)
		r.get("/people").leads(t, "/sign-in?next=%2Fpeople")
		r.signIn(t, "anna", invitation)
		r.get("/staff").want(t, http.StatusOK, "People", "without your authenticator")
		r.get("/people").leads(t, "/second-factor?next=%2Fpeople")
		r.get("/second-factor").leads(t, "/account/authenticator")
		_, recovery := r.setUpAuthenticator(t)
		if len(recovery) != 8 {
			t.Errorf("%d recovery codes", len(recovery))
		}
		r.get("/people").want(t, http.StatusOK, "anna")

		x.visitor(t).post("/invitation", url.Values{"invitation": {invitation}, "password": {goodPassword}, "again": {goodPassword}}).
			want(t, http.StatusUnprocessableEntity, "This invitation is wrong, used or too old")
	})
}

func TestAnInvitationAsksForALongPassword(t *testing.T) {
	x := oneSite(t)
	_, invitation := x.newcomer(t, "anna", lab.Intake)
	r := x.visitor(t)
	for password, want := range map[string]string{
		"short": "15", "": "15", "aaaaaaaaaaaaaaaaaaaa": "guess", "passwordpassword": "guess",
	} {
		r.post("/invitation", url.Values{"invitation": {invitation}, "password": {password}, "again": {password}}).
			want(t, http.StatusUnprocessableEntity, want).lacks(t, `value="`+password+`"`+` `)
	}
	r.post("/invitation", url.Values{"invitation": {invitation}, "password": {goodPassword}, "again": {"something else entirely"}}).
		want(t, http.StatusUnprocessableEntity, "This is not the same password.", `value="`+invitation+`"`)
	x.clock.pass(lab.InvitationAge + time.Minute)
	r.post("/invitation", url.Values{"invitation": {invitation}, "password": {goodPassword}, "again": {goodPassword}}).
		want(t, http.StatusUnprocessableEntity, "too old")
}

// What a stranger sees must not depend on whether there is such a user.
func TestAWrongSignInSaysNothingOfWhoExists(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		_, invitation := x.newcomer(t, "anna", lab.Intake)
		x.visitor(t).signIn(t, "anna", invitation)
		leaver, invitation := x.newcomer(t, "bert", lab.Intake)
		x.visitor(t).signIn(t, "bert", invitation)
		if err := x.store.DisableUser(t.Context(), lab.Operator("test"), leaver.UserID, true); err != nil {
			t.Fatal(err)
		}
		x.newcomer(t, "cleo", lab.Intake)

		r := x.visitor(t)
		answers := map[string]bool{}
		for login, password := range map[string]string{
			"anna": "a wrong password, long enough", "bert": goodPassword, "cleo": "", "nobody": goodPassword,
		} {
			for range 7 {
				p := r.post("/sign-in", url.Values{"login": {login}, "password": {password}})
				answers[strings.ReplaceAll(p.body, login, "LOGIN")] = true
				if p.status != http.StatusUnprocessableEntity && p.status != http.StatusTooManyRequests {
					t.Errorf("%s: status %d", login, p.status)
				}
			}
			if p := r.post("/sign-in", url.Values{"login": {login}, "password": {password}}); p.status != http.StatusTooManyRequests {
				t.Errorf("%s is let by: status %d", login, p.status)
			}
		}
		if len(answers) != 2 { // refused, and locked out
			t.Errorf("%d different answers", len(answers))
		}
		r.post("/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}).want(t, http.StatusTooManyRequests)
		x.clock.pass(20 * time.Minute)
		r.post("/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}).leads(t, "/staff")
	})
}

func TestASecondFactorIsUsedOnce(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		_, invitation := x.newcomer(t, "anna", lab.Verifier)
		r := x.visitor(t)
		r.signIn(t, "anna", invitation)
		secret, recovery := r.setUpAuthenticator(t)

		again := x.visitor(t)
		again.post("/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}).leads(t, "/second-factor")
		again.get("/account/authenticator").leads(t, "/second-factor?next=%2Faccount%2Fauthenticator")
		x.clock.pass(time.Minute)
		code := again.authenticatorCode(t, secret)
		again.post("/second-factor", url.Values{"code": {"000000"}}).want(t, http.StatusUnprocessableEntity, "The code is wrong")
		again.post("/second-factor", url.Values{"code": {code}}).leads(t, "/staff")

		third := x.visitor(t)
		third.post("/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}})
		third.post("/second-factor", url.Values{"code": {code}}).want(t, http.StatusUnprocessableEntity, "used already")
		third.post("/second-factor", url.Values{"code": {recovery[0]}}).leads(t, "/staff")
		third.get("/account").want(t, http.StatusOK, "7 recovery codes are left")
	})
}

// cookie is the token of the reader's session, empty where there is none.
func (r *reader) cookie() string {
	for _, c := range r.client.Jar.Cookies(r.site.address) {
		if c.Name == "marquis-session" {
			return c.Value
		}
	}
	return ""
}

func TestASessionHasANewTokenAfterEachStep(t *testing.T) {
	x := oneSite(t)
	_, invitation := x.newcomer(t, "anna", lab.Verifier)
	r := x.visitor(t)
	r.signIn(t, "anna", invitation)
	first := r.cookie()
	r.setUpAuthenticator(t)
	second := r.cookie()
	if first == second {
		t.Error("the token stayed the same")
	}
	old := x.visitor(t)
	old.client.Jar.SetCookies(x.address, []*http.Cookie{{Name: "marquis-session", Value: first, Path: "/"}})
	old.get("/staff").leads(t, "/sign-in")

	r.post("/sign-out", nil).leads(t, "/sign-in")
	old.client.Jar.SetCookies(x.address, []*http.Cookie{{Name: "marquis-session", Value: second, Path: "/"}})
	old.get("/staff").leads(t, "/sign-in")
}

func TestASessionEndsWhenItsUserIsDisabledOrTimePasses(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		administrator := x.staff(t, storetest.Person(t, x.store, "admin", 0, lab.Administrator))
		worker := storetest.Person(t, x.store, "worker", 0, lab.Intake)
		r := x.staff(t, worker)
		r.get("/staff").want(t, http.StatusOK)
		address := "/people/" + itoa(worker.UserID)
		administrator.post(address+"/disabled", url.Values{"do": {"disable"}}).leads(t, address)
		r.get("/staff").leads(t, "/sign-in")
		administrator.get(address).want(t, http.StatusOK, "disabled")

		idle := x.staff(t, storetest.Person(t, x.store, "idle", 0, lab.Intake))
		x.clock.pass(lab.SessionIdle)
		idle.get("/staff").want(t, http.StatusOK)
		x.clock.pass(lab.SessionIdle + time.Minute)
		idle.get("/staff").leads(t, "/sign-in")

		busy := x.staff(t, storetest.Person(t, x.store, "busy", 0, lab.Intake))
		for range lab.SessionAge / lab.SessionIdle {
			busy.get("/staff").want(t, http.StatusOK)
			x.clock.pass(lab.SessionIdle)
		}
		x.clock.pass(time.Minute)
		busy.get("/staff").leads(t, "/sign-in")
	})
}

func itoa(id lab.Optional) string { return strconv.Itoa(int(id)) }

func TestARoleHoldsFromTheNextRequestOn(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		utrecht := storetest.Service(t, x.store, "UTR")
		administrator := x.staff(t, storetest.Person(t, x.store, "admin", 0, lab.Administrator))
		worker := storetest.Person(t, x.store, "worker", utrecht.ID, lab.Intake)
		r := x.staff(t, worker)
		r.get("/staff").want(t, http.StatusOK, "Counter").lacks(t, `href="/people"`)
		address := "/people/" + itoa(worker.UserID)
		administrator.get(address).want(t, http.StatusOK, "intake – Service UTR")
		administrator.post(address, url.Values{"memberships": {"data_analyst@0"}}).leads(t, address)
		r.get("/staff").want(t, http.StatusOK, "Statistics").lacks(t, `href="/counter"`)
		administrator.post(address, url.Values{"memberships": {"emperor@0"}}).want(t, http.StatusUnprocessableEntity, "is not one of the roles")
	})
}

func TestPeopleAreAddedAndInvited(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		storetest.Service(t, x.store, "UTR")
		administrator := x.staff(t, storetest.Person(t, x.store, "admin", 0, lab.Administrator))
		administrator.post("/people", url.Values{"login": {"B A D"}, "name": {"Bea"}, "memberships": {"intake@1"}}).
			want(t, http.StatusUnprocessableEntity, `value="B A D"`, `value="Bea"`, `id="field-login-mistake"`, `href="#field-login"`, "checked")
		administrator.post("/people", url.Values{"login": {"admin"}, "name": {"Bea"}}).want(t, http.StatusUnprocessableEntity, `id="field-login-mistake"`)
		p := administrator.post("/people", url.Values{"login": {"bea"}, "name": {"Bea"}, "memberships": {"intake@1"}})
		p.want(t, http.StatusSeeOther)
		address := p.header.Get("Location")
		p = administrator.post(address+"/invitation", nil).want(t, http.StatusOK, "Bea", "/invitation")
		invitation := regexp.MustCompile(`<dd><code>([^<]+)</code></dd>`).FindStringSubmatch(p.body)[1]
		x.visitor(t).signIn(t, "bea", invitation)
		administrator.get("/people/999").want(t, http.StatusNotFound)
		administrator.get("/people/x").want(t, http.StatusNotFound)
	})
}

func TestAnAdministratorOfOneServiceSeesItsPeopleAlone(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		utrecht, amsterdam := storetest.Service(t, x.store, "UTR"), storetest.Service(t, x.store, "AMS")
		storetest.Person(t, x.store, "admin", 0, lab.Administrator)
		own := storetest.Person(t, x.store, "utrechter", utrecht.ID, lab.Intake)
		other := storetest.Person(t, x.store, "amsterdammer", amsterdam.ID, lab.Intake)
		r := x.staff(t, storetest.Person(t, x.store, "local", utrecht.ID, lab.Administrator))
		r.get("/people").want(t, http.StatusOK, "utrechter").lacks(t, "amsterdammer")
		r.get("/people/"+itoa(own.UserID)).want(t, http.StatusOK).lacks(t, "Service AMS", "all services")
		r.get("/people/"+itoa(other.UserID)).want(t, http.StatusNotFound)
		r.post("/people/"+itoa(other.UserID)+"/disabled", url.Values{"do": {"disable"}}).want(t, http.StatusNotFound)
		r.post("/people", url.Values{"login": {"new"}, "name": {"New"}, "memberships": {"intake@0"}}).want(t, http.StatusConflict)
	})
}

func TestServicesAndLocationsAreAdded(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		r := x.staff(t, storetest.Person(t, x.store, "admin", 0, lab.Administrator))
		r.post("/services", url.Values{"code": {"utr"}, "name": {""}, "country": {"Nederland"}, "currency": {"€"}, "time_zone": {"Utrecht"}}).
			want(t, http.StatusUnprocessableEntity, `id="field-code-mistake"`, `id="field-name-mistake"`, `id="field-country-mistake"`, `id="field-currency-mistake"`, `id="field-time_zone-mistake"`, `value="Nederland"`)
		service := url.Values{"code": {"UTR"}, "name": {"Utrecht"}, "country": {"NL"}, "currency": {"EUR"}, "time_zone": {"Europe/Amsterdam"}}
		r.post("/services", service).leads(t, "/services/UTR")
		r.post("/services", service).want(t, http.StatusUnprocessableEntity, "There is a service with the code UTR already.")
		r.post("/services/UTR/locations", url.Values{"name": {"Office"}, "kind": {"office"}, "region": {"3511 AB"}}).
			want(t, http.StatusUnprocessableEntity, `id="field-region-mistake"`)
		r.post("/services/UTR/locations", url.Values{"name": {"Office"}, "kind": {"office"}, "region": {"Utrecht"}}).leads(t, "/services/UTR")
		r.get("/services/UTR").want(t, http.StatusOK, "Office", "office")
		r.get("/services").want(t, http.StatusOK, "Utrecht")
		r.get("/services/NONE").want(t, http.StatusNotFound)
	})
}

func TestAPasswordIsChangedByWhoKnowsIt(t *testing.T) {
	x := oneSite(t)
	_, invitation := x.newcomer(t, "anna", lab.Intake)
	r, elsewhere := x.visitor(t), x.visitor(t)
	r.signIn(t, "anna", invitation)
	elsewhere.post("/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}).leads(t, "/staff")
	const other = "another long sentence about rain"
	r.post("/account", url.Values{"old": {"wrong"}, "password": {other}, "again": {other}}).
		want(t, http.StatusUnprocessableEntity, "This is not your present password.")
	r.post("/account", url.Values{"old": {goodPassword}, "password": {other}, "again": {other}}).leads(t, "/account?done=password")
	r.get("/account").want(t, http.StatusOK)
	elsewhere.get("/account").leads(t, "/sign-in?next=%2Faccount")
}

func TestALanguageIsChosen(t *testing.T) {
	x := oneSite(t)
	r := x.visitor(t)
	r.get("/sign-in").want(t, http.StatusOK, `lang="en"`, "Sign in")
	r.get("/sign-in?lang=nl").want(t, http.StatusOK, `<html lang="nl"`, "Inloggen")
	r.get("/sign-in?lang=xx").want(t, http.StatusOK, `<html lang="en"`)
	if cookies := r.client.Jar.Cookies(x.address); len(cookies) != 0 {
		t.Errorf("the public gets cookies: %v", cookies)
	}
	r.lang = "nl-BE,en;q=0.5"
	r.get("/sign-in").want(t, http.StatusOK, `<html lang="nl"`)

	s := x.staff(t, storetest.Person(t, x.store, "anna", 0, lab.Intake))
	s.get("/staff?lang=nl").want(t, http.StatusOK, "Balie")
	s.get("/staff").want(t, http.StatusOK, "Balie")
}

// What cannot be stored is refused by name, whatever the database makes of it.
func TestTextsThatCannotBeStoredAreRefused(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		service := storetest.Service(t, x.store, "UTR")
		intake := x.staff(t, storetest.Person(t, x.store, "intake", service.ID, lab.Intake))
		admin := x.staff(t, storetest.Person(t, x.store, "admin", 0, lab.Administrator))
		for _, text := range []string{"a\x00b", "\xff\xfe", "\u202Etxet", strings.Repeat("x", 100_000)} {
			x.visitor(t).post("/sign-in", url.Values{"login": {text}, "password": {text}}).want(t, http.StatusUnprocessableEntity)
			admin.post("/people", url.Values{"login": {text}, "name": {text}}).want(t, http.StatusUnprocessableEntity, `id="field-login-mistake"`)
			admin.post("/services", url.Values{"code": {"AMS"}, "name": {text}, "country": {"NL"}, "currency": {"EUR"}, "time_zone": {"Europe/Amsterdam"}}).
				want(t, http.StatusUnprocessableEntity, `id="field-name-mistake"`)
			admin.post("/services/UTR/locations", url.Values{"name": {text}, "kind": {"office"}}).want(t, http.StatusUnprocessableEntity, `id="field-name-mistake"`)
			draft := intake.post("/counter/UTR/new", nil).header.Get("Location")
			for _, field := range []string{"product_id", "sold_as_text", "notes", "region", "expected", "form", "effects"} {
				typed := url.Values{"product_id": {"ketamine"}, "form": {"powder"}, "received_on": {"2025-03-03"}, "channel": {"front_of_house"}}
				typed.Set(field, text)
				if p := intake.post(draft, typed); p.status != http.StatusUnprocessableEntity {
					t.Errorf("%s %.8q: status %d", field, text, p.status)
				}
			}
		}
	})
}

// Who needs no authenticator is not asked for one on every page.
func TestOnlyRolesThatNeedASecondFactorAreToldOfIt(t *testing.T) {
	x := newSite(t, "sqlite")
	x.open(t)
	const told = "signed in without your authenticator"
	for role, want := range map[lab.UserRole]bool{
		lab.Intake: false, lab.Laboratory: true, lab.Importer: true, lab.Verifier: true, lab.DataAnalyst: true, lab.Coordinator: true, lab.Administrator: true,
	} {
		actor := storetest.Person(t, x.store, strings.ReplaceAll(string(role), "_", "-"), 0, role)
		for _, secondFactor := range []bool{false, true} {
			page := x.signedIn(t, actor, secondFactor).get("/staff").want(t, http.StatusOK)
			if got := strings.Contains(page.body, told); got != (want && !secondFactor) {
				t.Errorf("%s, with the second factor %v: told %v", role, secondFactor, got)
			}
		}
	}
}
