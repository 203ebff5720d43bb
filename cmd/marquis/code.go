package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/server"
	"marquis/internal/store"
)

func (p *program) codeCommand() *cobra.Command {
	code := &cobra.Command{
		Use:   "code",
		Short: "End the lookup codes of past months",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	code.AddCommand(&cobra.Command{
		Use:   "expire",
		Short: "End the codes of the months that are over their time, for ever",
		Long: "Removes the codes that were given out more than MARQUIS_CODE_MONTHS whole months ago (3 if it is not set)\n" +
			"from the database, and then their keys from the key ring. The results stay, but no code opens them any\n" +
			"more. A running server does this every hour. Whatever breaks it off, run it again.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error { return p.expireCodes(cmd, s) })
		},
	})
	return code
}

func (p *program) expireCodes(cmd *cobra.Command, s *store.Store) error {
	ring, err := keyring.Open(p.config.Keys, false)
	if err != nil {
		return err
	}
	codes, keys, err := server.ExpireCodes(cmd.Context(), s, ring, lab.Operator("code expire"), p.now(), p.config.CodeMonths)
	if err != nil {
		return err
	}
	oldest := lab.CodesSince(lab.DateOf(p.now(), time.UTC), p.config.CodeMonths)
	fmt.Fprintf(p.stdout, "codes from before %s: %d removed, with the keys of %d months\n", oldest.String()[:len("2026-11")], codes, keys)
	return nil
}
