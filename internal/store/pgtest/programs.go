package pgtest

import (
	"cmp"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// debian matches the folders in which Debian keeps the server programs of each
// version, out of PATH.
const debian = "/usr/lib/postgresql/*/bin"

// programs returns the folder that holds initdb and postgres: the one in PATH,
// or else the newest of those that match pattern.
func programs(pattern string) (string, error) {
	if !supported {
		return "", errors.New("the tests start PostgreSQL on Unix-like systems only")
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		if folder := filepath.Dir(initdb); complete(folder) {
			return filepath.Abs(folder)
		}
	}
	folders, err := filepath.Glob(pattern)
	if err != nil {
		return "", err
	}
	slices.SortFunc(folders, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
	for _, folder := range folders {
		if complete(folder) {
			return folder, nil
		}
	}
	return "", errors.New("PostgreSQL's server programs (initdb, postgres) are not installed: " +
		"on Debian install the package postgresql, elsewhere put them in PATH")
}

// complete tells whether folder holds all that a server needs.
func complete(folder string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(folder, name)); err != nil {
			return false
		}
	}
	return true
}

// version returns the 15 of /usr/lib/postgresql/15/bin, and 0 for what is no
// number.
func version(folder string) float64 {
	v, err := strconv.ParseFloat(filepath.Base(filepath.Dir(folder)), 64)
	if err != nil {
		return 0
	}
	return v
}
