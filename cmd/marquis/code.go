package main

import (
	"errors"
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
	var right bool
	expire := &cobra.Command{
		Use:   "expire",
		Short: "End the codes of the months that are over their time, for ever",
		Long: "Removes the codes that were given out more than MARQUIS_CODE_MONTHS whole months ago (3 if it is not set)\n" +
			"from the database, and then their keys from the key ring. The results stay, but no code opens them any\n" +
			"more. A running server does this every hour. Whatever breaks it off, run it again.\n" +
			"Where the clock has jumped by 3 days or more, the registry was not running for so long, or codes may have\n" +
			"been given out for more months, it says what would go and removes nothing: with --yes you say that the\n" +
			"clock and the number of months are right.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error { return p.expireCodes(cmd, s, right) })
		},
	}
	expire.Flags().BoolVar(&right, "yes", false, "the clock and MARQUIS_CODE_MONTHS are right: remove what is over its time, also after the clock has jumped")
	code.AddCommand(expire)
	return code
}

func (p *program) expireCodes(cmd *cobra.Command, s *store.Store, right bool) error {
	ctx, by, now := cmd.Context(), lab.Operator("code expire"), p.now()
	ring, err := keyring.Open(p.config.Keys, false)
	if err != nil {
		return err
	}
	if err := server.TakeKeys(ctx, s, ring, by); err != nil {
		return err
	}
	if err := s.MarkClock(ctx); err != nil {
		return err
	}
	today := lab.DateOf(now, time.UTC)
	oldest := lab.CodesSince(today, p.config.CodeMonths)
	gaps, err := s.ClockGaps(ctx)
	if err != nil {
		return err
	}
	period, err := s.CodePeriod(ctx)
	if err != nil {
		return err
	}
	if right || period.Longer(p.config.CodeMonths) || len(gaps) > 0 {
		if err := p.tellOverdue(cmd, s, gaps, period, today, oldest); err != nil {
			return err
		}
	}
	if right {
		if err := s.ConfirmEnding(ctx, by, today, p.config.CodeMonths); err != nil {
			return err
		}
	}
	codes, keys, err := server.ExpireCodes(ctx, s, ring, by, now, p.config.CodeMonths)
	if errors.Is(err, lab.ErrClockJumped) {
		return fmt.Errorf("%w. If the clock is right type: marquis code expire --yes", err)
	}
	if errors.Is(err, lab.ErrCodeMonths) {
		return fmt.Errorf("%w. Set MARQUIS_CODE_MONTHS as the server has it; if %d months are right type: marquis code expire --yes", err, p.config.CodeMonths)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "codes from before %s: %d removed, with the keys of %d months\n", oldest.YearMonth(), codes, keys)
	return nil
}

// tellOverdue says how the clock has jumped, for how long codes were given out, and
// what goes if all is right.
func (p *program) tellOverdue(cmd *cobra.Command, s *store.Store, gaps []store.ClockGap, period store.CodePeriod, today, oldest lab.Date) error {
	if period.Longer(p.config.CodeMonths) && period.Months > 0 {
		fmt.Fprintf(p.stdout, "codes were given out for %d months, and MARQUIS_CODE_MONTHS is %d here\n", period.Months, p.config.CodeMonths)
	} else if period.Longer(p.config.CodeMonths) {
		fmt.Fprintf(p.stdout, "nobody has said yet for how many months codes were given out, and MARQUIS_CODE_MONTHS is %d here\n", p.config.CodeMonths)
	}
	for _, g := range gaps {
		fmt.Fprintf(p.stdout, "the clock went from %s to %s\n", g.BeforeAt, g.AfterAt)
	}
	codes, keys, err := s.OverdueCodes(cmd.Context(), oldest)
	fmt.Fprintf(p.stdout, "today is %s by the clock; codes from before %s are over their time: %d codes and %d keys go, for ever\n", today, oldest.YearMonth(), codes, keys)
	return err
}
