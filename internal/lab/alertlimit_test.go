package lab_test

import (
	"errors"
	"testing"

	"marquis/internal/lab"
)

// Each answer was reckoned by hand: MDMA hydrochloride is 0.841 base.
func TestAboveTheAlertLimit(t *testing.T) {
	mg := func(n int64) lab.Amount { return lab.Amount{Value: n * 1_000_000, Scale: lab.PerUnit} }
	for _, test := range []struct {
		name       string
		limit      int64 // mg
		limitBasis lab.Basis
		limitForm  lab.Form
		form       lab.Form
		amount     lab.Amount
		basis      lab.Basis
		weightMG   int64
		want       bool
	}{
		{"base and base", 300, lab.BasisBase, "", lab.Tablet, mg(316), lab.BasisBase, 0, true},
		{"the limit itself", 300, lab.BasisBase, "", lab.Tablet, mg(300), lab.BasisBase, 0, false},
		{"a salt of which the base is below", 300, lab.BasisBase, "", lab.Tablet, mg(316), "hydrochloride", 0, false}, // 265.8
		{"a limit of the salt", 300, "hydrochloride", "", lab.Tablet, mg(260), lab.BasisBase, 0, true},                // 252.4
		{"the salt, below a limit of the salt", 300, "hydrochloride", "", lab.Tablet, mg(299), "hydrochloride", 0, false},
		{"a limit of which nobody knows what it counts", 300, lab.BasisUnknown, "", lab.Tablet, mg(260), lab.BasisBase, 0, true},
		{"an amount of which nobody knows what it counts", 300, lab.BasisBase, "", lab.Tablet, mg(310), lab.BasisUnknown, 0, true},
		{"another form", 300, lab.BasisBase, lab.Capsule, lab.Tablet, mg(316), lab.BasisBase, 0, false},
		{"the form", 300, lab.BasisBase, lab.Capsule, lab.Capsule, mg(316), lab.BasisBase, 0, true},
		{"no form that is counted", 300, lab.BasisBase, "", lab.Powder, mg(316), lab.BasisBase, 0, false},
		{"a part of a tablet of 500 mg", 300, lab.BasisBase, "", lab.Tablet, lab.Amount{Value: 700_000, Scale: lab.MassFraction}, lab.BasisBase, 500, true}, // 350
		{"a part of a tablet of 400 mg", 300, lab.BasisBase, "", lab.Tablet, lab.Amount{Value: 700_000, Scale: lab.MassFraction}, lab.BasisBase, 400, false},
		{"a part of a tablet that nobody weighed", 300, lab.BasisBase, "", lab.Tablet, lab.Amount{Value: 700_000, Scale: lab.MassFraction}, lab.BasisBase, 0, false},
	} {
		d := newDictionary(t)
		d.SetAlertLimits([]lab.AlertLimit{{SubstanceID: mdma, Form: test.limitForm, Version: 1, Amount: mg(test.limit), Basis: test.limitBasis}})
		x := newSample(func(s *lab.Sample) { s.Form, s.WeightUG = test.form, test.weightMG*1000 })
		if got := d.AboveAlertLimit(mdma, x, test.amount, test.basis); got != test.want {
			t.Errorf("%s: above the limit is %t", test.name, got)
		}
		if d.AboveAlertLimit(ketamine, x, test.amount, test.basis) || d.AboveAlertLimit(aNitazene, x, test.amount, lab.BasisUnknown) {
			t.Errorf("%s: what has no limit is above it", test.name)
		}
		if d.SetAlertLimits(nil); d.AboveAlertLimit(mdma, x, test.amount, test.basis) {
			t.Errorf("%s: there is a limit that nobody has set", test.name)
		}
	}
}

