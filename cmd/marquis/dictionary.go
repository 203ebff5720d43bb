package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"marquis/internal/lab"
	"marquis/internal/store"
)

func (p *program) dictionaryCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "dictionary",
		Short: "Say that two entries of the dictionary are the same, or not after all",
		Long: "A merge is a pointer: what was found, released and told stays as it was signed, and reads from then on as\n" +
			"the entry that it was merged into. The facts that the statistics read are made anew at once. A merge can\n" +
			"be taken back.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	command.AddCommand(p.adoptCommand(), p.mergeCommand(), p.unmergeCommand())
	return command
}

func (p *program) adoptCommand() *cobra.Command {
	var yes bool
	adopt := &cobra.Command{
		Use:   "adopt",
		Short: "Merge entries that were added here into those of the same name that came with the program",
		Long: "Lists the entries that were added here, by an import for example, and are called like one that came with\n" +
			"the program since, with what would read differently. Until they are merged, the one that was added here\n" +
			"keeps the name. One that is called like several, or has another CAS number, is listed and left alone.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error { return p.adopt(cmd.Context(), s, yes) })
		},
	}
	adopt.Flags().BoolVar(&yes, "yes", false, "merge them")
	return adopt
}

func (p *program) adopt(ctx context.Context, s *store.Store, yes bool) error {
	by := lab.Operator("dictionary adopt")
	list, err := s.Namesakes(ctx, by)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintln(p.stdout, "no entry that was added here is called like one that came with the program")
		return nil
	}
	offered := 0
	for _, x := range list {
		if x.Why != nil {
			fmt.Fprintf(p.stdout, "%s stays: %v\n", x.Name, x.Why)
			continue
		}
		offered++
		do := pointer{s: s, by: by, id: x.ID, into: x.Into, product: x.Product, try: !yes, reason: "adopted into the edition of the program"}
		moved, err := do.run(ctx)
		if err != nil {
			return err
		}
		p.tellMoved(fmt.Sprintf("%s → %s", x.Name, x.IntoName), moved, yes)
	}
	if offered > 0 && !yes {
		fmt.Fprintln(p.stdout, "nothing has changed yet; to merge them type: marquis dictionary adopt --yes")
	}
	return nil
}

// pointer merges or tries to.
type pointer struct {
	s        *store.Store
	by       lab.Actor
	id, into int32
	product  bool
	try      bool
	reason   string
}

func (x pointer) run(ctx context.Context) (store.Moved, error) {
	switch {
	case x.product && x.try:
		return x.s.TryMergeProduct(ctx, x.by, lab.ProductID(x.id), lab.ProductID(x.into))
	case x.product:
		return x.s.MergeProduct(ctx, x.by, lab.ProductID(x.id), lab.ProductID(x.into), x.reason)
	case x.try:
		return x.s.TryMergeSubstance(ctx, x.by, lab.SubstanceID(x.id), lab.SubstanceID(x.into))
	}
	return x.s.MergeSubstance(ctx, x.by, lab.SubstanceID(x.id), lab.SubstanceID(x.into), x.reason)
}

// tellMoved tells what reads differently, or would.
func (p *program) tellMoved(what string, moved store.Moved, done bool) {
	verb := "would read differently"
	if done {
		verb = "read differently now"
	}
	fmt.Fprintf(p.stdout, "%s: of %d samples %d %s\n", what, moved.Samples, moved.Changed, verb)
	if moved.ToReview > 0 {
		fmt.Fprintf(p.stdout, "  %d released results on the worklist %q\n", moved.ToReview, lab.StageToReview)
	}
	for _, field := range slices.Sorted(maps.Keys(moved.Fields)) {
		fmt.Fprintf(p.stdout, "  %6d × %s\n", moved.Fields[field], field)
	}
}

func (p *program) mergeCommand() *cobra.Command {
	var yes, product bool
	var reason string
	merge := &cobra.Command{
		Use:     "merge NUMBER INTO",
		Short:   "Let a substance or product, by its number, lead to another from now on",
		Example: `  marquis dictionary merge 1000004 212 --reason "the same, misspelled" --yes`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := entryNumber(args[0])
			into, err2 := entryNumber(args[1])
			if err := errors.Join(err, err2); err != nil {
				return err
			}
			return p.open(cmd.Context(), func(s *store.Store) error {
				do := pointer{s: s, by: lab.Operator("dictionary merge"), id: id, into: into, product: product, try: !yes, reason: reason}
				moved, err := do.run(cmd.Context())
				if err != nil {
					return err
				}
				p.tellMoved(args[0]+" → "+args[1], moved, yes)
				if !yes {
					fmt.Fprintln(p.stdout, "nothing has changed yet; to merge them add: --yes")
				}
				return nil
			})
		},
	}
	merge.Flags().BoolVar(&yes, "yes", false, "merge them")
	merge.Flags().BoolVar(&product, "product", false, "the numbers are those of products")
	merge.Flags().StringVar(&reason, "reason", "", "why they are the same; it stands in the trail")
	return merge
}

func (p *program) unmergeCommand() *cobra.Command {
	var product bool
	var reason string
	unmerge := &cobra.Command{
		Use:   "unmerge NUMBER",
		Short: "Take the merge of a substance or product back, by its number",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := entryNumber(args[0])
			if err != nil {
				return err
			}
			return p.open(cmd.Context(), func(s *store.Store) (err error) {
				by := lab.Operator("dictionary unmerge")
				var moved store.Moved
				if product {
					moved, err = s.UnmergeProduct(cmd.Context(), by, lab.ProductID(id), reason)
				} else {
					moved, err = s.UnmergeSubstance(cmd.Context(), by, lab.SubstanceID(id), reason)
				}
				if err == nil {
					p.tellMoved(args[0], moved, true)
				}
				return err
			})
		},
	}
	unmerge.Flags().BoolVar(&product, "product", false, "the number is that of a product")
	unmerge.Flags().StringVar(&reason, "reason", "", "why they are not the same; it stands in the trail")
	return unmerge
}

// entryNumber reads the number of an entry of the dictionary.
func entryNumber(text string) (int32, error) {
	id := lab.ParseExpected(text).SubstanceID
	if id <= 0 {
		return 0, fmt.Errorf("%q is not the number of an entry of the dictionary, such as 1000004", text)
	}
	return int32(id), nil
}
