package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"marquis/internal/lab"
	"marquis/internal/store"
)

func (p *program) listImportsCommand() *cobra.Command {
	var service string
	list := &cobra.Command{
		Use:   "list",
		Short: "List imports, and where each stands",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error {
				w := tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
				fmt.Fprintln(w, "ID\tSERVICE\tSTATE\tSAMPLES\tAT\tBY\tPROFILE")
				err := eachImport(cmd.Context(), s, "import list", func(of lab.Service, i *lab.Import) {
					if service == "" || service == of.Code {
						fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", i.ID, of.Code, i.State, samplesOf(i), i.ImportedAt, i.ImportedBy, i.Profile)
					}
				})
				return errors.Join(err, w.Flush())
			})
		},
	}
	list.Flags().StringVar(&service, "service", "", "code of the service (default: all)")
	return list
}

// samplesOf tells how many samples an import has, and where it is in motion how many of them lie
// there.
func samplesOf(i *lab.Import) string {
	if i.InMotion() || i.State == lab.ImportAbandoned && i.Written > 0 {
		return fmt.Sprintf("%d of %d", i.Written, i.Samples)
	}
	if i.Corrected > 0 {
		return fmt.Sprintf("%d, %d corrected", i.Samples, i.Corrected)
	}
	return fmt.Sprint(i.Samples)
}

// eachImport hands over all imports, by service.
func eachImport(ctx context.Context, s *store.Store, command string, take func(of lab.Service, i *lab.Import)) error {
	services, err := s.Services(ctx, lab.Operator(command))
	if err != nil {
		return err
	}
	for _, service := range services {
		imports, err := s.Imports(ctx, lab.Operator(command), service.ID)
		if err != nil {
			return err
		}
		for i := range imports {
			take(service, &imports[i])
		}
	}
	return nil
}

// findImport finds an import by its id.
func findImport(ctx context.Context, s *store.Store, command, id string) (found lab.Import, err error) {
	err = eachImport(ctx, s, command, func(_ lab.Service, i *lab.Import) {
		if strings.EqualFold(i.ID.String(), id) {
			found = *i
		}
	})
	if err == nil && found.ID.IsZero() {
		err = fmt.Errorf("there is no import %q; to see the imports type: marquis import list", id)
	}
	return found, err
}

func (p *program) abandonImportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "abandon ID",
		Short: "Give an import up that was cut off and is not taken",
		Long: "Gives an import up of which nobody has seen anything yet, so that the same files can be imported again.\n" +
			"The numbers of its samples are not given again.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error {
				i, err := findImport(cmd.Context(), s, "import abandon", args[0])
				if err != nil {
					return err
				}
				progress := p.progress("cleared")
				err = s.Abandon(cmd.Context(), lab.Operator("import abandon"), i.Key, func(done int) { progress.show(done, int(i.Written)) })
				progress.end()
				if err == nil {
					fmt.Fprintln(p.stdout, "The import is abandoned. The same files can be imported again.")
				}
				return err
			})
		},
	}
}

func (p *program) takeBackImportCommand() *cobra.Command {
	var reason func() lab.Why
	command := &cobra.Command{
		Use:   "take-back ID",
		Short: "Take an import back, with all its samples and results",
		Long: "Lists what has used an import since it was taken. With a reason it takes the import back: at once nobody\n" +
			"sees anything of it, and whoever looks one of its results up reads that it was withdrawn, and why. The\n" +
			"trail stays. Recorded samples that it corrected are again what they were. The same files can be imported\n" +
			"again afterwards, also with another mapping.",
		Example: "  marquis import take-back 0190f5f4-6f5e-7c3b-9a51-0242ac120002 --because entry_mistake",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error { return p.takeBack(cmd.Context(), s, args[0], reason()) })
		},
	}
	reason = reasonFlags(command, "the reason")
	return command
}

