package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// closeLocationCommand closes a location, or opens it again.
func (p *program) closeLocationCommand(closes bool) *cobra.Command {
	c := &cobra.Command{
		Use:     "close SERVICE NAME",
		Short:   "Close a place: it receives nothing any more, and stays on record",
		Example: `  marquis location close UTR "Festival tent"`,
		Args:    cobra.ExactArgs(2),
	}
	done := "closed"
	if !closes {
		c.Use, c.Short, c.Example, done = "open SERVICE NAME", "Open a place again that was closed", `  marquis location open UTR "Festival tent"`, "open"
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		by := lab.Operator("location " + c.Name())
		return p.open(cmd.Context(), func(s *store.Store) error {
			service, err := s.Service(cmd.Context(), by, args[0])
			if errors.Is(err, lab.ErrNotFound) {
				return fmt.Errorf("there is no service %q; to see the services type: marquis service list", args[0])
			}
			if err != nil {
				return err
			}
			locations, err := s.Locations(cmd.Context(), by, service.ID)
			if err != nil {
				return err
			}
			at := slices.IndexFunc(locations, func(l lab.Location) bool { return l.Name == args[1] })
			if at < 0 {
				return fmt.Errorf("service %s has no location %q; to see the locations type: marquis location list", service.Code, args[1])
			}
			err = s.CloseLocation(cmd.Context(), by, service.ID, locations[at].ID, closes)
			if err == nil {
				fmt.Fprintf(p.stdout, "location %q of service %s is %s\n", args[1], service.Code, done)
			}
			return err
		})
	}
	return c
}
