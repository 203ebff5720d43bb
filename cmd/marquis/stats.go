package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"marquis/internal/figures"
	"marquis/internal/store"
)

// figureWriter is a set of figures in each of its forms.
type figureWriter interface {
	WriteTable(w io.Writer) error
	WriteJSON(w io.Writer) error
	WriteCSV(w io.Writer) error
}

func (p *program) statsCommand() *cobra.Command {
	var product, expected, service, format string
	command := &cobra.Command{
		Use:   "stats YEAR",
		Short: "The figures of a year: of all products, of one, or of one expected substance",
		Long: "Counts the samples of a year. For staff: cells of few samples are shown. Samples are handed in, not\n" +
			"drawn: intervals are as if they were a random sample.",
		Example: "  marquis stats 2024\n  marquis stats 2024 --product ketamine --format json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			year, err := parseYear(args[0])
			if err != nil {
				return err
			}
			if product != "" && expected != "" {
				return usageError{fmt.Errorf("choose --product or --expected, not both")}
			}
			return p.open(cmd.Context(), func(s *store.Store) error {
				set, err := p.figures(cmd.Context(), s, service)
				if err != nil {
					return err
				}
				answer, err := answer(cmd.Context(), set, year, product, expected)
				if err != nil {
					return err
				}
				return write(p.stdout, answer, format)
			})
		},
	}
	command.Flags().StringVar(&product, "product", "", "figures of the samples sold as this product")
	command.Flags().StringVar(&expected, "expected", "", "figures of the samples in which this substance or class was expected")
	command.Flags().StringVar(&service, "service", "", "code of one service (default: all)")
	command.Flags().StringVar(&format, "format", "table", "table, json or csv")
	return command
}

// answer computes what was asked for.
func answer(ctx context.Context, set *figures.Set, year int, product, expected string) (figureWriter, error) {
	switch {
	case product != "":
		x, ok := set.Dictionary.FindProduct(product)
		if !ok {
			return nil, fmt.Errorf("no product of the dictionary is called %q", product)
		}
		return set.Product(ctx, year, x.ID)
	case expected != "":
		token, err := set.FindExpected(expected)
		if err != nil {
			return nil, err
		}
		return set.Expected(ctx, year, token)
	}
	return set.Year(ctx, year)
}

func write(w io.Writer, figures figureWriter, format string) error {
	switch format {
	case "table":
		return figures.WriteTable(w)
	case "json":
		return figures.WriteJSON(w)
	case "csv":
		return figures.WriteCSV(w)
	}
	return usageError{fmt.Errorf("format %q is not known; use table, json or csv", format)}
}
