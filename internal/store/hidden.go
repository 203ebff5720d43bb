package store

import "marquis/internal/lab"

// An import is rows under a state. What nobody sees, because its import is not taken yet, or
// was taken back, is left out here and nowhere else: whatever reads samples or facts for
// people reads one of these instead of their table. What hangs on a sample is read by the key
// of one that is seen. TestWhatIsHiddenIsNeverRead walks every statement of the package.
//
// The imports that are hidden are few, so that they are looked up once a statement. Their
// statement does not name service_id: each that holds it has to by itself.
const (
	underTaken = "(import_id IS NULL OR import_id NOT IN (SELECT id FROM imports WHERE state <> 'taken'))"

	seenSamples      = "(SELECT * FROM samples WHERE import_live AND " + underTaken + ")"
	seenSampleFacts  = "(SELECT * FROM sample_facts WHERE " + underTaken + ")"
	seenVisits       = "(SELECT * FROM visits WHERE " + underTaken + ")"
	seenFindingFacts = "(SELECT * FROM finding_facts WHERE " + underTaken + ")"

	// liveSamples are all samples that are seen or may yet be: what counts anew, merges or
	// compares reads them, so that an import that is taken next says what it would say then.
	liveSamples = "(SELECT * FROM samples WHERE import_live)"
)

// The visits and samples as records: those that are seen, and the samples that may yet be.
var (
	visitsTable      = table[lab.Visit](seenVisits + " visits")
	samplesTable     = table[lab.Sample](seenSamples + " samples")
	liveSamplesTable = table[lab.Sample](liveSamples + " samples")
)
