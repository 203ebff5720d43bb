package server_test

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// banner is what every page of a synthetic registry says, by language.
var banner = map[string]string{
	"en": `<p class="synthetic">Demo: every sample, result and figure here is synthetic.`,
	"nl": `<p class="synthetic">Demo: elk monster, elke uitslag en elk cijfer hier is verzonnen.`,
}

// eachOrigin runs a test on a site of synthetic samples and on one of real samples.
func eachOrigin(t *testing.T, test func(t *testing.T, x *site, synthetic bool)) {
	t.Run("synthetic", func(t *testing.T) { test(t, syntheticSite(t, "sqlite"), true) })
	t.Run("real", func(t *testing.T) { test(t, oneSite(t), false) })
}

func TestEveryPageOfSyntheticSamplesSaysSo(t *testing.T) {
	eachOrigin(t, func(t *testing.T, x *site, synthetic bool) {
		fill(t, x, "AMS", 1, 60)
		public, administrator := x.visitor(t), x.staff(t, storetest.Person(t, x.store, "admin", 0, lab.Administrator))
		worker := x.staff(t, storetest.Person(t, x.store, "worker", 0, lab.Intake, lab.Laboratory, lab.Verifier, lab.Coordinator))
		for _, lang := range []string{"en", "nl"} {
			public.lang, administrator.lang, worker.lang = lang, lang, lang
			for r, paths := range map[*reader][]string{
				public:        {"/", "/?lang=" + lang, "/privacy", "/sign-in", "/invitation", "/figures", "/figures/2024", "/nowhere"},
				administrator: {"/staff", "/people", "/services", "/services/AMS", "/account", "/account/authenticator", "/work"},
				worker:        {"/staff", "/work", "/counter/AMS", "/statistics", "/reports", "/nowhere"},
			} {
				for range 2 { // the second time the page is one that was kept
					for _, p := range paths {
						if got := r.get(p); strings.Contains(got.body, banner[lang]) != synthetic || !strings.Contains(got.body, "<main") {
							t.Errorf("%s in %s: status %d, says that it is synthetic: %t", p, lang, got.status, !synthetic)
						}
					}
				}
			}
			mistake := public.post("/lookup", url.Values{"code": {"nonsense"}}).want(t, http.StatusUnprocessableEntity)
			if strings.Contains(mistake.body, banner[lang]) != synthetic {
				t.Errorf("a mistake in a code in %s: %s", lang, mistake.body)
			}
		}
		start := public.get("/").want(t, http.StatusOK)
		if strings.Contains(start.body, texts(t, public.lang).Text("page.home.synthetic")) != synthetic {
			t.Errorf("the start page: %s", start.body)
		}
	})
}

func TestASlipOfASyntheticSampleSaysSo(t *testing.T) {
	eachOrigin(t, func(t *testing.T, x *site, synthetic bool) {
		d := newDesk(t, x)
		p := d.clerk.follow(d.clerk.post(d.begin(d.clerk), powder(with("give_code", "yes")))).want(t, http.StatusOK)
		_, slip, found := strings.Cut(p.body, `<section class="slip"`)
		slip, _, _ = strings.Cut(slip, "</section>")
		for _, text := range []string{"this sample is synthetic", "dit monster is verzonnen"} {
			if strings.Contains(slip, text) != synthetic || !found {
				t.Errorf("the slip: %s", slip)
			}
		}
	})
}

func TestEveryFileOfSyntheticFiguresSaysSo(t *testing.T) {
	eachOrigin(t, func(t *testing.T, x *site, synthetic bool) {
		utrecht := fill(t, x, "UTR", 1, 400)
		public, analyst := x.visitor(t), x.staff(t, storetest.Person(t, x.store, "analyst", utrecht.ID, lab.DataAnalyst))
		files := map[string]page{}
		for address := range publicPages(t, public) {
			if path.Ext(address) != "" {
				files[address] = public.get(address)
			}
		}
		for _, file := range []string{"all.csv", "all.json", "products.csv", "products.json", "found.svg", "all.xlsx", "products.xlsx"} {
			files["staff: "+file] = analyst.get("/statistics/tables/"+file+"?year=2024&service=UTR").want(t, http.StatusOK)
		}
		if len(files) < 100 {
			t.Errorf("only %d files", len(files))
		}
		for address, file := range files {
			if strings.Contains(strings.ToLower(readable(t, address, file.body)), "synthetic") != synthetic {
				t.Errorf("%s:\n%s", address, file.body)
			}
			if name := file.header.Get("Content-Disposition"); strings.Contains(name, `filename="synthetic-marquis-`) != synthetic {
				t.Errorf("%s is saved as %s", address, name)
			}
		}
		answer := analyst.post("/reports", url.Values{"year": {"2024"}, "language": {"nl"}, "service": {"UTR"}}).want(t, http.StatusSeeOther)
		finishedReport(t, analyst, answer.header.Get("Location"))
		report := analyst.get(answer.header.Get("Location")+"/file").want(t, http.StatusOK)
		if name := report.header.Get("Content-Disposition"); strings.Contains(name, `"synthetic-marquis-2024-UTR-nl.xlsx"`) != synthetic {
			t.Errorf("the report is saved as %s", name)
		}
	})
}

