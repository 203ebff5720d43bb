package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// bench is a service with everybody who works on a sample, each signed in.
type bench struct {
	*site
	service                                                   lab.Service
	intake, analyst, verifier, second, coordinator, elsewhere *reader
	actors                                                    map[string]lab.Actor
	words                                                     *lab.Dictionary
	gcms, strip                                               *lab.Method
}

func newBench(t *testing.T, x *site) *bench {
	t.Helper()
	b := &bench{site: x, service: storetest.Service(t, x.store, "UTR"), actors: map[string]lab.Actor{}}
	other := storetest.Service(t, x.store, "AMS")
	person := func(login string, service lab.ServiceID, roles ...lab.UserRole) *reader {
		b.actors[login] = storetest.Person(t, x.store, login, service, roles...)
		return x.staff(t, b.actors[login])
	}
	b.intake = person("intake", b.service.ID, lab.Intake)
	b.analyst = person("analyst", b.service.ID, lab.Laboratory)
	b.verifier = person("verifier", b.service.ID, lab.Verifier)
	b.second = person("second", b.service.ID, lab.Verifier, lab.Laboratory)
	b.coordinator = person("coordinator", b.service.ID, lab.Coordinator)
	b.elsewhere = person("elsewhere", other.ID, lab.Laboratory, lab.Verifier, lab.Intake)
	ketamine := storetest.Substance(t, must(x.store.Dictionary(t.Context())), "ketamine")
	storetest.Benches(t, x.store, "Lab", "Counter")
	b.gcms = must(x.store.AddMethod(t.Context(), lab.Operator("test"), lab.Method{
		Kind: lab.GCMS, Lab: "Lab", Level: lab.Confirmatory, Quantifies: true, OpenScope: true,
	}))
	b.strip = must(x.store.AddMethod(t.Context(), lab.Operator("test"), lab.Method{
		Kind: lab.Strip, Lab: "Counter", Level: lab.Presumptive, Scope: []lab.MethodScope{{SubstanceID: ketamine}},
	}))
	b.words = must(x.store.Dictionary(t.Context()))
	return b
}

// must returns what succeeded.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// sample registers a sample sold as ketamine and returns its address.
func (b *bench) sample(t *testing.T, edit ...func(*lab.Sample)) (string, lab.Sample) {
	t.Helper()
	product := storetest.Product(t, b.words, "ketamine")
	x := must(b.store.RegisterSample(t.Context(), b.actors["intake"], store.Registration{
		File: lab.File{Sample: storetest.Sample(b.service.ID, product.ID, edit...), Expected: product.Expected()},
	}))
	return "/samples/" + lab.SampleNumber{Service: "UTR", Year: int(x.NumberYear), Running: int(x.NumberRunning)}.String(), x
}

