package lab_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
)

// heldBench is the real dictionary, in which cases are told by names.
type heldBench struct {
	*testing.T
	*lab.Dictionary
}

func newHeldBench(t *testing.T) *heldBench {
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range newMethods() {
		d.Methods[m.ID] = m
	}
	d.Methods[strip].Scope = []lab.MethodScope{{MethodID: strip, SubstanceID: 901}}
	return &heldBench{t, d}
}

func (b *heldBench) id(name string) lab.SubstanceID {
	b.Helper()
	s, _, known := b.FindSubstance(name)
	if !known {
		b.Fatalf("there is no %s", name)
	}
	return s.ID
}

// sold is a sample of what it was sold as, in analysis, with what was found in it.
func (b *heldBench) sold(as string, form lab.Form, evidence ...lab.Evidence) *lab.File {
	b.Helper()
	x := newSample(func(s *lab.Sample) { s.State, s.Form, s.ProductID = lab.InAnalysis, form, 0 })
	p, known := b.FindProduct(as)
	if !known {
		b.Fatalf("there is no %s", as)
	}
	x.ProductID = p.ID
	return file(x, p.Expected(), evidence)
}

// run is an analysis that is only entered, at so many minutes past noon: "MDMA 80 mg, PMMA identified".
func (b *heldBench) run(method lab.MethodID, minute int, said string) lab.Evidence {
	b.Helper()
	var findings []lab.Finding
	for part := range strings.SplitSeq(said, ", ") {
		if part == "" {
			continue
		}
		words := strings.Fields(part)
		last := words[len(words)-1]
		if last == "mg" || last == "%" {
			amount, err := lab.ParseAmount(words[len(words)-2], last)
			if err != nil {
				b.Fatal(err)
			}
			findings = append(findings, lab.Finding{SubstanceID: b.id(strings.Join(words[:len(words)-2], " ")), Detection: lab.Quantified, Amount: amount, Basis: lab.BasisBase})
			continue
		}
		findings = append(findings, finding(b.id(strings.Join(words[:len(words)-1], " ")), lab.Detection(last)))
	}
	e := verified(b.Dictionary, method, findings...)
	a := &e.Analysis
	a.ID, a.State, a.Signature, a.EnteredBy, a.VerifiedBy, a.TouchedBy = lab.ID{5, byte(method), byte(minute)}, lab.Entered, "", enterer, 0, "3"
	a.EnteredAt = after(minute)
	return e
}

func after(minutes int) lab.Instant {
	return lab.At(noon.Time().Add(time.Duration(minutes) * time.Minute))
}

// signed lets somebody else verify all analyses of the file, at so many minutes past noon.
func (b *heldBench) signed(f *lab.File, minute int) *lab.File {
	b.Helper()
	signed := f.Clone()
	for i := range signed.Evidence {
		a := &signed.Evidence[i].Analysis
		if a.State != lab.Entered {
			continue
		}
		if err := a.Verify(person(other, lab.Verifier), after(minute), nil); err != nil {
			b.Fatal(err)
		}
	}
	return signed
}

// told is the file with the next version of its result, at so many minutes past noon.
func (b *heldBench) told(f *lab.File, minute int, at func(*lab.File, lab.Why) (*lab.Publication, error)) *lab.File {
	b.Helper()
	p, err := at(f, lab.Because("en", "a reason"))
	if err != nil {
		b.Fatal(err)
	}
	p.ID, p.PublishedAt = lab.ID{5, 9, byte(minute)}, after(minute)
	then, err := f.Followed(p, person(other, lab.Verifier))
	if err != nil {
		b.Fatal(err)
	}
	b.Settle(f, then)
	return then
}

// held says for what the sample is held: "extreme protonitazene, unexpected PMMA".
func (b *heldBench) held(f *lab.File) string {
	var said []string
	for _, r := range b.Held(f) {
		text := string(r.Kind)
		if s := b.Substances[r.SubstanceID]; s != nil {
			text += " " + s.Name
		}
		if !slices.Contains(said, text) {
			said = append(said, text)
		}
	}
	return strings.Join(said, ", ")
}

func (b *heldBench) wants(f *lab.File, want string) {
	b.Helper()
	if got := b.held(f); got != want {
		b.Errorf("held for %q, want %q", got, want)
	}
	if (want == "") != b.HeldSince(f).IsZero() {
		b.Errorf("held for %q since %q", want, b.HeldSince(f))
	}
}

