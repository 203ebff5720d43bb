package server

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// substancePage is one substance of the dictionary.
type substancePage struct {
	page.View
	dictionaryEntry
	Danger, DangerSource string
	JudgedBy             string         // and when, where that was here
	Pending              *judgementView // that somebody else has to review
	Judge                *page.Form     // nil for who may not
	Products, Methods    []link
}

// substanceNamed is the substance that the address names, where the reader may see it.
func (r *request) substanceNamed() (naming, *lab.Substance, error) {
	n, err := r.entryNaming()
	if err != nil {
		return n, nil, err
	}
	s := n.words.Own(lab.SubstanceID(entryNumber(r.Param("entry"))))
	if s == nil || !r.Actor.SeesEntry(s) {
		return n, nil, lab.ErrNotFound
	}
	return n, s, nil
}

func showSubstance(r *request) error {
	n, s, err := r.substanceNamed()
	if err != nil {
		return err
	}
	shown, err := r.substancePage(n, s)
	if err != nil {
		return err
	}
	shown.Notice = r.notice()
	return r.Show("substance.html", shown)
}

func (r *request) substancePage(n naming, s *lab.Substance) (shown *substancePage, err error) {
	shown = &substancePage{View: r.View(n.own(s.Name, s.NameNL))}
	shown.Address, shown.List, shown.ListTitle = substanceAddress(s.ID), substancesAddress, r.Texts.Text("page.dictionary.title")
	r.mergesOf(n, s, shown)
	shown.Facts = n.substanceFacts(s)
	j := n.words.DangerJudged(s.ID)
	shown.Danger, shown.DangerSource = r.Texts.Code(locale.Dangers, string(j.Danger)), n.source(j, "")
	if shown.JudgedBy, err = r.judgedBy(n, s); err != nil {
		return nil, err
	}
	for _, x := range s.Names {
		shown.Names = append(shown.Names, r.givenName(x.Name, x.Language, x.Stereo, x.Provenance))
	}
	if shown.Whys, err = r.whys(s); err != nil {
		return nil, err
	}
	r.usesOf(n, s, shown)
	if err := r.mayWithSubstance(n, s, shown); err != nil {
		return nil, err
	}
	shown.History, err = r.history(n, "substance "+strconv.Itoa(int(s.ID)))
	return shown, err
}

// mergesOf tells where the entry leads, and which lead to it.
func (r *request) mergesOf(n naming, s *lab.Substance, shown *substancePage) {
	if n.words.Merged(s.ID) != nil {
		into := n.words.Substances[s.ID]
		shown.Into = &link{substanceAddress(into.ID), n.substance(into.ID)}
	} else if !s.Reviewed {
		shown.State = append(shown.State, r.Texts.Text("page.dictionary.unreviewed"))
	}
	for _, id := range slices.Sorted(maps.Keys(n.words.Substances)) {
		if x := n.words.Merged(id); x != nil && lab.SubstanceID(x.MergedInto) == s.ID && r.Actor.SeesEntry(x) {
			shown.Merged = append(shown.Merged, link{substanceAddress(id), n.own(x.Name, x.NameNL)})
		}
	}
}

// whys are who needed the substance before it was reviewed, of the services that the reader
// knows.
func (r *request) whys(s *lab.Substance) (list []whyView, err error) {
	if len(s.Proposals) == 0 {
		return nil, nil
	}
	places, err := r.rolePlaces()
	for _, p := range s.Proposals {
		if !r.Actor.SeesProposal(p.ServiceID) {
			continue
		}
		who, err := r.server.Store.NameOf(r.Ctx(), r.Actor, p.ProposedBy)
		if err != nil {
			return nil, err
		}
		list = append(list, whyView{Who: who, When: r.moment(p.ProposedAt), Where: places[p.ServiceID], Why: p.ProposedWhy})
	}
	return list, err
}

// usesOf are the products that the reader knows in which a substance is, and the methods whose scope names it.
func (r *request) usesOf(n naming, s *lab.Substance, shown *substancePage) {
	for id, p := range n.words.Products {
		holds := func(x lab.ProductSubstance) bool {
			return x.SubstanceID != 0 && n.words.Resolve(lab.SubstanceID(x.SubstanceID)) == s.ID
		}
		if p.ID == id && r.Actor.SeesProduct(p) && slices.ContainsFunc(p.Substances, holds) {
			shown.Products = append(shown.Products, link{productAddress(id), n.own(p.NameEN, p.NameNL)})
		}
	}
	for id, m := range n.words.Methods {
		sees := func(x lab.MethodScope) bool { return n.words.Resolve(x.SubstanceID) == s.ID }
		if n.words.NextVersion(id) == nil && slices.ContainsFunc(m.Scope, sees) {
			shown.Methods = append(shown.Methods, link{methodAddress(id), n.method(id)})
		}
	}
	for _, list := range [][]link{shown.Products, shown.Methods} {
		slices.SortFunc(list, func(a, b link) int { return compareFolded(a.Text, b.Text) })
	}
}