// typed is an analysis by GC-MS with one finding, as the form posts it.
func (b *bench) typed(amount string, more ...string) url.Values {
	v := url.Values{
		"method": {strconv.Itoa(int(b.gcms.ID))}, "performed_on": {"2025-02-04"}, "conclusion": {"findings"},
		"findings.0.substance": {"Ketamine"}, "findings.0.amount": {amount}, "findings.0.unit": {"%"}, "findings.0.basis": {"base"},
		"findings.3.substance": {""}, "findings.3.unit": {"%"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

var analysisAddress = regexp.MustCompile(`/samples/[A-Z0-9-]+/analyses/[0-9a-f-]{36}`)

// entered enters an analysis of 79.5% and returns its address.
func (b *bench) entered(t *testing.T, by *reader, address string) string {
	t.Helper()
	by.post(address+"/analyses/new", b.typed("79,5")).leads(t, address+"?done=entered")
	found := analysisAddress.FindString(by.get(address).want(t, http.StatusOK).body)
	if found == "" {
		t.Fatal("the page of the sample does not lead to its analysis")
	}
	return found
}

// hidden reads what a page has in a hidden field of the form that posts to action.
func (p page) hidden(t *testing.T, action, name string) string {
	t.Helper()
	_, form, found := strings.Cut(p.body, `action="`+action+`"`)
	form, _, _ = strings.Cut(form, "</form>")
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(form)
	if !found || m == nil {
		t.Fatalf("no field %s in a form for %s:\n%s", name, action, p.body)
	}
	return m[1]
}

// published verifies and releases what is entered.
func (b *bench) published(t *testing.T, address, analysis string) {
	t.Helper()
	b.verifier.post(analysis+"/verify", url.Values{"version": {"1"}}).leads(t, address+"?done=verified")
	seen := b.verifier.get(address+"/release").want(t, http.StatusOK)
	b.verifier.post(address+"/release", url.Values{
		"version": {seen.hidden(t, address+"/release", "version")}, "seen": {seen.hidden(t, address+"/release", "seen")},
	}).leads(t, address+"?done=published")
}

func TestTheWholeLifeOfAResult(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, _ := b.sample(t)
		b.analyst.get("/work?stage=to_analyse").want(t, http.StatusOK, "UTR-2025-00001", "ketamine", `<td class="num">28</td>`)
		analysis := b.entered(t, b.analyst, address)
		b.verifier.get("/work?stage=to_verify").want(t, http.StatusOK, "UTR-2025-00001", "1 not verified")

		b.verifier.post(analysis+"/question", url.Values{"version": {"1"}, "question": {"Which vial?"}}).leads(t, address+"?done=asked")
		b.verifier.post(analysis+"/verify", url.Values{"version": {"1"}}).want(t, http.StatusConflict, "A question about it has not been answered yet.", "laboratory")
		asked := b.analyst.get(address).want(t, http.StatusOK, "Which vial?")
		question := regexp.MustCompile(`/questions/([0-9a-f-]{36})`).FindStringSubmatch(asked.body)[1]
		b.analyst.post(address+"/questions/"+question, url.Values{}).want(t, http.StatusUnprocessableEntity, "Write the answer.", `href="#field-answer-`+question)
		b.analyst.post(address+"/questions/"+question, url.Values{"answer-" + question: {"The second."}}).leads(t, address+"?done=answered")

		b.published(t, address, analysis)
		b.verifier.get(address).want(t, http.StatusOK, "79.5", "Released by verifier", "Nothing unexpected seen", "The second.", "two signatures")

		b.second.post(address+"/analyses/new", b.typed("60")).leads(t, address+"?done=entered")
		all := analysisAddress.FindAllString(b.second.get(address).body, -1)
		b.verifier.get(all[0]+"/verify").want(t, http.StatusOK, "more than 10 % apart", "Report this one")
		b.verifier.post(all[0]+"/verify", url.Values{"version": {"1"}, "reported": {"yes"}}).leads(t, address+"?done=verified")
		seen := b.verifier.get(address+"/release").want(t, http.StatusOK, "amended", "60", "79.5").lacks(t, "Nothing has changed")
		fields := url.Values{"version": {seen.hidden(t, address+"/release", "version")}, "seen": {seen.hidden(t, address+"/release", "seen")}}
		b.verifier.post(address+"/release", fields).want(t, http.StatusUnprocessableEntity, "Choose the reason, or say it in words.", `id="field-reason_code-mistake"`, "This finding is left out", beside(seen.leftOut(t)))
		fields.Set("reason", "Measured again.")
		fields.Set("reason_lang", "en")
		fields.Set(seen.leftOut(t), "yes")
		b.verifier.post(address+"/release", fields).leads(t, address+"?done=published")
		b.verifier.get(address).want(t, http.StatusOK, "Version 1", "Version 2", "Measured again.")

		now := b.verifier.get(address+"/release").want(t, http.StatusOK, "Nothing has changed since version 2: there is nothing to release.").
			lacks(t, `action="`+address+`/release"`)
		fields.Set("version", now.hidden(t, address+"/withdrawal", "version"))
		b.verifier.post(address+"/release", fields).want(t, http.StatusConflict, "Nothing has changed since version 2")
		version := now.hidden(t, address+"/withdrawal", "version")
		b.verifier.post(address+"/withdrawal", url.Values{"version": {version}}).want(t, http.StatusUnprocessableEntity, "Choose the reason, or say it in words.")
		b.verifier.post(address+"/withdrawal", url.Values{"version": {version}, "withdrawal_reason_code": {"exchanged"}}).leads(t, address+"?done=withdrawn")
		b.coordinator.get(address).want(t, http.StatusOK, "Version 3", "withdrawn", "this sample may have been exchanged with another", "Trail", "Amount")
	})
}

func TestWhatIsReadOutIsTheVersionThatHolds(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, _ := b.sample(t)
		b.intake.get(address+"/read-out").want(t, http.StatusNotFound)
		b.published(t, address, b.entered(t, b.analyst, address))
		b.intake.get(address+"/read-out").want(t, http.StatusOK, "79.5%", "112", "0900-1995", "I have told version 1").lacks(t, "safe", "pure")
		b.intake.get(address+"/read-out?say=nl").want(t, http.StatusOK, "79,5%", "bel direct 112", "I have told version 1", "First let the caller", "Sign out").
			lacks(t, "Uitloggen", "Laat de beller")
		b.intake.post(address+"/read-out", url.Values{"version": {"1"}}).leads(t, address+"/read-out?done=told")
		b.intake.get(address+"/read-out").want(t, http.StatusOK, "Version 1, by intake")
		release := b.verifier.get(address + "/release")
		b.verifier.post(address+"/withdrawal", url.Values{
			"version": {release.hidden(t, address+"/withdrawal", "version")}, "withdrawal_reason": {"Vials exchanged."}, "withdrawal_reason_lang": {"en"},
		}).leads(t, address+"?done=withdrawn")
		b.intake.post(address+"/read-out", url.Values{"version": {"1"}}).
			want(t, http.StatusConflict, "There is a newer version", "I have told version 2").lacks(t, "79.5%</span><span class=\"role\"")
		b.analyst.get(address+"/read-out").want(t, http.StatusForbidden)
	})
}

