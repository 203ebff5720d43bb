package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"marquis/internal/lab"
	"marquis/internal/store"
)

func (p *program) reclassifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reclassify",
		Short: "Make the facts that the statistics read anew, after the dictionary was corrected",
		Long: "Rebuilds the facts of every sample from the sample, its expectations and its released result with the\n" +
			"dictionary as it is now, and says what moved. Where nothing was corrected it changes nothing.\n" +
			"Results of which today's rules would release other findings stay as they were said: they are put on a\n" +
			"worklist, and change when a person amends them. It also says which samples are held at the bench.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error {
				moved, err := s.Reclassify(cmd.Context(), lab.Operator("reclassify"))
				if err != nil {
					return err
				}
				fmt.Fprintf(p.stdout, "%d samples looked at, %d moved\n", moved.Samples, moved.Changed)
				if moved.ToReview > 0 {
					fmt.Fprintf(p.stdout, "%d results would be released otherwise by today's rules: they are on the worklist %q\n", moved.ToReview, lab.StageToReview)
				}
				if moved.Held > 0 {
					fmt.Fprintf(p.stdout, "%d samples are held at the bench: they come first on their worklists\n", moved.Held)
				}
				for _, what := range slices.Sorted(maps.Keys(moved.Fields)) {
					fmt.Fprintf(p.stdout, "  %6d × %s\n", moved.Fields[what], what)
				}
				return nil
			})
		},
	}
}
