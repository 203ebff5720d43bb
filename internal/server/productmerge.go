package server

import (
	"strings"

	"marquis/internal/lab"
)

func (n naming) productSide(p *lab.Product) mergeSide {
	names := []string{}
	for _, x := range p.Names {
		names = append(names, x.Name)
	}
	return mergeSide{Name: n.own(p.NameEN, p.NameNL), Class: n.expected(p.Expected()), Names: strings.Join(names, ", "), Unreviewed: !p.Reviewed}
}

// productMerge is substanceMerge for products.
func (r *request) productMerge(n naming, p *lab.Product, typed string) (*mergePage, error) {
	if err := lab.MayMerge(r.Actor); err != nil {
		return nil, err
	}
	name := n.own(p.NameEN, p.NameNL)
	shown := &mergePage{View: r.View(r.Texts.Text("page.dictionary.merge_title", "Name", name)), Address: productAddress(p.ID), Name: name, Sides: []mergeSide{n.productSide(p)}}
	if n.words.MergedProduct(p.ID) != nil {
		shown.Back, shown.Sure = true, r.sureForm(0)
		shown.Sides = append(shown.Sides, n.productSide(n.words.Products[p.ID]))
		return shown, nil
	}
	shown.Into = r.intoForm("/suggest/products", typed)
	if typed == "" {
		return shown, nil
	}
	into, known := n.words.FindProduct(typed)
	if !known || !r.Actor.SeesProduct(into) {
		return shown, shown.Into.Tell(r.Texts, lab.FieldErrors{{Field: "into", Format: "Choose the product that it is."}})
	}
	if err := n.words.CheckProductMerge(p.ID, into.ID); err != nil {
		return shown, shown.Into.Tell(r.Texts, err)
	}
	moved, err := r.server.Store.TryMergeProduct(r.Ctx(), r.Actor, p.ID, into.ID)
	if err != nil {
		return nil, err
	}
	shown.Sides, shown.Would, shown.Sure = append(shown.Sides, n.productSide(into)), r.effect(moved), r.sureForm(int32(into.ID))
	return shown, nil
}

// showProductMerge asks for the product that it is, or shows what the merge would change.
func showProductMerge(r *request) error {
	n, p, err := r.productNamed()
	if err != nil {
		return err
	}
	shown, err := r.productMerge(n, p, r.typedQuery("into"))
	if err != nil {
		return err
	}
	return r.Show("merge.html", shown)
}

func mergeProduct(r *request) error {
	return r.mergeStep(func(in merging) (string, error) {
		_, p, err := r.productNamed()
		if err != nil {
			return "", err
		}
		_, err = r.server.Store.MergeProduct(r.Ctx(), r.Actor, p.ID, lab.ProductID(in.into), in.reason)
		return productAddress(p.ID) + "?done=merged", err
	}, r.againProduct)
}

func unmergeProduct(r *request) error {
	return r.mergeStep(func(in merging) (string, error) {
		_, p, err := r.productNamed()
		if err != nil {
			return "", err
		}
		_, err = r.server.Store.UnmergeProduct(r.Ctx(), r.Actor, p.ID, in.reason)
		return productAddress(p.ID) + "?done=unmerged", err
	}, r.againProduct)
}

// againProduct is the page of a merge that was not done.
func (r *request) againProduct(into int32) (*mergePage, error) {
	n, p, err := r.productNamed()
	if err != nil {
		return nil, err
	}
	typed := ""
	if x := n.words.Products[lab.ProductID(into)]; x != nil {
		typed = n.product(x.ID)
	}
	return r.productMerge(n, p, typed)
}
