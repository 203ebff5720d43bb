package lab

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// LaboratoryID numbers a laboratory.
type LaboratoryID int32

// Lab is a laboratory: an organisation that analyses; it owns its methods and has people. A
// service that runs methods at its own bench is one too, or has one in common with others.
type Lab struct {
	ID        LaboratoryID
	Code      string // 2 to 8 capitals and digits, a letter first; its address
	Name      string
	RetiredOn Date        // from the day after it nothing is analysed there; zero: it goes on
	People    []Optional  // users who work there, in order
	Services  []ServiceID // at whose bench its methods are run, in order; zero stands for all
}

// laboratoryCodeForm is that of a service: both stand in addresses.
var laboratoryCodeForm = regexp.MustCompile(`^[A-Z][A-Z0-9]{1,7}$`)

// Check reports all mistakes of a laboratory.
func (l *Lab) Check() error {
	var errs FieldErrors
	errs.Check(laboratoryCodeForm.MatchString(l.Code), "code", "%q is not a code of a laboratory: use 2 to 8 capitals and digits, a letter first.", l.Code)
	errs.Check(strings.TrimSpace(l.Name) != "", "name", "Give the laboratory a name.")
	checkName(&errs, "name", l.Name, maxShortText)
	return errs.Err()
}

// with are the mistakes together with those of an error, which has no others.
func (e FieldErrors) with(err error) error {
	var more FieldErrors
	if errors.As(err, &more) {
		e = append(e, more...)
	}
	return e.Err()
}

// CheckLaboratory reports all mistakes of a laboratory beside the others, on a day.
func (d *Dictionary) CheckLaboratory(l *Lab, today Date) error {
	var errs FieldErrors
	if other, known := d.FindLaboratory(l.Name); known && l.Name != "" {
		errs.Check(other.ID == l.ID, "name", "There is a laboratory called %q already.", l.Name)
	}
	errs.Check(l.RetiredOn <= today, "retired_on", "Give the last day on which something was analysed there, today at the latest.")
	return errs.with(l.Check())
}

// Tidy sorts whom and what the laboratory has, each once.
func (l *Lab) Tidy() {
	slices.Sort(l.People)
	slices.Sort(l.Services)
	l.People, l.Services = slices.Compact(l.People), slices.Compact(l.Services)
}

// IsSame tells that nothing differs from another laboratory.
func (l *Lab) IsSame(other *Lab) bool { return len(Differences(*l, *other)) == 0 }

// isBenchOf tells whether its methods are run at the bench of a service.
func (l *Lab) isBenchOf(service ServiceID) bool {
	return slices.Contains(l.Services, 0) || slices.Contains(l.Services, service)
}

// FindLaboratory finds a laboratory by its name: that of exactly this name, else the first
// of it in another spelling.
func (d *Dictionary) FindLaboratory(name string) (found *Lab, known bool) {
	for _, l := range sortedByID(d.Laboratories) {
		if l.Name == name {
			return l, true
		}
		if found == nil && Fold(l.Name) == Fold(name) {
			found = l
		}
	}
	return found, found != nil
}

// AddLaboratory adds a laboratory under the next number. One without a code gets the next
// that is free. A name or code that is taken is refused.
func (d *Dictionary) AddLaboratory(l Lab) (*Lab, error) {
	for id := range d.Laboratories {
		l.ID = max(l.ID, id)
	}
	l.ID++
	taken := func(code string) bool {
		return slices.ContainsFunc(sortedByID(d.Laboratories), func(x *Lab) bool { return x.Code == code })
	}
	for n := int(l.ID); l.Code == ""; n++ {
		if code := "LAB" + strconv.Itoa(n); !taken(code) {
			l.Code = code
		}
	}
	var errs FieldErrors
	errs.Check(!taken(l.Code), "code", "There is a laboratory with the code %s already.", l.Code)
	if err := errs.with(d.CheckLaboratory(&l, l.RetiredOn)); err != nil {
		return nil, err
	}
	l.Tidy()
	if d.Laboratories == nil {
		d.Laboratories = map[LaboratoryID]*Lab{}
	}
	d.Edition, d.Laboratories[l.ID] = "", &l
	return &l, nil
}

