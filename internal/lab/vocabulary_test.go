package lab_test

import (
	"regexp"
	"slices"
	"testing"

	"marquis/internal/lab"
)

var codeForm = regexp.MustCompile(`[a-z0-9_]+`)

func TestCodesRoundTrip(t *testing.T) {
	for _, codes := range []lab.Codes{nil, {"white"}, {"white", "off_white", "pink"}} {
		stored, err := codes.Value()
		if err != nil {
			t.Fatal(err)
		}
		for _, src := range []any{stored, []byte(stored.(string))} {
			scanned := lab.Codes{"old"}
			if err := scanned.Scan(src); err != nil || !slices.Equal(scanned, codes) {
				t.Errorf("%q is read as %q, %v", stored, scanned, err)
			}
		}
	}
	scanned := lab.Codes{"old"}
	if err := scanned.Scan(nil); err != nil || scanned != nil {
		t.Errorf("NULL is read as %q, %v", scanned, err)
	}
	if err := scanned.Scan(int64(1)); err == nil {
		t.Error("a number was read as codes")
	}
}

// TestCodesHaveNoSpaces: several codes are stored with spaces between them.
func TestCodesHaveNoSpaces(t *testing.T) {
	all := []lab.Vocabulary[string]{lab.NotAnalysedReasons, lab.RejectionReasons, lab.LocationKinds, lab.MethodKinds.Strings(), lab.Levels.Strings()}
	for _, f := range lab.SampleFields {
		all = append(all, f.Holds.Codes)
	}
	for _, v := range all {
		seen := map[string]bool{}
		for _, code := range v {
			if seen[code] || code == "" || code != codeForm.FindString(code) {
				t.Errorf("%q is no code, or stands twice", code)
			}
			seen[code] = true
		}
	}
}

func TestVocabulary(t *testing.T) {
	if !lab.Forms.Has(lab.Powder) || lab.Forms.Has("") || lab.Forms.Has("Powder") {
		t.Error("has what it should not, or lacks what it should")
	}
}

func TestFormsOfOneDose(t *testing.T) {
	for _, form := range lab.Forms {
		if want := form == lab.Tablet || form == lab.Capsule || form == lab.Blotter; form.Dosed() != want {
			t.Errorf("%s: %v", form, form.Dosed())
		}
	}
}
