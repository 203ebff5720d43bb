package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"marquis/internal/demo"
	"marquis/internal/store"
)

const (
	demoName = "demo"
	// defaultDemo is the folder of the demo where nothing else is said.
	defaultDemo = "marquis-demo"
	// reportYear is the year whose report comes with the demo: the one of the
	// published figures that the demo is calibrated to.
	reportYear = 2020
)

// demoFlags are the flags of the command.
type demoFlags struct {
	seed          uint64
	years, listen string
	scale         float64
	noServe       bool
}

func (p *program) demoCommand() *cobra.Command {
	var f demoFlags
	command := &cobra.Command{
		Use:   demoName,
		Short: "Make a country's registry of synthetic data, and serve it",
		Long: "Makes a registry of twelve services and twelve years in a folder of its own, with people to sign in as,\n" +
			"codes to look up and the report of 2020 as a workbook, and serves it. The second time it starts at once.\n" +
			"All of it is synthetic: calibrated to published national figures, made by a random generator. Every page,\n" +
			"sheet and export says so. Its passwords are known to everybody and are refused in any other registry.",
		Example: "  marquis demo\n  marquis demo --years 2019-2020 --scale 0.1 --data /tmp/small\n" +
			"  marquis demo --no-serve --database-url postgres://marquis@localhost/demo",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.demo(cmd, f) },
	}
	command.Flags().Uint64Var(&f.seed, "seed", 1, "the same seed makes the same samples")
	command.Flags().StringVar(&f.years, "years", fmt.Sprintf("%d-%d", demo.FirstYear, demo.LastYear), "first and last year")
	command.Flags().Float64Var(&f.scale, "scale", 1, "part of the 150 000 samples that are made, or how many times as many")
	command.Flags().BoolVar(&f.noServe, "no-serve", false, "make it and stop")
	command.Flags().StringVar(&f.listen, "listen", defaultListen, "address and port to listen on")
	command.AddCommand(p.demoCodeCommand())
	return command
}

// plan reads the flags of the data.
func (f demoFlags) plan() (demo.Plan, error) {
	plan := demo.Plan{Seed: f.seed, Scale: f.scale}
	first, last, found := strings.Cut(f.years, "-")
	if !found {
		last = first
	}
	var errs [2]error
	plan.From, errs[0] = strconv.Atoi(first)
	plan.To, errs[1] = strconv.Atoi(last)
	if errs[0] != nil || errs[1] != nil {
		return plan, usageError{fmt.Errorf("--years %q are not two years, such as %d-%d", f.years, demo.FirstYear, demo.LastYear)}
	}
	if err := plan.Check(); err != nil {
		return plan, usageError{err}
	}
	return plan, nil
}

func (p *program) demo(cmd *cobra.Command, f demoFlags) error {
	plan, err := f.plan()
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	guide, err := p.findDemo(ctx)
	if err != nil {
		return err
	}
	chosen := slices.ContainsFunc([]string{"seed", "years", "scale"}, cmd.Flags().Changed)
	switch {
	case guide == nil:
		if guide, err = p.makeDemo(ctx, plan); err != nil {
			return err
		}
	case chosen && guide.Origin != plan.String():
		return fmt.Errorf("%s holds a demo of %s; for one of %s choose another folder with --data", p.config.Data, guide.Origin, plan)
	}
	if f.noServe {
		return p.tellDemo(guide)
	}
	return p.open(ctx, func(s *store.Store) error {
		return p.serve(ctx, s, f.listen, func(address *url.URL) error {
			return errors.Join(p.tellDemo(guide), p.tellAddress(address))
		})
	})
}

// demoDraft is a folder within that of the demo, and the end of the name of its key
// ring.
const demoDraft = ".making" // where it lies until it is whole

// findDemo returns the guide of the demo that is there; nil where nothing is. It
// refuses whatever is not a demo, or is none of this folder.
func (p *program) findDemo(ctx context.Context) (*demo.Guide, error) {
	if p.config.DatabaseURL == "" {
		_, err := os.Stat(filepath.Join(p.config.Data, store.SQLiteFile))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, p.checkFolder()
		}
		if err != nil {
			return nil, err
		}
	}
	var origin string
	err := p.open(ctx, func(s *store.Store) (err error) {
		origin, err = s.Synthetic(ctx)
		return err
	})
	switch {
	case errors.Is(err, store.ErrEmpty):
		return nil, p.checkFolder()
	case err != nil:
		return nil, err
	case origin == "":
		return nil, fmt.Errorf("%s is a registry already, and no demo; %s", p.where(), anotherPlace)
	}
	guide, err := demo.ReadGuide(p.config.Data)
	if err == nil && (guide == nil || guide.Origin != origin) {
		err = fmt.Errorf("%s holds a demo (%s) that was not finished, or whose keys are not in %s; %s", p.where(), origin, p.config.Data, anotherPlace)
	}
	return guide, err
}

const anotherPlace = "choose another folder with --data, or an empty database with --database-url"

// where names the place of the registry, without a password.
func (p *program) where() string {
	if p.config.DatabaseURL != "" {
		return "the database"
	}
	return p.config.Data
}

// checkFolder refuses a place where a key ring lies: it is that of another registry.
func (p *program) checkFolder() error {
	if _, err := os.Stat(p.config.Keys); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is the key ring of another registry; choose another folder with --data, or another file with MARQUIS_KEYS", p.config.Keys)
	}
	return nil
}