func TestEveryRefusalSaysWhy(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, sample := b.sample(t)
		own := b.entered(t, b.second, address)
		b.second.get(own+"/verify").want(t, http.StatusOK, "A second person has to verify what you entered or changed.", "verifier").
			lacks(t, `action="`+own+`/verify"`)
		b.second.post(own+"/verify", url.Values{"version": {"1"}}).want(t, http.StatusConflict, "A second person has to verify")
		b.verifier.get(address+"/release").want(t, http.StatusOK, "No analysis of the sample is verified.")
		b.verifier.post(own+"/verify", url.Values{"version": {"7"}}).want(t, http.StatusConflict, "Somebody else has changed this meanwhile")
		b.verifier.post(own+"/question", url.Values{"version": {"1"}, "question": {" "}}).want(t, http.StatusUnprocessableEntity, "Write the question.")
		b.verifier.post(own+"/retraction", url.Values{"version": {"1"}}).want(t, http.StatusUnprocessableEntity, "Give the reason.")
		b.coordinator.post(address+"/move", url.Values{"to": {"rejected"}}).want(t, http.StatusForbidden)
		version := strconv.Itoa(int(sample.Version) + 1)
		b.verifier.post(address+"/move", url.Values{"to": {"rejected"}, "version": {version}}).
			want(t, http.StatusUnprocessableEntity, "Give the reason.", `href="#field-rejected_reason"`)
		b.intake.post(address+"/move", url.Values{"to": {"rejected"}, "version": {version}, "rejected_reason": {"other"}}).
			want(t, http.StatusConflict, "This step is not possible", "laboratory", "verifier")
		for _, path := range []string{address, address + "/release", address + "/read-out", own, own + "/verify", own + "/retraction", address + "/analyses/new"} {
			b.elsewhere.get(path).want(t, http.StatusNotFound)
		}
		for _, path := range []string{"/samples/UTR-2025-99999", "/samples/nonsense", address + "/analyses/nonsense"} {
			b.verifier.get(path).want(t, http.StatusNotFound)
		}
		short := x.signedIn(t, b.actors["verifier"], false)
		for _, path := range []string{own + "/verify", address + "/release", "/work/UTR/publish"} {
			short.get(path).leads(t, "/second-factor?next="+url.QueryEscape(path))
		}
	})
}

