package lab_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// notOfRules are the sentences of those files that say what to do about a rule, or are of what
// no sample tells.
var notOfRules = []string{
	"Correct what looks implausible, or tick that it is right.", "Correct what looks implausible, or write why it is right.",
	"Say where it is called so, or why it is needed.", "What came with the program is not changed here. Give it a name, or merge another into it.",
	"It is merged into another: take that back first.", "No analysis of the sample is verified.",
}

// TestEverySentenceIsOfARule: what the rules of samples, analyses and names say stands in the
// list once, and the list says nothing else.
func TestEverySentenceIsOfARule(t *testing.T) {
	listed, said := map[string]string{}, map[string]bool{}
	for _, r := range lab.Rules {
		if r.Name == "" || len(r.Says) == 0 {
			t.Errorf("%+v", r)
		}
		for _, says := range r.Says {
			if other := listed[says]; other != "" {
				t.Errorf("%s and %s both say %q", other, r.Name, says)
			}
			listed[says] = r.Name
			if found := lab.RuleOf(lab.FieldError{Format: says}); found == nil || found.Name != r.Name {
				t.Errorf("%q is of %v, not of %s", says, found, r.Name)
			}
		}
	}
	names := map[string]bool{}
	for _, r := range lab.Rules {
		if names[r.Name] {
			t.Errorf("two rules are called %s", r.Name)
		}
		names[r.Name] = true
	}
	for _, name := range []string{
		"checksample", "samplecheck", "vocabulary", "doubt", "limits", "price", "analysis", "plausibility", "whole", "name", "productentry", "release", "import", "batch",
	} {
		for _, says := range sentencesOf(t, name+".go") {
			said[says] = true
			if listed[says] == "" && !slices.Contains(notOfRules, says) {
				t.Errorf("%s.go says %q, which no rule does", name, says)
			}
		}
	}
	for _, name := range []string{"publication", "identifies", "location"} { // where others stand besides
		for _, says := range sentencesOf(t, name+".go") {
			said[says] = true
		}
	}
	for says, rule := range listed {
		if !said[says] {
			t.Errorf("%s would say %q, which nothing says", rule, says)
		}
	}
}

// sentencesOf are the texts of a source that end as sentences do.
func sentencesOf(t *testing.T, path string) (list []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			text, err := strconv.Unquote(literal.Value)
			if err == nil && strings.Contains(strings.TrimSpace(text), " ") && strings.HasSuffix(text, ".") && text[0] != ' ' {
				list = append(list, text)
			}
		}
		return true
	})
	return list
}