// makeDemo makes the demo aside, and moves it into its folder when it is whole, the
// database last.
func (p *program) makeDemo(ctx context.Context, plan demo.Plan) (guide *demo.Guide, err error) {
	fmt.Fprintf(p.stdout, "Making synthetic data: %s.\n", plan)
	final := p.config
	draft := filepath.Join(final.Data, demoDraft)
	if err := os.RemoveAll(draft); err != nil { // of an earlier try that was cut off
		return nil, err
	}
	if err := os.MkdirAll(draft, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(draft)) }()
	if err := removeKeys(final.Keys + demoDraft); err != nil {
		return nil, err
	}
	p.config.Data, p.config.Keys = draft, final.Keys+demoDraft
	defer func() { p.config = final }()

	bar := p.progress("making")
	defer bar.end()
	guide, err = demo.Make(ctx, demo.Config{Plan: plan, Store: p.place(), Keys: p.config.Keys, Now: p.now, CodeMonths: p.config.CodeMonths, Progress: bar.show})
	bar.end()
	if err != nil {
		return nil, err
	}
	if err := p.demoReports(ctx, plan); err != nil {
		return nil, err
	}
	if err := guide.Save(draft); err != nil {
		return nil, err
	}
	if err := p.moveKeys(final.Keys); err != nil {
		return nil, err
	}
	return guide, moveFiles(draft, final.Data, store.SQLiteFile)
}

// removeKeys removes the key ring of a demo that was not finished.
func removeKeys(path string) error {
	for _, file := range []string{path, path + ".lock"} {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// moveKeys moves the key ring to its place, where none may lie.
func (p *program) moveKeys(to string) error {
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s was made meanwhile; it stays as it is", to)
	}
	if err := os.Rename(p.config.Keys, to); err != nil {
		return err
	}
	return removeKeys(p.config.Keys)
}

// moveFiles moves the files of a folder to another, the named one last.
func moveFiles(from, to, last string) error {
	files, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	slices.SortStableFunc(files, func(a, b os.DirEntry) int {
		switch last {
		case a.Name():
			return 1
		case b.Name():
			return -1
		}
		return 0
	})
	for _, file := range files {
		if err := os.Rename(filepath.Join(from, file.Name()), filepath.Join(to, file.Name())); err != nil {
			return err
		}
	}
	return nil
}

// demoReport is the name of the report in a language.
func demoReport(year int, language string) string {
	return fmt.Sprintf("synthetic-report-%d-%s.xlsx", year, language)
}

// yearOfReport is the year of the demo's report.
func yearOfReport(plan demo.Plan) int { return min(max(reportYear, plan.From), plan.To) }

// demoReports writes the annual report in both languages.
func (p *program) demoReports(ctx context.Context, plan demo.Plan) error {
	return p.open(ctx, func(s *store.Store) error {
		set, err := p.figures(ctx, s, "")
		if err != nil {
			return err
		}
		for _, language := range []string{"en", "nl"} {
			year := yearOfReport(plan)
			if _, err := p.writeReport(ctx, set, year, language, filepath.Join(p.config.Data, demoReport(year, language))); err != nil {
				return err
			}
		}
		return nil
	})
}

// tellDemo says what there is to see, and how to get at it.
func (p *program) tellDemo(guide *demo.Guide) error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nThis registry is SYNTHETIC (%s): nothing in it was handed in by anybody.\n", guide.Origin)
	fmt.Fprintln(w, "\nSign in as (demo logins are refused in any other registry):")
	for _, l := range demo.Logins() {
		fmt.Fprintf(w, "  %s\tpassword  %s\t%s\n", l.Login, l.Password, secondFactorText(l))
	}
	fmt.Fprintln(w, "\nLook up, as a visitor would:")
	for _, c := range guide.Codes {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", c.Code, c.Number, c.State)
	}
	fmt.Fprintln(w, "\nThe annual report as a workbook:")
	reports, err := filepath.Glob(filepath.Join(p.config.Data, "synthetic-report-*.xlsx"))
	if err != nil {
		return err
	}
	for _, report := range reports {
		fmt.Fprintf(w, "  %s\n", report)
	}
	fmt.Fprint(w, demoTour(p.config.Data))
	return w.Flush()
}

func secondFactorText(l demo.Login) string {
	if l.Secret == "" {
		return ""
	}
	return "authenticator  " + l.Secret
}

// demoTour is what to try.
func demoTour(data string) string {
	return "\nWhat to try (from the source, marquis is: go run ./cmd/marquis):\n" +
		"  look up a code on the first page, in Dutch and in English\n" +
		"  read the figures of ketamine: contents, purity, price, and how they changed\n" +
		"  sign in as intake, register a sample, and look its code up\n" +
		"  sign in as laboratory and enter what was found; as verifier verify and publish it\n" +
		"  marquis demo code verifier --data " + data + "   prints the six digits, where you have no authenticator\n" +
		"  marquis stats 2020 --product ketamine --data " + data + "\n\n"
}

// demoCodeCommand tells the digits that an authenticator would show.
func (p *program) demoCodeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "code LOGIN",
		Short: "Print the six digits that an authenticator app shows now for a demo login",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			for _, l := range demo.Logins() {
				if l.Login == args[0] && l.Secret != "" {
					digits, err := l.Digits(p.now())
					fmt.Fprintln(p.stdout, digits)
					return err
				}
			}
			return usageError{fmt.Errorf("%q is no demo login with a second factor; type: marquis demo --help", args[0])}
		},
	}
}
