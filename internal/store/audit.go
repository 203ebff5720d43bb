package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"marquis/internal/lab"
)

// auditEvent is one entry of the trail: who did what to which record, when, what
// it was and what it became, and why. Its hash covers the event before it.
type auditEvent struct {
	ServiceID lab.ServiceID `gorm:"primaryKey;autoIncrement:false"`
	Seq       int64         `gorm:"primaryKey;autoIncrement:false"`
	At        lab.Instant
	ActorID   lab.Optional
	Actor     string
	Action    lab.Action
	Subject   string
	Changes   string // JSON: field, old, new
	Reason    string
	Hash      string
	Format    int16 // what the hash covers, and how Changes is written
	ActorKind lab.ActorKind
}

// The formats of events. The first did not tell the kind of the actor.
const (
	firstFormat = 1
	eventFormat = 2
)

type auditHead struct {
	ServiceID lab.ServiceID `gorm:"primaryKey;autoIncrement:false"`
	Seq       int64
	Hash      string
}

// chainedHash covers every column and the hash of the event before. Each part is
// preceded by its length, so that no two events make the same text.
func (e *auditEvent) chainedHash(before string) string {
	parts := []string{
		before, strconv.Itoa(int(e.ServiceID)), strconv.FormatInt(e.Seq, 10), e.At.String(), strconv.Itoa(int(e.ActorID)),
		e.Actor, string(e.Action), e.Subject, e.Changes, e.Reason,
	}
	if e.Format != firstFormat {
		parts = append(parts, strconv.Itoa(int(e.Format)), string(e.ActorKind))
	}
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// fault says what is wrong with an event, given the hash of the one before; nothing
// where it is as it was written.
func (e *auditEvent) fault(before string) string {
	switch {
	case e.Format != firstFormat && e.Format != eventFormat:
		return fmt.Sprintf("the event has format %d, which this program does not know", e.Format)
	case e.Format == firstFormat && e.ActorKind != "", e.Hash != e.chainedHash(before):
		return "the event is not what was written"
	}
	return ""
}

// appendAudit adds an event to the trail of its service. The head of the trail is
// locked until the transaction ends, so that events form one chain.
func (s *Store) appendAudit(tx *gorm.DB, e auditEvent) error {
	head, err := s.lockTrail(tx, e.ServiceID)
	if err != nil {
		return err
	}
	e.Seq, e.Format = head.Seq+1, eventFormat
	e.Hash = e.chainedHash(head.Hash)
	if err := tx.Create(&e).Error; err != nil {
		return err
	}
	return tx.Exec("UPDATE audit_heads SET seq = ?, hash = ? WHERE service_id = ?", e.Seq, e.Hash, e.ServiceID).Error
}

// lockTrail locks the head of a trail and returns it. Whoever gives the next number
// to a service, a user or an entry of the dictionary locks trail 0 first, so that
// the number is free when it is written.
func (s *Store) lockTrail(tx *gorm.DB, service lab.ServiceID) (head auditHead, err error) {
	err = tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&auditHead{ServiceID: service}).Error
	if err != nil {
		return head, err
	}
	err = tx.Raw("SELECT service_id, seq, hash FROM audit_heads WHERE service_id = ?"+s.db.Lock(), service).Take(&head).Error
	return head, err
}

// changesText writes the differences of an event.
func changesText(changes []lab.Difference) (string, error) {
	return lab.CanonicalJSON(slices.Concat([]lab.Difference{}, changes))
}

// changes reads the differences of an event, of whatever format.
func (e *auditEvent) changes() ([]lab.Difference, error) {
	var changes []lab.Difference
	if err := json.Unmarshal([]byte(e.Changes), &changes); err != nil {
		return nil, err
	}
	if e.Format == firstFormat {
		changes = lab.FirstFormat(e.Action, changes)
	}
	return changes, nil
}

// AuditError is the first place at which the trail of a service is broken.
type AuditError struct {
	ServiceID lab.ServiceID
	Seq       int64
	Why       string
}

// Error names the service, the event and the fault.
func (f *AuditError) Error() string {
	return fmt.Sprintf("audit trail of service %d is broken at event %d: %s", f.ServiceID, f.Seq, f.Why)
}

