package lab_test

import (
	"strings"
	"testing"

	"marquis/internal/lab"
)

func TestLimitsOfTheService(t *testing.T) {
	handed := func(form lab.Form, amount int64, unit lab.AmountUnit) lab.Sample {
		return lab.Sample{Form: form, ReceivedAmount: amount, ReceivedUnit: unit}
	}
	for _, test := range []struct {
		name    string
		sample  lab.Sample
		inVisit int
		want    string
	}{
		{"nothing recorded", handed(lab.Powder, 0, ""), 1, ""},
		{"just a gram", handed(lab.Powder, 1000, lab.Gram), 3, ""},
		{"a milligram more", handed(lab.Powder, 1001, lab.Gram), 1, "received_amount: This is more than 1 g."},
		{"a kilogram", handed(lab.Rock, 1_000_000, lab.Gram), 1, "received_amount: This is more than 1 g."},
		{"just ten millilitres", handed(lab.Liquid, 10_000, lab.Millilitre), 1, ""},
		{"more", handed(lab.Liquid, 10_001, lab.Millilitre), 1, "received_amount: This is more than 10 ml."},
		{"a tablet", handed(lab.Tablet, 1000, lab.Piece), 1, ""},
		{"five tablets", handed(lab.Tablet, 5000, lab.Piece), 1, ""},
		{"half a tablet", handed(lab.Tablet, 500, lab.Piece), 1, "received_amount: The tablet is not whole."},
		{"one and a half", handed(lab.Tablet, 1500, lab.Piece), 1, "received_amount: The tablet is not whole."},
		{"a tablet without amount", handed(lab.Tablet, 0, ""), 1, ""},
		{"crumbs of a tablet", handed(lab.Tablet, 200, lab.Gram), 1, "received_unit: A tablet that is weighed and not counted is not whole."},
		{"half a capsule", handed(lab.Capsule, 500, lab.Piece), 1, ""},
		{"the fourth of a visit", handed(lab.Powder, 1000, lab.Gram), 4, "visit_id: These are more than 3 samples in one visit."},
		{"everything", handed(lab.Tablet, 2000, lab.Gram), 4, "received_amount: This is more than 1 g.; " +
			"received_unit: A tablet that is weighed and not counted is not whole.; visit_id: These are more than 3 samples in one visit."},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := (lab.Counter{}).Limits(&test.sample, test.inVisit).Error(); got != test.want {
				t.Errorf("%q", got)
			}
			if beyond := test.want != ""; beyond != ((lab.Counter{}).CheckLimits(&test.sample, test.inVisit) != nil) {
				t.Errorf("check: %v", lab.Counter{}.CheckLimits(&test.sample, test.inVisit))
			}
			test.sample.Overruled = "the only one of its kind"
			wantFields(t, lab.Counter{}.CheckLimits(&test.sample, test.inVisit))
		})
	}
	s := handed(lab.Powder, 2000, lab.Gram)
	s.Overruled = " \t\n"
	wantFields(t, lab.Counter{}.CheckLimits(&s, 1), "overruled")
	wantFields(t, newSample(func(s *lab.Sample) { s.Overruled = strings.Repeat("é", 500) }).Check(today))
	wantFields(t, newSample(func(s *lab.Sample) { s.Overruled = strings.Repeat("é", 501) }).Check(today), "overruled")
}

func TestEveryFormHasItsFields(t *testing.T) {
	known := map[string]bool{}
	for _, field := range lab.FieldsOf(lab.Tablet) {
		known[field] = true
	}
	for _, form := range lab.Forms {
		fields := lab.FieldsOf(form)
		if !form.Has("colours") || !form.Has("notes") || form.Has("smoke") {
			t.Errorf("%s has not what all forms have, or what none has", form)
		}
		seen := map[string]bool{}
		for _, field := range fields {
			if !known[field] || seen[field] || !form.Has(field) {
				t.Errorf("%s: %s is unknown, twice or not had", form, field)
			}
			seen[field] = true
		}
		if !lab.AmountUnits.Has(form.Unit()) {
			t.Errorf("%s: unit %q", form, form.Unit())
		}
		if form.Dosed() != (form.Has("logo") && form.Has("width_um")) {
			t.Errorf("%s: %v", form, fields)
		}
	}
	if lab.FieldsOf("dust") != nil || lab.Form("").Has("colours") || lab.Powder.Has("logo") || lab.Powder.Has("") {
		t.Error("fields that are not had")
	}
	for form, unit := range map[lab.Form]lab.AmountUnit{lab.Tablet: lab.Piece, lab.Blotter: lab.Piece, lab.Liquid: lab.Millilitre, lab.Rock: lab.Gram} {
		if form.Unit() != unit {
			t.Errorf("%s in %s", form, form.Unit())
		}
	}
}

