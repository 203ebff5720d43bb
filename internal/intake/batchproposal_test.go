package intake

import (
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
)

// What is proposed for a file that nobody has seen before reads it, or leaves open what
// nobody can guess.
func TestAMappingIsProposed(t *testing.T) {
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	words := BatchWords{
		Fields: map[string]string{"nummer": "sample", "stof": "substance", "gehalte": "amount", "eenheid": "unit", "detectie": "detection"}, //nolint:misspell // Dutch
		Codes:  map[string]map[string]string{"detectie": {"spoor": "trace"}}, Decimal: ",",                                                  //nolint:misspell // Dutch
	}
	method := &lab.Method{ID: 7, Kind: lab.GCMS, Lab: "Lab", Level: lab.Confirmatory, Quantifies: true, OpenScope: true}
	for name, test := range map[string]struct{ file, open, want string }{
		"headings that are known": {
			"Werklijst\n\nNummer;Vorm;Stof;Gehalte;Eenheid;Detectie\nUTR-2025-00001;poeder;MDMA;79,5;%;\nUTR-2025-00001;poeder;caffeine;;;spoor\n", "", //nolint:misspell // Dutch
			"UTR-2025-00001 findings, MDMA quantified 795000 unknown ±0, caffeine trace",
		},
		"a grid": {"name,vial,MDMA,caffeine\nUTR-2025-00001,1,79.5,\n", `"?"`, "UTR-2025-00001 findings, MDMA quantified 795000 unknown ±0"},
		"a transposed grid": {
			"compound,RT,UTR-2025-00001,UTR-2025-00002\nMDMA,3.1,79.5,\ncaffeine,3.3,,2\n", `"?"`,
			"UTR-2025-00001 findings, MDMA quantified 795000 unknown ±0\nUTR-2025-00002 findings, caffeine quantified 20000 unknown ±0",
		},
		"a row a finding": {"inj;sample;analyte;conc. (%)\n1;UTR-2025-00001;MDMA;79,5\n", "", "UTR-2025-00001 findings, MDMA quantified 795000 unknown ±0"},
		"below a title of headings that nobody knows": {
			"Run 12;;;\n\ninj;sample;analyte;conc. (%)\n1;UTR-2025-00001;MDMA;79,5\n", "", "UTR-2025-00001 findings, MDMA quantified 795000 unknown ±0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			open := func() BatchFile { return BatchFile{"run.csv", strings.NewReader(test.file)} }
			text := ProposeBatch(open, d, words)
			if test.open != "" {
				if _, err := ParseBatchMapping(text); err == nil || !strings.Contains(text, test.open) {
					t.Fatalf("a unit was guessed:\n%s", text)
				}
				text = strings.Replace(text, test.open, `"%"`, 1)
			}
			m, err := ParseBatchMapping(text)
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			b, err := ReadBatch(m, open(), d, method)
			if err != nil {
				t.Fatalf("%v by\n%s", err, text)
			}
			if got := strings.ReplaceAll(saidIn(t, b), " trace ±0", " trace"); got != test.want {
				t.Errorf("it tells\n%s\nwant\n%s\nby\n%s", got, test.want, text)
			}
		})
	}
	if text := ProposeBatch(func() BatchFile { return BatchFile{"run.csv", strings.NewReader("")} }, d, words); !strings.Contains(text, "cannot be read") {
		t.Errorf("of nothing: %s", text)
	}
}
