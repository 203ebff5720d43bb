package locale

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// sentenceSources are the packages whose mistakes people read on pages.
var sentenceSources = []string{"credential", "intake", "keyring", "lab", "page", "server", "store"}

// sources type-checks packages of the project as far as that goes without those of
// others, which are taken to be empty: enough to follow a format.
type sources struct {
	files  *token.FileSet
	info   types.Info
	loaded map[string]*types.Package
	parsed []*ast.File
	params map[types.Object]param
}

// param is a place of a parameter: the function, declared or in a variable, and
// which one it is.
type param struct {
	function types.Object
	place    int
}

func readSources(t *testing.T) *sources {
	t.Helper()
	s := &sources{
		files: token.NewFileSet(), loaded: map[string]*types.Package{}, params: map[types.Object]param{},
		info: types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{},
		},
	}
	for _, name := range sentenceSources {
		if _, err := s.Import("marquis/internal/" + name); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range s.parsed {
		ast.Inspect(file, s.noteParams)
	}
	return s
}

// Import loads a package of the project from its source, any other as empty.
func (s *sources) Import(name string) (*types.Package, error) {
	if p, ok := s.loaded[name]; ok {
		return p, nil
	}
	folder, ours := strings.CutPrefix(name, "marquis/internal/")
	if !ours || !slices.Contains(sentenceSources, folder) {
		p := types.NewPackage(name, path.Base(name))
		p.MarkComplete()
		s.loaded[name] = p
		return p, nil
	}
	list, err := filepath.Glob("../" + folder + "/*.go")
	if err != nil {
		return nil, err
	}
	var parsed []*ast.File
	for _, file := range list {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(s.files, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, f)
	}
	// What other packages are needed for stays unknown, which is no matter here.
	config := types.Config{Importer: s, Error: func(error) {}}
	p, _ := config.Check(name, s.files, parsed, &s.info)
	s.loaded[name] = p
	s.parsed = append(s.parsed, parsed...)
	return p, nil
}

func (s *sources) noteParams(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		s.noteFunction(s.info.Defs[n.Name], n.Type)
	case *ast.AssignStmt:
		for i, right := range n.Rhs {
			literal, isFunction := right.(*ast.FuncLit)
			if name, isName := n.Lhs[i].(*ast.Ident); isFunction && isName {
				s.noteFunction(s.info.ObjectOf(name), literal.Type)
			}
		}
	}
	return true
}

func (s *sources) noteFunction(function types.Object, signature *ast.FuncType) {
	place := 0
	for _, list := range signature.Params.List {
		for _, name := range list.Names {
			s.params[s.info.Defs[name]] = param{function, place}
			place++
		}
		place += max(0, 1-len(list.Names))
	}
}

// formats lists the formats of all sentences, with a place for each. It follows a
// format through the functions that pass it on.
func (s *sources) formats(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	passed := map[param]bool{}
	for before := -1; before != len(passed); {
		before = len(passed)
		for _, file := range s.parsed {
			ast.Inspect(file, func(n ast.Node) bool {
				for _, e := range s.formatsOf(n, passed) {
					place := s.files.Position(e.Pos()).String()
					value := s.info.Types[e].Value
					name, isName := e.(*ast.Ident)
					from, isParam := param{}, false
					if isName {
						from, isParam = s.params[s.info.Uses[name]]
					}
					switch {
					case value != nil && value.Kind() == constant.String:
						found[constant.StringVal(value)] = place
					case isParam:
						passed[from] = true
					case !s.isFormat(e):
						t.Errorf("%s: the sentence cannot be followed from here; write its format as a constant", place)
					}
				}
				return true
			})
		}
	}
	return found
}

// formatsOf lists what a node takes as a format: a composite of a mistake, a new
// format of one, or a call of a function that passes one on.
func (s *sources) formatsOf(n ast.Node, passed map[param]bool) []ast.Expr {
	var list []ast.Expr
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if s.isFormat(left) && len(n.Rhs) == len(n.Lhs) {
				list = append(list, n.Rhs[i])
			}
		}
	case *ast.CompositeLit:
		if !isMistake(s.info.Types[n].Type) {
			return nil
		}
		for _, element := range n.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok && pair.Key.(*ast.Ident).Name == "Format" {
				list = append(list, pair.Value)
			}
		}
	case *ast.CallExpr:
		var function types.Object
		switch called := n.Fun.(type) {
		case *ast.Ident:
			function = s.info.Uses[called]
		case *ast.SelectorExpr:
			function = s.info.Uses[called.Sel]
		}
		for i, argument := range n.Args {
			if passed[param{function, i}] {
				list = append(list, argument)
			}
		}
	}
	return list
}

