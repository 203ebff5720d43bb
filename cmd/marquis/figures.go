package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"marquis/internal/figures"
	"marquis/internal/store"
)

// figures are those of the service with the code, or of all without one.
func (p *program) figures(ctx context.Context, s *store.Store, code string) (*figures.Set, error) {
	set, err := figures.New(s, p.now, p.config.Currency).Set(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("%w; to see the services type: marquis service list", err)
	}
	if years := set.Outdated(); len(years) > 0 {
		fmt.Fprintf(p.stderr, "marquis: the figures of %s are as the definitions of before counted them; marquis serve counts them anew, and marquis reclassify at once\n", strings.Trim(fmt.Sprint(years), "[]"))
	}
	return set, nil
}

// parseYear reads the argument of a command.
func parseYear(text string) (int, error) {
	year, err := strconv.Atoi(text)
	if err != nil || year < 1900 || year > 9999 {
		return 0, usageError{fmt.Errorf("%q is not a year, such as 2024", text)}
	}
	return year, nil
}
