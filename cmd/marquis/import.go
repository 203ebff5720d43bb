package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/store"
	"marquis/internal/work"
	"marquis/reports"
)

// importing is one run of the command.
type importing struct {
	*program
	mapping *intake.Mapping
	service lab.Service // without an ID where it is not in the registry
	dryRun  bool
	accept  bool // write the rest, whatever is left out
	receipt string
	why     lab.Why // why recorded samples are corrected; not given: they are not
}

func (p *program) importCommand() *cobra.Command {
	x := importing{program: p}
	var profile, service string
	var reason func() lab.Why
	command := &cobra.Command{
		Use:   "import --profile NAME|MAPPING.toml FILE [FILE]",
		Short: "Bring in samples and results of another service",
		Long: "Reads CSV or XLSX files as a profile says, checks them whole, and brings in what is right, verified\n" +
			"and published at source. Nobody sees anything of it until all of it is there. The receipt accounts\n" +
			"for every row. The same file again changes nothing; where an import was cut off it goes on.\n\n" +
			"Where a file says otherwise of samples that are recorded already, the receipt shows what differs. They are\n" +
			"corrected with a reason alone (--because, --reason): whoever looks a result up reads the amended version, and why.\n\nProfiles: " + strings.Join(intake.Profiles(), ", ") + ", or a mapping of your own (docs/import.md).\n\n" +
			"Exit code 3 means that the import is done but rows were rejected; 4, that nothing was written because\n" +
			"too much would be left out, or something dangerous (--accept-rejected writes the rest).",
		Example: "  marquis import --profile unc-streetsafe ANALYSIS.csv LAB.csv --dry-run",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if profile == "" {
				return usageError{fmt.Errorf("say how the files are to be read: --profile %s, or a mapping of your own", strings.Join(intake.Profiles(), "|"))}
			}
			var err error
			x.why = reason()
			if x.mapping, err = intake.LoadMapping(profile); err != nil {
				return err
			}
			return p.open(cmd.Context(), func(s *store.Store) error {
				if err := x.findService(cmd.Context(), s, service); err != nil {
					return err
				}
				if err := p.tellUnfinished(cmd.Context(), s); err != nil {
					return err
				}
				return x.run(cmd.Context(), s, args)
			})
		},
	}
	command.Flags().StringVar(&profile, "profile", "", "how the files are to be read")
	command.Flags().StringVar(&service, "service", "", "code of the service whose samples they are (default: the profile's)")
	command.Flags().BoolVar(&x.dryRun, "dry-run", false, "check and account, but write nothing")
	command.Flags().BoolVar(&x.accept, "accept-rejected", false, "write what is right even if much is left out, or something dangerous")
	command.Flags().StringVar(&x.receipt, "receipt", "", "write the receipt to this file as well, as CSV, as JSON if the name ends in .json, or as a workbook if it ends in .xlsx")
	reason = reasonFlags(command, "correct recorded samples of which the files say otherwise, for this reason")
	command.AddCommand(p.listImportsCommand(), p.abandonImportCommand(), p.takeBackImportCommand())
	return command
}

// findService finds the service of the samples: the one that the operator names,
// or the one that the profile stands for, which is added where it is missing.
func (x *importing) findService(ctx context.Context, s *store.Store, code string) error {
	stands, ok := x.mapping.LabService()
	x.service = stands
	if code == "" && !ok {
		return usageError{errors.New("say whose samples they are: --service CODE; to see the services type: marquis service list")}
	}
	if code == "" {
		code = stands.Code
	}
	found, err := s.Service(ctx, lab.Operator("import"), code)
	switch {
	case err == nil:
		x.service = found
	case errors.Is(err, lab.ErrNotFound) && code == stands.Code:
		return stands.Check()
	case errors.Is(err, lab.ErrNotFound):
		return fmt.Errorf("there is no service %q; to add it type: marquis service add %s NAME", code, code)
	}
	return ignoreNotFound(err)
}

func ignoreNotFound(err error) error {
	if errors.Is(err, lab.ErrNotFound) {
		return nil
	}
	return err
}

