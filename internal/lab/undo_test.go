package lab_test

import (
	"errors"
	"testing"
	"time"

	"marquis/internal/lab"
)

// later is so long after the samples of these tests were registered.
func later(d time.Duration) lab.Instant { return lab.At(noon.Time().Add(d)) }

func TestARegistrationIsUndone(t *testing.T) {
	clerk := person(enterer, lab.Intake)
	fresh := func(*lab.File) {}
	for name, c := range map[string]struct {
		by       lab.Actor
		edit     func(*lab.File)
		at       lab.Instant
		replaced bool
		refused  string
	}{
		"at once":            {clerk, fresh, noon, false, ""},
		"just in time":       {clerk, fresh, later(2 * time.Minute), false, ""},
		"too late":           {clerk, fresh, later(2*time.Minute + time.Microsecond), false, "The two minutes in which a registration can be undone are over."},
		"by a clock behind":  {clerk, fresh, later(-time.Microsecond), false, "The two minutes in which a registration can be undone are over."},
		"by another":         {person(other, lab.Intake), fresh, noon, false, "Only who registered it can undo it."},
		"by who lost a role": {person(enterer, lab.Laboratory), fresh, noon, false, "Your role does not allow this."},
		"of another service": {stranger(), fresh, noon, false, "Your role does not allow this."},
		"with a second code": {clerk, fresh, noon, true, "It has got a second code, which somebody may hold."},
		"changed":            {clerk, func(f *lab.File) { f.Sample.Version = 2 }, noon, false, "It was changed after it was registered."},
		"analysed":           {clerk, func(f *lab.File) { f.Evidence = make([]lab.Evidence, 1) }, noon, false, "An analysis was entered."},
		"asked about":        {clerk, asked, noon, false, "A question was asked about it."},
		"released":           {clerk, released("confirmed"), noon, false, "A result was released."},
		"in analysis":        {clerk, func(f *lab.File) { f.Sample.State = lab.InAnalysis }, noon, false, "This step is not possible from where it stands now."},
		"already": {clerk, func(f *lab.File) {
			f.Sample.State, f.Sample.StateReason = lab.Rejected, lab.RegisteredByMistake
		}, noon, false, "This step is not possible from where it stands now."},
	} {
		f := file(newSample(), nil, nil)
		c.edit(f)
		state := f.Sample.State
		err := f.Undo(c.by, c.at, c.replaced)
		var refused *lab.MoveError
		if errors.As(err, &refused) != (c.refused != "") || c.refused != "" && refused.Format != c.refused {
			t.Errorf("%s: %v, want %q", name, err, c.refused)
		}
		if err != nil && f.Sample.State != state {
			t.Errorf("%s: refused, and %s", name, f.Sample.State)
		}
		if err == nil && (f.Sample.State != lab.Rejected || f.Sample.StateReason != lab.RegisteredByMistake || f.Sample.Counted() || f.Sample.Check(today) != nil) {
			t.Errorf("%s: %s because of %q", name, f.Sample.State, f.Sample.StateReason)
		}
	}
}

// Nothing is done with a sample whose registration was undone, and nobody rejects one for
// that reason by hand.
func TestWhatWasUndoneStaysSo(t *testing.T) {
	f := file(newSample(), nil, nil)
	if err := f.Undo(person(enterer, lab.Intake), noon, false); err != nil {
		t.Fatal(err)
	}
	for _, by := range everybody() {
		if steps := lab.Allowed(by, f); len(steps) > 0 {
			t.Errorf("%v may %s", by.Memberships, acts(steps))
		}
	}
	wantFields(t, moved(newSample(), lab.Rejected, person(enterer, lab.Intake), lab.RegisteredByMistake), "reason")
}
