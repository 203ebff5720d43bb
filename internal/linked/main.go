// Command linked tells what is in the program beside our own code: the licences of
// all modules that are linked into it, and how many bytes each takes.
//
//	go run ./internal/linked notices >bin/THIRD-PARTY-NOTICES.txt
//	go run ./internal/linked sizes
//
// It looks at the program as "make build" links it, and fails where a module has no
// licence, or one that this project cannot take.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// program is the package that is linked, with the tags of "make build".
const (
	program = "marquis/cmd/marquis"
	tags    = "nomsgpack"
)

func main() {
	text, err := run(os.Args[1:])
	if err == nil {
		_, err = os.Stdout.WriteString(text)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "linked:", err)
		os.Exit(1)
	}
}

func run(args []string) (text string, err error) {
	if len(args) != 1 {
		return "", errors.New("type: go run ./internal/linked notices, or: go run ./internal/linked sizes")
	}
	list, err := modules()
	if err != nil {
		return "", err
	}
	switch args[0] {
	case "notices":
		return notices(list)
	case "sizes":
		return sizes(list)
	}
	return "", fmt.Errorf("it cannot tell %q, but notices and sizes", args[0])
}

// module is one whose packages are linked.
type module struct {
	Path, Version, Dir string
	Main               bool
}

// modules are those that the program links beside its own, in order of their paths.
func modules() ([]module, error) {
	text, err := goTool("list", "-deps", "-tags", tags, "-json=Module", program)
	if err != nil {
		return nil, err
	}
	var found []module
	for decoder := json.NewDecoder(bytes.NewReader(text)); ; {
		var list struct{ Module *module } // nil for the standard library
		err := decoder.Decode(&list)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if m := list.Module; m != nil && !m.Main && !slices.Contains(found, *m) {
			found = append(found, *m)
		}
	}
	slices.SortFunc(found, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return append([]module{{Path: "Go, its standard library", Version: runtime.Version(), Dir: runtimeRoot()}}, found...), nil
}

func runtimeRoot() string {
	root, err := goTool("env", "GOROOT")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(root))
}

func goTool(args ...string) ([]byte, error) {
	command := exec.Command("go", args...)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	text, err := command.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, failed.Stderr)
	}
	return text, err
}

// licenceFile is what a file is called that holds a licence or what must be told
// with it.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([-.].*)?$`)

// taken are the licences that this project can take beside its own, Apache-2.0, by
// words of theirs.
var taken = []struct{ name, words string }{
	{"Apache-2.0", "Apache License"},
	{"MIT", "Permission is hereby granted, free of charge"},
	{"BSD", "Redistribution and use in source and binary forms"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
}

// texts returns what a module says about its licence, file by file, and the names of
// the licences.
func (m module) texts() (names []string, texts [][]byte, err error) {
	files, err := os.ReadDir(m.Dir)
	if err != nil {
		return nil, nil, err
	}
	for _, file := range files {
		if file.IsDir() || !licenceFile.MatchString(file.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.Dir, file.Name()))
		if err != nil {
			return nil, nil, err
		}
		texts = append(texts, text)
		folded := strings.Join(strings.Fields(string(text)), " ")
		for _, l := range taken {
			if strings.Contains(strings.ToLower(folded), strings.ToLower(l.words)) && !slices.Contains(names, l.name) {
				names = append(names, l.name)
			}
		}
	}
	if len(names) == 0 {
		return nil, nil, fmt.Errorf("%s %s has no licence that this project knows and can take", m.Path, m.Version)
	}
	return names, texts, nil
}

// notices are the licences of all modules.
func notices(list []module) (string, error) {
	var w strings.Builder
	w.WriteString("Marquis holds the work of others, under the licences below.\n")
	for _, m := range list {
		names, texts, err := m.texts()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&w, "\n%s\n%s %s (%s)\n\n", strings.Repeat("=", 80), m.Path, m.Version, strings.Join(names, ", "))
		for _, text := range texts {
			fmt.Fprintf(&w, "%s\n", bytes.TrimSpace(text))
		}
	}
	return w.String(), nil
}
