package server

import (
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// entry is one entry of the menu for staff.
type entry struct {
	address, label, hint string // texts by their keys
	access               page.Access
}

// menu is what members of staff choose from, each what the own roles allow.
var menu = []entry{
	{"/counter", "page.menu.counter", "page.menu.counter_hint", page.Able(lab.RegisterSample)},
	{"/work", "page.menu.work", "page.menu.work_hint", page.Holders(lab.RecordRoles...)},
	{batchesPath, "page.menu.batches", "page.menu.batches_hint", page.Holders(lab.Laboratory, lab.Verifier)},
	{"/methods", "page.menu.methods", "page.menu.methods_hint", page.Holders(lab.Laboratory, lab.Verifier, lab.Administrator)},
	{"/dictionary", "page.menu.dictionary", "page.menu.dictionary_hint", page.Staff},
	{"/statistics", "page.menu.statistics", "page.menu.statistics_hint", page.Holders(lab.FigureRoles...)},
	{"/reports", "page.menu.reports", "page.menu.reports_hint", page.Holders(lab.FigureRoles...)},
	{importsAddress, "page.menu.imports", "page.menu.imports_hint", page.Holders(lab.Importer)},
	{"/laboratories", "page.menu.laboratories", "page.menu.laboratories_hint", page.Holders(lab.Administrator)},
	{"/services", "page.menu.services", "page.menu.services_hint", page.Holders(lab.Administrator)},
	{"/people", "page.menu.people", "page.menu.people_hint", page.Holders(lab.Administrator)},
	{"/account", "page.menu.account", "page.menu.account_hint", page.Staff},
}

// asksTwice tells whether some route lets the actor in only after the second factor.
func (s *Server) asksTwice(by lab.Actor) bool {
	return slices.ContainsFunc(s.routes, func(x route) bool { return x.access.SecondFactor && x.access.Lets(by, 0) })
}

// staffView is what the page shows of who is signed in.
func (r *request) staffView() *page.StaffView {
	if r.Signed.Owes != nil {
		return &page.StaffView{Name: r.session.Account.Login} // as it was typed
	}
	v := &page.StaffView{Name: r.session.Account.Name, Short: r.session.SecondFactorAt.IsZero() && r.server.asksTwice(r.Actor), Unsaved: r.unsavedText()}
	for _, e := range menu {
		if e.access.Lets(r.Actor, 0) {
			here := r.Request.URL.Path
			current := here == e.address || strings.HasPrefix(here, e.address+"/")
			v.Menu = append(v.Menu, page.MenuItem{Label: r.Texts.Text(e.label), Address: e.address, Current: current})
		}
	}
	return v
}

type staffPage struct {
	page.View
	Entries  []entryView
	Told     toldView
	Clock    string // that it is to be looked at
	Backups  *backupsView
	Restored string // that the registry is a restored one, and what follows
	Unsaved  []unsavedForm
	Held     []link // where results are held for too long
	Reviews  []link // what of the dictionary waits for the reader's review
}

// entryView is one thing that a member of staff can go and do.
type entryView struct{ Label, Hint, Address string }

// showStaffStart is where members of staff begin.
func showStaffStart(r *request) error {
	notice, err := r.clockNotice()
	if err != nil {
		return err
	}
	page := staffPage{View: r.View(r.Texts.Text("page.menu.title")), Clock: notice, Told: r.toldFailures()}
	if page.Backups, err = r.backups(); err != nil {
		return err
	}
	if page.Restored, err = r.restoredNotice(); err != nil {
		return err
	}
	if page.Held, err = r.heldLong(); err != nil {
		return err
	}
	if page.Unsaved, err = r.unsavedForms(); err != nil {
		return err
	}
	if page.Reviews, err = r.toReview(); err != nil {
		return err
	}
	for _, e := range menu {
		if e.access.Lets(r.Actor, 0) {
			page.Entries = append(page.Entries, entryView{r.Texts.Text(e.label), r.Texts.Text(e.hint), e.address})
		}
	}
	return r.Show("staff.html", page)
}