// limit sets the alert limit of MDMA in every dosed form.
func (b *heldBench) limit(mg string, basis lab.Basis) {
	b.Helper()
	amount, err := lab.ParseAmount(mg, "mg")
	if err != nil {
		b.Fatal(err)
	}
	b.SetAlertLimits([]lab.AlertLimit{{SubstanceID: b.id("MDMA"), Version: 1, Amount: amount, Basis: basis, Source: "the country's own"}})
}

// Each answer was worked out by hand from the rules before there was a program.
func TestWhatIsHeldAtTheBench(t *testing.T) {
	for _, test := range []struct {
		name, sold string
		form       lab.Form
		found      string // by GC-MS
		limit      string
		want       string
	}{
		{"a trace of a nitazene in heroin", "heroin", lab.Powder, "heroin 40 %, protonitazene trace", "", "extreme protonitazene"},
		{"a nitazene that is only indicated", "heroin", lab.Powder, "heroin 40 %, protonitazene indicated", "", "extreme protonitazene"},
		{"a nitazene, which one is not known", "heroin", lab.Powder, "heroin 40 %, nitazene indicated", "", "extreme unspecified nitazene"},
		{"fentanyl that was sold as fentanyl", "fentanyl", lab.Powder, "fentanyl 4 %", "", "extreme fentanyl"},
		{"PMMA in a tablet", "ecstasy", lab.Tablet, "MDMA 80 mg, PMMA 60 mg", "", "unexpected PMMA"},
		{"a trace of PMMA", "ecstasy", lab.Tablet, "MDMA 80 mg, PMMA trace", "", "unexpected PMMA"},
		{"heroin that was expected, with what comes along", "heroin", lab.Powder, "heroin 40 %, 6-MAM 3 %, morphine trace", "", ""},
		{"what comes along with heroin in cocaine", "cocaine", lab.Powder, "cocaine 80 %, 6-MAM trace", "", "unexpected 6-MAM"},
		{"a cut of raised danger", "cocaine", lab.Powder, "cocaine 80 %, levamisole 5 %", "", ""},
		{"nothing dangerous", "ecstasy", lab.Tablet, "MDMA 80 mg, caffeine 20 mg", "", ""},
		{"a strong tablet, where nobody has set a limit", "ecstasy", lab.Tablet, "MDMA 316 mg", "", ""},
		{"above the limit", "ecstasy", lab.Tablet, "MDMA 316 mg", "300", "above_limit MDMA"},
		{"at the limit", "ecstasy", lab.Tablet, "MDMA 300 mg", "300", ""},
		{"below the limit", "ecstasy", lab.Tablet, "MDMA 299 mg", "300", ""},
		{"a powder has no limit of tablets", "MDMA", lab.Crystal, "MDMA 80 %", "300", ""},
		{"what was expected was not found, nor anything else", "heroin", lab.Powder, "heroin not_detected", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newHeldBench(t)
			if test.limit != "" {
				b.limit(test.limit, lab.BasisBase)
			}
			f := b.sold(test.sold, test.form, b.run(gcms, 1, test.found))
			b.wants(f, test.want)
			b.wants(b.signed(f, 5), test.want) // verified and not told it waits no less
		})
	}
}

// Where nobody knows what to expect, all that was found is unexpected.
func TestAnythingHighIsHeldWhereNothingIsExpected(t *testing.T) {
	b := newHeldBench(t)
	f := b.sold("heroin", lab.Powder, b.run(gcms, 1, "diazepam 10 mg, caffeine identified"))
	f.Expected, f.Sample.ProductID = nil, 0
	b.wants(f, "unexpected diazepam")
	f.Expected = []lab.Expected{{Class: "benzodiazepine"}}
	b.wants(f, "")
	f.Evidence = []lab.Evidence{b.run(gcms, 1, "benzodiazepine indicated")} // it may be what was expected
	f.Expected = []lab.Expected{substance(b.id("diazepam"))}
	b.wants(f, "")
}

