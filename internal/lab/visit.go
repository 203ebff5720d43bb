package lab

import "slices"

// mostInVisit is how many samples can be handed in on one visit.
const mostInVisit = 100

// Visit is one anonymous visitor at one location on one day. It holds nothing
// about the person.
type Visit struct {
	Key
	LocationID   Optional
	VisitedOn    Date
	Samples      int32 // handed in
	Taken        int32
	TurnedAway   int32
	TurnAwayForm ID // by which those turned away were last counted: it counts once
	ImportID     ID // that brought it; zero where somebody counted it
}

// Check reports all mistakes of a visit.
func (v *Visit) Check() error {
	var errs FieldErrors
	errs.Check(v.VisitedOn != 0, "visited_on", "Give the day of the visit.")
	errs.Check(v.Samples >= 0 && v.Samples <= mostInVisit, "samples", "The number of samples must be between 0 and 100.")
	errs.Check(v.Taken >= 0 && v.TurnedAway >= 0 && v.Taken+v.TurnedAway == v.Samples, "taken",
		"Samples taken and turned away must add up to the samples handed in.")
	return errs.Err()
}

// Admits refuses a sample of another location or another day. A day that is missing, or
// could not be read, is a mistake of its own field.
func (v *Visit) Admits(s *Sample) error {
	var errs FieldErrors
	errs.Check(v.LocationID == s.LocationID && (s.ReceivedOn == 0 || v.VisitedOn == s.ReceivedOn), "visit_id", "The visit was at another location or on another day.")
	return errs.Err()
}

// VisitGoesOn tells that a further sample of the visit may come: the sample was received
// on one today, and is not registered by mistake.
func (s *Sample) VisitGoesOn(today Date) bool {
	return !s.VisitID.IsZero() && s.ReceivedOn == today && !s.Undone()
}

// Count adds samples that were taken and turned away on the visit.
func (v *Visit) Count(taken, turnedAway int32) error {
	v.Samples, v.Taken, v.TurnedAway = v.Samples+taken+turnedAway, v.Taken+taken, v.TurnedAway+turnedAway
	return v.Check()
}

// Admitted is an entry of the trail of a visit: a sample was registered, or its registration
// undone.
type Admitted struct {
	Sample ID
	Undone bool
}

// NumberInVisit tells which sample of its visit one is, by what was registered and undone in
// order; 0 where that is not told. A number stays, and is on one slip alone: of a sample that
// was undone it goes to the next only where none was registered in between.
func NumberInVisit(trail []Admitted, sample ID) int {
	var standing []ID
	for _, x := range trail {
		switch at := slices.Index(standing, x.Sample); {
		case !x.Undone:
			standing = append(standing, x.Sample)
			if x.Sample == sample {
				return len(standing)
			}
		case at >= 0:
			standing[at] = ID{}
		}
		for len(standing) > 0 && standing[len(standing)-1].IsZero() {
			standing = standing[:len(standing)-1]
		}
	}
	return 0
}

// CheckBrought reports the mistakes of the number of samples that a visitor brought, as it is
// told with the nth of them.
func CheckBrought(brought int32, nth int) (errs FieldErrors) {
	errs.Check(int(brought) >= nth && brought <= mostInVisit, "brought",
		"This is sample %d of the visit. Type how many were brought in all, %d to %d, or nothing.", nth, nth, mostInVisit)
	return errs
}