// SetLaboratories gives the dictionary its laboratories, and each method the name of its own.
func (d *Dictionary) SetLaboratories(list []*Lab) {
	d.Laboratories = map[LaboratoryID]*Lab{}
	for _, l := range list {
		l.Tidy()
		d.Laboratories[l.ID] = l
	}
	for _, m := range d.Methods {
		if l := d.Laboratories[m.LaboratoryID]; l != nil {
			m.Lab = l.Name
		}
	}
}

func sortedByID(laboratories map[LaboratoryID]*Lab) []*Lab {
	list := make([]*Lab, 0, len(laboratories))
	for _, l := range laboratories {
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b *Lab) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// MayRun tells whether an actor may enter what a method found in samples of a service: who
// works at its laboratory; of a laboratory that is the service's own bench also the people
// of laboratory and verification there, and at the counter all that confirms nothing.
func (d *Dictionary) MayRun(by Actor, service ServiceID, m *Method) bool {
	l := d.Laboratories[m.LaboratoryID]
	switch {
	case l == nil || by.Kind != KindUser:
		return false
	case slices.Contains(l.People, by.UserID):
		return true
	case !l.isBenchOf(service):
		return false
	}
	return by.Has(service, Laboratory, Verifier) || m.Level != Confirmatory && by.Has(service, Intake)
}

// Runs tells whether an actor may enter what a method found in samples of some service.
func (d *Dictionary) Runs(by Actor, m *Method) bool {
	var services []ServiceID
	if l := d.Laboratories[m.LaboratoryID]; l != nil {
		services = slices.Clone(l.Services)
	}
	for _, x := range by.Memberships {
		services = append(services, x.ServiceID)
	}
	return slices.ContainsFunc(services, func(id ServiceID) bool { return d.MayRun(by, id, m) })
}

// RetiredOn is the last day on which a method was run, zero while it is in use: its own, or
// that of its laboratory.
func (d *Dictionary) RetiredOn(m *Method) Date {
	l := d.Laboratories[m.LaboratoryID]
	if l == nil || l.RetiredOn == 0 || m.RetiredOn != 0 && m.RetiredOn < l.RetiredOn {
		return m.RetiredOn
	}
	return l.RetiredOn
}

// Offered tells whether an actor may choose a method for a sample of a service today.
func (d *Dictionary) Offered(by Actor, service ServiceID, m *Method) bool {
	return d.RetiredOn(m) == 0 && d.MayRun(by, service, m)
}

// CheckEntry is Check for what an actor enters, or changes where before is what it was: by a
// method that the actor may use.
func (a *Analysis) CheckEntry(d *Dictionary, by Actor, before *Analysis, findings []Finding, received, today Date) error {
	return d.CheckUse(by, before, a).with(a.Check(d, findings, received, today))
}

// CheckUse refuses an analysis by a method that the actor may not run, or that was retired
// before the day of the run. One that was recorded so stays as it is.
func (d *Dictionary) CheckUse(by Actor, before, a *Analysis) (errs FieldErrors) {
	m, ok := d.Methods[a.MethodID]
	if !ok {
		return nil // which Check refuses
	}
	errs.Check(d.MayRun(by, a.ServiceID, m), "method", "This method belongs to %s, and you are not one of its people. Choose a method of your own laboratory, or ask an administrator.", m.Lab)
	until := d.RetiredOn(m)
	asBefore := before != nil && before.MethodID == a.MethodID && before.PerformedOn == a.PerformedOn
	if len(errs) > 0 || until == 0 || a.PerformedOn <= until || asBefore {
		return errs
	}
	if next := d.successor(m); next != nil {
		errs.Check(false, "method", "Version %[1]s of this method was retired on %[2]s. Choose version %[3]s, or give the day of the run, if that was before.", m.version(), until, next.version())
		return errs
	}
	errs.Check(false, "method", "This method was retired on %s. Choose another, or give the day of the run, if that was before.", until)
	return errs
}

// successor is the version in use that follows a method, nil where there is none.
func (d *Dictionary) successor(m *Method) *Method {
	for range len(d.Methods) {
		next := d.NextVersion(m.ID)
		if next == nil {
			return nil
		}
		if m = next; d.RetiredOn(m) == 0 {
			return m
		}
	}
	return nil
}

// NextVersion is the method that replaces a method, nil where none does.
func (d *Dictionary) NextVersion(id MethodID) *Method {
	for _, m := range d.Methods {
		if m.Replaces == Optional(id) && m.Replaces != 0 {
			return m
		}
	}
	return nil
}
