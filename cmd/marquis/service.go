package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"marquis/internal/lab"
	"marquis/internal/store"
)

func (p *program) serviceCommand() *cobra.Command {
	service := &cobra.Command{
		Use:   "service",
		Short: "Add and list testing services",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	service.AddCommand(p.addServiceCommand(), p.listServicesCommand())
	return service
}

func (p *program) addServiceCommand() *cobra.Command {
	var x lab.Service
	add := &cobra.Command{
		Use:     "add CODE NAME",
		Short:   "Add a testing service; its sample numbers begin with the code",
		Example: `  marquis service add UTR "Testservice Utrecht"`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			x.Code, x.Name = args[0], args[1]
			return p.open(cmd.Context(), func(s *store.Store) error {
				added, err := s.AddService(cmd.Context(), lab.Operator("service add"), x)
				if err == nil {
					fmt.Fprintf(p.stdout, "service %s added\n", added.Code)
				}
				return err
			})
		},
	}
	add.Flags().StringVar(&x.Country, "country", "NL", "country, two letters")
	add.Flags().StringVar(&x.Currency, "currency", "EUR", "currency of its prices, three letters")
	add.Flags().StringVar(&x.TimeZone, "time-zone", "Europe/Amsterdam", "time zone in which its days begin and end")
	return add
}

func (p *program) listServicesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the testing services",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error {
				services, err := s.Services(cmd.Context())
				if err != nil {
					return err
				}
				table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(table, "CODE\tNAME\tCOUNTRY\tCURRENCY\tTIME ZONE")
				for _, x := range services {
					fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", x.Code, x.Name, x.Country, x.Currency, x.TimeZone)
				}
				return table.Flush()
			})
		},
	}
}
