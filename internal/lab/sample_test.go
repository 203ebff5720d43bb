package lab_test

import (
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

func TestSampleWithoutMistakes(t *testing.T) {
	for name, edit := range map[string]func(*lab.Sample){
		"the least":       func(*lab.Sample) {},
		"received today":  func(s *lab.Sample) { s.ReceivedOn = today },
		"several colours": func(s *lab.Sample) { s.Colours = lab.Codes{"white", "pink"} },
		"a full tablet": func(s *lab.Sample) {
			s.Form, s.Logo, s.Shape, s.BreakLine = lab.Tablet, "Punisher ☠ — «rood»", "shield", "single"
			s.WidthUM, s.HeightUM, s.ThickUM, s.WeightUG = 9100, 12_300, 4000, 412_000
		},
		"an amount":           func(s *lab.Sample) { s.ReceivedAmount, s.ReceivedUnit = 250, lab.Gram },
		"notes on two lines":  func(s *lab.Sample) { s.Notes = "één\n\ttwee" },
		"exactly 200":         func(s *lab.Sample) { s.SoldAsText = strings.Repeat("é", 200) },
		"exactly 2000":        func(s *lab.Sample) { s.Notes = strings.Repeat("🧪", 2000) },
		"collected earlier":   func(s *lab.Sample) { s.CollectedOn = 2024_05_01 },
		"ready the same day":  func(s *lab.Sample) { s.ExpectedReadyOn = s.ReceivedOn },
		"rejected":            func(s *lab.Sample) { s.State, s.StateReason = lab.Rejected, "no_sample" },
		"not analysed":        func(s *lab.Sample) { s.State, s.StateReason = lab.NotAnalysed, "lost" },
		"excluded":            func(s *lab.Sample) { s.Excluded = "duplicate" },
		"effects and reasons": func(s *lab.Sample) { s.Effects, s.Reasons = lab.Codes{"nausea"}, lab.Codes{"content"} },
	} {
		t.Run(name, func(t *testing.T) { wantFields(t, newSample(edit).Check(today)) })
	}
}

func TestSampleMistakes(t *testing.T) {
	for _, test := range []struct {
		name   string
		edit   func(*lab.Sample)
		fields []string
	}{
		{"no day", func(s *lab.Sample) { s.ReceivedOn = 0 }, []string{"received_on"}},
		{"received tomorrow", func(s *lab.Sample) { s.ReceivedOn = today + 1 }, []string{"received_on"}},
		{"received in another century", func(s *lab.Sample) { s.ReceivedOn = 1924_06_01 }, []string{"received_on"}},
		{"collected after receipt", func(s *lab.Sample) { s.CollectedOn = s.ReceivedOn + 1 }, []string{"collected_on"}},
		{"ready before receipt", func(s *lab.Sample) { s.ExpectedReadyOn = s.ReceivedOn - 1 }, []string{"expected_ready_on"}},
		{"received basis", func(s *lab.Sample) { s.ReceivedBasis = "guessed" }, []string{"received_basis"}},
		{"no received basis", func(s *lab.Sample) { s.ReceivedBasis = "" }, []string{"received_basis"}},
		{"channel", func(s *lab.Sample) { s.Channel = "post" }, []string{"channel"}},
		{"no product", func(s *lab.Sample) { s.ProductID = 0 }, []string{"product_id"}},
		{"form", func(s *lab.Sample) { s.Form = "dust" }, []string{"form"}},
		{"no form", func(s *lab.Sample) { s.Form = "" }, []string{"form"}},
		{"a colour", func(s *lab.Sample) { s.Colours = lab.Codes{"white", "mauve"} }, []string{"colours"}},
		{"a colour twice", func(s *lab.Sample) { s.Colours = lab.Codes{"white", "white"} }, []string{"colours"}},
		{"shape", func(s *lab.Sample) { s.Shape = "star" }, []string{"shape"}},
		{"break line", func(s *lab.Sample) { s.BreakLine = "double" }, []string{"break_line"}},
		{"width", func(s *lab.Sample) { s.WidthUM = -1 }, []string{"width_um"}},
		{"height", func(s *lab.Sample) { s.HeightUM = 100_001 }, []string{"height_um"}},
		{"thickness", func(s *lab.Sample) { s.ThickUM = -1 }, []string{"thick_um"}},
		{"weight", func(s *lab.Sample) { s.WeightUG = 1_000_000_001 }, []string{"weight_ug"}},
		{"amount without unit", func(s *lab.Sample) { s.ReceivedAmount = 1 }, []string{"received_unit"}},
		{"unit without amount", func(s *lab.Sample) { s.ReceivedUnit = lab.Gram }, []string{"received_unit"}},
		{"unit", func(s *lab.Sample) { s.ReceivedAmount, s.ReceivedUnit = 1, "ounce" }, []string{"received_unit"}},
		{"negative amount", func(s *lab.Sample) { s.ReceivedAmount, s.ReceivedUnit = -1, lab.Gram }, []string{"received_amount"}},
		{"acquired via", func(s *lab.Sample) { s.AcquiredVia = "neighbour" }, []string{"acquired_via"}},
		{"acquired context", func(s *lab.Sample) { s.AcquiredContext = "school" }, []string{"acquired_context"}},
		{"used before", func(s *lab.Sample) { s.UsedBefore = "maybe" }, []string{"used_before"}},
		{"a reason", func(s *lab.Sample) { s.Reasons = lab.Codes{"boredom"} }, []string{"reasons"}},
		{"an effect", func(s *lab.Sample) { s.Effects = lab.Codes{"flying"} }, []string{"effects"}},
		{"complaint", func(s *lab.Sample) { s.Complaint = "perhaps" }, []string{"complaint"}},
		{"overdose", func(s *lab.Sample) { s.Overdose = "yes" }, []string{"overdose"}},
		{"decision", func(s *lab.Sample) { s.Decision = "sell" }, []string{"decision"}},
		{"disposal", func(s *lab.Sample) { s.Disposal = "kept" }, []string{"disposal"}},
		{"state", func(s *lab.Sample) { s.State = "done" }, []string{"state"}},
		{"no state", func(s *lab.Sample) { s.State = "" }, []string{"state"}},
		{"rejected for nothing", func(s *lab.Sample) { s.State = lab.Rejected }, []string{"state_reason"}},
		{"the wrong reason", func(s *lab.Sample) { s.State, s.StateReason = lab.NotAnalysed, "unsafe_packaging" }, []string{"state_reason"}},
		{"a needless reason", func(s *lab.Sample) { s.StateReason = "capacity" }, []string{"state_reason"}},
		{"excluded", func(s *lab.Sample) { s.Excluded = "ugly" }, []string{"excluded"}},
		{"code in capitals", func(s *lab.Sample) { s.Form = "POWDER" }, []string{"form"}},
		{"code with a space", func(s *lab.Sample) { s.Colours = lab.Codes{"white pink"} }, []string{"colours"}},
	} {
		t.Run(test.name, func(t *testing.T) { wantFields(t, newSample(test.edit).Check(today), test.fields...) })
	}
}

func TestSampleTexts(t *testing.T) {
	fields := map[string]func(*lab.Sample) *string{
		"sold_as_text": func(s *lab.Sample) *string { return &s.SoldAsText },
		"logo":         func(s *lab.Sample) *string { return &s.Logo },
		"region":       func(s *lab.Sample) *string { return &s.Region },
		"notes":        func(s *lab.Sample) *string { return &s.Notes },
		"source_ref":   func(s *lab.Sample) *string { return &s.SourceRef },
	}
	for _, test := range []struct {
		name, text string
		ok         bool
	}{
		{"plain", "pink Punisher", true},
		{"Dutch", "één zakje coke, “puur”", true},
		{"Greek, Chinese, emoji", "α-PVP 冰毒 🧊", true},
		{"Arabic", "كيتامين", true},
		{"a formula", "=HYPERLINK(\"x\")", true}, // kept; whoever writes cells writes it as text
		{"markup", "<script>alert(1)</script>", true},
		{"a zero byte", "a\x00b", false},
		{"a bell", "a\ab", false},
		{"an escape", "\x1b[31m", false},
		{"delete", "a\x7f", false},
		{"a second-set control", "a\u0085b", false},
		{"invalid UTF-8", "caf\xe9", false},
		{"the replacement character", "caf\uFFFD", false},
		{"a noncharacter", "a\uFFFF", false},
		{"100 000 characters", strings.Repeat("x", 100_000), false},
	} {
		for field, pointer := range fields {
			err := newSample(func(s *lab.Sample) { *pointer(s) = test.text }).Check(today)
			if test.ok {
				wantFields(t, err)
			} else {
				wantFields(t, err, field)
			}
		}
	}
}

func TestCounted(t *testing.T) {
	for _, test := range []struct {
		name string
		edit func(*lab.Sample)
		want bool
	}{
		{"front of house", func(*lab.Sample) {}, true},
		{"not analysed", func(s *lab.Sample) { s.State, s.StateReason = lab.NotAnalysed, "capacity" }, true},
		{"rejected", func(s *lab.Sample) { s.State = lab.Rejected }, false},
		{"excluded", func(s *lab.Sample) { s.Excluded = "test_record" }, false},
		{"back of house", func(s *lab.Sample) { s.Channel = lab.BackOfHouse }, false},
		{"police", func(s *lab.Sample) { s.Channel = lab.Police }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := newSample(test.edit).Counted(); got != test.want {
				t.Errorf("counted: %v", got)
			}
		})
	}
}