// A by-product of another product's making, or what a product is known to be cut with, is
// held.
func TestOnlyTheProductsOwnByProductsAreForeseen(t *testing.T) {
	b := newHeldBench(t)
	f := b.sold("heroin", lab.Powder, b.run(gcms, 1, "heroin 40 %, 6-MAM 3 %"))
	b.wants(f, "")
	p := *b.Products[f.Sample.ProductID]
	p.Substances = slices.Clone(p.Substances)
	for i := range p.Substances {
		if p.Substances[i].SubstanceID == lab.Optional(b.id("6-MAM")) {
			p.Substances[i].Role = lab.RoleAdulterant
		}
	}
	b.Products[p.ID] = &p
	b.wants(f, "unexpected 6-MAM")
}

// What nobody has reviewed is of high danger by precaution.
func TestAnUnreviewedSubstanceIsHeld(t *testing.T) {
	b := newHeldBench(t)
	s, err := b.AddSubstance("noveltybromazine")
	if err != nil {
		t.Fatal(err)
	}
	b.wants(b.sold("ecstasy", lab.Tablet, b.run(gcms, 1, "MDMA 80 mg, noveltybromazine trace")), "unexpected "+s.Name)
}

func TestWhatIsRetractedOrSetAsideHoldsNothing(t *testing.T) {
	b := newHeldBench(t)
	f := b.sold("heroin", lab.Powder, b.run(gcms, 1, "heroin 40 %, protonitazene trace"))
	f.Evidence[0] = retracted(f.Evidence[0])
	b.wants(f, "")
	f = b.signed(b.sold("heroin", lab.Powder, b.run(gcms, 1, "heroin 40 %, protonitazene trace")), 2)
	aside := f.Clone()
	if err := aside.Evidence[0].SetAside(person(other, lab.Verifier), lab.Aside{SubstanceID: b.id("protonitazene"), Why: lab.FinerRepeat}); err != nil {
		t.Fatal(err)
	}
	b.wants(aside, "")
	told := b.told(aside, 3, b.Publish)
	b.wants(told, "")
	told.Evidence = f.Evidence // it stands again, and was told as left out
	b.wants(told, "extreme protonitazene")
	b.wants(f, "extreme protonitazene")
	for _, state := range []lab.SampleState{lab.Rejected, lab.NotAnalysed} {
		f.Sample.State = state
		b.wants(f, "")
	}
}

// A strip says nitazene and a laboratory sees none: the one is left out only by who ticks it.
func TestAContradictionAboutADangerIsHeld(t *testing.T) {
	b := newHeldBench(t)
	f := b.signed(b.sold("heroin", lab.Powder, b.run(strip, 1, "nitazene indicated")), 2)
	f = b.told(f, 3, b.Publish)
	b.wants(f, "")
	finer := b.run(targeted, 30, "")
	b.Methods[targeted].Scope = append(b.Methods[targeted].Scope, lab.MethodScope{MethodID: targeted, SubstanceID: 901})
	f.Evidence = append(f.Evidence, finer)
	b.wants(f, "contradiction unspecified nitazene")
	if since := b.HeldSince(f); since != after(30) {
		t.Errorf("held since %s, when the other was entered: %s", since, after(30))
	}
	b.wants(b.signed(f, 31), "contradiction unspecified nitazene")
	b.wants(b.told(b.signed(f, 31), 32, b.Publish), "")
}

// What is told holds nothing; what is taken back was seen, and what is found after that is new.
func TestWhatWasToldHoldsNothing(t *testing.T) {
	b := newHeldBench(t)
	f := b.told(b.signed(b.sold("heroin", lab.Powder, b.run(gcms, 1, "heroin 40 %, protonitazene trace")), 2), 3, b.Publish)
	b.wants(f, "")
	more := f.Clone()
	more.Evidence = append(more.Evidence, b.run(ftir, 20, "heroin identified, caffeine identified"))
	b.wants(b.signed(more, 21), "") // something else is new, and the nitazene is told
	worse := f.Clone()
	worse.Evidence = append(worse.Evidence, b.run(ftir, 20, "heroin identified, fentanyl identified"))
	b.wants(worse, "extreme fentanyl")
	if since := b.HeldSince(worse); since != after(20) {
		t.Errorf("held since %s, not when the new one was entered: %s", since, after(20))
	}
	back := b.told(f, 40, func(f *lab.File, why lab.Why) (*lab.Publication, error) { return f.Withdraw(why) })
	b.wants(back, "")
	again := back.Clone()
	again.Evidence = append(again.Evidence, b.run(targeted, 50, "protonitazene trace"))
	b.wants(again, "extreme protonitazene")
}

