package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/work"
)

func (p *program) keysCommand() *cobra.Command {
	keys := &cobra.Command{
		Use:   "keys",
		Short: "Say which key ring belongs to the registry",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var yes bool
	adopt := &cobra.Command{
		Use:   "adopt",
		Short: "Take the key ring as that of the registry, on your word",
		Long: "Takes the file of the key ring (MARQUIS_KEYS) as that of the registry where the program cannot tell by\n" +
			"itself, or where the right one is lost for good; where there is no file, a new ring is made. It says\n" +
			"first which codes and authenticators do not open any more, and changes nothing without --yes.\n" +
			"Stop the server before.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error { return p.adoptKeys(cmd.Context(), s, yes) })
		},
	}
	adopt.Flags().BoolVar(&yes, "yes", false, "do it")
	keys.AddCommand(adopt)
	return keys
}

func (p *program) adoptKeys(ctx context.Context, s *store.Store, yes bool) error {
	ring, err := keyring.Open(p.config.Keys, yes)
	if errors.Is(err, keyring.ErrMissing) {
		return p.planNewKeys(ctx, s)
	}
	if err != nil {
		return err
	}
	print, err := ring.Print()
	if err != nil {
		return err
	}
	plan, err := s.PlanAdoption(ctx, lab.Operator("keys adopt"), print, work.Resealer(ring))
	if err != nil {
		return err
	}
	p.tellAdoption(plan, print)
	if !yes {
		return errNotTyped
	}
	if err := s.AdoptRing(ctx, lab.Operator("keys adopt"), print, work.Resealer(ring)); err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, "done")
	return nil
}

var errNotTyped = errors.New("nothing has changed; to do it type: marquis keys adopt --yes")

// planNewKeys says what a new ring would cost.
func (p *program) planNewKeys(ctx context.Context, s *store.Store) error {
	plan, err := s.PlanAdoption(ctx, lab.Operator("keys adopt"), lab.RingPrint{}, func(lab.Optional, string) (string, error) { return "", keyring.ErrMissing })
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "there is no key ring at %s; a new one would be made\n", p.config.Keys)
	p.tellAdoption(plan, lab.RingPrint{})
	return errNotTyped
}

// tellAdoption says what comes of taking a ring.
func (p *program) tellAdoption(plan store.Adoption, ring lab.RingPrint) {
	var months []string
	for _, k := range ring.Keys {
		if !k.Ended {
			months = append(months, k.Month)
		}
	}
	fmt.Fprintf(p.stdout, "key ring %s: keys of %s\n", p.config.Keys, orNone(months))
	fmt.Fprintf(p.stdout, "%d codes lie under its keys", plan.Codes)
	if plan.Codes > 0 && !plan.Proven {
		fmt.Fprint(p.stdout, "; nothing proves that they open under this file, so look one up afterwards")
	}
	fmt.Fprintln(p.stdout)
	if plan.Lost > 0 || len(plan.Months) > 0 {
		fmt.Fprintf(p.stdout, "%d codes open nothing any more: it lacks the keys of %s\n", plan.Lost, orNone(plan.Months))
	}
	if len(plan.Locked) > 0 {
		fmt.Fprintf(p.stdout, "%d authenticators do not open any more: %s; they sign in with a recovery code, or: marquis user invite LOGIN --reset-second-factor\n",
			len(plan.Locked), strings.Join(plan.Locked, ", "))
	}
}

func orNone(words []string) string {
	if len(words) == 0 {
		return "no month"
	}
	return strings.Join(words, ", ")
}