func TestWhoOnlyAnalysesSeesNothingOfTheVisitor(t *testing.T) {
	full := newSample(func(s *lab.Sample) {
		s.Price = lab.Price{Amount: 25_000, Currency: "EUR", Quantity: 1000, Unit: lab.Gram}
		s.AcquiredVia, s.AcquiredContext, s.Complaint, s.Overdose, s.Notes = "friend", "home", "yes", "involved", "secret"
		s.Effects, s.Logo, s.SoldAsText = lab.Codes{"nausea"}, "crown", "keta"
	})
	at := func(roles ...lab.UserRole) lab.Actor {
		a := lab.Actor{Kind: lab.KindUser, UserID: 1}
		for _, r := range roles {
			a.Memberships = append(a.Memberships, lab.Membership{ServiceID: full.ServiceID, Role: r})
		}
		return a
	}
	elsewhere := at(lab.Laboratory)
	elsewhere.Memberships = append(elsewhere.Memberships, lab.Membership{ServiceID: full.ServiceID + 1, Role: lab.Intake})
	everywhere := at(lab.Laboratory)
	everywhere.Memberships = append(everywhere.Memberships, lab.Membership{Role: lab.Verifier})
	for _, test := range []struct {
		name  string
		actor lab.Actor
		all   bool
	}{
		{"laboratory", at(lab.Laboratory), false},
		{"laboratory and administrator", at(lab.Laboratory, lab.Administrator), false},
		{"intake elsewhere", elsewhere, false},
		{"nobody", lab.Actor{}, false},
		{"intake", at(lab.Intake), true},
		{"laboratory and intake", at(lab.Laboratory, lab.Intake), true},
		{"verifier everywhere", everywhere, true},
		{"coordinator", at(lab.Coordinator), true},
		{"operator", lab.Operator("test"), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			seen := full.SeenBy(test.actor)
			hidden := lab.Differences(*full, seen)
			if test.all && len(hidden) > 0 {
				t.Errorf("does not see %v", hidden)
			}
			if !test.all && (seen.Price.Recorded() || seen.AcquiredVia+seen.AcquiredContext+seen.Complaint+seen.Overdose+seen.Notes != "" || seen.Effects != nil) {
				t.Errorf("sees %+v", seen)
			}
			if seen.Logo != "crown" || seen.SoldAsText != "keta" || seen.Key != full.Key {
				t.Error("does not see what is analysed")
			}
		})
	}
	if full.Notes != "secret" {
		t.Error("looking changed the sample")
	}
}

func TestWhoEquipsAndReceives(t *testing.T) {
	at := func(service lab.ServiceID, role lab.UserRole) lab.Actor {
		return lab.Actor{Kind: lab.KindUser, UserID: 1, Memberships: []lab.Membership{{ServiceID: service, Role: role}}}
	}
	for _, test := range []struct {
		name                     string
		actor                    lab.Actor
		equip, equipAll, receive bool
	}{
		{"operator", lab.Operator("test"), true, true, false},
		{"administrator here", at(7, lab.Administrator), true, false, false},
		{"administrator of all", at(0, lab.Administrator), true, true, false},
		{"administrator elsewhere", at(8, lab.Administrator), false, false, false},
		{"intake", at(7, lab.Intake), false, false, true},
		{"intake elsewhere", at(8, lab.Intake), false, false, false},
		{"verifier", at(7, lab.Verifier), false, false, false},
		{"nobody", lab.Actor{}, false, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := lab.MayEquip(test.actor, 7); test.equip != (err == nil) {
				t.Errorf("equip: %v", err)
			}
			if err := lab.MayEquip(test.actor, 0); test.equipAll != (err == nil) {
				t.Errorf("equip all: %v", err)
			}
			if err := lab.MayReceive(test.actor, 7); test.receive != (err == nil) {
				t.Errorf("receive: %v", err)
			}
		})
	}
}

func TestLocationMistakes(t *testing.T) {
	for _, test := range []struct {
		name   string
		x      lab.Location
		fields []string
	}{
		{"the least", lab.Location{Name: "K", Kind: "office"}, nil},
		{"Unicode", lab.Location{Name: "Café 'de Ooievaar' – 2e", Kind: "event", Region: "Fryslân"}, nil},
		{"no name", lab.Location{Name: " ", Kind: "office"}, []string{"name"}},
		{"long name", lab.Location{Name: strings.Repeat("x", 201), Kind: "office"}, []string{"name"}},
		{"control characters", lab.Location{Name: "a\x00b", Kind: "office"}, []string{"name"}},
		{"everything", lab.Location{Kind: "car", Region: "3512 PE Utrecht"}, []string{"name", "kind", "region"}},
	} {
		t.Run(test.name, func(t *testing.T) { wantFields(t, test.x.Check(), test.fields...) })
	}
}

func TestDraftMistakes(t *testing.T) {
	for content, good := range map[string]bool{
		`{}`: true, `{"form":"é☠"}`: true, `"` + strings.Repeat("x", 64<<10-2) + `"`: true, `{"nul":"\u0000"}`: true,
		``: false, `{`: false, `{} {}`: false, "\"\xff\"": false, "{}\x00": false, `"` + strings.Repeat("x", 64<<10-1) + `"`: false,
	} {
		d := lab.Draft{Content: content}
		if err := d.Check(); good != (err == nil) {
			t.Errorf("%.20q: %v", content, err)
		}
	}
}