func TestSince(t *testing.T) {
	if got := newSample().Since(); got != 2024_06_01 {
		t.Errorf("received: since %s", got)
	}
	if got := newSample(func(s *lab.Sample) { s.CollectedOn = 2024_05_01 }).Since(); got != 2024_05_01 {
		t.Errorf("collected: since %s", got)
	}
}

func TestExpectationMistakes(t *testing.T) {
	d := newDictionary(t)
	for _, test := range []struct {
		name     string
		expected []lab.Expected
		ok       bool
	}{
		{"none", nil, true},
		{"a substance", []lab.Expected{substance(ketamine)}, true},
		{"a substance and a class", []lab.Expected{substance(ketamine), class("nitazene")}, true},
		{"an unknown substance", []lab.Expected{substance(99)}, false},
		{"an unknown class", []lab.Expected{class("sweets")}, false},
		{"nothing in particular", []lab.Expected{{}}, false},
		{"both at once", []lab.Expected{{SubstanceID: lab.Optional(ketamine), Class: "nitazene"}}, false},
		{"an unknown substance with a class", []lab.Expected{{SubstanceID: 99, Class: "nitazene"}}, false},
		{"a substance with an unknown class", []lab.Expected{{SubstanceID: lab.Optional(ketamine), Class: "sweets"}}, false},
		{"twice", []lab.Expected{substance(ketamine), substance(mdma), substance(ketamine)}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := d.CheckExpectations(test.expected); test.ok != (wrongFields(t, err) == nil) {
				t.Error(err)
			}
		})
	}
}