// A result is not released that is silent on a danger which somebody has entered: neither by
// whoever has not seen it, nor by whoever wants to wait.
func TestAResultThatIsSilentOnADangerIsNotReleased(t *testing.T) {
	b := newHeldBench(t)
	b.limit("150", lab.BasisBase)
	for name, test := range map[string]struct {
		sold    string
		form    lab.Form
		entered lab.Evidence
		refused bool
	}{
		"a nitazene beside heroin":         {"heroin", lab.Powder, b.run(targeted, 20, "protonitazene trace"), true},
		"a danger that was not expected":   {"ecstasy", lab.Tablet, b.run(gcms, 20, "MDMA identified, PMMA trace"), true},
		"a dose above the limit":           {"ecstasy", lab.Tablet, b.run(targeted, 20, "MDMA 180 mg"), true},
		"a dose below it":                  {"ecstasy", lab.Tablet, b.run(targeted, 20, "MDMA 140 mg"), false},
		"a substance of less danger":       {"ecstasy", lab.Tablet, b.run(gcms, 20, "MDMA identified, caffeine identified"), false},
		"the danger that the result tells": {"fentanyl", lab.Powder, b.run(targeted, 20, "fentanyl identified"), false},
		"another than the result tells":    {"fentanyl", lab.Powder, b.run(targeted, 20, "fentanyl identified, protonitazene trace"), true},
	} {
		first := map[string]string{"heroin": "heroin identified", "ecstasy": "MDMA identified", "fentanyl": "fentanyl identified"}[test.sold]
		f := b.signed(b.sold(test.sold, test.form, b.run(ftir, 1, first)), 2)
		f.Evidence = append(f.Evidence, test.entered)
		f = b.settled(f)
		_, err := b.Publish(f, lab.Why{})
		if test.refused != (err != nil) {
			t.Errorf("%s: %v", name, err)
		}
		if !test.refused {
			continue
		}
		if _, err := b.PublishHeld(f, lab.Why{}); err != nil {
			t.Errorf("%s at once: %v", name, err)
		}
		gone := f.Clone()
		gone.Evidence[1] = retracted(gone.Evidence[1])
		for done, after := range map[string]*lab.File{"verified": b.signed(f, 40), "retracted": gone} {
			if _, err := b.Publish(after, lab.Why{}); err != nil {
				t.Errorf("%s, %s: %v", name, done, err)
			}
		}
	}
}

// A result that is released at once stays held until a second person has verified it.
func TestReleasedAtOnce(t *testing.T) {
	b := newHeldBench(t)
	f := b.sold("heroin", lab.Powder, b.run(gcms, 1, "heroin 40 %, protonitazene trace"))
	b.Settle(f, f)
	first := b.told(f, 10, b.PublishHeld)
	p := first.Latest()
	if p.Kind != lab.PreliminaryResult || p.Result.Level != lab.Preliminary || !p.Result.BeingConfirmed || p.Outcome == lab.OutcomeInconclusive ||
		!slices.Equal(p.Result.Signatures, []lab.Signature{lab.OneSignature}) || len(p.Result.Findings) != 2 || p.Result.Findings[0].Level != lab.Preliminary {
		t.Errorf("released at once: %+v", p)
	}
	if a := first.Evidence[0].Analysis; a.State != lab.Entered || a.VerifiedBy != 0 || first.Sample.State != lab.InAnalysis || b.Stage(first) != lab.StageToVerify {
		t.Errorf("the analysis is %s, the sample %s", a.State, b.Stage(first))
	}
	b.wants(first, "extreme protonitazene, being_confirmed")
	if first.Sample.HeldSince != after(1) {
		t.Errorf("held since %s", first.Sample.HeldSince)
	}
	var refused *lab.MoveError
	if _, err := b.PublishHeld(first, lab.Why{}); !errors.As(err, &refused) {
		t.Errorf("released at once twice: %v", err)
	}
	if b.ConfirmedBy(first, first.Evidence[0].Analysis.ID, person(enterer, lab.Verifier), after(20)) {
		t.Error("who entered it confirms it")
	}
	if !b.ConfirmedBy(first, first.Evidence[0].Analysis.ID, person(other, lab.Verifier), after(20)) {
		t.Error("a second person cannot confirm it")
	}
	confirmed := b.told(b.signed(first, 20), 20, b.Publish)
	if p := confirmed.Latest(); p.Kind != lab.ConfirmedResult || p.Result.BeingConfirmed || p.Result.Level != lab.Confirmatory {
		t.Errorf("confirmed: %+v", p)
	}
	b.wants(confirmed, "")
}

