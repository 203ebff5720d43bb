package locale

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/template/parse"
)

// staffDoors are the routes that everybody may ask for and that are for staff all
// the same: what stands there, no visitor reads.
var staffDoors = []string{"signInPath", `"/invitation"`}

// figureSources are the packages whose tables the public's figures are: their keys, and
// the vocabularies whose names stand at rows.
var figureSources = []string{"../statistics/*.go", "../figures/*.go"}

// told is what the public is told: the keys of texts, and the vocabularies of which
// the names are shown.
type told struct {
	keys         map[string]bool
	vocabularies map[Vocabulary]bool
	pages        map[string]bool
	drawn        map[string]bool // the parts of the page that is being drawn
	slip         bool            // that page has a slip on it, which alone is for the public
	beside       bool            // what is drawn is beside the slip
	declared     map[types.Object]ast.Node
	methods      map[string][]types.Object // by name, as a template calls them
	seen         map[types.Object]bool
	sources      *sources
}

// toldToPublic follows the handlers of the public's routes, the pages that they draw
// and the pages of errors to every key and vocabulary on the way.
func toldToPublic(t *testing.T) *told {
	t.Helper()
	p := &told{
		keys: map[string]bool{}, vocabularies: map[Vocabulary]bool{}, pages: map[string]bool{"error.html": true, slipPage: true},
		declared: map[types.Object]ast.Node{}, methods: map[string][]types.Object{}, seen: map[types.Object]bool{},
		sources: readSources(t),
	}
	for _, file := range p.sources.parsed {
		for _, d := range file.Decls {
			p.declare(d)
		}
	}
	for object, node := range p.declared {
		f, ok := node.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if f.Recv != nil {
			p.methods[f.Name.Name] = append(p.methods[f.Name.Name], object)
		}
		if f.Name.Name == "routes" {
			for _, handler := range p.handlers(f) {
				p.follow(handler)
			}
		}
	}
	if len(p.seen) == 0 {
		t.Fatal("no handler of the public was found")
	}
	for _, pattern := range figureSources {
		p.literals(t, pattern)
	}
	for followed := 0; followed < len(p.pages); {
		followed = len(p.pages)
		for _, page := range slices.Sorted(maps.Keys(p.pages)) {
			trees := pageTrees(t, page)
			p.drawn, p.slip, p.beside = map[string]bool{}, page == slipPage, page == slipPage
			p.draw(t, trees, "base")
		}
	}
	return p
}

func (p *told) declare(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		p.declared[p.sources.info.Defs[d.Name]] = d
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if v, ok := spec.(*ast.ValueSpec); ok && d.Tok == token.VAR {
				for _, name := range v.Names {
					p.declared[p.sources.info.Defs[name]] = v
				}
			}
		}
	}
}

// handlers are those of the routes that the public may ask for.
func (p *told) handlers(routes *ast.FuncDecl) (list []types.Object) {
	ast.Inspect(routes, func(n ast.Node) bool {
		line, ok := n.(*ast.CompositeLit)
		if !ok || len(line.Elts) != 4 {
			return true
		}
		who, ok := line.Elts[2].(*ast.SelectorExpr)
		if !ok || who.Sel.Name != "Everybody" && who.Sel.Name != "Bearers" {
			return false
		}
		door := ""
		switch path := line.Elts[1].(type) {
		case *ast.Ident:
			door = path.Name
		case *ast.BasicLit:
			door = path.Value
		}
		if handler, ok := line.Elts[3].(*ast.Ident); ok && !slices.Contains(staffDoors, door) {
			list = append(list, p.sources.info.Uses[handler])
		}
		return false
	})
	return list
}

// follow notes what stands in a declaration, and follows what it uses.
func (p *told) follow(object types.Object) {
	node := p.declared[object]
	if node == nil || p.seen[object] {
		return
	}
	p.seen[object] = true
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
				p.note(text)
			}
		case *ast.SelectorExpr:
			if from, ok := n.X.(*ast.Ident); ok && from.Name == "locale" {
				p.vocabularies[vocabularyNamed(n.Sel.Name)] = true
			}
		case *ast.Ident:
			p.follow(p.sources.info.Uses[n])
		}
		return true
	})
}

// literals notes every key that stands in files, and the vocabularies that name their rows.
func (p *told) literals(t *testing.T, pattern string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no source %s: %v", pattern, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					p.note(text)
				}
			case *ast.CallExpr:
				if of, ok := n.Fun.(*ast.Ident); ok && of.Name == "codeCell" {
					name, err := strconv.Unquote(n.Args[0].(*ast.BasicLit).Value)
					if err != nil {
						t.Fatal(err)
					}
					p.vocabularies[Vocabulary(name)] = true
				}
			}
			return true
		})
	}
}

