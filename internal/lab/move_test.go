package lab_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

// reasonFor gives a reason that the state accepts.
func reasonFor(state lab.SampleState) string {
	switch state {
	case lab.Rejected:
		return "unsafe_packaging"
	case lab.NotAnalysed:
		return "capacity"
	}
	return ""
}

// TestSampleMoves tries every pair of states for every role: only the listed
// moves pass, only for the listed roles.
func TestSampleMoves(t *testing.T) {
	type step struct{ from, to lab.SampleState }
	allowed := map[step][]lab.UserRole{
		{lab.Registered, lab.InAnalysis}:  {lab.Intake, lab.Laboratory, lab.Verifier},
		{lab.Registered, lab.Rejected}:    {lab.Intake},
		{lab.Registered, lab.NotAnalysed}: {lab.Intake, lab.Laboratory},
		{lab.InAnalysis, lab.Completed}:   {lab.Laboratory, lab.Verifier},
		{lab.InAnalysis, lab.Rejected}:    {lab.Laboratory, lab.Verifier},
		{lab.InAnalysis, lab.NotAnalysed}: {lab.Laboratory, lab.Verifier},
		{lab.Completed, lab.InAnalysis}:   {lab.Laboratory, lab.Verifier},
		{lab.NotAnalysed, lab.InAnalysis}: {lab.Laboratory, lab.Verifier},
		{lab.Rejected, lab.Registered}:    {lab.Verifier},
	}
	for _, from := range append(lab.SampleStates, "", "nonsense") {
		for _, to := range append(lab.SampleStates, "", "nonsense") {
			for _, role := range lab.UserRoles {
				s := newSample(func(s *lab.Sample) { s.State, s.StateReason = from, reasonFor(from) })
				before := *s
				err := moved(s, to, person(7, role), reasonFor(to))
				if want := slices.Contains(allowed[step{from, to}], role); (err == nil) != want {
					t.Errorf("%s from %q to %q: %v", role, from, to, err)
				}
				if err == nil && (s.State != to || s.StateReason != reasonFor(to)) {
					t.Errorf("%s from %q to %q left %q, %q", role, from, to, s.State, s.StateReason)
				}
				var refused *lab.MoveError
				if err != nil && (!errors.As(err, &refused) || s.State != before.State || s.StateReason != before.StateReason) {
					t.Errorf("%s from %q to %q: refused by %v, left %q", role, from, to, err, s.State)
				}
			}
		}
	}
}

func TestSampleMoveNeedsItsReason(t *testing.T) {
	everyone := person(7, lab.UserRoles...)
	for _, test := range []struct {
		to     lab.SampleState
		reason string
		ok     bool
	}{
		{lab.Rejected, "unsafe_packaging", true},
		{lab.Rejected, "capacity", false}, // a reason of the other state
		{lab.Rejected, "", false},
		{lab.Rejected, "because", false},
		{lab.NotAnalysed, "capacity", true},
		{lab.NotAnalysed, "unsafe_packaging", false},
		{lab.NotAnalysed, " ", false},
		{lab.InAnalysis, "", true},
		{lab.InAnalysis, "not needed", true}, // and not kept
	} {
		s := newSample()
		err := moved(s, test.to, everyone, test.reason)
		if (err == nil) != test.ok {
			t.Errorf("to %s because of %q: %v", test.to, test.reason, err)
		}
		if err != nil && s.State != lab.Registered {
			t.Errorf("to %s because of %q: refused, yet moved", test.to, test.reason)
		}
		if err == nil && s.Check(today) != nil {
			t.Errorf("to %s: the moved sample has mistakes: %v", test.to, s.Check(today))
		}
	}
}

func TestMoveSaysWhoCanDoIt(t *testing.T) {
	err := moved(newSample(), lab.Rejected, person(7, lab.Coordinator), "unsafe_packaging")
	if err == nil || !strings.Contains(err.Error(), "intake") {
		t.Errorf("refused with: %v", err)
	}
}

