package lab

import "errors"

// Counter is what a sample is held against where it is written down.
type Counter struct {
	Today     Date
	Locations []Location // of the service
	HandedIn  bool       // whether the limits of the service hold, as they do for what is handed in
	Imported  bool       // whether it was recorded elsewhere: no limits hold, and what is past is no wonder
	Service   Service    // whose terms hold for what is handed in
	Visit     *Visit     // to which the sample belongs; nil for none, or for one that it begins

	Before     *Sample                // as it was recorded, where it is described anew
	Marked     map[string]Thousandths // numbers that were typed with a mark that may stand between thousands, by their fields
	UsualPrice int64                  // of a unit of the product in the same currency, in millionths; 0 where too few are on record
	OwnPrice   int64                  // the same in the files of an import, where too few are on record
}

// CheckSample reports all mistakes of a sample and of what is expected of it: of its
// fields, product, expectations, location and visit; of what is handed in also whether it is
// beyond the limits of the service and nobody has said why it is taken; and of that and of what
// is imported whether it can hardly be right and nobody has confirmed it. There is no other list
// of these checks: the form of a sample, its registration, every change and an import use it.
func (d *Dictionary) CheckSample(s *Sample, expected []Expected, at Counter) error {
	checks := []error{
		s.Check(at.Today), d.CheckExpectations(expected), d.checkProduct(s.ProductID), CheckLocation(s.LocationID, at.Locations),
	}
	inVisit := 1
	if at.Visit != nil {
		checks = append(checks, at.Visit.Admits(s))
		inVisit = int(at.Visit.Taken) + 1
	}
	if at.HandedIn {
		checks = append(checks, at.CheckLimits(s, inVisit), checkOpen(s.LocationID, at.Locations), s.checkNoCodes(at.Before))
	}
	if at.HandedIn || at.Imported {
		checks = append(checks, s.Confirm(at))
	}
	return Mistakes(checks...)
}

// checkProduct refuses a product that the dictionary has not. None at all is a mistake
// of the sample's fields.
func (d *Dictionary) checkProduct(id ProductID) error {
	_, known := d.Products[id]
	var errs FieldErrors
	errs.Check(known || id <= 0, "product_id", "Product %d is not in the dictionary.", id)
	return errs.Err()
}

// Mistakes puts the mistakes of several checks together. Another error comes back as
// it is.
func Mistakes(errs ...error) error {
	var all FieldErrors
	for _, err := range errs {
		var some FieldErrors
		if err != nil && !errors.As(err, &some) {
			return err
		}
		all = append(all, some...)
	}
	return all.Err()
}
