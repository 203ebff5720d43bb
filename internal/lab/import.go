package lab

// Import is one run of the importer that brought samples in. Its samples are rows under
// its state: they are seen while it is taken, and at no other time. That it is taken is one
// event of the audit trail.
type Import struct {
	Key
	State      ImportState
	Profile    string // the mapping that read the files
	Digest     string // of the mapping and the files' bytes
	Files      string // names and hashes of the files
	RowsRead   int32
	Accepted   int32
	Merged     int32 // duplicates of other rows, in the files or already recorded
	Rejected   int32
	Samples    int32 // that were new
	Corrected  int32 // that were recorded before, and of which the source now says otherwise
	Written    int32 // of them lie in the registry under its state; those of which nothing is left do not count
	ImportedAt Instant
	ImportedBy string
	Purpose    string // why somebody imported on a page; empty for a command
	Loader     ID     // who writes it just now: a loader that is not this one stops
	EndedOn    Date   // taken back or abandoned, on the service's day
	EndedBy    string
	Why        // it was taken back
}

// AcceptedLoss is what somebody accepted to leave out of an import, since it was too much, or dangerous.
type AcceptedLoss struct {
	Samples int      `json:"samples"`
	Of      int      `json:"of"`      // samples of the files
	Dangers []string `json:"dangers"` // names of substances of high or extreme danger
}

// Check reports all mistakes of what is said of an import.
func (i *Import) Check() error {
	var errs FieldErrors
	checkSigns(&errs, "profile", i.Profile)
	checkSigns(&errs, "files", i.Files)
	checkSigns(&errs, "purpose", i.Purpose)
	return Mistakes(errs.Err(), i.checkRows())
}

// Arrival is the file of one sample of an import: the sample, what was expected of
// it, and what its source found. Without evidence nothing is published for it.
type Arrival struct {
	File
	Visit    int      // place of its visit among those of the import, counted from 1; 0: not known
	Corrects int32    // the version of the recorded sample that it corrects; 0: it is new
	Unread   []string // fields of a sample by their keys, and those that are called Unread: of which the mapping reads nothing, so that a correction leaves them
}

// Check reports what of an arrival contradicts the rest of it.
func (a *Arrival) Check(today Date) error {
	var errs FieldErrors
	errs.Check(len(a.Evidence) == 0 || a.Sample.State != NotAnalysed, "state", "The sample was not analysed, and yet something was found in it.")
	for _, e := range a.Evidence {
		errs.Check(a.Sample.SourcePublishedOn >= e.Analysis.PerformedOn, "published_on", "The result was published before it was measured, %s.", e.Analysis.PerformedOn)
	}
	errs.Check(a.Sample.SourcePublishedOn <= today, "published_on", "%s lies in the future.", a.Sample.SourcePublishedOn)
	return errs.Err()
}

// Affirm confirms all that looks implausible in an arrival that was made up.
func (a *Arrival) Affirm(d *Dictionary, why string) {
	a.Sample.Confirmed = a.Sample.Confirmation(Doubts(&a.Sample, Counter{Imported: true}))
	for i := range a.Evidence {
		e := &a.Evidence[i]
		if len(Plausibility(d, &a.Sample, e.Findings, Usual{}.In(a.Sample.Form))) > 0 {
			e.Analysis.Overruled = why
		}
	}
}
