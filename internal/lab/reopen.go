package lab

// Closing is how a sample was closed as not analysed, which is the last that happened to
// it.
type Closing struct {
	By      Optional    // who closed it
	On      Date        // at the service
	From    SampleState // where it stood before; empty where something else happened last
	Version int32       // of the sample since then
}

// MayReopen tells that the actor can undo it now.
func (s *Sample) MayReopen(by Actor, today Date, c Closing) bool {
	tried := *s
	return tried.Reopen(by, today, c) == nil
}

// Reopen undoes that the sample was closed as not analysed, by mistake: whoever closed it
// puts it back where it stood, on the same day, unless something else has happened to it
// since.
func (s *Sample) Reopen(by Actor, today Date, c Closing) error {
	m, err := moveOf(ReopenSample, string(s.State))
	if err != nil {
		return err
	}
	if c.From == "" || c.Version != s.Version {
		return m.refusal("Something else has happened to the sample since it was closed.", Who(MoveSample)...)
	}
	if c.By != by.UserID {
		return m.refusal("Only who closed it can undo that.", Laboratory, Verifier)
	}
	if c.On != today {
		return m.refusal("It was closed on another day.", Laboratory, Verifier)
	}
	if _, err := permit(by, s.ServiceID, ReopenSample, string(s.State), string(c.From)); err != nil {
		return err
	}
	s.State, s.StateReason = c.From, ""
	return nil
}