// reasonFlags adds the flags for a reason, which visitors read, and returns what reads them.
func reasonFlags(command *cobra.Command, what string) func() lab.Why {
	var why lab.Why
	var code, language string
	command.Flags().StringVar(&code, "because", "", what+", which visitors read in their language: "+lab.PublicationReasons.String())
	command.Flags().StringVar(&why.Reason, "reason", "", what+" in words, which visitors read")
	command.Flags().StringVar(&language, "language", string(lab.English), "language of the reason in words: "+lab.PublicLanguages.String())
	return func() lab.Why {
		given := why
		given.ReasonCode = lab.PublicationReason(code)
		if given.Reason != "" {
			given.ReasonLang = lab.Language(language)
		}
		return given
	}
}

func (p *program) takeBack(ctx context.Context, s *store.Store, id string, why lab.Why) error {
	by := lab.Operator("import take-back")
	i, err := findImport(ctx, s, by.Name, id)
	if err != nil {
		return err
	}
	if i.State == lab.ImportTaken {
		uses, err := s.ImportUses(ctx, by, i.Key)
		if err != nil {
			return err
		}
		p.tellUses(uses)
		if uses.Restored > 0 {
			fmt.Fprintf(p.stdout, "%8d recorded samples that it corrected will be again what they were before\n", uses.Restored)
		}
		if !why.Given() {
			fmt.Fprintln(p.stdout, "Nothing is changed: to take the import back give the reason (--because, --reason).")
			return nil
		}
	}
	progress := p.progress("taken back")
	err = s.TakeBack(ctx, by, i.Key, why, func(done int) { progress.show(done, int(i.Written)) })
	progress.end()
	if err == nil {
		fmt.Fprintln(p.stdout, "The import is taken back. The same files can be imported again.")
	}
	return err
}

// tellUses says what has used an import.
func (p *program) tellUses(u lab.ImportUses) {
	if u.None() {
		fmt.Fprintln(p.stdout, "Nothing has used the import since it was taken.")
		return
	}
	fmt.Fprintln(p.stdout, "Since it was taken these have used the import:")
	for _, use := range []struct {
		n    int
		what string
	}{
		{u.Analyses, "analyses entered by hand"},
		{u.Publications, "versions of results that people released"},
		{u.ReadOuts, "results told by phone"},
		{u.Codes, "lookup codes given out"},
		{u.Changed, "samples that were described otherwise"},
		{u.Excluded, "samples left out of the figures"},
		{u.Corrected, "samples that later imports corrected"},
		{u.Partly, "samples that it corrected and people have described otherwise since: these will be again what they were, but for that"},
		{u.Kept, "samples that it corrected and whose result people have decided on since: these stay as they left them"},
	} {
		if use.n > 0 {
			fmt.Fprintf(p.stdout, "%8d %s\n", use.n, use.what)
		}
	}
}

// unfinishedText says what lies there of an import that was cut off, and what to do about it.
func unfinishedText(i *lab.Import) string {
	what := fmt.Sprintf("import %s by %s (%s, begun %s)", i.ID, i.ImportedBy, i.Profile, i.ImportedAt)
	switch i.State {
	case lab.ImportLoading:
		return fmt.Sprintf("%s is not finished: %d of %d samples lie there, and nobody sees them. Where no program is at work on it import the same files again to go on, or type: marquis import abandon %s",
			what, i.Written, i.Samples, i.ID)
	case lab.ImportUndoing:
		return fmt.Sprintf("%s is being taken back: %d samples are left, and nobody sees them. Where no program is at work on it go on by: marquis import take-back %s",
			what, i.Written, i.ID)
	}
	return fmt.Sprintf("%s was abandoned: %d samples are left, and nobody sees them. Clear them by: marquis import abandon %s", what, i.Written, i.ID)
}

// tellUnfinished says what lies there of imports that were cut off.
func (p *program) tellUnfinished(ctx context.Context, s *store.Store) error {
	left, err := s.UnfinishedImports(ctx, lab.Operator("import"))
	for i := range left {
		fmt.Fprintln(p.stdout, strings.ToUpper(unfinishedText(&left[i])[:1])+unfinishedText(&left[i])[1:])
	}
	return err
}
