package lab_test

import (
	"strings"
	"testing"

	"marquis/internal/lab/dictionary"
)

// What is left out with a row is looked for by whatever the row may call it.
func TestWhatADangerIsCalled(t *testing.T) {
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"fentanyl": "fentanyl", "Fentanyl HCl": "fentanyl", "fentanyl 2 mg": "fentanyl", "cocaine; fentanyl": "fentanyl", "fentanil": "fentanyl",
		"nitazenes": "a nitazene, which one is not known", "bel 06-12345678 fentanyl": "fentanyl", "heroin\nfentanyl": "fentanyl, heroin",
		"f\u0435ntanyl": "fentanyl", "fentanyl-heroin": "fentanyl, heroin", "4-fluoro-xyz-fentanyl": "fentanyl",
		"speedball": "heroin", "Speedballs": "heroin", "spedball": "heroin", "a bag of speedball": "heroin", "tranq dope": "fentanyl", "heroïne met cocaïne": "heroin",
		"spice": "synthetic cannabinoid", "25I": "NBOMe",
		"speed": "", "tucibi": "", "G": "", "H": "", // letters say too little
		"caffeine": "", "MDMA": "", "geen fentanyl": "", "unidentified": "", "never heard of": "", "": "",
	} {
		got := strings.Join(d.Dangerous(text), ", ")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
