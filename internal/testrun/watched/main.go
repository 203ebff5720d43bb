// Command watched prints the pattern of the tests in the given files that do several
// things at once, for "go test -race -run": those that start goroutines, themselves or
// through whatever of the same folder among the files they use. The race detector finds
// nothing in others. Names decide, so that it names a test too many rather than one too
// few.
//
//	go run ./internal/testrun/watched internal/figures/*.go internal/server/*_test.go
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	names, err := watched(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "watched:", err)
		os.Exit(1)
	}
	_, _ = fmt.Fprintln(os.Stdout, "^("+strings.Join(names, "|")+")$")
}

// watched are the tests in the files that start goroutines. A folder without any is a
// mistake.
func watched(files []string) ([]string, error) {
	folders := map[string]calls{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			return nil, err
		}
		folder := filepath.Dir(file)
		if folders[folder] == nil {
			folders[folder] = calls{}
		}
		folders[folder].add(parsed)
	}
	var names []string
	for folder, c := range folders {
		found := c.tests()
		if len(found) == 0 {
			return nil, fmt.Errorf("no test in %s starts a goroutine", folder)
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// calls are, by the name of a function or method, the names that it uses, "go" among
// them where it starts a goroutine.
type calls map[string][]string

func (c calls) add(file *ast.File) {
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		c[f.Name.Name] = append(c[f.Name.Name], used(f)...)
	}
}

// used are the names of what a function calls, or hands on as it is: a name that only says of
// what type something is, or which field, starts nothing.
func used(f *ast.FuncDecl) (names []string) {
	handed := func(list ...ast.Expr) {
		for _, x := range list {
			if pair, ok := x.(*ast.KeyValueExpr); ok {
				x = pair.Value
			}
			switch x := x.(type) {
			case *ast.Ident:
				names = append(names, x.Name)
			case *ast.SelectorExpr:
				names = append(names, x.Sel.Name)
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			names = append(names, "go")
		case *ast.CallExpr:
			handed(called(n))
			handed(n.Args...)
			if x, ok := n.Fun.(*ast.SelectorExpr); ok && x.Sel.Name == "Go" {
				names = append(names, "go")
			}
		case *ast.CompositeLit:
			handed(n.Elts...)
		case *ast.AssignStmt:
			handed(n.Rhs...)
		case *ast.ReturnStmt:
			handed(n.Results...)
		}
		return true
	})
	return names
}

// called is what is called, without its types.
func called(n *ast.CallExpr) ast.Expr {
	switch x := n.Fun.(type) {
	case *ast.IndexExpr:
		return x.X
	case *ast.IndexListExpr:
		return x.X
	}
	return n.Fun
}

// tests are the tests that start goroutines.
func (c calls) tests() (names []string) {
	for name := range c {
		if strings.HasPrefix(name, "Test") && name != "TestMain" && c.start(name, map[string]bool{}) {
			names = append(names, name)
		}
	}
	return names
}

// start tells whether a function starts goroutines, itself or through others.
func (c calls) start(name string, seen map[string]bool) bool {
	if name == "go" || seen[name] {
		return name == "go"
	}
	seen[name] = true
	return slices.ContainsFunc(c[name], func(used string) bool { return c.start(used, seen) })
}
