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

// productPage is one product of the dictionary.
type productPage struct {
	page.View
	dictionaryEntry
}

// productNamed is the product that the address names, where the reader may see it.
func (r *request) productNamed() (naming, *lab.Product, error) {
	n, err := r.entryNaming()
	if err != nil {
		return n, nil, err
	}
	p := n.words.OwnProduct(lab.ProductID(entryNumber(r.Param("entry"))))
	if p == nil || !r.Actor.SeesProduct(p) {
		return n, nil, lab.ErrNotFound
	}
	return n, p, nil
}

func showProduct(r *request) error {
	n, p, err := r.productNamed()
	if err != nil {
		return err
	}
	shown, err := r.productPage(n, p)
	if err != nil {
		return err
	}
	shown.Notice = r.notice()
	return r.Show("product.html", shown)
}

func (r *request) productPage(n naming, p *lab.Product) (shown *productPage, err error) {
	shown = &productPage{View: r.View(n.own(p.NameEN, p.NameNL))}
	shown.Address, shown.List, shown.ListTitle = productAddress(p.ID), productsAddress, r.Texts.Text("page.dictionary.products")
	merged := n.words.MergedProduct(p.ID) != nil
	if merged {
		into := n.words.Products[p.ID]
		shown.Into = &link{productAddress(into.ID), n.product(into.ID)}
	} else if !p.Reviewed {
		shown.State = append(shown.State, r.Texts.Text("page.dictionary.product_unreviewed"))
	}
	for _, id := range slices.Sorted(maps.Keys(n.words.Products)) {
		if x := n.words.MergedProduct(id); x != nil && lab.ProductID(x.MergedInto) == p.ID && r.Actor.SeesProduct(x) {
			shown.Merged = append(shown.Merged, link{productAddress(id), n.own(x.NameEN, x.NameNL)})
		}
	}
	shown.Facts = n.productFacts(p)
	for _, x := range p.Names {
		shown.Names = append(shown.Names, r.givenName(x.Name, x.Language, "", x.Provenance))
	}
	if shown.Whys, err = r.productWhys(p); err != nil {
		return nil, err
	}
	r.mayWithProduct(n, p, merged, shown)
	shown.History, err = r.history(n, "product "+strconv.Itoa(int(p.ID)))
	return shown, err
}

func (n naming) productFacts(p *lab.Product) []knownView {
	facts := []knownView{{n.texts.Text("page.field.unit"), n.texts.Code(locale.AmountUnits, string(p.Unit))}}
	if other := n.own(p.NameNL, p.NameEN); other != n.own(p.NameEN, p.NameNL) {
		facts = append(facts, knownView{n.texts.Text("page.dictionary.name_other"), other})
	}
	expected := n.expected(p.Expected())
	if expected == "" {
		expected = n.texts.Text("page.dictionary.nothing_expected")
	}
	facts = append(facts, knownView{n.texts.Text("page.field.expected"), expected})
	for _, x := range p.Substances {
		if x.Role != lab.RoleExpected {
			facts = append(facts, knownView{n.expected([]lab.Expected{x.Expected}), n.texts.Code(locale.Roles, string(x.Role))})
		}
	}
	return facts
}

// productWhys are who proposed the product, where the reader knows of that service.
func (r *request) productWhys(p *lab.Product) ([]whyView, error) {
	if p.ProposedBy == 0 || !r.Actor.SeesProposal(lab.ServiceID(p.ProposedFor)) {
		return nil, nil
	}
	places, err := r.rolePlaces()
	if err != nil {
		return nil, err
	}
	who, err := r.server.Store.NameOf(r.Ctx(), r.Actor, p.ProposedBy)
	return []whyView{{Who: who, When: r.moment(p.ProposedAt), Where: places[lab.ServiceID(p.ProposedFor)], Why: p.ProposedWhy}}, err
}

// mayWithProduct adds what the reader may do with a product.
func (r *request) mayWithProduct(n naming, p *lab.Product, merged bool, shown *productPage) {
	if lab.MayMerge(r.Actor) == nil {
		shown.Merge = shown.Address + "/merge"
	}
	if lab.MayNameProduct(r.Actor) == nil && !merged {
		shown.Name = r.nameForm(false)
	}
	if lab.MayReview(r.Actor) != nil {
		return
	}
	if p.ID >= lab.LocalEntries && !merged {
		shown.Change = shown.Address + "/change"
	}
	if !p.Reviewed && !merged {
		if shown.NotYours = n.words.CheckProductReview(r.Actor, p.ID, p.Version) != nil; !shown.NotYours {
			shown.Review = r.versionForm(p.Version)
		}
	}
	var given []string
	for _, x := range p.Names {
		if x.ProposedBy != 0 {
			given = append(given, x.Name)
		}
	}
	shown.Withdraw = r.withdrawForm(given)
}

func reviewProduct(r *request) error {
	return r.productStep("reviewed", func(p *lab.Product, in *page.Reader) error {
		return r.server.Store.ReviewProduct(r.Ctx(), r.Actor, p.ID, seenVersion(in))
	}, nil)
}

func nameProduct(r *request) error {
	return r.productStep("named", func(p *lab.Product, in *page.Reader) error {
		return r.server.Store.NameProduct(r.Ctx(), r.Actor, p.ID, readName(in))
	}, func(shown *productPage) *page.Form { return shown.Name })
}

func reviewProductName(r *request) error {
	return r.productStep("reviewed", func(p *lab.Product, in *page.Reader) error {
		return r.server.Store.ReviewProductName(r.Ctx(), r.Actor, p.ID, in.Text("reviewed"))
	}, nil)
}

func withdrawProductName(r *request) error {
	return r.productStep("withdrawn_name", func(p *lab.Product, in *page.Reader) error {
		if in.Text("withdrawn") == "" {
			return lab.FieldErrors{{Field: "withdrawn", Format: "Choose the name."}}
		}
		return r.server.Store.WithdrawProductName(r.Ctx(), r.Actor, p.ID, in.Text("withdrawn"), in.Text("reason"))
	}, func(shown *productPage) *page.Form { return shown.Withdraw })
}

// productStep is substanceStep for products.
func (r *request) productStep(done string, do func(*lab.Product, *page.Reader) error, form func(*productPage) *page.Form) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	n, p, err := r.productNamed()
	if err != nil {
		return err
	}
	err = do(p, in)
	var stale *lab.StaleError
	if errors.As(err, &stale) {
		n, p, failed := r.productNamed()
		if failed != nil {
			return failed
		}
		shown, failed := r.productPage(n, p)
		if failed != nil {
			return failed
		}
		shown.State = append([]string{r.Texts.Text("page.dictionary.meanwhile")}, shown.State...)
		return r.Instead(err, http.StatusConflict, "product.html", shown)
	}
	return r.End(err, productAddress(p.ID)+"?done="+done, "product.html", func() (any, *page.Form, error) {
		shown, err := r.productPage(n, p)
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
