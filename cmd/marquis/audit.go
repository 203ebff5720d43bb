package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"marquis/internal/lab"
	"marquis/internal/store"
)

func (p *program) auditCommand() *cobra.Command {
	audit := &cobra.Command{
		Use:   "audit",
		Short: "Check the audit trail",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	audit.AddCommand(&cobra.Command{
		Use:   "verify",
		Short: "Walk the trail of every service and name the first event that was changed, removed or moved",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error {
				events, err := s.VerifyAudit(cmd.Context(), lab.Operator("audit verify"))
				if err == nil {
					fmt.Fprintf(p.stdout, "%d events, all as they were written\n", events)
				}
				return err
			})
		},
	})
	return audit
}
