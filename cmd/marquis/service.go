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
	var open bool
	add := &cobra.Command{
		Use:     "add CODE NAME",
		Short:   "Add a testing service; its sample numbers begin with the code",
		Example: `  marquis service add UTR "Testservice Utrecht"`,
		Long: "Adds a testing service. Whoever has a role there has to set up an authenticator before anything else,\n" +
			"unless --without-second-factor says that a password is enough; the service's page changes it later.",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			x.Code, x.Name, x.SecondFactor = args[0], args[1], !open
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
	add.Flags().BoolVar(&open, "without-second-factor", false, "let people who have a role there sign in with a password alone")
	return add
}

func (p *program) listServicesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the testing services",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error {
				services, err := s.Services(cmd.Context(), lab.Operator("service list"))
				if err != nil {
					return err
				}
				table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(table, "CODE\tNAME\tCOUNTRY\tCURRENCY\tTIME ZONE\tSECOND FACTOR")
				for _, x := range services {
					factor := "not required"
					if x.SecondFactor {
						factor = "required"
					}
					fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", x.Code, x.Name, x.Country, x.Currency, x.TimeZone, factor)
				}
				return table.Flush()
			})
		},
	}
}