// Where the analysis says something else in the end, nothing is confirmed by the way.
func TestWhatSaysSomethingElseIsNotConfirmed(t *testing.T) {
	b := newHeldBench(t)
	first := b.told(b.settled(b.sold("heroin", lab.Powder, b.run(gcms, 1, "heroin 40 %, protonitazene trace"))), 10, b.PublishHeld)
	id := first.Evidence[0].Analysis.ID
	other := person(other, lab.Verifier)
	changed := first.Clone()
	changed.Evidence[0].Findings = b.run(gcms, 1, "heroin 40 %").Findings
	if b.ConfirmedBy(changed, id, other, after(20)) {
		t.Error("a result without the nitazene confirms the one with it")
	}
	b.wants(changed, "being_confirmed") // the visitor still reads of it
	beside := first.Clone()
	beside.Evidence = append(beside.Evidence, b.run(ftir, 15, "heroin identified"))
	if b.ConfirmedBy(beside, id, other, after(20)) {
		t.Error("it is confirmed while another analysis waits")
	}
	taken := first.Clone()
	taken.Evidence[0] = retracted(taken.Evidence[0])
	b.wants(taken, "unconfirmed")
	if stage := b.Stage(taken); stage != lab.StageToPublish {
		t.Errorf("what has lost what it rests on is on %s", stage)
	}
}

func (b *heldBench) settled(f *lab.File) *lab.File {
	b.Settle(f, f)
	return f
}

// What is not held, or verified, goes out as others do.
func TestOnlyWhatIsHeldIsReleasedAtOnce(t *testing.T) {
	b := newHeldBench(t)
	harmless := b.settled(b.sold("ecstasy", lab.Tablet, b.run(gcms, 1, "MDMA 80 mg")))
	verifiedByNow := b.signed(b.sold("heroin", lab.Powder, b.run(gcms, 1, "protonitazene trace")), 2)
	for name, f := range map[string]*lab.File{"what is not held": harmless, "what is verified": b.settled(verifiedByNow)} {
		if _, err := b.PublishHeld(f, lab.Because("en", "a reason")); err == nil {
			t.Errorf("%s is released at once", name)
		}
		if lab.Allowed(person(other, lab.Verifier), f).Has(lab.PublishHeld, f.Sample.ID) {
			t.Errorf("%s can be released at once", name)
		}
	}
	held := b.settled(b.sold("heroin", lab.Powder, b.run(gcms, 1, "protonitazene trace")))
	for _, test := range []struct {
		role lab.UserRole
		want bool
	}{{lab.Verifier, true}, {lab.Laboratory, false}, {lab.Intake, false}, {lab.Coordinator, false}, {lab.Administrator, false}, {lab.DataAnalyst, false}} {
		if got := lab.Allowed(person(enterer, test.role), held).Has(lab.PublishHeld, held.Sample.ID); got != test.want {
			t.Errorf("%s may release it at once: %t", test.role, got)
		}
	}
}

// What was told at once is not taken back at once: a danger that the analysis lost since stays
// told until a second person has signed, and another danger amends it and says why.
func TestADangerToldAtOnceIsNotTakenBackAtOnce(t *testing.T) {
	b := newHeldBench(t)
	first := b.told(b.settled(b.sold("ecstasy", lab.Powder, b.run(gcms, 1, "MDMA 80 %, PMMA 60 %"))), 10, b.PublishHeld)
	lost := first.Clone()
	lost.Evidence[0].Findings = b.run(gcms, 1, "MDMA 80 %").Findings
	lost = b.settled(lost)
	if _, err := b.NextHeld(lost); err == nil {
		t.Error("a result without the PMMA goes out on one signature")
	}
	if _, err := b.PublishHeld(lost, lab.Because("en", "typed wrongly")); err == nil {
		t.Error("a result without the PMMA is released at once")
	}
	b.wants(lost, "being_confirmed")
	other := first.Clone()
	other.Evidence[0].Findings = b.run(gcms, 1, "MDMA 80 %, protonitazene trace").Findings
	other = b.settled(other)
	if _, err := b.PublishHeld(other, lab.Why{}); err == nil {
		t.Error("another danger is told without saying why")
	}
	if p, err := b.PublishHeld(other, lab.Because("en", "typed wrongly")); err != nil || p.Kind != lab.AmendedResult || !p.Result.BeingConfirmed {
		t.Errorf("another danger: %+v, %v", p, err)
	}
}

