package server

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// productForm proposes a product, or writes anew what is said of one.
type productForm struct {
	page.View
	Action string
	Of     *link // the product that is changed; nil for one that is new
	Form   *page.Form
}

// productFields ask what is written of a product.
func (r *request) productFields() []*page.Field {
	name := r.Input("name_en", page.TextField, "page.dictionary.product_name")
	name.MaxLength, name.Focus = 200, true
	dutch := r.Optional(r.Input("name_nl", page.TextField, "page.dictionary.name_nl"))
	dutch.MaxLength = 200
	expected := r.Optional(r.Hint(r.Input("expected", page.TextField, "page.field.expected"), "page.dictionary.expected_hint"))
	expected.Suggest = "/suggest/substances"
	return []*page.Field{
		name, dutch, expected, r.Choice("unit", page.SelectField, "page.dictionary.unit", locale.AmountUnits, lab.AmountUnits.Strings()),
		r.Input("another", page.CheckField, "page.dictionary.another_product"),
	}
}

// written writes a set of expectations as it is typed.
func (n naming) written(list []lab.Expected) string {
	names := make([]string, len(list))
	for i, e := range list {
		names[i] = n.expected([]lab.Expected{e})
	}
	return strings.Join(names, "; ")
}

func (r *request) newProductPage(typed url.Values) (*productForm, error) {
	service, err := r.serviceField(lab.MayProposeProduct)
	if err != nil {
		return nil, err
	}
	shown := &productForm{View: r.View(r.Texts.Text("page.dictionary.new_product")), Action: productsAddress + "/new"}
	fields := append(r.productFields(), r.Hint(r.Input("why", page.TextField, "page.dictionary.product_why"), "page.dictionary.name_why_hint"), service)
	shown.Form = page.NewForm(fields...)
	shown.Form.Set("unit", string(lab.Gram))
	if typed != nil {
		shown.Form.Fill(typed)
	}
	return shown, r.keeps(shown.Form, shown.Action)
}

func showNewProduct(r *request) error {
	shown, err := r.newProductPage(nil)
	if err != nil {
		return err
	}
	return r.Show("productform.html", shown)
}

func readProduct(n naming, in *page.Reader) lab.ProductEntry {
	return lab.ProductEntry{
		NameEN: in.Text("name_en"), NameNL: in.Text("name_nl"), Unit: lab.AmountUnit(in.Text("unit")), Expected: readExpected(n.words, &in.Mistakes, in.Text("expected")),
	}
}

// proposeProduct adds a product that nobody has reviewed, or leads to that which has the name.
func proposeProduct(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	n, err := r.naming()
	if err != nil {
		return err
	}
	x := lab.ProductProposal{ProductEntry: readProduct(n, in), Why: in.Text("why"), Another: in.Text("another") == "yes"}
	next := ""
	if err = in.Mistakes.Err(); err == nil {
		var p *lab.Product
		if p, err = r.server.Store.ProposeProduct(r.Ctx(), r.Actor, lab.ServiceID(entryNumber(in.Text("service"))), x); err == nil {
			if next = productsAddress; r.Actor.SeesProduct(p) {
				next = productAddress(p.ID)
			}
			next += proposedOr(p.Reviewed)
		}
	}
	return r.End(err, next, "productform.html", func() (any, *page.Form, error) {
		shown, err := r.newProductPage(in.Typed)
		if err != nil {
			return nil, nil, err
		}
		return shown, shown.Form, nil
	})
}

// changeProductPage is the form of a product that was added here.
func (r *request) changeProductPage(n naming, p *lab.Product) (*productForm, func(lab.ProductEntry) *page.Form, error) {
	form := func(e lab.ProductEntry) *page.Form {
		f := page.NewForm(append(r.productFields(), r.Hidden("version", versionText(p.Version)), r.beganWith(e))...)
		for name, value := range map[string]string{"name_en": e.NameEN, "name_nl": e.NameNL, "unit": string(e.Unit), "expected": n.written(e.Expected)} {
			f.Set(name, value)
		}
		return f
	}
	shown := &productForm{
		View: r.View(r.Texts.Text("page.dictionary.change", "Name", n.own(p.NameEN, p.NameNL))), Action: productAddress(p.ID) + "/change",
		Of: &link{productAddress(p.ID), n.own(p.NameEN, p.NameNL)}, Form: form(p.Entry()),
	}
	return shown, form, keepsSince(r, shown.Form, shown.Action, form)
}

// changeableProduct is the product that the address names, where the reader may change it.
func (r *request) changeableProduct() (naming, *lab.Product, error) {
	n, p, err := r.productNamed()
	if err == nil {
		err = lab.MayReview(r.Actor)
	}
	if err == nil && (p.ID < lab.LocalEntries || n.words.MergedProduct(p.ID) != nil) {
		err = lab.ErrNotFound
	}
	return n, p, err
}

func showProductForm(r *request) error {
	n, p, err := r.changeableProduct()
	if err != nil {
		return err
	}
	shown, _, err := r.changeProductPage(n, p)
	if err != nil {
		return err
	}
	return r.Show("productform.html", shown)
}

func changeProduct(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	n, p, err := r.changeableProduct()
	if err != nil {
		return err
	}
	e := readProduct(n, in)
	if err = in.Mistakes.Err(); err == nil {
		err = r.server.Store.ChangeProduct(r.Ctx(), r.Actor, p.ID, seenVersion(in), e, in.Text("another") == "yes")
	}
	var stale *lab.StaleError
	if errors.As(err, &stale) {
		return r.productChanged(in, err)
	}
	return r.End(err, productAddress(p.ID)+"?done=entry", "productform.html", func() (any, *page.Form, error) {
		shown, _, err := r.changeProductPage(n, p)
		shown.Form.Fill(in.Typed)
		return shown, shown.Form, err
	})
}

// productChanged is substanceChanged for products.
func (r *request) productChanged(in *page.Reader, changed error) error {
	n, now, err := r.changeableProduct()
	if err != nil {
		return err
	}
	shown, form, err := r.changeProductPage(n, now)
	if err == nil {
		err = since(r, shown.Form, in.Typed, form)
	}
	if err != nil {
		return err
	}
	shown.Form.Set("version", strconv.Itoa(int(now.Version)))
	return r.Instead(changed, http.StatusConflict, "productform.html", shown)
}
