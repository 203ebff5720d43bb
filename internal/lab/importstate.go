package lab

// ImportState says where an import stands.
type ImportState string

// The states. What is taken back or abandoned never comes back: the same files are another
// import.
const (
	ImportLoading   ImportState = "loading" // seen by nobody yet
	ImportTaken     ImportState = "taken"
	ImportUndoing   ImportState = "undoing" // seen by nobody any more
	ImportUndone    ImportState = "undone"
	ImportAbandoned ImportState = "abandoned" // before it was taken
)

// ImportStates is the vocabulary of ImportState.
var ImportStates = Vocabulary[ImportState]{ImportLoading, ImportTaken, ImportUndoing, ImportUndone, ImportAbandoned}

// importMoves are all steps of an import.
var importMoves = []struct {
	act      Action
	from, to ImportState
}{
	{ImportSamples, ImportLoading, ImportTaken},
	{AbandonImport, ImportLoading, ImportAbandoned},
	{TakeBackImport, ImportTaken, ImportUndoing},
	{ClearImport, ImportUndoing, ImportUndone},
}

// ImportAfter is where an action leaves an import, if it moves one.
func ImportAfter(act Action) (ImportState, bool) {
	for _, m := range importMoves {
		if m.act == act {
			return m.to, true
		}
	}
	return "", false
}

// Step takes the import to the state to which the action leads from where it stands, or
// refuses that with a *MoveError.
func (i *Import) Step(act Action) error {
	refused := &MoveError{What: act.about(), From: string(i.State), Format: "This step is not possible from where it stands now."}
	for _, m := range importMoves {
		if m.act != act {
			continue
		}
		if m.from == i.State {
			i.State = m.to
			return nil
		}
		refused.To = string(m.to)
	}
	switch i.State {
	case ImportLoading:
		refused.Format = "This import is not taken yet: go on with it, or abandon it."
	case ImportTaken:
		refused.Format = "This import is taken: it can be taken back."
	case ImportUndoing:
		refused.Format = "This import is being taken back: go on with that."
	case ImportUndone:
		refused.Format = "This import was taken back. The same files can be imported again."
	case ImportAbandoned:
		refused.Format = "This import was abandoned. The same files can be imported again."
	}
	return refused
}

// TakeBack takes an import that is taken back. It asks for a reason, as every withdrawal does.
func (i *Import) TakeBack(why Why) error {
	if err := Mistakes(i.Step(TakeBackImport), why.Needed()); err != nil {
		return err
	}
	i.Why = why.settled()
	return nil
}

// InMotion tells that an import is neither whole nor gone.
func (i *Import) InMotion() bool { return i.State == ImportLoading || i.State == ImportUndoing }

// OtherFirst refuses another import of the service while this one is in motion.
func (i *Import) OtherFirst() error {
	refused := &MoveError{What: ImportSamples.about(), From: string(i.State), To: string(ImportLoading), Args: []any{i.ID.String()}}
	switch i.State {
	case ImportLoading:
		refused.Format = "Another import of this service is not finished: go on with %s, or abandon it, first."
	case ImportUndoing:
		refused.Format = "Another import of this service is being taken back: wait until %s is gone, or go on with that."
	default:
		return nil
	}
	return refused
}

// LaterFirst refuses to take this import back as long as a later one stands that corrected a
// sample which this one corrected; a zero id is none.
func (i *Import) LaterFirst(later ID) error {
	if later.IsZero() {
		return nil
	}
	return &MoveError{
		What: TakeBackImport.about(), From: string(i.State), To: string(ImportUndoing),
		Format: "A later import has corrected a sample that this one corrected: take %s back first.", Args: []any{later.String()},
	}
}

// ImportAtWork refuses to write or clear an import while another program is at that.
func ImportAtWork() error {
	return &MoveError{What: ImportSamples.about(), Format: "Another program is at work on an import of this service: wait until it has ended."}
}

// MayImport refuses an actor who may not import samples of the service, nor take an import
// back: it takes the operator, or an importer there.
func MayImport(by Actor, service ServiceID) error {
	if by.isOperator() {
		return nil
	}
	m := &move{act: ImportSamples, who: []UserRole{Importer}}
	return m.allow(by, service)
}

// ImportUses is what has used the samples of an import since it was taken.
type ImportUses struct {
	Analyses     int // entered by hand
	Publications int // by people
	ReadOuts     int // told by phone
	Codes        int // given out
	Changed      int // samples that were described otherwise
	Excluded     int // samples
	Corrected    int // samples, by later imports

	// Of the samples that it corrected, and that are seen, what taking it back does: see Undoing.
	Restored, Partly, Kept int
}

// None tells that nothing has.
func (u ImportUses) None() bool {
	u.Restored = 0 // nobody worked on these
	return u == ImportUses{}
}

// checkRows reports that rows of an import are not accounted for.
func (i *Import) checkRows() error {
	var errs FieldErrors
	errs.Check(i.RowsRead == i.Accepted+i.Merged+i.Rejected, "rows_read", "The rows that were read are not those that were accepted, merged and rejected.")
	return errs.Err()
}
