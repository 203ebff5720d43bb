package locale

import (
	"go/ast"
	"go/constant"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// saysOfFiles are the sources of what is said of files: of a package all, or some.
var saysOfFiles = map[string][]string{
	"intake": nil,
	"lab":    {"amount.go", "decimal.go", "price.go"},
}

// notOnPages are functions, and files, that say nothing to the reader of a page: they write a
// terminal, a mapping, the documentation or what a program reads.
var notOnPages = []string{
	"batchproposal.go", "look.go", "numberformat.go", "write.go", "samplerow.go sampleFields", "findingrow.go findingFields",
	"LoadMapping", "WriteText", "WriteCSV", "WriteJSON", "writeMerged", "writeRejected", "writeCauses", "writeNear", "writeCorrections",
	"rowsText", "Summary", "Text", "tenths", "textsOf", "foundOf", "findingText", "CorrectionsSum", "writeJSON", "amount.go units", "sampleid.go alikeIDs",
}

// A sentence about files that is new in the sources is told in every language, or the functions
// that say it are named as such that no page tells.
func TestWhatIsSaidOfFilesIsInEveryLanguage(t *testing.T) {
	said := saidOfFiles(t)
	if len(said) < 200 {
		t.Fatalf("only %d sentences were found", len(said))
	}
	domain, err := readSentences(files, dutch)
	noError(t, err)
	own, err := readSentences(files, "files."+dutch)
	noError(t, err)
	for format, place := range said {
		_, isDomain := domain[format]
		told, ok := own[format]
		switch {
		case isDomain:
		case !ok:
			t.Errorf("%s: files.%s.json lacks %q", place, dutch, format)
		case len(verbs(told)) != len(verbs(format)) || strings.TrimSpace(told) == "":
			t.Errorf("%s: %q is filled in with other things than %q", dutch, told, format)
		}
	}
	for format := range own {
		if said[format] == "" && !slices.Contains(otherWords, format) {
			t.Errorf("nothing says %q", format)
		}
	}
}

// otherWords are those of a receipt, and what joins sentences.
var otherWords = []string{
	"read", "accepted", "merged", "rejected", "reason", "rows", "corrected", "file", "row", "fate", "field", "value", "none", "workbook",
	"%q (hidden), %s", "%q, %s", "%s: %s", "%s: %w", "%s: %d", "%s (%q)",
	"method %s %s of %s stands in the dictionary with another level or scope: %w", "conflicts with what is already recorded",
}

// saidOfFiles lists the texts of the sources that are sentences or parts of them, with a place for
// each: constants of several words.
func saidOfFiles(t *testing.T) map[string]string {
	t.Helper()
	s := readSources(t)
	said := map[string]string{}
	for _, file := range s.parsed {
		name := s.files.Position(file.Pos()).Filename
		only, is := saysOfFiles[filepath.Base(filepath.Dir(name))]
		if !is || only != nil && !slices.Contains(only, filepath.Base(name)) {
			continue
		}
		for _, d := range file.Decls {
			if d, isGen := d.(*ast.GenDecl); isGen && (d.Tok == token.IMPORT || d.Tok == token.TYPE) {
				continue
			}
			if onPages(filepath.Base(name), d) {
				s.addSaid(said, d)
			}
		}
	}
	return said
}

func onPages(file string, d ast.Decl) bool {
	name := ""
	switch d := d.(type) {
	case *ast.FuncDecl:
		name = d.Name.Name
	case *ast.GenDecl:
		if v, is := d.Specs[0].(*ast.ValueSpec); is {
			name = file + " " + v.Names[0].Name
		}
	}
	return !slices.Contains(notOnPages, name) && !slices.Contains(notOnPages, file)
}

func (s *sources) addSaid(said map[string]string, d ast.Decl) {
	ast.Inspect(d, func(n ast.Node) bool {
		e, is := n.(ast.Expr)
		if !is {
			return true
		}
		value := s.info.Types[e].Value
		if value == nil || value.Kind() != constant.String {
			return true
		}
		if text := constant.StringVal(value); isSentence(text) {
			said[text] = s.files.Position(e.Pos()).String()
		}
		return false
	})
}

// places name a part of a mapping.
var places = []string{"confirmed %d", "file %d"}

// isSentence tells a sentence, or a part of one, from codes and patterns.
func isSentence(text string) bool {
	words := verb.ReplaceAllString(text, "")
	if slices.Contains(places, text) {
		return false
	}
	return strings.Contains(strings.TrimSpace(text), " ") && strings.ContainsFunc(words, unicode.IsLetter) && !strings.HasPrefix(text, "^")
}

// What is said of a file is told in Dutch, with what the file says as it is; whole errors with
// their file, row and column; days and amounts as Dutch writes them; nothing of it twice.
func TestRetell(t *testing.T) {
	for _, c := range []struct{ en, nl string }{
		{"This is not a date of the form DD-MM-YYYY.", "Dit is geen datum van de vorm DD-MM-YYYY."},
		{`"12.b" is not a number: write digits with at most one comma or point`, `"12.b" is geen getal: schrijf cijfers met hoogstens één komma of punt`},
		{`"12.b" is not a number: write digits with at most one comma or point.`, `"12.b" is geen getal: schrijf cijfers met hoogstens één komma of punt.`},
		{
			`clinic.csv: line 7: a quotation mark is not closed, or text follows the closing one; double each mark inside the cell: extraneous or missing " in quoted-field`,
			`clinic.csv: regel 7: een aanhalingsteken is niet gesloten, of er volgt tekst na het sluitende. Verdubbel elk aanhalingsteken in de cel: extraneous or missing " in quoted-field`,
		},
		{"This is ten times the usual amount, about 79.5% as base, or more.", "Dit is tien keer het gebruikelijke gehalte, ongeveer 79,5% als base, of meer."},
		{
			"This is unusual.", "This is unusual.",
		},
		{
			"This price is unusual: look at it and for how much it was paid. If it is right, confirm the rule price_unusual in the mapping, with the reason.",
			"Deze prijs is ongebruikelijk. Kijk naar de prijs en waarvoor die is betaald. Klopt het, bevestig dan de regel price_unusual in de toewijzing, met de reden.",
		},
		{"The sample is rejected because of row 12 of clinic.csv.", "Het monster is geweigerd vanwege rij 12 van clinic.csv."},
		{`The sample is described otherwise in row 3 of a.csv: (empty).`, `Het monster is anders beschreven in rij 3 van a.csv: (leeg).`},
		{`The sample is described otherwise in row 3 of a.csv: "row 3".`, `Het monster is anders beschreven in rij 3 van a.csv: "row 3".`},
		{
			"a.csv row 4: The row has 3 cells where the header has 4. Nobody can tell to which sample such a row belongs, so that its result would lack a finding: correct the file (2 such rows)",
			"a.csv rij 4: De rij heeft 3 cellen waar er 4 koppen zijn. Niemand kan zeggen bij welk monster zo'n rij hoort, dus aan de uitslag zou een bevinding ontbreken: verbeter het bestand (zulke rijen: 2)",
		},
		{
			`b.csv: the column "Datum": rows 3, 4 and 9 more ("01/02/2024"): the day stands where MM/DD/YYYY has the month, so that all others may be read wrongly: correct the form in the mapping or the file` + "\nnothing of the import was written",
			`b.csv: de kolom "Datum": rijen 3, 4 en nog 9 ("01/02/2024"): de dag staat waar MM/DD/YYYY de maand heeft, dus alle andere kunnen verkeerd worden gelezen: verbeter de vorm in de toewijzing, of het bestand` + "\nvan de import is niets geschreven",
		},
		{
			`a.csv: the column "amount": rows 2, 3 and 5 more ("0,795"): nearly no amount in % is more than 1, so that they may be parts of one, 0.795 for 79.5 %: say of amount in the mapping fractions = "read" if 1 is all of it, or fractions = "none" if the amounts are what they say`,
			`a.csv: de kolom "amount": rijen 2, 3 en nog 5 ("0,795"): bijna geen gehalte in % is meer dan 1, dus het kunnen delen van één zijn, 0,795 voor 79,5%. Zeg bij amount in de toewijzing fractions = "read" als 1 het geheel is, of fractions = "none" als de gehalten zijn wat er staat`,
		},
		{`a.xlsx: name the sheet to read: the sheets are "A", "B" (hidden), "C"`, `a.xlsx: kies het blad dat gelezen moet worden: de bladen zijn "A", "B" (verborgen), "C"`},
		{"findings outside the declared scope of their method, which are taken: 4", "bevindingen buiten het opgegeven bereik van hun methode, die worden overgenomen: 4"},
		{"The result was not published between the analysis, 2024-03-31, and today.", "De uitslag is niet vrijgegeven tussen de analyse, 31 maart 2024, en vandaag."},
		{"1899-12-31 is too long ago", "31 december 1899 is te lang geleden"},
		{"Nobody says this of row 3.", "Nobody says this of row 3."},
		{"rejected", "geweigerd"},
		{"", ""},
	} {
		if got := open(t, dutch).Retell(c.en); got != c.nl {
			t.Errorf("%q\nis told as %q\nnot       %q", c.en, got, c.nl)
		}
		if got := open(t, english).Retell(c.en); got != c.en {
			t.Errorf("in English %q is told as %q", c.en, got)
		}
	}
}

// Where an error fills a sentence in, it is told in the language as well.
func TestAnErrorInASentenceIsRetold(t *testing.T) {
	got := open(t, dutch).Sentence("The file cannot be read: %s", textError("a.csv: the file has more than 5 rows; divide it"))
	if want := "Het bestand kan niet worden gelezen: a.csv: het bestand heeft meer dan 5 rijen; verdeel het"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

type textError string

func (e textError) Error() string { return string(e) }
