package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// sizes tells how many bytes of code and constants of the program are of which
// module, the largest first. For each byte of code Go's linker adds almost another
// of tables, by which it finds its way.
func sizes(list []module) (text string, err error) {
	folder, err := os.MkdirTemp("", "linked")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	built := filepath.Join(folder, "marquis")
	if _, err := goTool("build", "-trimpath", "-tags", tags, "-o", built, program); err != nil {
		return "", err
	}
	symbols, err := goTool("tool", "nm", "-size", built)
	if err != nil {
		return "", err
	}
	bytesOf, err := perModule(symbols, list)
	if err != nil {
		return "", err
	}
	names := slices.SortedFunc(maps.Keys(bytesOf), func(a, b string) int {
		return cmp.Or(cmp.Compare(bytesOf[b], bytesOf[a]), strings.Compare(a, b))
	})
	var w strings.Builder
	for _, name := range names {
		fmt.Fprintf(&w, "%10d  %s\n", bytesOf[name], name)
	}
	return w.String(), nil
}

const (
	own   = "marquis"
	other = "Go, and what belongs to no module"
)

// perModule adds the symbols of each module up, as nm writes them: address, size,
// kind and name.
func perModule(symbols []byte, list []module) (map[string]int, error) {
	bytesOf := map[string]int{}
	for lines := bufio.NewScanner(bytes.NewReader(symbols)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.ContainsAny(fields[2], "TtRr") {
			continue
		}
		size, err := strconv.Atoi(fields[1])
		if err != nil {
			return nil, fmt.Errorf("%q is no line of nm: %w", lines.Text(), err)
		}
		bytesOf[moduleOf(strings.Join(fields[3:], " "), list)] += size
	}
	return bytesOf, nil
}

// moduleOf is the module to which a symbol belongs.
func moduleOf(symbol string, list []module) string {
	symbol = strings.TrimPrefix(strings.TrimPrefix(symbol, "type:"), ".eq.")
	if strings.HasPrefix(symbol, own+"/") {
		return own
	}
	best := other
	for _, m := range list {
		if (strings.HasPrefix(symbol, m.Path+".") || strings.HasPrefix(symbol, m.Path+"/")) && (best == other || len(m.Path) > len(best)) {
			best = m.Path
		}
	}
	return best
}
