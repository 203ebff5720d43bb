package server

import (
	"slices"
	"strconv"
	"strings"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/store"
)

type peoplePage struct {
	page.View
	People  []personView
	Unknown string     // what failed to sign in under logins that nobody has; empty: nothing
	Flood   *floodView // of wrong lookup codes; nil where there was none lately
}

// personView is one member of staff in the list.
type personView struct {
	Address  string
	User     lab.User
	Roles    []roleView
	Password bool   // has set a password
	Second   bool   // has an authenticator
	Locked   bool   // of which no code is taken, because too many were wrong
	Failed   string // what failed to sign in as them of late; empty: nothing
}

func showPeople(r *request) error {
	people, err := r.server.Store.People(r.Ctx(), r.Actor)
	if err != nil {
		return err
	}
	failed, unknown, err := r.failures()
	if err != nil {
		return err
	}
	places, err := r.rolePlaces()
	if err != nil {
		return err
	}
	page := peoplePage{View: r.View(r.Texts.Text("page.people.title")), Unknown: unknown, Flood: r.floodView()}
	for _, p := range people {
		person := r.personView(p, places)
		person.Failed = failed[p.Login]
		page.People = append(page.People, person)
	}
	return r.Show("people.html", page)
}

func (r *request) personView(p store.Person, places map[lab.ServiceID]string) personView {
	return personView{
		Address: "/people/" + strconv.Itoa(int(p.ID)), User: p.User, Roles: r.roleViews(p.Memberships, places), Password: p.Password,
		Second: p.SecondFactor, Locked: p.FactorLocked,
	}
}

// rolePlaces names where roles can hold: the services, and all of them.
func (r *request) rolePlaces() (map[lab.ServiceID]string, error) {
	services, err := r.server.Store.Services(r.Ctx(), r.Actor)
	if err != nil {
		return nil, err
	}
	names := map[lab.ServiceID]string{0: r.Texts.Text("page.people.all_services")}
	for _, s := range services {
		names[s.ID] = s.Name
	}
	return names, nil
}

// roleViews names roles and the places where they hold.
func (r *request) roleViews(memberships []lab.Membership, places map[lab.ServiceID]string) []roleView {
	roles := make([]roleView, len(memberships))
	for i, m := range memberships {
		roles[i] = roleView{r.Texts.Code(locale.UserRoles, string(m.Role)), places[m.ServiceID]}
	}
	return roles
}

type newPersonPage struct {
	page.View
	Form *page.Form
}

func (r *request) newPersonPage() (*newPersonPage, error) {
	login := r.Hint(r.Input("login", page.TextField, "page.sign_in.login"), "page.people.login_hint")
	login.MaxLength, login.Focus = 40, true
	name := r.Input("name", page.TextField, "page.people.name")
	name.MaxLength = 100
	roles, err := r.rolesField()
	return &newPersonPage{View: r.View(r.Texts.Text("page.people.add")), Form: page.NewForm(login, name, roles)}, err
}

// rolesField offers each role at each service that the administrator looks after.
func (r *request) rolesField() (*page.Field, error) {
	services, err := r.server.Store.Services(r.Ctx(), r.Actor)
	all, ids := r.Actor.ServicesOf(lab.Administrator)
	f := r.Hint(r.Input("memberships", page.ChecksField, "page.people.roles"), "page.people.roles_hint")
	for _, role := range lab.UserRoles {
		name := r.Texts.Code(locale.UserRoles, string(role))
		if all {
			f.Options = append(f.Options, page.Option{Value: membershipValue(lab.Membership{Role: role}), Label: name + " – " + r.Texts.Text("page.people.all_services")})
		}
		for _, s := range services {
			if !all && !slices.Contains(ids, s.ID) {
				continue
			}
			f.Options = append(f.Options, page.Option{Value: membershipValue(lab.Membership{ServiceID: s.ID, Role: role}), Label: name + " – " + s.Name})
		}
	}
	return f, err
}

// membershipValue writes a membership as the value of an option: ROLE@SERVICE.
func membershipValue(m lab.Membership) string {
	return string(m.Role) + "@" + strconv.Itoa(int(m.ServiceID))
}

// readMemberships reads the chosen options of rolesField.
func readMemberships(r *page.Reader) []lab.Membership {
	var list []lab.Membership
	for _, value := range r.Typed["memberships"] {
		role, at, found := strings.Cut(value, "@")
		service, err := strconv.ParseInt(at, 10, 32)
		r.Mistakes.Check(found && err == nil && lab.UserRoles.Has(lab.UserRole(role)), "memberships", "%q is not one of the roles.", value)
		list = append(list, lab.Membership{ServiceID: lab.ServiceID(service), Role: lab.UserRole(role)})
	}
	return list
}

