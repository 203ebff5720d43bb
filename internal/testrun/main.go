// Command testrun runs a command, such as "go test ./...", with what its many test
// processes can share: one throwaway PostgreSQL instead of one for each, and a folder
// for temporary files in memory, so that nobody waits for a disk to keep what is thrown
// away. It ends with the exit code of the command. Without it every test works as well,
// only slower.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"

	"marquis/internal/store/pgtest"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "testrun: which command? For instance: go run ./internal/testrun go test ./...")
		os.Exit(2)
	}
	code, err := run(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "testrun:", err)
	}
	os.Exit(code)
}

func run(name string, args []string) (int, error) {
	signal.Notify(make(chan os.Signal, 1), os.Interrupt) // it is for the command, after which all this goes
	forget, err := inMemory()
	if err != nil {
		return 1, err
	}
	defer forget()
	command := exec.Command(name, args...)
	command.Stdin, command.Stdout, command.Stderr, command.Env = os.Stdin, os.Stdout, os.Stderr, os.Environ()
	setting, stop, err := pgtest.Share()
	if err != nil {
		fmt.Fprintln(os.Stderr, "testrun: each test process looks for PostgreSQL itself:", err)
	} else {
		defer stop()
		command.Env = append(command.Env, setting)
	}
	err = command.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return max(1, exit.ExitCode()), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}

// inMemory makes a folder for temporary files in memory, where there is room for one,
// and has tests, servers and Go's tools use it. It goes when forget is called, or this
// process ends in whatever way.
func inMemory() (forget func(), err error) {
	if room(memory) < needed {
		return func() {}, nil
	}
	folder, err := os.MkdirTemp(memory, "marquis-test-")
	if err != nil {
		return nil, err
	}
	remove, err := removedAtTheEnd(folder)
	if err == nil {
		err = os.Chmod(folder, 0o777|os.ModeSticky) // PostgreSQL may run as somebody else
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	before := os.Getenv("TMPDIR")
	return func() {
		_ = os.Setenv("TMPDIR", before)
		remove()
	}, os.Setenv("TMPDIR", folder)
}