// The laboratory is asked as the counter is: of the day, the contents, and who is named.
func TestTheLaboratoryIsAskedAgain(t *testing.T) {
	b := newBench(t, oneSite(t))
	address, _ := b.sample(t, func(x *lab.Sample) { x.ReceivedOn, x.Form, x.WeightUG = 2024_03_04, lab.Blotter, 15_000 })
	form := address + "/analyses/new"
	b.analyst.get(form).want(t, http.StatusOK, "Such as 28-11-2026, 28 nov or yesterday")
	micrograms := []string{"findings.0.unit", "mg", "performed_on", "5-3"}
	p := b.analyst.post(form, b.typed("110", micrograms...)).want(t, http.StatusUnprocessableEntity, "This is more than a month ago", beside("performed_on"),
		"Up to here the amounts add up to more than it weighs, 15 mg.", beside("findings.0.amount"), beside("overruled"), `value="2024-03-05"`)
	if n := strings.Count(p.body, "More than 5 mg in all is unusual in a blotter"); n == 0 {
		t.Error("nothing is said of the blotter")
	}
	for _, unit := range []string{"%", "mg/ml"} {
		b.analyst.post(form, b.typed("0,1", "findings.0.unit", unit, "findings.0.uncertainty", "0,2")).want(t, http.StatusUnprocessableEntity,
			"An amount in "+unit+" is unusual for this form", beside("findings.0.unit"), "larger than the amount itself", beside("findings.0.uncertainty"), beside("overruled"))
	}
	named := append(micrograms, "notes", "call 06-12345678", "overruled", "told by jan@example.org")
	b.analyst.post(form, b.typed("110", named...)).want(t, http.StatusUnprocessableEntity, "leave it out", beside("notes"), beside("overruled"))
	b.analyst.get(address).lacks(t, "/analyses/0") // nothing was written
	b.analyst.post(form, b.typed("110", append(micrograms, "overruled", "measured twice")...)).leads(t, address+"?done=entered")

	other, _ := b.sample(t)
	analysis := b.entered(t, b.analyst, other)
	b.verifier.post(analysis+"/question", url.Values{"version": {"1"}, "question": {"Call 06-12345678?"}}).want(t, http.StatusUnprocessableEntity, "leave it out", "Call 06-12345678?")
	b.verifier.post(analysis+"/retraction", url.Values{"version": {"1"}, "reason": {"call 06-12345678"}}).want(t, http.StatusUnprocessableEntity, "leave it out", beside("reason"))
}

func TestAllMistakesOfAnAnalysisStandBesideTheirFields(t *testing.T) {
	b := newBench(t, oneSite(t))
	address, _ := b.sample(t)
	wrong := b.typed("795", "performed_on", "lately", "conclusion", "",
		"findings.2.substance", "no such thing", "findings.2.amount", "5", "findings.2.unit", "%", "findings.2.basis", "base",
		"findings.5.substance", "caffeine", "findings.5.amount", "", "findings.5.unit", "%",
		"findings.7.substance", "lactose", "findings.7.amount", "1", "findings.7.unit", "%", "findings.7.basis", "sulfate", "notes", "typed & kept")
	b.analyst.post(address+"/analyses/new", wrong).want(t, http.StatusUnprocessableEntity,
		`href="#field-performed_on"`, `href="#field-conclusion"`, `href="#field-findings.0.amount"`, `href="#field-findings.2.substance"`,
		`href="#field-findings.5.detection"`, `href="#field-findings.7.basis"`, `value="no such thing"`, `value="795"`, "typed &amp; kept")
	b.analyst.post(address+"/analyses/new", b.typed("79,5", "findings.3.substance", "KETAMINE", "findings.3.detection", "trace")).
		want(t, http.StatusUnprocessableEntity, "This substance is reported twice", `href="#field-findings.3.substance"`)
	b.analyst.get(address).lacks(t, "/analyses/0") // nothing was written
	b.analyst.post(address+"/analyses/new", b.typed("95")).want(t, http.StatusUnprocessableEntity,
		"more than the purest salt holds", `href="#field-overruled"`, `href="#field-findings.0.amount"`)
	b.analyst.post(address+"/analyses/new", b.typed("95", "overruled", "Measured twice, free base.")).leads(t, address+"?done=entered")
	b.verifier.get(address).want(t, http.StatusOK, "Measured twice, free base.")
}

func TestARowSaysHowASubstanceWasDetected(t *testing.T) {
	b := newBench(t, oneSite(t))
	address, _ := b.sample(t)
	b.analyst.post(address+"/analyses/new", b.typed("< 0,5",
		"findings.1.substance", "esketamine", "findings.2.substance", "levamisole", "findings.2.detection", "trace")).
		want(t, http.StatusUnprocessableEntity, `href="#field-findings.1.detection"`)
	b.analyst.post(address+"/analyses/new", b.typed("< 0,5", "findings.2.substance", "levamisole", "findings.2.detection", "trace")).
		leads(t, address+"?done=entered")
	b.analyst.get(address).want(t, http.StatusOK, "below the limit of quantification", "trace")
}

func TestAnUncertaintyIsFinerThanItsAmount(t *testing.T) {
	b := newBench(t, oneSite(t))
	address, _ := b.sample(t)
	b.analyst.post(address+"/analyses/new", b.typed("79", "findings.0.uncertainty", "0,25")).leads(t, address+"?done=entered")
	analysis := analysisAddress.FindString(b.analyst.get(address).want(t, http.StatusOK, "± 0.25%").body)
	b.analyst.get(analysis).want(t, http.StatusOK, `value="79"`, `value="0.25"`)
}