// TestAnalysisMoves tries every state for every role.
func TestAnalysisMoves(t *testing.T) {
	moves := map[string]struct {
		do      func(*lab.Analysis, lab.Actor) error
		to      lab.AnalysisState
		allowed map[lab.AnalysisState][]lab.UserRole
	}{
		"enter": {
			do: func(a *lab.Analysis, by lab.Actor) error { return a.Enter(by, noon) },
			to: lab.Entered,
			allowed: map[lab.AnalysisState][]lab.UserRole{
				"": {lab.Intake, lab.Laboratory, lab.Verifier},
			},
		},
		"verify": {
			do: func(a *lab.Analysis, by lab.Actor) error { return a.Verify(by, noon, nil) },
			to: lab.Verified,
			allowed: map[lab.AnalysisState][]lab.UserRole{
				lab.Entered: {lab.Verifier},
			},
		},
		"retract": {
			do: func(a *lab.Analysis, by lab.Actor) error { return a.Retract(by, noon, "wrong vial") },
			to: lab.Retracted,
			allowed: map[lab.AnalysisState][]lab.UserRole{
				lab.Entered:  {lab.Laboratory, lab.Verifier},
				lab.Verified: {lab.Verifier},
			},
		},
	}
	for name, move := range moves {
		for _, from := range append(lab.AnalysisStates, "", "nonsense") {
			for _, role := range lab.UserRoles {
				a := lab.Analysis{Key: lab.Key{ServiceID: 1}, State: from, Level: lab.Confirmatory, EnteredBy: 3}
				before := a
				err := move.do(&a, person(7, role))
				if want := slices.Contains(move.allowed[from], role); (err == nil) != want {
					t.Errorf("%s by %s from %q: %v", name, role, from, err)
				}
				if err == nil && a.State != move.to {
					t.Errorf("%s by %s from %q led to %q", name, role, from, a.State)
				}
				if err != nil && a != before {
					t.Errorf("%s by %s from %q was refused, yet changed the analysis", name, role, from)
				}
			}
		}
	}
}

func TestRetractionNeedsAReason(t *testing.T) {
	for _, reason := range []string{"", " ", "\n\t"} {
		a := lab.Analysis{Key: lab.Key{ServiceID: 1}, State: lab.Verified}
		if err := a.Retract(person(7, lab.Verifier), noon, reason); err == nil {
			t.Errorf("retracted because of %q", reason)
		}
	}
}

