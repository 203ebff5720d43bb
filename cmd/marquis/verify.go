package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/work"
)

func (p *program) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Look whether the registry is whole: trail, results, facts, codes and key ring",
		Long: "Walks the audit trail and compares with it what was published, roles of people, numbers of samples, and\n" +
			"analyses that were entered on pages; looks whether a counter of numbers went back; makes the facts that the\n" +
			"statistics read anew and compares them, tries codes drawn at random, looks whether the key ring is the one of the\n" +
			"registry, and whether every text could be restored on either database. It prints the digest of all that\n" +
			"the registry holds, which is the same as that of a backup of the same moment. It changes nothing, and the\n" +
			"server goes on meanwhile: all is read as of one moment.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.openThere(cmd.Context(), func(s *store.Store) error {
				ring, err := keyring.Open(p.config.Keys, false)
				if err != nil && !errors.Is(err, keyring.ErrMissing) {
					return err
				}
				v, err := work.Verify(cmd.Context(), s, lab.Operator("verify"), ring)
				if err != nil {
					return err
				}
				fmt.Fprintf(p.stdout, "%s\ndigest %s\n", verifiedText(v), v.Digest)
				if ring == nil {
					fmt.Fprintf(p.stderr, "marquis: there is no key ring at %s, so it is not known whether the codes open\n", p.config.Keys)
				}
				return nil
			})
		},
	}
}
