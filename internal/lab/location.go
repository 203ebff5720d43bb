package lab

import (
	"slices"
	"strings"
)

// Location is a place where a service receives samples: an office, a stand, a
// festival.
type Location struct {
	ID        int32
	ServiceID ServiceID
	Name      string
	Kind      string // a code of LocationKinds
	Region    string // coarse: a province or a state
	ClosedOn  Date   // since when it receives nothing; zero while it is open

	Terms
}

// LocationKinds is the vocabulary of Location.Kind.
var LocationKinds = Vocabulary[string]{"office", "event", "mail_in", "consumption_room", "pharmacy", "mobile", "outreach"}

// Check reports all mistakes of a location.
func (l *Location) Check() error {
	var errs FieldErrors
	errs.Check(strings.TrimSpace(l.Name) != "", "name", "Give the location a name.")
	checkName(&errs, "name", l.Name, maxShortText)
	checkCode(&errs, "kind", l.Kind, LocationKinds)
	checkName(&errs, "region", l.Region, maxShortText)
	checkRegion(&errs, l.Region)
	l.Terms.check(&errs)
	return errs.Err()
}

// Open leaves of locations those that receive samples.
func Open(locations []Location) []Location {
	return slices.DeleteFunc(slices.Clone(locations), func(l Location) bool { return l.ClosedOn != 0 })
}

// placeless tells that a sample was handed in at a location that nobody has chosen. A
// further one of a visit has the visit's, and one that is described anew may have had none.
func (at Counter) placeless(s *Sample) bool {
	before := at.Before != nil && at.Before.LocationID != 0 || at.Before == nil && s.VisitID.IsZero()
	return before && s.LocationID == 0 && s.Channel == FrontOfHouse && len(Open(at.Locations)) > 0
}

// Place chooses the location of a sample that is handed in where the service has one alone.
func (at Counter) Place(s *Sample) {
	if open := Open(at.Locations); len(open) == 1 && at.placeless(s) {
		s.LocationID = Optional(open[0].ID)
	}
}

// checkOpen refuses a location that receives nothing any more.
func checkOpen(id Optional, ofService []Location) error {
	var errs FieldErrors
	for _, l := range ofService {
		errs.Check(l.ID != int32(id) || l.ClosedOn == 0, "location_id", "%s is closed and receives nothing. Choose another location.", l.Name)
	}
	return errs.Err()
}

// CheckLocation refuses a location that is none of those of the service. None at all
// is allowed.
func CheckLocation(id Optional, ofService []Location) error {
	known := id == 0 || slices.ContainsFunc(ofService, func(l Location) bool { return l.ID == int32(id) })
	var errs FieldErrors
	errs.Check(known, "location_id", "Location %d is not one of the service.", id)
	return errs.Err()
}
