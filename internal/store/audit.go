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

// VerifyAudit walks the trail of every service and returns the number of events. What
// the events say of the results that they published is compared with what is stored.
// The errors are of type *AuditError, joined, one for each broken trail. It takes the
// operator, or an administrator of all services.
func (s *Store) VerifyAudit(ctx context.Context, by lab.Actor) (events int64, err error) {
	if err := upkeep(by); err != nil {
		return 0, err
	}
	var heads []auditHead
	if err := s.read.WithContext(ctx).Raw("SELECT service_id, seq, hash FROM audit_heads ORDER BY service_id").Scan(&heads).Error; err != nil {
		return 0, translate(err)
	}
	var orphans []lab.ServiceID // trail 0 begins with the dictionary, and whoever has samples has a trail
	err = s.read.WithContext(ctx).Raw("SELECT 0 AS service_id UNION SELECT service_id FROM audit_events UNION SELECT service_id FROM service_years " +
		"EXCEPT SELECT service_id FROM audit_heads ORDER BY service_id").Scan(&orphans).Error
	if err != nil {
		return 0, translate(err)
	}
	var faults []error
	for _, id := range orphans {
		faults = append(faults, &AuditError{ServiceID: id, Why: "its head is missing"})
	}
	for _, head := range heads {
		n, err := s.verifyTrail(ctx, head)
		events += n
		faults = append(faults, err)
	}
	return events, errors.Join(faults...)
}

func (s *Store) verifyTrail(ctx context.Context, head auditHead) (int64, error) {
	rows, err := eventsTable.rows(s.read.WithContext(ctx), "WHERE service_id = ? ORDER BY seq", head.ServiceID)
	if err != nil {
		return 0, translate(err)
	}
	defer rows.Close()
	before, seq := "", int64(0)
	said := vouchers{results: map[lab.ID]vouched{}, imports: map[lab.ID]vouched{}}
	for rows.Next() {
		var e auditEvent
		if err := s.read.ScanRows(rows, &e); err != nil {
			return seq, &AuditError{head.ServiceID, seq + 1, "the event cannot be read: " + err.Error()}
		}
		if e.Seq != seq+1 {
			return seq, &AuditError{head.ServiceID, seq + 1, "the event is missing"}
		}
		if why := e.fault(before); why != "" {
			return seq, &AuditError{head.ServiceID, e.Seq, why}
		}
		if err := said.take(&e); err != nil {
			return seq, &AuditError{head.ServiceID, e.Seq, "what changed cannot be read: " + err.Error()}
		}
		before, seq = e.Hash, e.Seq
	}
	if err := rows.Err(); err != nil {
		return seq, translate(err)
	}
	if head.Seq != seq || head.Hash != before {
		return seq, &AuditError{head.ServiceID, min(head.Seq, seq) + 1, fmt.Sprintf("the trail has %d events, its head says %d or another hash", seq, head.Seq)}
	}
	altered, err := s.verifyResults(ctx, head, said)
	if err == nil && altered > 0 {
		return seq, &AuditError{head.ServiceID, altered, "a result that it published is not what was published"}
	}
	return seq, translate(err)
}
