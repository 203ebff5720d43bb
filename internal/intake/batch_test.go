package intake

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
)

// How the files of the tests are read.
const (
	batchRows = `
decimal = ","
[findings]
layout = "rows"
nothing = ["none"]
unidentified = ["unknown peak"]
other = ["other"]
blank = ["BLK", "QC*"]
[findings.fields]
sample = "sample"
substance = "compound"
amount = { column = "result", unit = "%", values = { "n.d." = "not_detected", spoor = "trace" } }
basis = { column = "as", values = { HCl = "hydrochloride" } }
uncertainty = "u"
`
	batchGrid = `
decimal = "."
[findings]
layout = "grid"
ignored = ["vial"]
blank = ["BLK"]
[findings.fields]
sample = "sample"
amount = { column = "{n}", unit = "%", values = { nd = "not_detected" } }
basis = { value = "base" }
uncertainty = "{n} u"
`
	batchTransposed = `
decimal = "."
[findings]
layout = "transposed"
ignored = ["RT"]
blank = ["BLK"]
[findings.fields]
substance = "compound"
amount = { column = "{n}", unit = "%" }
basis = { value = "base" }
`
	batchColumns = `
decimal = ","
[findings]
layout = "columns"
count = 2
[findings.fields]
sample = "sample"
substance = "compound {n}"
amount = { column = "result {n}", unit = "%" }
`
)

// readBatch reads a text file of an instrument that measures with an open scope.
func readBatch(t *testing.T, mapping, file string) (*Batch, error) {
	t.Helper()
	m, err := ParseBatchMapping(mapping)
	if err != nil {
		t.Fatal(err)
	}
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	method := &lab.Method{ID: 7, Kind: lab.GCMS, Lab: "Lab", Level: lab.Confirmatory, Quantifies: true, OpenScope: true}
	before := len(d.Substances)
	b, err := ReadBatch(m, BatchFile{"run.csv", strings.NewReader(file)}, d, method)
	if len(d.Substances) != before {
		t.Error("the dictionary has grown")
	}
	tellInDutch(err)
	if err == nil {
		tellTexts(b.Notes...)
		for _, p := range b.Refused {
			tellTexts(p.Mistake.Message())
		}
	}
	return b, err
}

// saidIn writes what a batch takes, a sample a line, and after a bar what it refuses.
func saidIn(t *testing.T, b *Batch) string {
	t.Helper()
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range b.Samples {
		line := s.Number.String() + " " + string(s.Conclusion)
		for _, f := range s.Findings {
			line += fmt.Sprintf(", %s %s", d.Substances[f.SubstanceID].Name, f.Detection)
			if f.Detection == lab.Quantified {
				line += fmt.Sprintf(" %d %s ±%d", f.Amount.Value, f.Basis, f.Uncertainty)
			}
			if f.Peaks > 1 {
				line += fmt.Sprintf(" x%d", f.Peaks)
			}
		}
		lines = append(lines, line)
	}
	for _, p := range b.Refused {
		lines = append(lines, fmt.Sprintf("| row %d %s %s: %s", p.Row, p.Sample, p.Mistake.Field, p.Mistake.Message()))
	}
	return strings.Join(lines, "\n")
}

