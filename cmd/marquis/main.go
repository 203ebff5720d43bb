// Command marquis is the sample registry of a drug checking network.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
	_ "time/tzdata" // of services; an image for containers has none

	"github.com/spf13/cobra"

	"marquis/internal/config"
	"marquis/internal/store"
)

// Exit codes.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitRejected = 3 // the work is done, but rows were rejected
	exitWaits    = 4 // nothing was written, because of what would be left out
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), ends()...)
	code := run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// ends are the signals that end a command in good order: that the terminal is gone too,
// unless whoever started the command had it ignored, as nohup does.
func ends() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// errStopped ends a command that was told to end before its work was done.
var errStopped = errors.New("stopped")

// unlessStopped says of a command that was told to end that it was stopped, and not what
// failed of it for that.
func unlessStopped(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return errStopped
	}
	return err
}

// errRejected ends a command that did its work but had to reject rows.
var errRejected = errors.New("rows were rejected; correct them and import the file again: what is recorded already stays as it is")

// errLeftOut ends an import of which so much, or something so dangerous, is rejected that
// nothing is written unless a person says so.
var errLeftOut = errors.New("nothing was written: too much would be left out, or something dangerous; correct the mapping or the files, or, to write the rest without it, add --accept-rejected")

// usageError is a wrong use of the command line.
type usageError struct{ error }

// run runs the program and returns its exit code.
func run(ctx context.Context, args []string, env func(string) (string, bool), stdout, stderr io.Writer) int {
	p := &program{stdout: stdout, stderr: stderr, now: time.Now}
	root := p.root(env)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	fmt.Fprintf(stderr, "marquis: %v\n", err)
	var usage usageError
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, errRejected):
		return exitRejected
	case errors.Is(err, errLeftOut):
		return exitWaits
	}
	return exitFailed
}

// program is what all commands share.
type program struct {
	config         config.Config
	stdout, stderr io.Writer
	now            func() time.Time
}

// root is the tree of commands.
func (p *program) root(env func(string) (string, bool)) *cobra.Command {
	root := &cobra.Command{
		Use:           "marquis",
		Short:         "The sample registry of a drug checking network",
		Long:          "Marquis records samples and what is found in them, and makes a year's figures and the annual report.\nWithout --database-url it keeps everything in one file in the data folder.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; type: %s --help", err, cmd.CommandPath())}
	})
	var data, url string
	root.PersistentFlags().StringVar(&data, "data", "", "folder of the embedded database (MARQUIS_DATA; default \""+config.DefaultData+"\")")
	root.PersistentFlags().StringVar(&url, "database-url", "", "PostgreSQL instead of it: postgres://USER@HOST/DATABASE (MARQUIS_DATABASE_URL, or the file MARQUIS_DATABASE_URL_FILE)")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		c, err := config.Load(func(name string) (string, bool) {
			_, set := env(name)
			switch {
			case cmd.Flags().Changed("data") && name == "MARQUIS_DATA":
				return data, true
			case name == "MARQUIS_DATA" && !set && cmd.Name() == demoName:
				return defaultDemo, true // never the folder of a real registry
			case cmd.Flags().Changed("database-url") && name == "MARQUIS_DATABASE_URL":
				return url, true
			case cmd.Flags().Changed("address") && name == "MARQUIS_ADDRESS":
				return cmd.Flag("address").Value.String(), true
			case cmd.Flags().Changed("metrics") && name == "MARQUIS_METRICS":
				return cmd.Flag("metrics").Value.String(), true
			}
			return env(name)
		})
		if err != nil {
			return usageError{err}
		}
		p.config = c
		return nil
	}
	root.AddCommand(
		p.serveCommand(), p.migrateCommand(), p.serviceCommand(), p.userCommand(), p.importCommand(), p.statsCommand(), p.reportCommand(),
		p.reclassifyCommand(), p.dictionaryCommand(), p.auditCommand(), p.locationCommand(), p.codeCommand(), p.keysCommand(), p.backupCommand(), p.restoreCommand(), p.restoredCommand(),
		p.verifyCommand(), p.demoCommand(), p.healthCommand(),
		p.versionCommand(),
	)
	explainArgs(root)
	return root
}

// explainArgs makes wrong arguments of a command, and of those below it, a usage
// error that says what to type.
func explainArgs(command *cobra.Command) {
	if check := command.Args; check != nil {
		command.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usageError{fmt.Errorf("%w; type: %s", err, cmd.UseLine())}
			}
			return nil
		}
	}
	for _, sub := range command.Commands() {
		explainArgs(sub)
	}
}

// place is where the registry is kept.
func (p *program) place() store.Config {
	return store.Config{Folder: p.config.Data, DatabaseURL: p.config.DatabaseURL, Plain: p.config.Plain}
}

// openThere opens the registry as open does, but makes none where there is none.
func (p *program) openThere(ctx context.Context, work func(*store.Store) error) error {
	if p.config.DatabaseURL == "" {
		file := filepath.Join(p.config.Data, store.SQLiteFile)
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("there is no registry in %s: %w; say where it is: --data FOLDER, or --database-url", p.config.Data, err)
		}
	}
	return p.open(ctx, work)
}

// open opens the registry for a command and closes it after its work.
func (p *program) open(ctx context.Context, work func(*store.Store) error) (err error) {
	s, err := store.Open(ctx, p.place(), p.now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for _, note := range s.Notes() {
		fmt.Fprintf(p.stderr, "marquis: %s\n", note)
	}
	return work(s)
}
