package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/store"
)

func (p *program) userCommand() *cobra.Command {
	user := &cobra.Command{
		Use:   "user",
		Short: "Add, list, invite and disable members of staff",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	user.AddCommand(
		p.addUserCommand(), p.listUsersCommand(), p.inviteUserCommand(),
		p.disableUserCommand("disable", "Keep a user out, and end the user's sessions at once", true),
		p.disableUserCommand("enable", "Let a user in again who was disabled", false),
	)
	return user
}

func (p *program) addUserCommand() *cobra.Command {
	var user lab.User
	var roles []string
	add := &cobra.Command{
		Use:   "add --login LOGIN --name NAME --role ROLE[@SERVICE]...",
		Short: "Add a user and print an invitation with which the user chooses a password",
		Long: "Adds a user. A role without a service holds at all services; --role may be given more than once.\n" +
			"The roles are: " + strings.Join(lab.UserRoles.Strings(), ", ") + ".\n" +
			"Prints a code that the user enters once, within three days, to choose a password.",
		Example: "  marquis user add --login ada --name \"Ada de Vries\" --role administrator\n" +
			"  marquis user add --login bob --name Bob --role intake@UTR --role laboratory@UTR",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error {
				memberships, err := readRoles(cmd.Context(), s, roles)
				if err != nil {
					return err
				}
				added, err := s.AddUser(cmd.Context(), lab.Operator("user add"), user, memberships)
				if err != nil {
					return err
				}
				fmt.Fprintf(p.stdout, "user %s added\n", user.Login)
				if err := p.invite(cmd.Context(), s, lab.Operator("user add"), added.UserID, false); err != nil {
					return fmt.Errorf("the user is added, but not invited; type: marquis user invite %s: %w", user.Login, err)
				}
				return nil
			})
		},
	}
	add.Flags().StringVar(&user.Login, "login", "", "what the user logs in with: 2 to 40 lower-case letters, digits, dots and dashes")
	add.Flags().StringVar(&user.Name, "name", "", "name of the person, as results and the audit trail show it")
	add.Flags().StringArrayVar(&roles, "role", nil, "ROLE at all services, or ROLE@SERVICE with the code of one")
	addressFlag(add)
	return add
}

func (p *program) listUsersCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the users with their roles",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error {
				people, err := s.People(cmd.Context(), lab.Operator("user list"))
				if err != nil {
					return err
				}
				services, err := s.Services(cmd.Context(), lab.Operator("user list"))
				if err != nil {
					return err
				}
				table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(table, "LOGIN\tNAME\tROLES\tSTATE\tSECOND FACTOR")
				for _, x := range people {
					factor := "no"
					if x.SecondFactor {
						factor = "yes"
					}
					fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", x.Login, x.Name, rolesText(x.Memberships, services), accountState(x), factor)
				}
				return table.Flush()
			})
		},
	}
}

func accountState(x store.Person) string {
	switch {
	case x.Disabled:
		return "disabled"
	case !x.Password:
		return "no password yet"
	}
	return "enabled"
}

// rolesText lists memberships as readRoles reads them.
func rolesText(memberships []lab.Membership, services []lab.Service) string {
	texts := make([]string, len(memberships))
	for i, m := range memberships {
		texts[i] = string(m.Role)
		if at := slices.IndexFunc(services, func(x lab.Service) bool { return x.ID == m.ServiceID }); at >= 0 {
			texts[i] += "@" + services[at].Code
		}
	}
	return strings.Join(texts, " ")
}

// readRoles reads ROLE and ROLE@SERVICE, and reports all mistakes at once.
func readRoles(ctx context.Context, s *store.Store, texts []string) (memberships []lab.Membership, err error) {
	var errs lab.FieldErrors
	for _, text := range texts {
		role, code, local := strings.Cut(text, "@")
		m := lab.Membership{Role: lab.UserRole(role)}
		if local {
			service, err := s.Service(ctx, lab.Operator("user add"), code)
			if err != nil && !errors.Is(err, lab.ErrNotFound) {
				return nil, err
			}
			errs.Check(err == nil, "role", "%q: there is no service %q; to see them type: marquis service list.", text, code)
			m.ServiceID = service.ID
		}
		errs.Check(lab.UserRoles.Has(m.Role), "role", "%q is not one of: %s.", role, strings.Join(lab.UserRoles.Strings(), ", "))
		memberships = append(memberships, m)
	}
	return memberships, errs.Err()
}

func (p *program) inviteUserCommand() *cobra.Command {
	var reset bool
	invite := &cobra.Command{
		Use:   "invite LOGIN",
		Short: "Print an invitation with which a user chooses a new password",
		Long: "Prints a code that the user enters once, within three days, to choose a password. It ends an earlier\n" +
			"invitation; the password stays what it is until the new one is chosen, and then all sessions end.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.withUser(cmd.Context(), args[0], func(s *store.Store, x store.Person) error {
				return p.invite(cmd.Context(), s, lab.Operator("user invite"), x.ID, reset)
			})
		},
	}
	invite.Flags().BoolVar(&reset, "reset-second-factor", false, "clear the second factor too, when the invitation is accepted")
	addressFlag(invite)
	return invite
}

func (p *program) disableUserCommand(verb, short string, disabled bool) *cobra.Command {
	return &cobra.Command{
		Use:   verb + " LOGIN",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.withUser(cmd.Context(), args[0], func(s *store.Store, x store.Person) error {
				err := s.DisableUser(cmd.Context(), lab.Operator("user "+verb), x.ID, disabled)
				if err == nil {
					fmt.Fprintf(p.stdout, "user %s %sd\n", x.Login, verb)
				}
				return err
			})
		},
	}
}

// withUser opens the registry for work on the user with the login.
func (p *program) withUser(ctx context.Context, login string, work func(*store.Store, store.Person) error) error {
	return p.open(ctx, func(s *store.Store) error {
		people, err := s.People(ctx, lab.Operator("user"))
		if err != nil {
			return err
		}
		at := slices.IndexFunc(people, func(x store.Person) bool { return x.Login == strings.ToLower(strings.TrimSpace(login)) })
		if at < 0 {
			return fmt.Errorf("there is no user %q; to see them type: marquis user list", login)
		}
		return work(s, people[at])
	})
}

// invite makes an invitation and prints it. The code is in no path or query, which
// servers on the way write to their logs: it is typed into the page, or a link
// carries it in its fragment, which no browser sends.
func (p *program) invite(ctx context.Context, s *store.Store, by lab.Actor, id lab.Optional, reset bool) error {
	token, hash := credential.NewToken()
	until := lab.At(p.now().Add(lab.InvitationAge))
	if err := s.Invite(ctx, by, id, hash, until, reset); err != nil {
		return err
	}
	page := p.invitationPage()
	_, err := fmt.Fprintf(p.stdout, "invitation, to be accepted once and before %s UTC:\n"+
		"  page  %s\n  code  %s\n  or, as one link, %s#%s\n"+
		"Hand it over so that nobody else sees it.\n", until.Time().Format("2006-01-02 15:04"), page, token, page, token)
	return err
}

// addressFlag adds the flag that goes before MARQUIS_ADDRESS.
func addressFlag(cmd *cobra.Command) {
	cmd.Flags().String("address", "", "address at which users reach the program (MARQUIS_ADDRESS; default \"http://"+defaultListen+"\")")
}

// invitationPage is where an invitation is accepted.
func (p *program) invitationPage() string {
	base := &url.URL{Scheme: "http", Host: defaultListen}
	if p.config.Address != nil {
		base = p.config.Address
	}
	return base.JoinPath("invitation").String()
}
