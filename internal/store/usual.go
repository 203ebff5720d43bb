package store

import (
	"context"
	"errors"

	"marquis/internal/lab"
)

// UsualFor is what is usual for an import at a service on a day: it asks for each amount and price
// once. Failed tells what went wrong while it asked.
func (s *Store) UsualFor(ctx context.Context, by lab.Actor, service lab.ServiceID, today lab.Date) (usually lab.Usual, failed func() error, err error) {
	if err := brings(by, service); err != nil {
		return lab.Usual{}, nil, err
	}
	var wrong error
	read := s.read.WithContext(ctx)
	type amountOf struct {
		substance lab.SubstanceID
		form      lab.Form
		scale     lab.Scale
	}
	type amount struct {
		base   int64
		enough bool
	}
	amounts := map[amountOf]amount{}
	usually.Amount = func(id lab.SubstanceID, form lab.Form, scale lab.Scale) (int64, bool) {
		of := amountOf{id, form, scale}
		a, asked := amounts[of]
		if !asked {
			var err error
			a.base, a.enough, err = usual(read, id, form, scale, today.Year())
			wrong, amounts[of] = errors.Join(wrong, err), a
		}
		return a.base, a.enough
	}
	type priceOf struct {
		product  lab.ProductID
		currency string
		unit     lab.AmountUnit
	}
	prices := map[priceOf]int64{}
	usually.Price = func(id lab.ProductID, p lab.Price) int64 {
		of := priceOf{id, p.Currency, p.Unit}
		each, asked := prices[of]
		if !asked {
			var err error
			each, err = usualPrice(read, id, p, today.Year())
			wrong, prices[of] = errors.Join(wrong, err), each
		}
		return each
	}
	return usually, func() error { return translate(wrong) }, nil
}