// demoLogin plants a login as the demo has it, password and second factor alike.
func (x *site) demoLogin(t *testing.T, login string, roles ...lab.UserRole) {
	t.Helper()
	x.plantSecret(t, x.planted(t, login, credential.DemoPassword(login), roles...), credential.DemoSecret(login))
}

// planted is a user with a password that the rules were not asked about.
func (x *site) planted(t *testing.T, login, password string, roles ...lab.UserRole) lab.Actor {
	t.Helper()
	actor, invitation := x.newcomer(t, login, roles...)
	hash, err := credential.HashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.store.AcceptInvitation(t.Context(), credential.HashToken(invitation), hash, store.Device{}); err != nil {
		t.Fatal(err)
	}
	return actor
}

func (x *site) plantSecret(t *testing.T, actor lab.Actor, secret string) {
	t.Helper()
	sealed, err := credential.Seal(x.keys.Secret(), actor.UserID, credential.SecondFactor, secret)
	if err != nil {
		t.Fatal(err)
	}
	_, hashes := credential.NewRecoveryCodes()
	if err := x.store.SetSecondFactor(t.Context(), actor, sealed, 0, hashes); err != nil {
		t.Fatal(err)
	}
}

func TestADemoLoginWorksAmongSyntheticSamples(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		x := syntheticSite(t, kind)
		x.demoLogin(t, "verifier", lab.Verifier)
		r := x.visitor(t)
		r.post("/sign-in", url.Values{"login": {"verifier"}, "password": {"demo password of somebody else"}}).want(t, http.StatusUnprocessableEntity)
		r.post("/sign-in", url.Values{"login": {"verifier"}, "password": {credential.DemoPassword("verifier")}}).leads(t, "/second-factor")
		r.post("/second-factor", url.Values{"code": {r.authenticatorCode(t, credential.DemoSecret("verifier"))}}).leads(t, "/staff")

		_, invitation := x.newcomer(t, "anna", lab.Intake)
		x.visitor(t).signIn(t, "anna", invitation)
	})
}

// A registry of real samples may hold a demo login, such as one whose database was
// copied.
func TestADemoPasswordOpensNothingAmongRealSamples(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		x.demoLogin(t, "verifier", lab.Verifier)
		x.planted(t, "anna", credential.DemoPassword("bert"), lab.Intake)
		x.planted(t, "cleo", "DEMO-password of cleo", lab.Intake)
		r := x.visitor(t)
		wrong := r.post("/sign-in", url.Values{"login": {"verifier"}, "password": {"a wrong password, long enough"}})
		for login, password := range map[string]string{
			"verifier": credential.DemoPassword("verifier"), "anna": credential.DemoPassword("bert"), "cleo": "DEMO-password of cleo",
		} {
			p := r.post("/sign-in", url.Values{"login": {login}, "password": {password}}).want(t, http.StatusUnprocessableEntity)
			if strings.ReplaceAll(p.body, login, "LOGIN") != strings.ReplaceAll(wrong.body, "verifier", "LOGIN") {
				t.Errorf("%s is told something else than of a wrong password:\n%s", login, p.body)
			}
		}
		r.get("/staff").leads(t, "/sign-in")
	})
}

func TestADemoPasswordIsNotChosenAmongRealSamples(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		_, invitation := x.newcomer(t, "anna", lab.Intake)
		r, password := x.visitor(t), credential.DemoPassword("anna")
		r.post("/invitation", url.Values{"invitation": {invitation}, "password": {password}, "again": {password}}).
			want(t, http.StatusUnprocessableEntity, "This password is for the demo")
		r.signIn(t, "anna", invitation)
		r.lang = "nl"
		r.post("/account", url.Values{"old": {goodPassword}, "password": {password}, "again": {password}}).
			want(t, http.StatusUnprocessableEntity, "Dit wachtwoord is van de demo")
	})
}

func TestADemoSecretOpensNothingAmongRealSamples(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		actor := x.planted(t, "anna", goodPassword, lab.Verifier)
		secret := credential.DemoSecret("anna")
		code := func() string {
			code, err := totp.GenerateCode(secret, x.clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			return code
		}
		r := x.visitor(t)
		r.post("/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}).leads(t, "/staff")

		for _, secret = range []string{secret, credential.DemoSecret("bert")} {
			x.plantSecret(t, actor, secret)
			x.clock.pass(time.Minute)
			r.post("/second-factor", url.Values{"code": {code()}}).want(t, http.StatusUnprocessableEntity, "The code is wrong")
		}
		secret, _ = credential.NewTOTP("Marquis", "anna")
		x.plantSecret(t, actor, secret)
		r.post("/second-factor", url.Values{"code": {code()}}).leads(t, "/staff")
	})
}
