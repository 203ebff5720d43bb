package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"marquis/internal/store"
)

func (p *program) migrateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to the schema and dictionary of this program",
		Long: "Makes the tables in an empty database, or brings those of an older program up to date, and loads\n" +
			"the dictionary. Where everything is up to date it changes nothing. Make a backup first.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			done, err := store.Migrate(cmd.Context(), p.place(), p.now)
			for _, line := range done {
				fmt.Fprintln(p.stdout, line)
			}
			if err == nil && len(done) == 0 {
				fmt.Fprintln(p.stdout, "everything is up to date")
			}
			return err
		},
	}
}