func (p *told) note(text string) {
	switch {
	case strings.HasSuffix(text, ".html"):
		p.pages[text] = true
	case keyForm.MatchString(text) && !fileName.MatchString(text):
		p.keys[text] = true
	}
}

// vocabularyNamed is the vocabulary of a variable, empty for what else the package
// exports.
func vocabularyNamed(variable string) Vocabulary { return variables()[variable] }

var variables = sync.OnceValue(func() map[string]Vocabulary {
	file, err := parser.ParseFile(token.NewFileSet(), "vocabulary.go", nil, parser.SkipObjectResolution)
	if err != nil {
		panic(err)
	}
	list := map[string]Vocabulary{}
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
			if call, ok := v.Values[0].(*ast.CallExpr); ok {
				if name, ok := call.Args[0].(*ast.BasicLit); ok {
					list[v.Names[0].Name] = Vocabulary(strings.Trim(name.Value, `"`))
				}
			}
		}
		return true
	})
	return list
})

// slipPage is for staff, and holds the slip that a visitor takes along.
const slipPage = "slip.html"

// staffParts are what a page of the public shows to staff alone.
var staffParts = []string{"Staff", "Unkept", "Again", "Changes", "Who", "Bar"}

// draw follows a page of the public into the parts that it draws.
func (p *told) draw(t *testing.T, trees map[string]*parse.Tree, name string) {
	if p.drawn[name] {
		return
	}
	p.drawn[name] = true
	if trees[name] == nil {
		t.Fatalf("there is no part %q of a page", name)
	}
	var walk func(n parse.Node)
	branch := func(b *parse.BranchNode) {
		walk(b.Pipe)
		if !isFor(b.Pipe, staffParts) {
			walk(b.List)
		}
		if b.ElseList != nil {
			walk(b.ElseList)
		}
	}
	walk = func(n parse.Node) {
		switch n := n.(type) {
		case *parse.ListNode:
			for _, x := range n.Nodes {
				walk(x)
			}
		case *parse.TextNode:
			begins, ends := bytes.Contains(n.Text, []byte(`<section class="slip"`)), bytes.Contains(n.Text, []byte("</section>"))
			p.beside = p.slip && (p.beside || ends) && !begins
		case *parse.ActionNode:
			walk(n.Pipe)
		case *parse.PipeNode:
			for _, c := range n.Cmds {
				for _, x := range c.Args {
					walk(x)
				}
			}
		case *parse.IfNode:
			branch(&n.BranchNode)
		case *parse.WithNode:
			branch(&n.BranchNode)
		case *parse.RangeNode:
			branch(&n.BranchNode)
		case *parse.TemplateNode:
			if n.Pipe != nil {
				walk(n.Pipe)
			}
			p.draw(t, trees, n.Name)
		case *parse.StringNode:
			if !p.beside {
				p.note(n.Text)
			}
		case *parse.FieldNode:
			p.call(n.Ident)
		case *parse.VariableNode:
			p.call(n.Ident)
		}
	}
	walk(trees[name].Root)
}

// call follows the methods that a template may mean.
func (p *told) call(names []string) {
	if p.beside {
		return
	}
	for _, name := range names {
		for _, method := range p.methods[name] {
			p.follow(method)
		}
	}
}

func isFor(pipe *parse.PipeNode, names []string) bool {
	for _, c := range pipe.Cmds {
		if f, ok := c.Args[0].(*parse.FieldNode); ok && len(c.Args) == 1 && slices.Contains(names, f.Ident[len(f.Ident)-1]) {
			return true
		}
	}
	return false
}

// pageTrees parses a page with the parts that all pages share.
func pageTrees(t *testing.T, page string) map[string]*parse.Tree {
	t.Helper()
	files, err := filepath.Glob("../../web/templates/parts/*.html")
	if err != nil || len(files) == 0 {
		t.Fatalf("no parts of pages: %v", err)
	}
	trees := map[string]*parse.Tree{}
	for _, file := range append(files, "../../web/templates/"+page) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tree := parse.New(file)
		tree.Mode = parse.SkipFuncCheck
		if _, err := tree.Parse(string(data), "", "", trees); err != nil {
			t.Fatal(err)
		}
	}
	return trees
}