func TestAVisitCountsWhatWasHandedIn(t *testing.T) {
	v := lab.Visit{VisitedOn: today}
	for _, step := range []struct{ taken, away int32 }{{1, 0}, {2, 1}, {0, 96}} {
		if err := v.Count(step.taken, step.away); err != nil {
			t.Fatal(err)
		}
	}
	if v.Samples != 100 || v.Taken != 3 || v.TurnedAway != 97 {
		t.Errorf("%+v", v)
	}
	wantFields(t, v.Count(1, 0), "samples")
}

func TestAReplacementSaysWhyAndNotTheCode(t *testing.T) {
	code := codeWith("K7")
	for reason, good := range map[string]bool{
		"the slip is lost": true, "slip verloren, bezoeker kwam terug op 3-3": true, "UTR-2024-00017": true, strings.Repeat("é", 500): true,
		"": false, " \n": false, strings.Repeat("é", 501): false, "bell \x07": false,
		"lost " + code.Print(): false, "lost (" + strings.ToLower(bare(code)) + ")": false, strings.ReplaceAll(code.Print(), "-", " "): false,
	} {
		if err := lab.CheckReplacement(reason); good != (err == nil) {
			t.Errorf("%.40q: %v", reason, err)
		}
		if err := lab.CheckReplacement(reason); err != nil && strings.Contains(err.Error(), code.Print()) {
			t.Errorf("the refusal shows the code: %v", err)
		}
	}
}

// A limit that was lowered is not held against what was taken before: only what limits are
// about, where it is changed. A reason that is recorded stays.
func TestALoweredLimitIsNotHeldAgainstWhatWasTaken(t *testing.T) {
	d := newDictionary(t)
	const mostGrams, why = 500, "one rock"
	places := []lab.Location{{ID: 4, ServiceID: 1}, {ID: 5, ServiceID: 1}}
	recorded := func(milligrams int64, reason string) *lab.Sample {
		return newSample(func(s *lab.Sample) {
			s.ReceivedAmount, s.ReceivedUnit, s.LocationID, s.Overruled = milligrams, lab.Gram, 4, reason
		})
	}
	notes := func(s *lab.Sample) { s.Notes = "a bag" }
	for name, c := range map[string]struct {
		before *lab.Sample
		edit   func(*lab.Sample)
		want   string // the field of the mistake
		kept   string // the reason
	}{
		"its notes":                       {recorded(1200, ""), notes, "", ""},
		"its notes, a reason for nothing": {recorded(400, ""), func(s *lab.Sample) { notes(s); s.Overruled = why }, "", ""},
		"more of it":                      {recorded(1200, ""), func(s *lab.Sample) { s.ReceivedAmount = 1300 }, "overruled", ""},
		"less, and still too much":        {recorded(1200, ""), func(s *lab.Sample) { s.ReceivedAmount = 600 }, "overruled", ""},
		"less, within the limit":          {recorded(1200, ""), func(s *lab.Sample) { s.ReceivedAmount = 500 }, "", ""},
		"another unit":                    {recorded(12_000, ""), func(s *lab.Sample) { s.Form, s.ReceivedUnit = lab.Liquid, lab.Millilitre }, "overruled", ""},
		"another form":                    {recorded(1200, ""), func(s *lab.Sample) { s.Form = lab.Tablet }, "overruled", ""},
		"another place":                   {recorded(1200, ""), func(s *lab.Sample) { s.LocationID = 5 }, "overruled", ""},
		"its reason, taken away":          {recorded(1200, why), func(s *lab.Sample) { s.Overruled = "" }, "overruled", ""},
		"its reason, in other words":      {recorded(1200, why), func(s *lab.Sample) { s.Overruled = "a rock" }, "", "a rock"},
		// Of the fourth of a visit, or under a limit that was raised since, nobody is asked a reason.
		"notes, and no reason is asked": {recorded(400, why), func(s *lab.Sample) { notes(s); s.Overruled = "" }, "", why},
		"less, so that it needs none":   {recorded(1200, why), func(s *lab.Sample) { s.ReceivedAmount = 500 }, "", ""},
	} {
		at := lab.Counter{Today: today, HandedIn: true, Before: c.before, Locations: places, Service: lab.Service{Terms: lab.Terms{MostGrams: mostGrams}}}
		s := *c.before
		c.edit(&s)
		at.KeepReason(&s, 1)
		s.Confirmed = s.Confirmation(lab.Doubts(&s, at))
		if got := strings.Join(wrongFields(t, d.CheckSample(&s, nil, at)), " "); got != c.want || s.Overruled != c.kept {
			t.Errorf("%s: mistakes in %q, want %q; kept %q", name, got, c.want, s.Overruled)
		}
	}
	at := lab.Counter{Today: today, HandedIn: true, Locations: places, Service: lab.Service{Terms: lab.Terms{MostGrams: mostGrams}}}
	wantFields(t, d.CheckSample(recorded(1200, ""), nil, at), "overruled") // it is handed in now
}