// mayWithSubstance adds what the reader may do with a substance.
func (r *request) mayWithSubstance(n naming, s *lab.Substance, shown *substancePage) error {
	if lab.MayMerge(r.Actor) == nil && !s.WholeClass && s.Class != lab.UnidentifiedClass {
		shown.Merge = shown.Address + "/merge"
	}
	if reviews := lab.MayReview(r.Actor) == nil; !reviews {
		return nil
	}
	merged := n.words.Merged(s.ID) != nil
	if s.ID >= lab.LocalEntries && !merged {
		shown.Change = shown.Address + "/change"
	}
	if !s.Reviewed && !merged {
		if shown.NotYours = n.words.CheckReview(r.Actor, s.ID, s.Version) != nil; !shown.NotYours {
			shown.Review = r.versionForm(s.Version)
		}
	}
	if !merged && s.Class != lab.UnidentifiedClass {
		shown.Name = r.nameForm(true)
		var err error
		if shown.Judge, err = r.judgeForm(n, s); err != nil {
			return err
		}
	}
	var given []string
	for _, x := range s.Names {
		if x.ProposedBy != 0 {
			given = append(given, x.Name)
		}
	}
	shown.Withdraw = r.withdrawForm(given)
	return r.pendingJudgement(n, s, shown)
}

// reviewSubstance says that the entry is right.
func reviewSubstance(r *request) error {
	return r.substanceStep("reviewed", func(_ naming, s *lab.Substance, in *page.Reader) error {
		return r.server.Store.ReviewSubstance(r.Ctx(), r.Actor, s.ID, seenVersion(in))
	}, nil)
}

// nameSubstance gives the entry a further name.
func nameSubstance(r *request) error {
	return r.substanceStep("named", func(_ naming, s *lab.Substance, in *page.Reader) error {
		return r.server.Store.NameSubstance(r.Ctx(), r.Actor, s.ID, readName(in))
	}, func(shown *substancePage) *page.Form { return shown.Name })
}

// reviewSubstanceName says that a name which somebody gave the entry is right.
func reviewSubstanceName(r *request) error {
	return r.substanceStep("reviewed", func(_ naming, s *lab.Substance, in *page.Reader) error {
		return r.server.Store.ReviewSubstanceName(r.Ctx(), r.Actor, s.ID, in.Text("reviewed"))
	}, nil)
}

// withdrawSubstanceName takes a name away that somebody gave the entry.
func withdrawSubstanceName(r *request) error {
	return r.substanceStep("withdrawn_name", func(_ naming, s *lab.Substance, in *page.Reader) error {
		if in.Text("withdrawn") == "" {
			return lab.FieldErrors{{Field: "withdrawn", Format: "Choose the name."}}
		}
		return r.server.Store.WithdrawSubstanceName(r.Ctx(), r.Actor, s.ID, in.Text("withdrawn"), in.Text("reason"))
	}, func(shown *substancePage) *page.Form { return shown.Withdraw })
}

// substanceStep does something with the substance that the address names, and shows the form
// again that had mistakes. Where somebody else was first, the page says so as it is now.
func (r *request) substanceStep(done string, do func(naming, *lab.Substance, *page.Reader) error, form func(*substancePage) *page.Form) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	n, s, err := r.substanceNamed()
	if err != nil {
		return err
	}
	if err = do(n, s, in); err == nil {
		err = in.Mistakes.Err()
	}
	var stale *lab.StaleError
	if errors.As(err, &stale) {
		shown, failed := r.substanceAsNow()
		if failed != nil {
			return failed
		}
		if shown.Judge != nil && form != nil {
			r.judgedMeanwhile(shown.Judge, in.Typed)
		}
		return r.Instead(err, http.StatusConflict, "substance.html", shown)
	}
	return r.End(err, substanceAddress(s.ID)+"?done="+done, "substance.html", func() (any, *page.Form, error) {
		shown, err := r.substancePage(n, s)
		if err != nil || form == nil {
			return shown, nil, err
		}
		f := form(shown)
		if f != nil {
			f.Fill(in.Typed)
		}
		return shown, f, nil
	})
}

// substanceAsNow is the page of the substance as somebody else has left it meanwhile.
func (r *request) substanceAsNow() (*substancePage, error) {
	n, s, err := r.substanceNamed()
	if err != nil {
		return nil, err
	}
	shown, err := r.substancePage(n, s)
	if err == nil {
		shown.State = append([]string{r.Texts.Text("page.dictionary.meanwhile")}, shown.State...)
	}
	return shown, err
}