func TestMoreRowsAndTheScopeComeWithoutScripts(t *testing.T) {
	b := newBench(t, oneSite(t))
	address, _ := b.sample(t)
	b.analyst.post(address+"/analyses/new", b.typed("79,5", "more", "yes")).want(t, http.StatusOK, `value="79,5"`, `name="findings.8.substance"`)
	b.analyst.post(address+"/analyses/new", b.typed("79,5", "scope", "yes", "method", strconv.Itoa(int(b.strip.ID)))).
		want(t, http.StatusOK, "sees 1 listed substance", "test strip, Counter", `value="79,5"`)
}

func TestAStaleChangeShowsTheDifferenceAndKeepsWhatWasTyped(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, _ := b.sample(t)
		analysis := b.entered(t, b.analyst, address)
		seen := b.analyst.get(analysis).want(t, http.StatusOK, `value="79.5"`)
		version := seen.hidden(t, analysis, "version")
		b.second.post(analysis, b.typed("70", "version", version)).leads(t, address+"?done=changed")
		stale := b.analyst.post(analysis, b.typed("81,25", "version", version, "notes", "mine")).
			want(t, http.StatusConflict, "Somebody else has changed this analysis", `value="81,25"`, "ketamine: Amount", "70%", "81.25%", "mine")
		b.analyst.post(analysis, b.typed("81,25", "version", stale.hidden(t, analysis, "version"))).leads(t, address+"?done=changed")
		b.verifier.get(address).want(t, http.StatusOK, "81.25", "Entered by analyst")
		b.second.post(analysis+"/verify", url.Values{"version": {"3"}}).want(t, http.StatusConflict, "A second person has to verify")
	})
}

func TestWhatWasSeenIsReleasedOrNothing(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, _ := b.sample(t)
		first := b.entered(t, b.analyst, address)
		b.verifier.post(first+"/verify", url.Values{"version": {"1"}}).leads(t, address+"?done=verified")
		seen := b.verifier.get(address+"/release").want(t, http.StatusOK, "79.5%")
		b.second.post(address+"/analyses/new", b.typed("60")).leads(t, address+"?done=entered")
		last := analysisAddress.FindString(b.second.get(address).body)
		b.verifier.get(address+"/release").want(t, http.StatusOK, "1 analysis is entered and not verified.")
		b.verifier.post(last+"/verify", url.Values{"version": {"1"}, "reported": {"yes"}}).leads(t, address+"?done=verified")
		fields := url.Values{"version": {seen.hidden(t, address+"/release", "version")}, "seen": {seen.hidden(t, address+"/release", "seen")}}
		again := b.verifier.post(address+"/release", fields).want(t, http.StatusConflict, "This is not what you saw.", "60%")
		fields.Set("seen", again.hidden(t, address+"/release", "seen"))
		fields.Set(again.leftOut(t), "yes")
		b.verifier.post(address+"/release", fields).leads(t, address+"?done=published")
	})
}

func TestManySamplesAreClosedAtOnceOrNone(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		one, _ := b.sample(t)
		two, _ := b.sample(t)
		value := func(address, version string) string { return strings.TrimPrefix(address, "/samples/") + "." + version }
		b.analyst.get("/work?stage=to_analyse").want(t, http.StatusOK, `value="`+value(one, "1")+`"`)
		send := func(by *reader, reason string, samples ...string) page {
			return by.post("/work/UTR/not-analysed", url.Values{"samples": samples, "reason": {reason}, "stage": {"to_analyse"}})
		}
		send(b.analyst, "capacity").want(t, http.StatusUnprocessableEntity, "Choose at least one sample.")
		send(b.analyst, "", value(one, "1")).want(t, http.StatusUnprocessableEntity, `href="#field-reason"`, "checked")
		send(b.analyst, "capacity", value(one, "1"), value(two, "9")).
			want(t, http.StatusConflict, "UTR-2025-00002: Somebody else has changed this meanwhile").lacks(t, "UTR-2025-00001:")
		b.analyst.get(one).want(t, http.StatusOK, "registered")
		send(b.elsewhere, "capacity", value(one, "1")).want(t, http.StatusNotFound)
		send(b.analyst, "capacity", value(one, "1"), value(two, "1")).want(t, http.StatusOK, "2 samples are closed as not analysed", "Undo")
		b.analyst.get("/work?stage=not_analysed").want(t, http.StatusOK, "UTR-2025-00001", "UTR-2025-00002")
		send(b.second, "capacity", value(one, "1")).want(t, http.StatusConflict, "UTR-2025-00001: ") // nothing is left to choose from
	})
}

