package lab

import "slices"

// formFields is, by form, the fields that describe how a sample looks and how much
// there is of it, in the order in which they are asked.
var formFields = map[Form][]string{
	Powder:    {"colours", "received_amount"},
	Crystal:   {"colours", "received_amount"},
	Paste:     {"colours", "received_amount"},
	Rock:      {"colours", "received_amount"},
	Tablet:    {"colours", "logo", "shape", "break_line", "width_um", "height_um", "thick_um", "weight_ug", "received_amount"},
	Capsule:   {"colours", "logo", "shape", "width_um", "height_um", "thick_um", "weight_ug", "received_amount"},
	Blotter:   {"colours", "logo", "shape", "width_um", "height_um", "thick_um", "weight_ug", "received_amount"},
	Liquid:    {"colours", "received_amount"},
	Gel:       {"colours", "received_amount"},
	Plant:     {"colours", "received_amount"},
	Edible:    {"colours", "shape", "weight_ug", "received_amount"},
	Residue:   {"colours"},
	OtherForm: {"colours", "shape", "weight_ug", "received_amount"},
}

// Has tells whether a sample of the form is described by the field.
func (f Form) Has(field string) bool { return slices.Contains(formFields[f], field) }

// Unit returns the unit in which an amount of the form is usually given.
func (f Form) Unit() AmountUnit {
	switch {
	case f.Dosed() || f == Edible:
		return Piece
	case f == Liquid:
		return Millilitre
	}
	return Gram
}