// VerifyAudit walks the trail of every service as of one moment and returns the number of
// events, see Snapshot.CheckTrail. Where the database is distributed with Citus its nodes
// may show moments of their own, and what is saved meanwhile may look like a fault. It
// takes the operator, or an administrator of all services.
func (s *Store) VerifyAudit(ctx context.Context, by lab.Actor) (events int64, err error) {
	if err := upkeep(by); err != nil {
		return 0, err
	}
	err = s.db.Moment(ctx, func(tx *gorm.DB) error {
		events, err = verifyTrails(tx)
		return err
	})
	return events, err
}

// CheckTrail walks the trail of every service and returns the number of events. What the
// events say of the results that they published is compared with what is stored, and
// whoever has samples has a trail. The errors are of type *AuditError, joined, one for
// each broken trail.
func (x Snapshot) CheckTrail() (events int64, err error) { return verifyTrails(x.at.Tx) }

func verifyTrails(tx *gorm.DB) (events int64, err error) {
	var heads []auditHead
	if err := tx.Raw("SELECT service_id, seq, hash FROM audit_heads ORDER BY service_id").Scan(&heads).Error; err != nil {
		return 0, err
	}
	var trails []lab.ServiceID // that must be there: trail 0 begins with the dictionary
	err = tx.Raw("SELECT 0 AS service_id UNION SELECT service_id FROM audit_events UNION SELECT service_id FROM service_years UNION SELECT service_id FROM " + seenSamples + " samples " +
		"ORDER BY service_id").Scan(&trails).Error
	if err != nil {
		return 0, err
	}
	var faults []error
	for _, id := range trails {
		if !slices.ContainsFunc(heads, func(h auditHead) bool { return h.ServiceID == id }) {
			faults = append(faults, &AuditError{ServiceID: id, Why: "its head is missing"})
		}
	}
	for _, head := range heads {
		n, err := verifyTrail(tx, head)
		if err == nil && n == 0 && slices.Contains(trails, head.ServiceID) {
			err = &AuditError{head.ServiceID, 1, "the trail is empty"}
		}
		events += n
		faults = append(faults, err)
	}
	return events, errors.Join(faults...)
}

func verifyTrail(tx *gorm.DB, head auditHead) (int64, error) {
	said := newVouchers()
	last, err := walkTrail(tx, head.ServiceID, &said)
	if err != nil {
		return last.Seq, err
	}
	if head != last {
		return last.Seq, &AuditError{head.ServiceID, min(head.Seq, last.Seq) + 1, fmt.Sprintf("the trail has %d events, its head says %d or another hash", last.Seq, head.Seq)}
	}
	altered, err := verifyResults(tx, head, said)
	if err == nil && altered > 0 {
		return last.Seq, &AuditError{head.ServiceID, altered, "a result that it published is not what was published"}
	}
	if err != nil {
		return last.Seq, err
	}
	moved, err := verifyImports(tx, head, said)
	if err == nil && moved > 0 {
		return last.Seq, &AuditError{head.ServiceID, moved, "an import does not stand where it says"}
	}
	return last.Seq, err
}

// walkTrail returns what the head of the trail should be, and notes what its events say.
func walkTrail(tx *gorm.DB, service lab.ServiceID, said *vouchers) (last auditHead, err error) {
	last.ServiceID = service
	rows, err := eventsTable.rows(tx, "WHERE service_id = ? ORDER BY seq", service)
	if err != nil {
		return last, err
	}
	defer rows.Close()
	for rows.Next() {
		var e auditEvent
		if err := tx.ScanRows(rows, &e); err != nil {
			return last, &AuditError{service, last.Seq + 1, "the event cannot be read: " + err.Error()}
		}
		if e.Seq != last.Seq+1 {
			return last, &AuditError{service, last.Seq + 1, "the event is missing"}
		}
		if why := e.fault(last.Hash); why != "" {
			return last, &AuditError{service, e.Seq, why}
		}
		if err := said.take(&e); err != nil {
			return last, &AuditError{service, e.Seq, "what changed cannot be read: " + err.Error()}
		}
		last.Hash, last.Seq = e.Hash, e.Seq
	}
	return last, rows.Err()
}
