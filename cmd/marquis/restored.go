package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"marquis/internal/lab"
	"marquis/internal/store"
)

func (p *program) restoredCommand() *cobra.Command {
	var asOf, series string
	restored := &cobra.Command{
		Use:   "restored --as-of TIME",
		Short: "Say that the database was restored by other means than marquis restore",
		Long: "After the tools of PostgreSQL, or litestream, have taken the database back to an earlier moment, numbers\n" +
			"of what was registered since are on labels and slips, and would be given again. This command lets\n" +
			"numbers go on in the next series, with a letter, and ends all sessions and invitations of the copy.\n" +
			"Type it before the server starts. marquis restore does the same by itself.",
		Example: "  marquis restored --as-of 2026-11-28T03:10:00Z",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			at, err := time.Parse(time.RFC3339, asOf)
			if err != nil {
				return usageError{fmt.Errorf("--as-of is a moment such as 2026-11-28T03:10:00Z, and %q is none", asOf)}
			}
			number, ok := lab.SeriesOf(series)
			if !ok {
				return usageError{fmt.Errorf("--series is a letter from A to Z, or two such as AA, and %q is not", series)}
			}
			return p.openThere(cmd.Context(), func(s *store.Store) error {
				life, err := s.BeginLife(cmd.Context(), lab.Operator("restored"), lab.At(at), number)
				if err != nil {
					return err
				}
				p.tellLife(life)
				return nil
			})
		},
	}
	restored.Flags().StringVar(&asOf, "as-of", "", "the moment to which the database was taken back")
	restored.Flags().StringVar(&series, "series", "", "letter of the series in which numbers go on, where the next one was used already")
	return restored
}

// tellLife says what follows from a restore.
func (p *program) tellLife(life store.Life) {
	letter := lab.SeriesLetter(life.Series)
	fmt.Fprintf(p.stdout, "numbers go on in series %s, such as UTR-%d-%s00001\n", letter, p.now().Year(), letter)
	fmt.Fprintf(p.stdout, "slips that were given out between %s and %s open nothing; nobody is signed in or invited\n", life.CopiedAt, life.RestoredAt)
	fmt.Fprintln(p.stdout, "make a backup now: marquis backup")
}