// After a version that says something else, or was confirmed, one that is released at once
// amends it, and says why.
func TestReleasedAtOnceAfterAnother(t *testing.T) {
	b := newHeldBench(t)
	f := b.told(b.signed(b.sold("heroin", lab.Powder, b.run(ftir, 1, "heroin identified")), 2), 3, b.Publish)
	f.Evidence = append(f.Evidence, b.run(gcms, 20, "heroin 40 %, protonitazene trace"))
	f = b.settled(f)
	if _, err := b.PublishHeld(f, lab.Why{}); err == nil {
		t.Error("a nitazene is added without a reason")
	}
	if p, err := b.PublishHeld(f, lab.Because("en", "a finer test")); err != nil || p.Kind != lab.AmendedResult || p.Version != 2 {
		t.Errorf("after a preliminary one: %+v, %v", p, err)
	}
	f = b.told(b.signed(b.sold("heroin", lab.Powder, b.run(gcms, 1, "heroin 40 %")), 2), 3, b.Publish)
	f.Evidence = append(f.Evidence, b.run(targeted, 20, "protonitazene trace"))
	f = b.settled(f)
	_, err := b.PublishHeld(f, lab.Why{})
	wantFields(t, err, "reason_code")
	if p, err := b.PublishHeld(f, lab.Because("en", "a nitazene was found")); err != nil || p.Kind != lab.AmendedResult || p.Reason == "" {
		t.Errorf("after a confirmed one: %+v, %v", p, err)
	}
}

// Of amounts that are apart, and of which nobody has said which is right, the largest is told.
func TestTheLargestAmountIsReleasedAtOnce(t *testing.T) {
	b := newHeldBench(t)
	f := b.settled(b.sold("ecstasy", lab.Tablet, b.run(gcms, 1, "MDMA 80 mg, PMMA 20 mg"), b.run(targeted, 2, "MDMA 90 mg, PMMA 60 mg")))
	p, err := b.PublishHeld(f, lab.Why{})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(p.Result.Findings, func(x lab.Released) bool { return x.SubstanceID == b.id("PMMA") })
	if got := p.Result.Findings[i].Amount.Value; got != 60_000_000 {
		t.Errorf("PMMA %d", got)
	}
	if len(p.Result.LeftOut) != 2 { // 80 mg of MDMA, and 20 mg of PMMA
		t.Errorf("left out: %+v", p.Result.LeftOut)
	}
}

// An analysis that is changed is entered anew; what it found waits since it was found.
func TestAChangeDoesNotShortenTheWait(t *testing.T) {
	b := newHeldBench(t)
	f := b.settled(b.sold("heroin", lab.Powder, b.run(gcms, 1, "heroin 40 %, protonitazene trace")))
	changed := f.Clone()
	changed.Evidence[0].Findings = b.run(gcms, 1, "heroin 45 %, protonitazene trace").Findings
	changed.Evidence[0].Analysis.EnteredAt = after(50)
	b.Settle(f, changed)
	if changed.Sample.HeldSince != after(1) {
		t.Errorf("held since %s", changed.Sample.HeldSince)
	}
	other := changed.Clone()
	other.Evidence[0].Findings = b.run(gcms, 1, "heroin 45 %, fentanyl trace").Findings
	b.Settle(changed, other)
	if other.Sample.HeldSince != after(50) {
		t.Errorf("of something new: held since %s", other.Sample.HeldSince)
	}
	none := other.Clone()
	none.Evidence[0].Findings = b.run(gcms, 1, "heroin 45 %").Findings
	b.Settle(other, none)
	if !none.Sample.HeldSince.IsZero() {
		t.Errorf("of nothing: held since %s", none.Sample.HeldSince)
	}
}
