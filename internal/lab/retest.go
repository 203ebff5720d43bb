package lab

// takenBackHere tells that the version takes a result back, and that this was done here:
// what an import took back its source sees to.
func (p *Publication) takenBackHere() bool {
	return p.Kind == WithdrawnResult && p.ImportID.IsZero()
}

// Retests is the version that took a result back for which the analysis was made anew:
// the last that stood when it was entered. It is nil where none was taken back. The ids
// tell what came first, since an analysis that is changed is entered anew.
func (f *File) Retests(a *Analysis) *Publication {
	var last *Publication
	for i := range f.Publications {
		if p := &f.Publications[i]; p.ID.Compare(a.ID) < 0 {
			last = p
		}
	}
	if last == nil || !last.takenBackHere() || !a.ImportID.IsZero() {
		return nil
	}
	return last
}

// retested tells that an analysis that counts was made after the version.
func (f *File) retested(p *Publication) bool {
	return find(f.Evidence, func(e *Evidence) bool {
		return e.Analysis.State != Retracted && p.ID.Compare(e.Analysis.ID) < 0
	}) != nil
}

// Doubtful is the number of analyses that count although they were made before the result
// was taken back, which may be why it was.
func (f *File) Doubtful() int {
	last, n := f.Latest(), 0
	if last == nil || !last.takenBackHere() {
		return 0
	}
	for i := range f.Evidence {
		if a := &f.Evidence[i].Analysis; a.State == Verified && a.ID.Compare(last.ID) < 0 {
			n++
		}
	}
	return n
}

// AwaitsRetest tells that the result was taken back, that no analysis was made since, and
// that nobody has said that none follows.
func (f *File) AwaitsRetest() bool {
	last := f.Latest()
	open := f.Sample.State == InAnalysis || f.Sample.State == Completed
	return open && last != nil && last.takenBackHere() && f.Sample.NoRetest == "" && !f.retested(last)
}

// DeclineRetest says that no new analysis follows after the result was taken back, and
// why.
func (f *File) DeclineRetest(by Actor, reason string) error {
	m, err := f.mayDecline(by)
	if err != nil {
		return err
	}
	if err := m.checkReason(reason); err != nil {
		return err
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	f.Sample.State, f.Sample.NoRetest = Completed, reason
	return nil
}

func (f *File) mayDecline(by Actor) (*move, error) {
	from := ""
	if f.AwaitsRetest() {
		from = awaitingRetest
	}
	return permit(by, f.Sample.ServiceID, DeclineRetest, from)
}

// Followed is the file with the next version of its result, and with the sample where
// that leaves it: completed by a result, but for one that is being confirmed, and in analysis
// again once it is taken back.
func (f *File) Followed(p *Publication, by Actor) (*File, error) {
	after := f.With(p)
	s := &after.Sample
	switch {
	case p.Kind == WithdrawnResult:
		s.NoRetest = ""
		if s.State == Completed {
			return after, after.Move(InAnalysis, by, "")
		}
	case s.State == InAnalysis && !p.Result.BeingConfirmed:
		return after, after.Move(Completed, by, "")
	}
	return after, nil
}

// MayMislead tells that nothing was released of a sample, and that analyses which could be
// are on record: where its portion was exchanged with another's, they may be of that one.
func (f *File) MayMislead() bool {
	return f.Latest() == nil && f.Count(Entered)+f.Count(Verified) > 0
}