func TestAllThatIsVerifiedIsReleasedAtOnce(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		var addresses []string
		for range 2 {
			address, _ := b.sample(t)
			addresses = append(addresses, address)
			b.verifier.post(b.entered(t, b.analyst, address)+"/verify", url.Values{"version": {"1"}}).leads(t, address+"?done=verified")
		}
		list := b.verifier.get("/work/UTR/publish").want(t, http.StatusOK, "UTR-2025-00001", "UTR-2025-00002", "confirmed", "Nothing unexpected seen")
		var values []string
		for _, m := range regexp.MustCompile(`name="samples" value="([^"]+)"`).FindAllStringSubmatch(list.body, -1) {
			values = append(values, m[1])
		}
		b.verifier.post(addresses[1]+"/exclusion", url.Values{"version": {"2"}, "excluded_reason": {"duplicate"}}).leads(t, addresses[1]+"?done=excluded")
		b.verifier.post("/work/UTR/publish", url.Values{"samples": values}).
			want(t, http.StatusOK, "Released: 1.", "Somebody else has changed this meanwhile")
		b.verifier.get(addresses[0]).want(t, http.StatusOK, "Released by verifier")
		b.verifier.get(addresses[1]).want(t, http.StatusOK, "Nothing has been released yet.", "duplicate")
	})
}

// TestWhatContradictsIsSaidBeforeItIsReleased: on the page of one in words, and among many
// by leaving it unticked.
func TestWhatContradictsIsSaidBeforeItIsReleased(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		analysed := func(amount string) string {
			address, _ := b.sample(t)
			for _, typed := range []url.Values{b.typed("79,5"), b.typed(amount)} {
				b.analyst.post(address+"/analyses/new", typed).leads(t, address+"?done=entered")
				analysis := analysisAddress.FindString(b.analyst.get(address).body)
				b.verifier.post(analysis+"/verify", url.Values{"version": {"1"}}).leads(t, address+"?done=verified")
			}
			return address
		}
		apart, near := analysed("60"), analysed("72")
		b.verifier.get(apart+"/release").want(t, http.StatusOK,
			"The analyses contradict each other.", "ketamine: GC-MS, Lab (4 February 2025): 79.5% base; GC-MS, Lab (4 February 2025): 60% base.",
			"ketamine: the amounts are apart.", "mark the one to report")
		b.verifier.get(near+"/release").want(t, http.StatusOK).lacks(t, "contradict each other")

		b.verifier.get("/work/UTR/publish").want(t, http.StatusOK, strings.TrimPrefix(near, "/samples/")).lacks(t, strings.TrimPrefix(apart, "/samples/"))
		b.verifier.post(near+"/release", url.Values{}).want(t, http.StatusConflict)

		seen := b.verifier.get(apart + "/release")
		mark := regexp.MustCompile(`action="(`+apart+`/analyses/[^"]+/report)"`).FindAllStringSubmatch(seen.body, -1)
		if len(mark) != 2 {
			t.Fatalf("%d analyses can be marked, want two", len(mark))
		}
		b.analyst.post(mark[1][1], url.Values{"version": {"2"}, "reported": {"yes"}}).want(t, http.StatusForbidden)
		b.verifier.post(mark[1][1], url.Values{"version": {"2"}, "reported": {"yes"}}).leads(t, apart+"/release?done=reported")
		seen = b.verifier.get(apart+"/release").want(t, http.StatusOK, "Left out of this result", "ketamine: 79.5% base (GC-MS, Lab).", "is marked as the one to report")
		form := url.Values{"version": {seen.hidden(t, apart+"/release", "version")}, "seen": {seen.hidden(t, apart+"/release", "seen")}}
		b.verifier.post(apart+"/release", form).want(t, http.StatusUnprocessableEntity, "This finding is left out: tick that it is")
		form.Set(seen.leftOut(t), "yes")
		b.verifier.post(apart+"/release", form).leads(t, apart+"?done=published")
	})
}