func TestDifferences(t *testing.T) {
	before := newSample(func(s *lab.Sample) {
		s.Price = lab.Price{Amount: 25_000, Currency: "EUR", Quantity: 1000, Unit: lab.Gram}
		s.Colours = lab.Codes{"white"}
		s.RegisteredAt = noon
	})
	for _, test := range []struct {
		name string
		edit func(*lab.Sample)
		want []lab.Difference
	}{
		{"none", func(*lab.Sample) {}, nil},
		{"a copy of a list", func(s *lab.Sample) { s.Colours = slices.Clone(s.Colours) }, nil},
		{"an empty list for none", func(s *lab.Sample) { s.Effects = lab.Codes{} }, nil},
		{"the same moment elsewhere", func(s *lab.Sample) { s.RegisteredAt = lab.At(noon.Time().Local()) }, nil},
		{"one text", func(s *lab.Sample) { s.Logo = "Punisher" }, []lab.Difference{{Field: "logo", Old: `""`, New: `"Punisher"`}}},
		{"a list", func(s *lab.Sample) { s.Colours = lab.Codes{"white", "pink"} }, []lab.Difference{{Field: "colours", Old: `["white"]`, New: `["white","pink"]`}}},
		{"a date", func(s *lab.Sample) { s.ReceivedOn = 2024_06_02 }, []lab.Difference{{Field: "received_on", Old: `"2024-06-01"`, New: `"2024-06-02"`}}},
		{"inside the price", func(s *lab.Sample) { s.Price.Amount = 30_000 }, []lab.Difference{{Field: "price_amount", Old: "25000", New: "30000"}}},
		{"an id", func(s *lab.Sample) { s.VisitID = lab.ID{0xab} }, []lab.Difference{
			{Field: "visit_id", Old: "null", New: `"ab000000-0000-0000-0000-000000000000"`},
		}},
		{"a moment", func(s *lab.Sample) { s.RegisteredAt = lab.Instant{} }, []lab.Difference{{Field: "registered_at", Old: `"2024-06-15T12:00:00.000000Z"`, New: "null"}}},
		{"several, in the order of the fields", func(s *lab.Sample) { s.Notes, s.Version, s.ServiceID = "new", 2, 9 }, []lab.Difference{
			{Field: "service_id", Old: "1", New: "9"}, {Field: "version", Old: "1", New: "2"}, {Field: "notes", Old: `""`, New: `"new"`},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			after := *before
			test.edit(&after)
			if got := lab.Differences(*before, after); !slices.Equal(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestDifferencesOfOtherRecords(t *testing.T) {
	before := lab.Publication{Version: 1, Result: lab.Result{Level: lab.Preliminary}}
	after := before
	after.Result.Level = lab.Confirmatory
	old, err := before.Result.Text()
	if err != nil {
		t.Fatal(err)
	}
	now := strings.Replace(old, "preliminary", "confirmatory", 1)
	want := []lab.Difference{{Field: "result", Old: lab.Value(old), New: lab.Value(now)}}
	if got := lab.Differences(before, after); !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestStaleErrorSaysWhatDiffers(t *testing.T) {
	err := &lab.StaleError{Have: 3, Want: 2, Changed: []lab.Difference{{Field: "logo", Old: `"a"`, New: `"b"`}}}
	for _, part := range []string{"version 3", "version 2", "logo", `"a"`, `"b"`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %s", err, part)
		}
	}
}

func TestARegionIsCoarse(t *testing.T) {
	for region, ok := range map[string]bool{
		"": true, "Utrecht": true, "NL31": true, "Noord-Holland": true,
		"3511 AB Utrecht": false, "Utrecht 3511": false, "a@example.org": false,
	} {
		s := newSample(func(s *lab.Sample) { s.Region = region })
		if ok {
			wantFields(t, s.Check(s.ReceivedOn))
		} else {
			wantFields(t, s.Check(s.ReceivedOn), "region")
		}
	}
}