func TestMovesKeepWhoAndWhen(t *testing.T) {
	a := lab.Analysis{Key: lab.Key{ServiceID: 1}, Level: lab.Confirmatory}
	later := lab.At(noon.Time().Add(3600e9))
	for _, err := range []error{
		a.Enter(person(3, lab.Laboratory), noon), a.Verify(person(7, lab.Verifier), later, nil), a.Retract(person(8, lab.Verifier), later, "wrong vial"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if a.EnteredBy != 3 || a.EnteredAt != noon || a.VerifiedBy != 7 || a.VerifiedAt != later || a.Signature != lab.TwoSignatures ||
		a.RetractedBy != 8 || a.RetractedAt != later || a.StateReason != "wrong vial" {
		t.Errorf("%+v", a)
	}
}

func TestSignatures(t *testing.T) {
	for _, test := range []struct {
		level    lab.Level
		verifier lab.Optional // entered by 3
		want     lab.Signature
	}{
		{lab.Confirmatory, 7, lab.TwoSignatures},
		{lab.Preliminary, 7, lab.TwoSignatures},
		{lab.Preliminary, 3, lab.OneSignature},
		{lab.Presumptive, 3, lab.OneSignature},
		{lab.Confirmatory, 3, ""},
		{"", 3, ""}, // a level that nobody knows is no field result
		{"nonsense", 3, ""},
	} {
		a := lab.Analysis{Key: lab.Key{ServiceID: 1}, State: lab.Entered, Level: test.level, EnteredBy: 3}
		err := a.Verify(person(test.verifier, lab.Verifier), noon, nil)
		if a.Signature != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%q entered by 3, verified by %d: signature %q, %v", test.level, test.verifier, a.Signature, err)
		}
	}
}

func TestVerificationCannotPrecedeEntry(t *testing.T) {
	a := lab.Analysis{Key: lab.Key{ServiceID: 1}, State: lab.Entered, Level: lab.Confirmatory, EnteredBy: 3, EnteredAt: noon}
	if err := a.Verify(person(7, lab.Verifier), lab.At(noon.Time().Add(-1e9)), nil); err == nil {
		t.Error("it was verified before it was entered")
	}
}

// TestTwoSignatures: whatever people do in whatever order, a verified laboratory
// result bears the names of two.
func TestTwoSignatures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := lab.Analysis{Key: lab.Key{ServiceID: 1}, Level: rapid.SampledFrom(append(lab.Levels, "")).Draw(t, "level")}
		people := []lab.Actor{
			lab.Operator("verify"), person(1, lab.UserRoles...), person(2, lab.UserRoles...),
			{Kind: lab.KindUser, UserID: 3},
			{Kind: lab.KindUser, Memberships: []lab.Membership{{Role: lab.Verifier}, {Role: lab.Laboratory}}},
		}
		entered := map[lab.Optional]bool{}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			by := rapid.SampledFrom(people).Draw(t, "by")
			switch rapid.SampledFrom([]string{"enter", "verify", "retract"}).Draw(t, "step") {
			case "enter":
				if a.Enter(by, noon) == nil {
					entered[by.UserID] = true
				}
			case "verify":
				_ = a.Verify(by, noon, nil)
			case "retract":
				_ = a.Retract(by, noon, "a reason")
			}
			if a.State != lab.Verified {
				continue
			}
			if !entered[a.EnteredBy] || a.EnteredBy == 0 || a.VerifiedBy == 0 {
				t.Fatalf("verified by %d, entered by %d", a.VerifiedBy, a.EnteredBy)
			}
			field := a.Level == lab.Presumptive || a.Level == lab.Preliminary
			if a.EnteredBy == a.VerifiedBy && (!field || a.Signature != lab.OneSignature) {
				t.Fatalf("a %s result was entered and verified by %d, signature %q", a.Level, a.VerifiedBy, a.Signature)
			}
			if a.EnteredBy != a.VerifiedBy && a.Signature != lab.TwoSignatures {
				t.Fatalf("entered by %d, verified by %d, signature %q", a.EnteredBy, a.VerifiedBy, a.Signature)
			}
		}
	})
}

func TestRolesHoldAtTheirService(t *testing.T) {
	for _, test := range []struct {
		name       string
		membership lab.Membership
		want       bool
	}{
		{"at this service", lab.Membership{ServiceID: 1, Role: lab.Intake}, true},
		{"at all services", lab.Membership{ServiceID: 0, Role: lab.Intake}, true},
		{"at another service", lab.Membership{ServiceID: 2, Role: lab.Intake}, false},
		{"another role", lab.Membership{ServiceID: 1, Role: lab.DataAnalyst}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			by := lab.Actor{Kind: lab.KindUser, UserID: 7, Memberships: []lab.Membership{test.membership}}
			if err := moved(newSample(), lab.InAnalysis, by, ""); (err == nil) != test.want {
				t.Error(err)
			}
		})
	}
}

func TestOperatorHasNoSignature(t *testing.T) {
	operator := lab.Operator("import")
	if err := moved(newSample(), lab.InAnalysis, operator, ""); err == nil {
		t.Error("moved a sample")
	}
	var a lab.Analysis
	if err := a.Enter(operator, noon); err == nil {
		t.Error("entered an analysis")
	}
	a.State = lab.Entered
	if err := a.Verify(operator, noon, nil); err == nil {
		t.Error("verified an analysis")
	}
	if err := a.Retract(operator, noon, "a reason"); err == nil {
		t.Error("retracted an analysis")
	}
	if err := lab.MayPublish(operator, 1); err == nil {
		t.Error("may publish")
	}
}