func (x *importing) run(ctx context.Context, s *store.Store, files []string) (err error) {
	defer collectLess()()
	reading, err := x.read(ctx, s, files)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reading.Plan.Close()) }()
	receipt := reading.Plan.Receipt
	if left := reading.Left; left != nil {
		fmt.Fprintf(x.stdout, "An import of these files was cut off: %d of its samples lie there, and it goes on after them.\n", left.Written)
	}
	if reading.Before != nil {
		fmt.Fprintf(x.stdout, "These files were imported on %s already; nothing is changed.\n", reading.Before.ImportedAt.Time().Format(time.DateOnly))
	}
	if err := x.account(receipt); err != nil || reading.Before != nil {
		return err
	}
	fmt.Fprint(x.stdout, receipt.LeftOut.Text())
	if receipt.Corrected > 0 && !x.why.Given() {
		fmt.Fprintln(x.stdout, "Recorded samples stay as they are: to correct them give the reason (--because, --reason), which their visitors read.")
	}
	waits := receipt.LeftOut.TooMuch() && !x.accept
	switch {
	case waits && x.dryRun:
		fmt.Fprintln(x.stdout, "Dry run: nothing was written, and without --accept-rejected nothing would be.")
		return errLeftOut
	case waits:
		return errLeftOut
	case x.dryRun:
		fmt.Fprintln(x.stdout, "Dry run: nothing was written.")
	case reading.Plan.Samples+reading.Plan.Corrected == 0 && receipt.Total().Rejected > 0:
		fmt.Fprintln(x.stdout, "Nothing of these files was taken; nothing is changed.")
	case reading.Plan.Samples+reading.Plan.Corrected == 0:
		fmt.Fprintln(x.stdout, "There is nothing new in these files; nothing is changed.")
	default:
		if err := x.take(ctx, reading); err != nil {
			return err
		}
	}
	if receipt.Total().Rejected > 0 {
		return errRejected
	}
	return nil
}

// read reads and checks the files against what is recorded.
func (x *importing) read(ctx context.Context, s *store.Store, files []string) (*work.Reading, error) {
	progress := x.progress("read")
	defer progress.end()
	i := &work.Import{Store: s, By: lab.Operator("import"), Now: x.now, Mapping: x.mapping, Service: x.service, Files: files, Accepts: x.accept, Alone: true, Why: x.why}
	return i.Read(ctx, progress.show)
}

// account prints the receipt, and writes it where the operator asked for it.
func (x *importing) account(r *intake.Receipt) (err error) {
	if err := r.WriteText(x.stdout); err != nil {
		return err
	}
	if x.receipt == "" {
		return nil
	}
	f, err := os.Create(x.receipt)
	if err != nil {
		return fmt.Errorf("write the receipt: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	switch strings.ToLower(filepath.Ext(x.receipt)) {
	case ".json":
		return r.WriteJSON(f)
	case ".xlsx":
		texts, err := locale.New("en")
		if err != nil {
			return err
		}
		return reports.WriteSheet(f, reports.ReceiptSheet(texts, x.mapping.Profile+", "+x.service.Code, intake.ReceiptColumns, r.Records()))
	}
	return r.WriteCSV(f)
}

// take writes what was read.
func (x *importing) take(ctx context.Context, reading *work.Reading) error {
	progress := x.progress("write")
	err := reading.Take(ctx, progress.show)
	progress.end()
	switch {
	case err == nil && reading.Plan.Corrected > 0:
		fmt.Fprintf(x.stdout, "Imported into service %s; %d recorded samples were corrected.\n", x.service.Code, reading.Plan.Corrected)
		return nil
	case errors.Is(err, store.ErrUnfinished):
		return fmt.Errorf("%w; nobody sees anything of it; import the same files again to go on, or type: marquis import list", err)
	case errors.Is(err, lab.ErrConflict):
		return fmt.Errorf("something else was recorded meanwhile, so nothing was taken; import the files again: %w", err)
	case err != nil:
		return fmt.Errorf("nothing was taken: %w", err)
	}
	fmt.Fprintf(x.stdout, "Imported into service %s.\n", x.service.Code)
	return nil
}
