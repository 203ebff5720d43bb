package store

import (
	"database/sql"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// table is a table of records of one type, which are read whole here and nowhere else.
// What is read follows its name, as a text of ours: WHERE, ORDER BY, LIMIT.
type table[T any] string

// The tables whose records are read whole.
var (
	servicesTable     = table[lab.Service]("services")
	locationsTable    = table[lab.Location]("locations")
	importsTable      = table[lab.Import]("imports")
	draftsTable       = table[lab.Draft]("drafts")
	expectationsTable = table[lab.SampleExpectation]("sample_expectations")
	analysesTable     = table[lab.Analysis]("analyses")
	findingsTable     = table[lab.Finding]("findings")
	questionsTable    = table[lab.Question]("analysis_questions")
	publicationsTable = table[lab.Publication]("publications")
	readOutsTable     = table[lab.ReadOut]("read_outs")
	viewsTable        = table[lab.View]("record_views")
	sampleFactsTable  = table[lab.SampleFact]("sample_facts")
	findingFactsTable = table[lab.FindingFact]("finding_facts")
	eventsTable       = table[auditEvent]("audit_events")
	sessionsTable     = table[sessionRow]("sessions")
	endedTable        = table[endedSession]("ended_sessions")
	formDraftsTable   = table[lab.FormDraft]("form_drafts")
	invitationsTable  = table[invitation]("invitations")
	devicesTable      = table[device]("devices")
	wrongCodesTable   = table[factorFailure]("factor_failures")
	keysTable         = table[codeKey]("code_keys")
	gapsTable         = table[ClockGap]("clock_gaps")
	uploadsTable      = table[lab.Upload]("uploads")
	mappingsTable     = table[lab.ImportMapping]("import_mappings")
	correctionsTable  = table[lab.Correction]("corrections")
)

func (n table[T]) query(tx *gorm.DB, rest string, values []any) *gorm.DB {
	return tx.Raw("SELECT * FROM "+string(n)+" "+rest, values...)
}

// list reads the records that the rest of the statement finds.
func (n table[T]) list(tx *gorm.DB, rest string, values ...any) (records []T, err error) {
	err = n.query(tx, rest, values).Scan(&records).Error
	return records, err
}

// one reads the first record that the rest of the statement finds.
func (n table[T]) one(tx *gorm.DB, rest string, values ...any) (record T, err error) {
	err = n.query(tx, rest, values).Take(&record).Error
	return record, err
}

// rows reads the records that the rest of the statement finds one by one.
func (n table[T]) rows(tx *gorm.DB, rest string, values ...any) (*sql.Rows, error) {
	return n.query(tx, rest, values).Rows()
}

// at reads the record of a service with the key.
func (n table[T]) at(tx *gorm.DB, key lab.Key) (T, error) {
	return n.one(tx, "WHERE service_id = ? AND id = ?", key.ServiceID, key.ID)
}

// take reads the record of a service with the key and locks it until the transaction
// ends.
func (n table[T]) take(w *work, key lab.Key) (*T, error) {
	record, err := n.one(w.tx, "WHERE service_id = ? AND id = ?"+w.db.Lock(), key.ServiceID, key.ID)
	return &record, err
}

// of reads the records that hang on a sample, in the given order where there is one.
func (n table[T]) of(tx *gorm.DB, sample lab.Key, order string) ([]T, error) {
	return n.list(tx, "WHERE service_id = ? AND sample_id = ? "+order, sample.ServiceID, sample.ID)
}

// ofMany reads the records that hang on any of some samples of a service.
func (n table[T]) ofMany(tx *gorm.DB, service lab.ServiceID, samples []string, rest string, values ...any) ([]T, error) {
	return n.list(tx, "WHERE service_id = ? AND sample_id IN ? "+rest, append([]any{service, samples}, values...)...)
}
