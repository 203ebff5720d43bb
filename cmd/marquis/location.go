package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"marquis/internal/lab"
	"marquis/internal/store"
)

func (p *program) locationCommand() *cobra.Command {
	location := &cobra.Command{
		Use:   "location",
		Short: "Add, list, close and open the places where services receive samples",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	location.AddCommand(p.addLocationCommand(), p.listLocationsCommand(), p.closeLocationCommand(true), p.closeLocationCommand(false))
	return location
}

func (p *program) addLocationCommand() *cobra.Command {
	var x lab.Location
	add := &cobra.Command{
		Use:     "add SERVICE NAME",
		Short:   "Add a place where a service receives samples",
		Example: `  marquis location add UTR "Office Nieuwegracht" --kind office --region Utrecht`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error {
				service, err := s.Service(cmd.Context(), lab.Operator("location add"), args[0])
				if errors.Is(err, lab.ErrNotFound) {
					return fmt.Errorf("there is no service %q; to see the services type: marquis service list", args[0])
				}
				if err != nil {
					return err
				}
				x.ServiceID, x.Name = service.ID, args[1]
				added, err := s.AddLocation(cmd.Context(), lab.Operator("location add"), x)
				if err == nil {
					fmt.Fprintf(p.stdout, "location %q of service %s added\n", added.Name, service.Code)
				}
				return err
			})
		},
	}
	add.Flags().StringVar(&x.Kind, "kind", "office", "one of: "+strings.Join(lab.LocationKinds, ", "))
	add.Flags().StringVar(&x.Region, "region", "", "coarse: a province or a state")
	return add
}

func (p *program) listLocationsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the places where services receive samples",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error {
				services, err := s.Services(cmd.Context(), lab.Operator("location list"))
				if err != nil {
					return err
				}
				codes := map[lab.ServiceID]string{}
				for _, x := range services {
					codes[x.ID] = x.Code
				}
				locations, err := s.AllLocations(cmd.Context(), lab.Operator("location list"))
				if err != nil {
					return err
				}
				table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(table, "SERVICE\tNAME\tKIND\tREGION\tCLOSED ON")
				for _, x := range locations {
					fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", codes[x.ServiceID], x.Name, x.Kind, x.Region, x.ClosedOn)
				}
				return table.Flush()
			})
		},
	}
}