func showNewPerson(r *request) error {
	page, err := r.newPersonPage()
	if err != nil {
		return err
	}
	return r.Show("newperson.html", page)
}

func addPerson(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	user := lab.User{Login: in.Text("login"), Name: in.Text("name")}
	memberships := readMemberships(in)
	err = in.Mistakes.Err()
	var added lab.Actor
	if err == nil {
		added, err = r.server.Store.AddUser(r.Ctx(), r.Actor, user, memberships)
	}
	return r.End(err, "/people/"+strconv.Itoa(int(added.UserID)), "newperson.html", func() (any, *page.Form, error) {
		shown, err := r.newPersonPage()
		if err != nil {
			return nil, nil, err
		}
		shown.Form.Fill(in.Typed)
		return shown, shown.Form, nil
	})
}

type personPage struct {
	page.View
	Person       personView
	Laboratories []laboratoryView // where the person works
	Form         *page.Form       // of roles
	Self         bool
}

// person finds the member of staff that the address names.
func (r *request) person() (store.Person, error) {
	id, err := strconv.ParseInt(r.Param("user"), 10, 32)
	if err != nil {
		return store.Person{}, lab.ErrNotFound
	}
	return r.server.Store.Person(r.Ctx(), r.Actor, lab.Optional(id))
}

func (r *request) personPage() (*personPage, error) {
	person, err := r.person()
	if err != nil {
		return nil, err
	}
	places, err := r.rolePlaces()
	if err != nil {
		return nil, err
	}
	roles, err := r.rolesField()
	if err != nil {
		return nil, err
	}
	for _, m := range person.Memberships {
		roles.Values = append(roles.Values, membershipValue(m))
	}
	n, err := r.naming()
	if err != nil {
		return nil, err
	}
	shown := &personPage{View: r.View(person.Name), Person: r.personView(person, places), Form: page.NewForm(roles), Self: person.ID == r.Actor.UserID}
	for _, l := range n.laboratoriesOf(person.ID) {
		shown.Laboratories = append(shown.Laboratories, laboratoryView{Address: laboratoryAddress(l), Name: l.Name})
	}
	return shown, nil
}

func showPerson(r *request) error {
	page, err := r.personPage()
	if err != nil {
		return err
	}
	return r.Show("person.html", page)
}

func setRoles(r *request) error {
	person, err := r.person()
	if err != nil {
		return err
	}
	in, err := r.Read()
	if err != nil {
		return err
	}
	memberships := readMemberships(in)
	if err = in.Mistakes.Err(); err == nil {
		err = r.server.Store.SetMemberships(r.Ctx(), r.Actor, person.ID, memberships)
	}
	return r.End(err, "/people/"+r.Param("user"), "person.html", func() (any, *page.Form, error) {
		shown, err := r.personPage()
		if err != nil {
			return nil, nil, err
		}
		shown.Form.Fill(in.Typed)
		return shown, shown.Form, nil
	})
}

// disablePerson ends somebody's sessions and lets them sign in no more; sent with
// the value "enable" it lets them again.
func disablePerson(r *request) error {
	person, err := r.person()
	if err != nil {
		return err
	}
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	if err := r.server.Store.DisableUser(r.Ctx(), r.Actor, person.ID, typed.Get("do") != "enable"); err != nil {
		return err
	}
	return r.See("/people/" + r.Param("user"))
}

type invitedPage struct {
	page.View
	User       lab.User
	Address    string // where the invitation is accepted
	Invitation string
	Until      string
}

// invitePerson makes a one-time invitation and shows it, once. With it somebody
// sets a password; where asked for, a lost authenticator is forgotten.
func invitePerson(r *request) error {
	person, err := r.person()
	if err != nil {
		return err
	}
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	token, hash := credential.NewToken()
	until := r.server.Now().Add(lab.InvitationAge)
	if err := r.server.Store.Invite(r.Ctx(), r.Actor, person.ID, hash, lab.At(until), typed.Get("authenticator") == "forget"); err != nil {
		return err
	}
	return r.Show("invited.html", invitedPage{
		View: r.View(r.Texts.Text("page.people.invitation")), User: person.User,
		Address: r.server.Address.JoinPath("/invitation").String(), Invitation: token, Until: r.Texts.Instant(until),
	})
}

// roleView is one role of somebody, and where.
type roleView struct{ Role, Service string }
