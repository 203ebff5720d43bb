package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"marquis/internal/config"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/work"
)

func (p *program) codeCommand() *cobra.Command {
	code := &cobra.Command{
		Use:   "code",
		Short: "End the lookup codes of past months",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var right confirmed
	expire := &cobra.Command{
		Use:   "expire",
		Short: "End the codes of the months that are over their time, for ever",
		Long: "Removes the codes that were given out more than MARQUIS_CODE_MONTHS whole months ago (3 if it is not set)\n" +
			"from the database, and then their keys from the key ring. The results stay, but no code opens them any\n" +
			"more. A running server does this every hour. Whatever breaks it off, run it again. Type it with the\n" +
			"settings of the server.\n" +
			"Where the clock has jumped by 3 days or more, or the registry was not running for so long, it says what\n" +
			"would go and removes nothing: with --yes you say that the clock is right, and nothing else. Where codes\n" +
			"may have been given out for more months, it removes nothing either: with --months you say for how many\n" +
			"they work, whatever MARQUIS_CODE_MONTHS is.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if right.months > 0 {
				p.config.CodeMonths = right.months
			}
			return p.open(cmd.Context(), func(s *store.Store) error { return p.expireCodes(cmd, s, right) })
		},
	}
	expire.Flags().BoolVar(&right.clock, "yes", false, "the clock is right: remove what is over its time, also after the clock has jumped")
	expire.Flags().Func("months", "end the codes after `N` whole months, 1 to 120, also where they were given out for more", right.setMonths)
	code.AddCommand(expire)
	return code
}

// confirmed is what somebody has typed to be right.
type confirmed struct {
	clock  bool
	months int // for how many whole months codes work; zero: not typed
}

func (c *confirmed) setMonths(text string) error {
	months, ok := config.ParseMonths(text)
	if !ok {
		return errors.New("give a number of months from 1 to 120")
	}
	c.months = months
	return nil
}

func (p *program) expireCodes(cmd *cobra.Command, s *store.Store, right confirmed) error {
	ctx, by, now := cmd.Context(), lab.Operator("code expire"), p.now()
	ring, err := keyring.Open(p.config.Keys, false)
	if err != nil {
		return err
	}
	if err := work.TakeKeys(ctx, s, ring, by); err != nil {
		return err
	}
	if err := s.MarkClock(ctx, by); err != nil {
		return err
	}
	today := lab.DateOf(now, time.UTC)
	if err := p.confirm(cmd, s, right, today); err != nil {
		return right.advise(err)
	}
	codes, keys, err := work.ExpireCodes(ctx, s, ring, by, now, p.config.CodeMonths)
	if err != nil {
		return right.advise(err)
	}
	oldest := lab.CodesSince(today, p.config.CodeMonths)
	fmt.Fprintf(p.stdout, "codes from before %s: %d removed, with the keys of %d months\n", oldest.YearMonth(), codes, keys)
	return nil
}

// confirm records what was typed to be right, once it is told what that means.
func (p *program) confirm(cmd *cobra.Command, s *store.Store, right confirmed, today lab.Date) error {
	gaps, err := s.ClockGaps(cmd.Context(), lab.Operator("code expire"))
	if err != nil {
		return err
	}
	period, err := s.CodePeriod(cmd.Context(), lab.Operator("code expire"))
	if err != nil {
		return err
	}
	typed := right != confirmed{}
	if typed || period.Longer(p.config.CodeMonths) || len(gaps) > 0 {
		if err := p.tellOverdue(cmd, s, gaps, period, right, today); err != nil {
			return err
		}
	}
	if !typed {
		return nil
	}
	what := store.Confirmation{Months: right.months}
	if right.clock {
		what.Day = today
	}
	if err := s.ConfirmEnding(cmd.Context(), lab.Operator("code expire"), what); err != nil {
		return err
	}
	if right.clock && len(gaps) > 0 {
		fmt.Fprintln(p.stdout, "it is noted that the clock is right")
	}
	return nil
}

// advise says what to type where nothing was removed for want of a person's word.
func (c confirmed) advise(err error) error {
	switch {
	case errors.Is(err, lab.ErrClockJumped) && c.months > 0:
		return fmt.Errorf("%w, and the months are not noted. If the clock is right type: marquis code expire --months %d --yes", err, c.months)
	case errors.Is(err, lab.ErrClockJumped):
		return fmt.Errorf("%w. If the clock is right type: marquis code expire --yes", err)
	case errors.Is(err, lab.ErrCodeMonths):
		return fmt.Errorf("%w. Set MARQUIS_CODE_MONTHS as the server has it, or type for how many months codes work: marquis code expire --months N", err)
	}
	return err
}

// tellOverdue says how the clock has jumped, for how long codes were given out, and
// what goes if all is right.
func (p *program) tellOverdue(cmd *cobra.Command, s *store.Store, gaps []store.ClockGap, period store.CodePeriod, right confirmed, today lab.Date) error {
	set := fmt.Sprintf("MARQUIS_CODE_MONTHS is %d here", p.config.CodeMonths)
	if right.months > 0 {
		set = fmt.Sprintf("--months is %d", right.months)
	}
	if period.Longer(p.config.CodeMonths) && period.Months > 0 {
		fmt.Fprintf(p.stdout, "codes were given out for %d months, and %s\n", period.Months, set)
	} else if period.Longer(p.config.CodeMonths) {
		fmt.Fprintf(p.stdout, "nobody has said yet for how many months codes were given out, and %s\n", set)
	}
	for _, g := range gaps {
		fmt.Fprintf(p.stdout, "the clock went from %s to %s\n", g.BeforeAt, g.AfterAt)
	}
	oldest := lab.CodesSince(today, p.config.CodeMonths)
	codes, keys, err := s.OverdueCodes(cmd.Context(), lab.Operator("code expire"), oldest)
	fmt.Fprintf(p.stdout, "today is %s by the clock; if all is right, codes from before %s are over their time: %d codes and %d keys go, for ever\n", today, oldest.YearMonth(), codes, keys)
	return err
}