// TestAResultIsTakenBackByALinkOfItsOwn: for who may, and while it stands.
func TestAResultIsTakenBackByALinkOfItsOwn(t *testing.T) {
	b := newBench(t, oneSite(t))
	address := b.released(t)
	link := `href="` + address + `/release?withdraw=yes#field-withdrawal_reason_code">Withdraw the result</a>`
	b.verifier.get(address).want(t, http.StatusOK, link)
	for _, by := range []*reader{b.analyst, b.intake, b.coordinator} {
		by.get(address).want(t, http.StatusOK).lacks(t, link)
	}
	b.verifier.get(address+"/release").want(t, http.StatusOK, `<details id="withdraw"><summary>`)
	b.verifier.get(address+"/release?withdraw=yes").want(t, http.StatusOK, `<details id="withdraw" open><summary>`)
	b.withdraw(t, address).leads(t, address+"?done=withdrawn")
	b.verifier.get(address).want(t, http.StatusOK).lacks(t, link)
}

// TestWhatSaysNothingIsNoRow: of what was confirmed as right people read the field, and of a
// change of the program's own bookkeeping nothing.
func TestWhatSaysNothingIsNoRow(t *testing.T) {
	b := newBench(t, oneSite(t))
	address, _ := b.sample(t) // which confirms its day of receipt
	b.intake.get(address).want(t, http.StatusOK, "<dt>Confirmed as right</dt><dd>Received on</dd>").lacks(t, "<dd></dd>")
	analysis := b.entered(t, b.analyst, address)
	b.second.post(analysis, b.typed("77", "version", "1")).leads(t, address+"?done=changed")
	stale := b.verifier.post(analysis+"/verify", url.Values{"version": {"1"}}).want(t, http.StatusConflict, "79.5%", "77%")
	if empty := regexp.MustCompile(`</th><td></td><td></td>`).FindString(stale.body); empty != "" {
		t.Errorf("a row says nothing:\n%s", stale.body)
	}
}

// TestAnAmendmentIsNotReleasedWithOthers: it asks for a reason, which visitors read.
func TestAnAmendmentIsNotReleasedWithOthers(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		amended, _ := b.sample(t)
		b.published(t, amended, b.entered(t, b.analyst, amended))
		b.second.post(amended+"/analyses/new", b.typed("60")).leads(t, amended+"?done=entered")
		all := analysisAddress.FindAllString(b.second.get(amended).body, -1)
		b.verifier.post(all[0]+"/verify", url.Values{"version": {"1"}, "reported": {"yes"}}).leads(t, amended+"?done=verified")
		first, _ := b.sample(t)
		b.verifier.post(b.entered(t, b.analyst, first)+"/verify", url.Values{"version": {"1"}}).leads(t, first+"?done=verified")
		b.verifier.get("/work/UTR/publish").want(t, http.StatusOK, "UTR-2025-00002", "1 result needs a look of its own").lacks(t, "UTR-2025-00001")
	})
}

// TestReleasingAllFailsWhereNothingCanBeRead: that is no result for a closer look.
func TestReleasingAllFailsWhereNothingCanBeRead(t *testing.T) {
	b := newBench(t, oneSite(t))
	address, _ := b.sample(t)
	b.verifier.post(b.entered(t, b.analyst, address)+"/verify", url.Values{"version": {"1"}}).leads(t, address+"?done=verified")
	pool := storetest.Pool(t, b.config)
	defer pool.Close()
	if _, err := pool.ExecContext(t.Context(), "ALTER TABLE findings RENAME TO lost"); err != nil {
		t.Fatal(err)
	}
	b.verifier.get("/work/UTR/publish").want(t, http.StatusInternalServerError).lacks(t, "look of")
}

func TestTheLaboratorySeesWhatIsInTheSampleAndNoMore(t *testing.T) {
	b := newBench(t, oneSite(t))
	address, _ := b.sample(t, func(x *lab.Sample) {
		x.Price = lab.Price{Amount: 25_000, Currency: "EUR", Quantity: 1000, Unit: lab.Gram}
		x.Notes, x.Effects, x.Colours = "told us in confidence", lab.Codes{"nausea"}, lab.Codes{"white"}
	})
	b.intake.get(address).want(t, http.StatusOK, "25 EUR / 1 gram", "told us in confidence", "nausea", "white")
	b.analyst.get(address).want(t, http.StatusOK, "white", "not shown to your role").lacks(t, "25 EUR", "told us in confidence", "nausea")
}

