package lab

import "time"

// UndoTime is for how long a registration can be undone by whoever registered it.
const UndoTime = 2 * time.Minute

// RegisteredByMistake is the reason of a sample whose registration was undone. It keeps
// its number, which nobody gets again, and is counted nowhere.
const RegisteredByMistake = "registered_by_mistake"

// UndoableUntil is when the registration of the sample can be undone no more.
func (s *Sample) UndoableUntil() Instant { return At(s.RegisteredAt.Time().Add(UndoTime)) }

// Undo takes a registration back that was a mistake, by whoever registered the sample, for
// UndoTime and while nothing hangs on it. Whatever has changed the sample since raised its
// version, but for a code: replaced says that it got a second one.
func (f *File) Undo(by Actor, at Instant, replaced bool) error {
	m, err := f.mayUndo(by)
	if err != nil {
		return err
	}
	x := &f.Sample
	if at.Time().After(x.UndoableUntil().Time()) || at.Time().Before(x.RegisteredAt.Time()) {
		return m.refusal("The two minutes in which a registration can be undone are over.")
	}
	if replaced {
		return m.refusal("It has got a second code, which somebody may hold.")
	}
	x.State, x.StateReason = Rejected, RegisteredByMistake
	return nil
}

// mayUndo finds the step by which a registration is undone, if the actor may take it now.
func (f *File) mayUndo(by Actor) (*move, error) {
	x := &f.Sample
	m, err := permit(by, x.ServiceID, UndoSample, string(x.State))
	switch {
	case err != nil:
		return nil, err
	case x.RegisteredBy != by.UserID:
		return nil, m.refusal("Only who registered it can undo it.")
	case len(f.Evidence) > 0:
		return nil, m.refusal("An analysis was entered.")
	case len(f.Questions) > 0:
		return nil, m.refusal("A question was asked about it.")
	case len(f.Publications) > 0:
		return nil, m.refusal("A result was released.")
	case x.Version > 1:
		return nil, m.refusal("It was changed after it was registered.")
	}
	return m, nil
}

// Undone tells that the registration was undone.
func (s *Sample) Undone() bool { return s.State == Rejected && s.StateReason == RegisteredByMistake }
