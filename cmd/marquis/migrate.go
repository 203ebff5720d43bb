package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"marquis/internal/store"
)

func (p *program) migrateCommand() *cobra.Command {
	var role string
	migrate := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to the schema and dictionary of this program",
		Long: "Makes the tables in an empty database, or brings those of an older program up to date, and loads\n" +
			"the dictionary. Where everything is up to date it changes nothing. Make a backup first.\n\n" +
			"On PostgreSQL one role may own the tables and another run the program. Migrate as the owner, and\n" +
			"--grant gives the other what it needs, in new tables too: it can read and write, but change nothing\n" +
			"in the audit trail or in what was published.",
		Example: "  marquis migrate\n  marquis migrate --database-url postgres://marquis_owner@localhost/marquis --grant marquis",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			done, err := p.migrate(cmd, role)
			for _, line := range done {
				fmt.Fprintln(p.stdout, line)
			}
			if err == nil && len(done) == 0 {
				fmt.Fprintln(p.stdout, "everything is up to date")
			}
			return err
		},
	}
	migrate.Flags().StringVar(&role, "grant", "", "role of PostgreSQL that is to run the program, not the one that migrates")
	return migrate
}

func (p *program) migrate(cmd *cobra.Command, role string) ([]string, error) {
	switch {
	case !cmd.Flags().Changed("grant"):
		return store.Migrate(cmd.Context(), p.place(), p.now)
	case p.config.DatabaseURL == "":
		return nil, usageError{errors.New("--grant is for PostgreSQL, whose address is not set: give --database-url, or leave --grant out for the SQLite file")}
	}
	return store.MigrateAndGrant(cmd.Context(), p.place(), p.now, role)
}
