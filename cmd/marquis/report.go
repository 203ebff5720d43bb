package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"marquis/internal/figures"
	"marquis/internal/locale"
	"marquis/internal/statistics"
	"marquis/internal/store"
	"marquis/reports"
)

func (p *program) reportCommand() *cobra.Command {
	var language, out, service string
	command := &cobra.Command{
		Use:   "report YEAR",
		Short: "Write the annual report as a workbook",
		Long: "Writes the figures of a year and of the years before it as an Excel workbook, with charts, and a row\n" +
			"a sample without anything that leads to a visitor. For staff: cells of few samples are shown.",
		Example: "  marquis report 2024 --lang nl --out jaarbericht-2024.xlsx",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			year, err := parseYear(args[0])
			if err != nil {
				return err
			}
			if _, err := locale.New(language); err != nil {
				return usageError{err}
			}
			if out == "" {
				out = fmt.Sprintf("marquis-%d-%s.xlsx", year, language)
			}
			return p.open(cmd.Context(), func(s *store.Store) error {
				set, err := p.figures(cmd.Context(), s, service)
				if err != nil {
					return err
				}
				told, err := p.writeReport(cmd.Context(), set, year, language, out)
				if err == nil {
					fmt.Fprintf(p.stdout, "%s: %d samples registered in %d, services: %s\n", out, told.Registered, year, told.Scope)
				}
				return err
			})
		},
	}
	command.Flags().StringVar(&language, "lang", "en", "language, such as nl")
	command.Flags().StringVar(&out, "out", "", "file to write (default marquis-YEAR-LANG.xlsx)")
	command.Flags().StringVar(&service, "service", "", "code of one service (default: all)")
	return command
}

// writeReport writes the workbook beside its final name first, so that a failure
// leaves neither half a workbook nor loses the one that was there. It returns the
// year that the report tells.
func (p *program) writeReport(ctx context.Context, set *figures.Set, year int, language, out string) (told *statistics.Year, err error) {
	annual, err := set.Annual(ctx, year)
	if err != nil {
		return nil, err
	}
	bar := p.progress("rows")
	defer bar.end()
	told = annual.Years[len(annual.Years)-1]
	annual.Language, annual.MadeAt, annual.Program = language, p.now().UTC(), fullVersion()
	annual.Progress = func(done int) { bar.show(done, told.Registered) }

	draft, err := os.CreateTemp(filepath.Dir(out), ".marquis-*.xlsx")
	if err != nil {
		return nil, fmt.Errorf("write the report: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(draft.Name()))
		}
	}()
	if err := reports.WriteAnnual(ctx, draft, annual); err != nil {
		return nil, errors.Join(err, draft.Close())
	}
	if err := errors.Join(draft.Sync(), draft.Chmod(0o640), draft.Close()); err != nil {
		return nil, fmt.Errorf("write the report: %w", err)
	}
	if err := os.Rename(draft.Name(), out); err != nil {
		return nil, fmt.Errorf("write the report: %w", err)
	}
	return told, nil
}
