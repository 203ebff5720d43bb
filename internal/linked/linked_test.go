package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheLicenceOfEveryLinkedModuleIsTold(t *testing.T) {
	text, err := run([]string{"notices"})
	if err != nil {
		t.Fatal(err)
	}
	list, err := modules()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 20 {
		t.Errorf("only %d modules are linked", len(list))
	}
	for _, m := range list {
		if !strings.Contains(text, "\n"+m.Path+" "+m.Version+" (") {
			t.Errorf("nothing is told of %s", m.Path)
		}
	}
	if !strings.Contains(text, "Copyright 2009 The Go Authors") {
		t.Error("nothing is told of Go itself")
	}
}

func TestAModuleThatCannotBeTakenIsRefused(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"no licence":      {"README.md": "MIT License: Permission is hereby granted, free of charge"},
		"another licence": {"COPYING": "GNU GENERAL PUBLIC LICENSE Version 3"},
	} {
		m := module{Path: "example.org/x", Version: "v1.0.0", Dir: t.TempDir()}
		for file, text := range files {
			if err := os.WriteFile(filepath.Join(m.Dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if names, _, err := m.texts(); err == nil || !strings.Contains(err.Error(), "example.org/x v1.0.0") {
			t.Errorf("%s: taken as %v, %v", name, names, err)
		}
	}
}

func TestALicenceIsKnownHoweverItsLinesAreBroken(t *testing.T) {
	m := module{Path: "example.org/x", Dir: t.TempDir()}
	text := "Copyright\n\nPermission is hereby granted,\n  free of\tcharge, to any person"
	if err := os.WriteFile(filepath.Join(m.Dir, "Licence.txt"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	names, texts, err := m.texts()
	if err != nil || len(names) != 1 || names[0] != "MIT" || string(texts[0]) != text {
		t.Errorf("%v, %q, %v", names, texts, err)
	}
}

// Of two modules of which one's path begins the other's, a symbol is of the longer;
// memory that is not in the file does not count.
func TestSymbolsAreAddedUpByModule(t *testing.T) {
	symbols := "  100  40 T marquis/internal/lab.Check\n" +
		"  140  8 T example.org/x.F\n" +
		"  148  16 t example.org/x/y/z.(*T).F\n" +
		"  164  4 R type:.eq.example.org/x.T\n" +
		"  168  2 T runtime.main\n" +
		"  170  1000 D example.org/x.memory\n" +
		"       U nothing\n"
	have, err := perModule([]byte(symbols), []module{{Path: "example.org/x"}, {Path: "example.org/x/y"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{own: 40, "example.org/x": 12, "example.org/x/y": 16, other: 2} {
		if have[name] != want {
			t.Errorf("%s takes %d bytes, want %d", name, have[name], want)
		}
	}
}
