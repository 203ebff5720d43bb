package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What reads or writes a table of which rows may be hidden, by function, with the reason why it
// need not ask for those that are seen. Whoever is not named here reads seenSamples,
// seenSampleFacts or seenFindingFacts.
var mayMeetHidden = withReason(map[string]string{
	"of a sample that was read as one that is seen":                                       "evidenceOf expectedOf publicationsOf questionsOf readOutsOf filesOf recordedFiles Views noteView addProgress places saveAnalysis saveAnswer saveExpectations saveStage fileWith findingsOf trailOf",
	"of a visit that was read as one that is seen":                                        "countVisit",
	"of a sample that is seen, in the same statement":                                     "FindAnalysis",
	"a code tells at once that the import was taken back: lab.File.TakenBack":             "foundColumns lookupStatement",
	"of samples that are seen or may yet be":                                              "replaceFacts compareBatch",
	"counts anew what may yet be seen: it is taken as it would be counted then":           "compareFacts samplesOfYear reviewAgain countAnew reviewAll",
	"merges what may yet be seen: it is taken as it reads then":                           "readAnew holding touchYears",
	"services; their samples are read as seen":                                            "Elsewhere",
	"the trail vouches for all that was ever published":                                   "eachPublication publishedOf verifyImports",
	"a code leads to its sample whatever became of that":                                  "CheckCodes",
	"numbers and analyses stay on record whatever became of their import":                 "byID checkCounters compareAnalyses goneError untold",
	"a backup holds what is hidden, and a restore brings it back":                         "About emptyTables BeginLife",
	"moves imports from state to state":                                                   "knownImport mayLoad Imports UnfinishedImports ImportUses Abandon TakeBack clear clearLeft clearSamples withdrawAll counts still visits lying correctedLater",
	"a file of an instrument that was entered stays entered, whatever became of a sample": "neverBefore Batches",
	"tables of the dictionary":                                                            "takeNames writeProduct writeSubstance settleName updateLaboratory",
})

// withReason turns reasons with names into names with their reason.
func withReason(names map[string]string) map[string]string {
	reasons := map[string]string{}
	for why, all := range names {
		for name := range strings.FieldsSeq(all) {
			reasons[name] = why
		}
	}
	return reasons
}

// hiddenIn are the tables of which rows may be hidden, and the variables by which those that
// have a model are read whole.
var hiddenIn = regexp.MustCompile(`(?i)\b(from|join|update|into)\s+"?(samples|sample_facts|finding_facts|visits|analyses|findings|publications|` +
	`sample_expectations|analysis_questions|record_views|read_outs|imports)\b`)

var hiddenTables = []string{
	"liveSamplesTable", "liveSamples", "analysesTable", "findingsTable", "publicationsTable", "expectationsTable", "questionsTable", "viewsTable",
	"readOutsTable", "sampleFactsTable", "findingFactsTable", "importsTable",
}

// seenOnly are what is read instead, after a statement's FROM.
var seenOnly = []string{"seenSamples", "seenSampleFacts", "seenFindingFacts"}

// TestWhatIsHiddenIsNeverRead walks every statement of the package: a new one that could show
// what belongs to an import that is not taken is named here with its reason, or reads what is seen.
func TestWhatIsHiddenIsNeverRead(t *testing.T) {
	met := map[string]bool{}
	for _, path := range sources(t) {
		if path == "hidden.go" || path == "table.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		noError(t, err)
		for name, declared := range declarations(file) {
			for _, meets := range hiddenBy(declared) {
				met[name] = true
				if mayMeetHidden[name] == "" {
					t.Errorf("%s: %s meets %q: read what is seen, or say here why not", path, name, meets)
				}
			}
		}
	}
	for name := range mayMeetHidden {
		if !met[name] {
			t.Errorf("%s meets nothing that may be hidden", name)
		}
	}
}

// declarations yields the functions, constants and variables of a file, by name.
func declarations(file *ast.File) iter.Seq2[string, ast.Node] {
	return func(yield func(string, ast.Node) bool) {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && !yield(f.Name.Name, f) {
				return
			}
			group, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range group.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok && !yield(v.Names[0].Name, v) {
					return
				}
			}
		}
	}
}

// hiddenBy are the tables of which rows may be hidden that a declaration names, and each place
// where it reads from a table that it is given.
func hiddenBy(declared ast.Node) (meets []string) {
	readsSeen := false
	var open []string
	ast.Inspect(declared, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.BasicLit:
			text, err := strconv.Unquote(x.Value)
			if x.Kind != token.STRING || err != nil {
				return true
			}
			meets = append(meets, hiddenIn.FindAllString(text, -1)...)
			if given := openStatement.FindString(text); given != "" {
				open = append(open, given)
			}
		case *ast.Ident:
			readsSeen = readsSeen || slices.Contains(seenOnly, x.Name)
			if slices.Contains(hiddenTables, x.Name) {
				meets = append(meets, x.Name)
			}
		}
		return true
	})
	if !readsSeen {
		meets = append(meets, open...)
	}
	return meets
}

// openStatement ends where the name of a table follows.
var openStatement = regexp.MustCompile(`(?i)\b(from|join|update|into)\s+$`)