// isFormat tells whether an expression is the format of a mistake made elsewhere.
func (s *sources) isFormat(e ast.Expr) bool {
	selector, ok := e.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == "Format" && isMistake(s.info.Types[selector.X].Type)
}

func isMistake(t types.Type) bool {
	if t == nil {
		return false
	}
	if pointer, ok := t.(*types.Pointer); ok {
		t = pointer.Elem()
	}
	name := t.String()
	return name == "marquis/internal/lab.FieldError" || name == "marquis/internal/lab.MoveError"
}

func TestEverySentenceIsInEveryLanguage(t *testing.T) {
	formats := readSources(t).formats(t)
	if len(formats) < 100 {
		t.Fatalf("only %d sentences were found", len(formats))
	}
	for _, lang := range []string{dutch} {
		list, err := readSentences(files, lang)
		if err != nil {
			t.Fatal(err)
		}
		for format, place := range formats {
			own, ok := list[format]
			if !ok {
				t.Errorf("%s: %s lacks the sentence %q", place, lang, format)
				continue
			}
			checkVerbs(t, lang, format, own)
		}
		for format := range list {
			if formats[format] == "" {
				t.Errorf("%s: nothing says %q", lang, format)
			}
		}
	}
}

func checkVerbs(t *testing.T, lang, format, own string) {
	t.Helper()
	want, got := verbs(format), verbs(own)
	for place, v := range want {
		if got[place] != v {
			t.Errorf("%s: %q is filled in with %%%s at place %d, not as in %q", lang, own, v, place, format)
		}
	}
	if len(got) != len(want) || strings.TrimSpace(own) == "" {
		t.Errorf("%s: %q is filled in with other things than %q", lang, own, format)
	}
}

// What fills a sentence in is written as the language writes it: marks, months and
// the names of codes.
func TestSentence(t *testing.T) {
	day, err := lab.NewDate(2026, 3, 31)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		format string
		args   []any
		en, nl string
	}{
		{
			"This is ten times the usual amount, about %s as base, or more.",
			[]any{lab.Amount{Value: 795_000, Scale: lab.MassFraction, Decimals: 1}},
			"This is ten times the usual amount, about 79.5% as base, or more.",
			"Dit is tien keer het gebruikelijke gehalte, ongeveer 79,5% als base, of meer.",
		},
		{"%s lies in the future.", []any{day}, "31 March 2026 lies in the future.", "31 maart 2026 ligt in de toekomst."},
		{"Choose one of: %s.", []any{lab.AmountUnits}, "Choose one of: gram, millilitre, piece.", "Kies een van deze: gram, milliliter, stuk."},
		{
			"%q is not one of: %s.",
			[]any{"ton", lab.Vocabulary[string]{"of_old"}},
			`"ton" is not one of: of_old.`, `"ton" is geen van deze: of_old.`,
		},
		{
			"%q is no basis for this substance: use base, as found, unknown or one of its salts.",
			[]any{lab.Basis("tartrate")},
			`"tartrate" is no basis for this substance: use base, as found, unknown or one of its salts.`,
			`"tartraat" past niet bij deze stof. Kies base, zoals gevonden, onbekend of een van haar zouten.`,
		},
		{"Use at most %d characters.", []any{64}, "Use at most 64 characters.", "Gebruik hoogstens 64 tekens."},
		{"Nobody says %s.", []any{"this"}, "Nobody says this.", "Nobody says this."},
	} {
		for lang, want := range map[string]string{"en": c.en, "nl": c.nl} {
			if got := open(t, lang).Sentence(c.format, c.args...); got != want {
				t.Errorf("%s: %q, want %q", lang, got, want)
			}
		}
	}
}
