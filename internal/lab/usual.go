package lab

// Usual tells what is usual of amounts and prices, where enough is on record. The zero Usual
// knows nothing.
type Usual struct {
	Amount func(SubstanceID, Form, Scale) (int64, bool) // as base
	Price  func(ProductID, Price) int64                 // of a unit, in millionths; 0 where nobody knows
}

// In tells the usual amounts in a form, as Plausibility asks for them.
func (u Usual) In(form Form) func(SubstanceID, Scale) (int64, bool) {
	return func(id SubstanceID, scale Scale) (int64, bool) {
		if u.Amount == nil {
			return 0, false
		}
		return u.Amount(id, form, scale)
	}
}

// PriceOf is the usual price of what is sold like a sample, as Doubts asks for it.
func (u Usual) PriceOf(s *Sample) int64 {
	if _, paid := s.Price.PerUnit(); u.Price == nil || !paid {
		return 0
	}
	return u.Price(s.ProductID, s.Price)
}