func TestMayPublish(t *testing.T) {
	for _, role := range lab.UserRoles {
		if err := lab.MayPublish(person(7, role), 1); (err == nil) != (role == lab.Verifier) {
			t.Errorf("%s: %v", role, err)
		}
		if err := lab.MayPublish(person(7, role), 2); err == nil {
			t.Errorf("%s of another service may", role)
		}
	}
}

func TestVerifiedAtSource(t *testing.T) {
	var a lab.Analysis
	a.VerifiedAtSource(lab.ID{9}, noon)
	if a.State != lab.Verified || a.Signature != lab.AtSource || a.EnteredBy != 0 || a.VerifiedBy != 0 || a.ImportID != (lab.ID{9}) {
		t.Errorf("%+v", a)
	}
}

func TestRegister(t *testing.T) {
	for _, role := range lab.UserRoles {
		s := newSample(func(s *lab.Sample) { s.State = "" })
		err := s.Register(person(7, role), noon)
		if (err == nil) != (role == lab.Intake) {
			t.Errorf("%s: %v", role, err)
		}
		if err == nil && (s.State != lab.Registered || s.RegisteredBy != 7 || s.RegisteredAt != noon) {
			t.Errorf("%s: %+v", role, s)
		}
	}
}

func TestDescribeChangesTheDescriptionOnly(t *testing.T) {
	before := newSample(func(s *lab.Sample) { s.State, s.StateReason, s.RegisteredBy = lab.Rejected, "no_sample", 3 })
	s := *before
	err := s.Describe(person(7, lab.Intake), func(s *lab.Sample) {
		*s = lab.Sample{Logo: "Punisher", ReceivedOn: 2024_05_01, Excluded: "other", State: lab.Completed, Key: lab.Key{ServiceID: 9}}
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Logo != "Punisher" || s.ReceivedOn != 2024_05_01 {
		t.Errorf("not changed: %+v", s)
	}
	if s.Key != before.Key || s.Version != before.Version || s.NumberYear != 2024 || s.NumberRunning != 17 || s.State != lab.Rejected ||
		s.StateReason != "no_sample" || s.Excluded != "" || s.RegisteredBy != 3 {
		t.Errorf("changed: %+v", s)
	}
}

// TestDescribeChangesTheDescriptionAndNothingElse changes every field that a sample
// has: those that tell what it is change, all others stay.
func TestDescribeChangesTheDescriptionAndNothingElse(t *testing.T) {
	var before, other lab.Sample
	setAll(t, reflect.ValueOf(&before).Elem(), 1)
	setAll(t, reflect.ValueOf(&other).Elem(), 2)
	after := before
	if err := after.Describe(person(7, lab.Intake), func(s *lab.Sample) { *s = other }); err != nil {
		t.Fatal(err)
	}
	var changed []string
	for _, d := range lab.Differences(before, after) {
		changed = append(changed, d.Field)
	}
	stays := []string{
		"service_id", "id", "version", "number_year", "number_running", "number_series", "visit_id", "state", "state_reason", "stage", "held_since", "no_retest", "excluded",
		"source_ref", "source_key", "source_digest", "source_published_on", "import_id", "registered_by", "registered_at",
	}
	var want []string
	for _, f := range lab.SampleFields {
		if !slices.Contains(stays, f.Key) {
			want = append(want, f.Key)
		}
	}
	if !slices.Equal(changed, want) {
		t.Errorf("changed: %q\nwant:    %q", changed, want)
	}
}

// setAll gives every field the value that the number stands for.
func setAll(t *testing.T, v reflect.Value, n int) {
	t.Helper()
	if v.Type() == reflect.TypeFor[lab.Instant]() {
		v.Set(reflect.ValueOf(lab.At(noon.Time().AddDate(0, 0, n))))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			setAll(t, v.Field(i), n)
		}
	case reflect.String:
		v.SetString(strings.Repeat("x", n))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), n, n))
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(n))
	case reflect.Array:
		v.Index(0).SetUint(uint64(n))
	default:
		t.Fatalf("no value for %s", v.Type())
	}
}