func TestEveryViewOfARecordIsNoted(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, sample := b.sample(t)
		analysis := b.entered(t, b.analyst, address)
		views := func() (seen []string) {
			for _, v := range must(x.store.Views(t.Context(), b.actors["verifier"], sample.Key)) {
				seen = append(seen, v.Name+" "+string(v.Purpose))
			}
			return seen
		}
		before := views()
		b.second.post(analysis+"/question", url.Values{"version": {"1"}, "question": {"Which vial?"}}).leads(t, address+"?done=asked")
		b.analyst.post(analysis, b.typed("79,5", "version", "1", "answer", "This.")).leads(t, address+"?done=changed")
		if after := views(); !slices.Equal(before, after) { // whoever asked was shown the form before, and nothing now
			t.Errorf("a question that was sent counts as a view: %q", after)
		}
		b.second.post(analysis+"/verify", url.Values{"version": {"0"}}).want(t, http.StatusConflict, "79.5") // what changed since then
		if after := views(); len(after) != len(before)+1 || !strings.HasSuffix(after[len(after)-1], " verification") {
			t.Errorf("values are told of a record, and no view is noted: %q", after)
		}
		b.verifier.get(analysis+"/verify").want(t, http.StatusOK, "79.5")
		b.verifier.post(analysis+"/verify", url.Values{"version": {"2"}}).leads(t, address+"?done=verified")
		b.verifier.get(address+"/release").want(t, http.StatusOK, "79.5")
		b.coordinator.get(address)
		b.intake.get(address + "/read-out")
		seen := views()
		for _, want := range []string{"analyst analysis", "verifier verification", "verifier release", "coordinator audit", "intake read_out"} {
			if !strings.Contains(strings.Join(seen, "\n"), want) {
				t.Errorf("no view by %q among %q", want, seen)
			}
		}
		b.coordinator.get(address).want(t, http.StatusOK, "intake – telling the result")
	})
}

func TestAWorklistIsNarrowed(t *testing.T) {
	b := newBench(t, oneSite(t))
	b.sample(t)
	b.analyst.get("/work?product=ketamine&age=14").want(t, http.StatusOK, "UTR-2025-00001")
	b.analyst.get("/work?age=90").want(t, http.StatusOK, "Nothing waits here.")
	b.analyst.get("/work?product=nonsense").want(t, http.StatusOK, "is not a product of the dictionary", `href="#field-product"`)
	b.analyst.get("/work?service=AMS").want(t, http.StatusOK, "UTR-2025-00001")
}

func TestAnAdministratorAddsAMethodWithItsScope(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		administrator := x.staff(t, storetest.Person(t, x.store, "administrator", 0, lab.Administrator))
		b.analyst.get("/methods/new").want(t, http.StatusForbidden)
		fields := url.Values{
			"kind": {"lc_ms"}, "level": {"confirmatory"}, "quantifies": {"yes"}, "scope.0.substance": {"nonsense"}, "scope.0.loq": {"0,5"}, "scope.0.unit": {"%"},
		}
		administrator.post("/methods/new", fields).want(t, http.StatusUnprocessableEntity, `href="#field-lab"`, `href="#field-scope.0.substance"`, `value="0,5"`)
		storetest.Benches(t, x.store, "Lab Noord")
		fields.Set("lab", "LAB3")
		fields.Set("scope.0.substance", "ketamine")
		administrator.post("/methods/new", fields).leads(t, "/methods?done=method")
		b.analyst.get("/methods").want(t, http.StatusOK, "LC-MS, Lab Noord", "0.5%", "sees 1 listed substance").lacks(t, "/methods/new")
		fields.Set("level", "preliminary")
		administrator.post("/methods/new", fields).want(t, http.StatusUnprocessableEntity, "another level or scope", `href="#field-version"`)
	})
}

func TestTheLaboratoryWorksInDutch(t *testing.T) {
	b := newBench(t, oneSite(t))
	address, _ := b.sample(t)
	analysis := b.entered(t, b.analyst, address)
	b.verifier.lang, b.analyst.lang = "nl", "nl"
	b.analyst.get("/work?stage=to_verify").want(t, http.StatusOK, "Te verifiëren", "Verkocht als", `lang="nl"`)
	b.analyst.get(address).want(t, http.StatusOK, "79,5", "Bevindingen", "Ingevoerd door analyst", "geregistreerd")
	b.analyst.get(analysis).want(t, http.StatusOK, "Analyse wijzigen", `value="79,5"`)
	b.verifier.get(analysis+"/verify").want(t, http.StatusOK, "Analyse verifiëren", "Terugsturen met een vraag")
	b.verifier.get(address+"/release").want(t, http.StatusOK, "Uitslag vrijgeven")
	b.analyst.get("/methods").want(t, http.StatusOK, "Methodes", "open bereik")
}
