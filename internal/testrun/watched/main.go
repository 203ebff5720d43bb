// Command watched prints the pattern of the tests in the given folders that do several
// things at once, for "go test -race -run": those that start goroutines, themselves or
// through functions of their package's tests. The race detector finds nothing in others.
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
	var names []string
	for _, folder := range os.Args[1:] {
		found, err := watched(folder)
		if err != nil {
			fmt.Fprintln(os.Stderr, "watched:", err)
			os.Exit(1)
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	_, _ = fmt.Fprintln(os.Stdout, "^("+strings.Join(slices.Compact(names), "|")+")$")
}

// watched are the tests of a folder that start goroutines.
func watched(folder string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s has no tests", folder)
	}
	c := calls{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			return nil, err
		}
		c.add(parsed)
	}
	var names []string
	for name := range c {
		if strings.HasPrefix(name, "Test") && name != "TestMain" && c.start(name, map[string]bool{}) {
			names = append(names, name)
		}
	}
	return names, nil
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
		name := f.Name.Name
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				c[name] = append(c[name], "go")
			case *ast.SelectorExpr:
				if n.Sel.Name == "Go" {
					c[name] = append(c[name], "go")
				}
			case *ast.Ident:
				c[name] = append(c[name], n.Name)
			}
			return true
		})
	}
}

// start tells whether a function starts goroutines, itself or through others.
func (c calls) start(name string, seen map[string]bool) bool {
	if name == "go" || seen[name] {
		return name == "go"
	}
	seen[name] = true
	return slices.ContainsFunc(c[name], func(used string) bool { return c.start(used, seen) })
}