func TestWhatAFileOfAnInstrumentTells(t *testing.T) {
	for name, test := range map[string]struct{ mapping, file, want string }{
		"a row a finding": {
			batchRows, "sample;compound;result;as;u\nUTR-2025-00001;MDMA;79,5;HCl;1,5\nUTR-2025-00001;Caffeine;spoor;;\nUTR-2025-00002;none;;;\n",
			"UTR-2025-00001 findings, MDMA quantified 795000 hydrochloride ±15000, caffeine trace ±0\nUTR-2025-00002 nothing_detected",
		},
		"a number without its zeros": {batchRows, "sample;compound;result;as;u\nutr 2025 1;MDMA;;;\n", "UTR-2025-00001 findings, MDMA identified"},
		"peaks that nobody could name": {
			batchRows, "sample;compound;result;as;u\nUTR-2025-00001;unknown peak;;;\nUTR-2025-00001;other;;;\n",
			"UTR-2025-00001 findings, unidentified substance unidentified x2",
		},
		"controls are left out":             {batchRows, "sample;compound;result;as;u\nblk;MDMA;1;;\nQC 17;MDMA;50;;\nUTR-2025-00001;MDMA;;;\n", "UTR-2025-00001 findings, MDMA identified"},
		"what is not filled in is left out": {batchRows, "sample;compound;result;as;u\nUTR-2025-00001;;;;\nUTR-2025-00002;MDMA;;;\n", "UTR-2025-00002 findings, MDMA identified"},
		"a grid": {
			batchGrid, "sample,vial,MDMA,MDMA u,caffeine\nUTR-2025-00001,1,79.5,1.5,nd\nBLK,2,0.1,,\nUTR-2025-00002,3,nd,,nd\n",
			"UTR-2025-00001 findings, MDMA quantified 795000 base ±15000, caffeine not_detected\nUTR-2025-00002 nothing_detected, MDMA not_detected, caffeine not_detected",
		},
		"a transposed grid": {
			batchTransposed, "compound,RT,UTR-2025-00001,BLK,UTR-2025-00002\nMDMA,3.1,79.5,0.1,\ncaffeine,4.4,,,12\n",
			"UTR-2025-00001 findings, MDMA quantified 795000 base ±0\nUTR-2025-00002 findings, caffeine quantified 120000 base ±0",
		},
		"numbered columns": {
			batchColumns, "sample;compound 1;result 1;compound 2;result 2\nUTR-2025-00001;MDMA;79,5;caffeine;\n",
			"UTR-2025-00001 findings, MDMA quantified 795000 unknown ±0, caffeine identified",
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := readBatch(t, test.mapping, test.file)
			if err != nil {
				t.Fatal(err)
			}
			if got := saidIn(t, b); strings.ReplaceAll(got, " trace ±0", " trace") != strings.ReplaceAll(test.want, " trace ±0", " trace") {
				t.Errorf("it tells\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// What is wrong in a row refuses its sample, and leaves the others.
func TestWhatRefusesASampleOfAFile(t *testing.T) {
	for name, test := range map[string]struct{ row, want string }{
		"no sample number":             {"UTR-2O25-00001;MDMA;1;;", "sample: This is no sample number"},
		"of no year":                   {"UTR 17;MDMA;1;;", "sample: This is no sample number"},
		"a dilution of a sample":       {"UTR-2025-00001-2;MDMA;1;;", "sample: This is no sample number"},
		"two spellings":                {"UTR-2025-00001;MDMA;1;;\nUTR-2025-1;caffeine;1;;", "sample: This number is written in two ways in the file, \"UTR-2025-00001\" and \"UTR-2025-1\""},
		"a name that nobody knows":     {"UTR-2025-00001;brizolamine;1;;", "substance: \"brizolamine\" is not in the dictionary. Propose it first"},
		"a name close to another":      {"UTR-2025-00001;ketamin;1;;\nUTR-2025-00001;coccaine;1;;", "substance: "},
		"several names in a cell":      {"UTR-2025-00001;MDMA + caffeine;1;;", "substance: \"MDMA + caffeine\" is several substances"},
		"several amounts in a cell":    {"UTR-2025-00001;MDMA;\"1 | 2\";;", "amount: "},
		"an amount of zero":            {"UTR-2025-00001;MDMA;0;;", "amount: Zero is no amount of what was found"},
		"another decimal mark":         {"UTR-2025-00001;MDMA;79.5;;", ""},
		"an amount without substance":  {"UTR-2025-00001;;79,5;;", "substance: Name the substance."},
		"an amount of nothing":         {"UTR-2025-00001;none;79,5;;", "amount: There is an amount, and yet"},
		"two amounts of one substance": {"UTR-2025-00001;MDMA;79,5;;\nUTR-2025-00001;ecstasy;12;;", ""},
		"found and nothing found":      {"UTR-2025-00001;none;;;\nUTR-2025-00001;MDMA;;;", "substance: This row says"},
		"an uncertainty alone":         {"UTR-2025-00001;MDMA;;;1", "uncertainty: There is an uncertainty but no amount."},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := readBatch(t, batchRows, "sample;compound;result;as;u\n"+test.row+"\nUTR-2025-00002;MDMA;;;\n")
			if err != nil {
				t.Fatal(err)
			}
			got := saidIn(t, b)
			if !strings.Contains(got, test.want) || len(b.Refused) == 0 || len(b.Samples) != 1 || b.Samples[0].Number.Running != 2 {
				t.Errorf("it tells\n%s\nwant %q", got, test.want)
			}
		})
	}
}

// What makes a file unreadable is said of the file, and nothing of it is taken.
func TestWhatRefusesAFileOfAnInstrument(t *testing.T) {
	for name, test := range map[string]struct{ mapping, file, want string }{
		"a file of another mapping": {batchRows, "name;compound\nUTR-2025-00001;MDMA\n", "it may be another file, or of another mapping"},
		"a finding without sample":  {batchRows, "sample;compound;result;as;u\n;MDMA;1;;\n", "does not say of which sample"},
		"a row of other length":     {batchRows, "sample;compound;result;as;u\nUTR-2025-00001;MDMA;1\n", "Nobody can tell to which sample such a row belongs"},
		"mixed decimal marks":       {batchRows, "sample;compound;result;as;u\nUTR-2025-00001;MDMA;1,5;;\nUTR-2025-00002;MDMA;1.5;;\n", "the decimal mark"},
		"a wrong encoding":          {batchRows, "sample;compound;result;as;u\nUTR-2025-00001;cafÃ©ine;1;;\n", "wrong encoding"},
		"a heading of a grid":       {batchGrid, "sample,vial,MDMA,MDMA u,brizolamine\nUTR-2025-00001,1,1,,1\n", "the headings brizolamine name no substance"},
		"a grid without substances": {batchGrid, "sample,vial\nUTR-2025-00001,1\n", "no heading names a substance"},
	} {
		t.Run(name, func(t *testing.T) {
			if b, err := readBatch(t, test.mapping, test.file); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, %v, want %q", b, err, test.want)
			}
		})
	}
}

func TestContinuedRowsOfAnInstrument(t *testing.T) {
	b, err := readBatch(t, strings.Replace(batchRows, "[findings]", "[findings]\ncontinued = true", 1), "sample;compound;result;as;u\nUTR-2025-00001;MDMA;;;\n;caffeine;;;\n;lactose;;;\n")
	if err != nil || saidIn(t, b) != "UTR-2025-00001 findings, MDMA identified, caffeine identified, lactose identified" {
		t.Errorf("%v, %v", b, err)
	}
}

func TestMistakesInAMappingOfAnInstrument(t *testing.T) {
	for name, test := range map[string]struct{ change, to, want string }{
		"a layout":            {`layout = "rows"`, `layout = "pivot"`, "findings.layout: "},
		"a key":               {`layout = "rows"`, "layout = \"rows\"\nshape = 1", "findings.shape: This key is not known."},
		"a method":            {`basis =`, `method = "m"` + "\nbasis =", "findings.fields.method: This is not a field"},
		"no sample":           {`sample = "sample"`, ``, "findings.fields.sample: "},
		"no decimal mark":     {`decimal = ","`, ``, "decimal: "},
		"samples as blanks":   {`"QC*"`, `"UTR-2025-00001"`, "findings.blank: "},
		"all as blanks":       {`"QC*"`, `"*"`, "findings.blank: "},
		"what it holds":       {`[findings]`, "[file]\nholds = \"both\"\n[findings]", "file.holds: "},
		"numbers in headings": {`"compound"`, `"compound {n}"`, "findings.layout: "},
		"no TOML":             {`[findings]`, `[findings`, "mapping: Line "},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(batchRows, test.change) {
				t.Fatal("nothing to change")
			}
			if _, err := ParseBatchMapping(strings.Replace(batchRows, test.change, test.to, 1)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

// Columns of findings that are not read refuse a file of an instrument as they refuse one of an
// import, and a column that is named after a substance is told.
func TestAFileOfAnInstrumentWithColumnsThatAreNotRead(t *testing.T) {
	const more = "sample;compound 1;result 1;compound 2;result 2;compound 3;result 3\nUTR-2024-00001;ketamine;80;;;fentanyl;1\n"
	if _, err := readBatch(t, batchColumns, more); err == nil || !strings.Contains(err.Error(), `"compound 3", "result 3"`) {
		t.Errorf("got %v", err)
	}
	ignored := strings.Replace(batchColumns, "count = 2", "count = 2\nignored = [\"compound 3\", \"result 3\"]", 1)
	if _, err := readBatch(t, ignored, more); err != nil {
		t.Errorf("left out knowingly: %v", err)
	}
	if _, err := readBatch(t, batchColumns, "sample;compound 1;result 1;compound 2;result 2\n"); err == nil || !strings.Contains(err.Error(), "nothing stands below the headings") {
		t.Errorf("headings alone: %v", err)
	}
	b, err := readBatch(t, batchRows, "sample;compound;result;as;u\nUTR-2024-00017;cocaine HCl;n.d.;;\nUTR-2024-00017;cocaine base;1;;\n")
	if err != nil || !slices.ContainsFunc(b.Notes, func(note string) bool { return strings.HasSuffix(note, "which count as found: 1") }) {
		t.Errorf("one salt that was found and one that was not: %v, %+v", err, b)
	}
	b, err = readBatch(t, batchColumns, "sample;compound 1;result 1;compound 2;result 2;fentanyl (strip)\nUTR-2024-00001;ketamine;80;;;pos\n")
	if err != nil || !slices.ContainsFunc(b.Notes, func(note string) bool { return strings.HasSuffix(note, `and were not read: "fentanyl (strip)"`) }) {
		t.Errorf("got %v, %+v", err, b)
	}
}