// A newer version takes the place of an older one, one of a form that of all forms, and one
// without an amount ends it.
func TestAlertLimitsHaveVersions(t *testing.T) {
	d, x := newDictionary(t), newSample(func(s *lab.Sample) { s.Form = lab.Tablet })
	limit := func(version int32, form lab.Form, mg int64) lab.AlertLimit {
		return lab.AlertLimit{SubstanceID: mdma, Form: form, Version: version, Amount: lab.Amount{Value: mg * 1_000_000, Scale: lab.PerUnit}, Basis: lab.BasisBase}
	}
	is200 := lab.Amount{Value: 200_000_000, Scale: lab.PerUnit}
	for _, test := range []struct {
		name  string
		limit []lab.AlertLimit
		want  bool
	}{
		{"raised", []lab.AlertLimit{limit(2, "", 300), limit(1, "", 100)}, false},
		{"lowered", []lab.AlertLimit{limit(1, "", 300), limit(2, "", 100)}, true},
		{"ended", []lab.AlertLimit{limit(1, "", 100), limit(2, "", 0)}, false},
		{"of the form", []lab.AlertLimit{limit(1, "", 100), limit(1, lab.Tablet, 300)}, false},
		{"of the form, ended", []lab.AlertLimit{limit(1, "", 100), limit(1, lab.Tablet, 300), limit(2, lab.Tablet, 0)}, true},
	} {
		d.SetAlertLimits(test.limit)
		if got := d.AboveAlertLimit(mdma, x, is200, lab.BasisBase); got != test.want {
			t.Errorf("%s: 200 mg is above the limit: %t", test.name, got)
		}
	}
}

func TestAnAlertLimitIsCheckedFieldByField(t *testing.T) {
	d := newDictionary(t)
	right := lab.AlertLimit{SubstanceID: mdma, Form: lab.Tablet, Amount: lab.Amount{Value: 300_000_000, Scale: lab.PerUnit}, Basis: "hydrochloride", Source: "the ministry, 2025, page 3"}
	if err := d.CheckAlertLimit(right); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		change func(*lab.AlertLimit)
		fields []string
	}{
		{func(l *lab.AlertLimit) { l.SubstanceID = 9999 }, []string{"substance"}},
		{func(l *lab.AlertLimit) { l.SubstanceID, l.Basis = aNitazene, lab.BasisUnknown }, []string{"substance"}},
		{func(l *lab.AlertLimit) { l.SubstanceID, l.Basis = unknownPeak, lab.BasisUnknown }, []string{"substance"}},
		{func(l *lab.AlertLimit) { l.Form = lab.Powder }, []string{"form"}},
		{func(l *lab.AlertLimit) { l.Form = "pill" }, []string{"form"}},
		{func(l *lab.AlertLimit) { l.Source = "  " }, []string{"source"}},
		{func(l *lab.AlertLimit) { l.Amount.Scale = lab.MassFraction }, []string{"amount"}},
		{func(l *lab.AlertLimit) { l.Amount.Value = -1 }, []string{"amount"}},
		{func(l *lab.AlertLimit) { l.Amount = lab.Amount{} }, []string{"amount"}},
		{func(l *lab.AlertLimit) { l.Basis = lab.BasisAsFound }, []string{"basis"}},
		{func(l *lab.AlertLimit) { l.Basis = "" }, []string{"basis"}},
		{func(l *lab.AlertLimit) { l.SubstanceID = caffeine }, []string{"basis"}}, // it has no salts
		{func(l *lab.AlertLimit) { l.Form, l.Source, l.Amount.Scale = lab.Liquid, "", lab.Concentration }, []string{"form", "source", "amount"}},
	} {
		wrong := right
		test.change(&wrong)
		wantFields(t, d.CheckAlertLimit(wrong), test.fields...)
	}
	stands := right
	stands.Version = 1
	d.SetAlertLimits([]lab.AlertLimit{stands})
	var stale *lab.StaleError
	if err := d.CheckAlertLimit(right); !errors.As(err, &stale) || stale.Have != 1 {
		t.Errorf("who has not seen the newest sets it: %v", err)
	}
	wantFields(t, d.CheckAlertLimit(stands), "amount")
	stands.Amount = lab.Amount{}
	if err := d.CheckAlertLimit(stands); err != nil {
		t.Errorf("it cannot be ended: %v", err)
	}
}

func TestWhoMaySetAlertLimits(t *testing.T) {
	all := func(role lab.UserRole) lab.Actor {
		return lab.Actor{Kind: lab.KindUser, UserID: 9, Memberships: []lab.Membership{{UserID: 9, ServiceID: 0, Role: role}}}
	}
	for _, role := range lab.UserRoles {
		want := role == lab.Coordinator || role == lab.Administrator
		if got := lab.MayLimit(all(role)) == nil; got != want {
			t.Errorf("%s of all services: %t", role, got)
		}
		if lab.MayLimit(person(9, role)) == nil {
			t.Errorf("%s of one service may", role)
		}
	}
	if lab.MayLimit(lab.Operator("limits")) == nil {
		t.Error("a limit is set by nobody")
	}
}