func TestWhoMayDescribeAndExclude(t *testing.T) {
	for _, role := range lab.UserRoles {
		s := newSample()
		err := s.Describe(person(7, role), func(s *lab.Sample) { s.Logo = "x" })
		if allowed := role == lab.Intake || role == lab.Verifier; (err == nil) != allowed || (s.Logo == "x") != allowed {
			t.Errorf("%s describes: %v", role, err)
		}
		err = s.Exclude(person(7, role), "duplicate")
		if allowed := role == lab.Verifier || role == lab.Coordinator; (err == nil) != allowed || (s.Excluded != "") != allowed {
			t.Errorf("%s excludes: %v", role, err)
		}
		s.Excluded = "duplicate"
		err = s.Include(person(7, role))
		if allowed := role == lab.Verifier || role == lab.Coordinator; (err == nil) != allowed || (s.Excluded == "") != allowed {
			t.Errorf("%s includes: %v", role, err)
		}
	}
}

func TestExclusionHasAReasonOfTheVocabulary(t *testing.T) {
	s := newSample()
	wantFields(t, s.Exclude(person(7, lab.Verifier), "ugly"), "reason")
	if err := s.Exclude(person(7, lab.Verifier), "duplicate"); err != nil || s.Excluded != "duplicate" {
		t.Errorf("%q: %v", s.Excluded, err)
	}
	if wantFields(t, s.Exclude(person(7, lab.Verifier), ""), "reason"); s.Excluded != "duplicate" {
		t.Error("a forgotten reason let it back in")
	}
	if err := s.Include(person(7, lab.Verifier)); err != nil || s.Excluded != "" {
		t.Errorf("%q: %v", s.Excluded, err)
	}
}

// moved takes a sample that nothing was found of to another state.
func moved(s *lab.Sample, to lab.SampleState, by lab.Actor, reason string) error {
	f := lab.File{Sample: *s}
	err := f.Move(to, by, reason)
	*s = f.Sample
	return err
}

// TestWhatWasFoundIsNotClosedAway: the visitor would read that nothing is known of the sample.
func TestWhatWasFoundIsNotClosedAway(t *testing.T) {
	b := newHeldBench(t)
	by := person(enterer, lab.Intake, lab.Laboratory, lab.Verifier)
	closing := func(f *lab.File) (refused int) {
		for to, reason := range map[lab.SampleState]string{lab.Rejected: "outside_rules", lab.NotAnalysed: "insufficient"} {
			if f.Clone().Move(to, by, reason) != nil {
				refused++
			}
		}
		return refused
	}
	strip := b.run(targeted, 1, "protonitazene indicated")
	ordinary := b.run(gcms, 1, "heroin 40 %")
	gone := retracted(strip)
	for name, test := range map[string]struct {
		f       *lab.File
		refused int
	}{
		"held for what is only entered":    {b.settled(b.sold("heroin", lab.Powder, strip)), 2},
		"held, and verified":               {b.settled(b.signed(b.sold("heroin", lab.Powder, strip), 2)), 2},
		"of no danger, and verified":       {b.settled(b.signed(b.sold("heroin", lab.Powder, ordinary), 2)), 2},
		"of no danger, and only entered":   {b.settled(b.sold("heroin", lab.Powder, ordinary)), 0},
		"retracted":                        {b.settled(b.sold("heroin", lab.Powder, gone)), 0},
		"nothing was found, nobody looked": {b.settled(b.sold("heroin", lab.Powder)), 0},
	} {
		if got := closing(test.f); got != test.refused {
			t.Errorf("%s: %d of 2 refused, want %d", name, got, test.refused)
		}
	}
	told := b.told(b.signed(b.sold("heroin", lab.Powder, strip), 2), 3, b.Publish)
	told.Sample.State = lab.InAnalysis
	if got := closing(told); got != 0 {
		t.Errorf("told: %d refused", got)
	}
}
