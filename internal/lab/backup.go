package lab

import "time"

const (
	// BackupDue is after how long a registry should be backed up again: once a day, with
	// room for a night in which it failed.
	BackupDue = 36 * time.Hour
	// ProofDue is after how long a backup should be proven again: once a week, likewise.
	ProofDue = 8 * 24 * time.Hour
)

// Backups is which moments the newest backups of a registry show that were made together
// with its key ring; zero where there is none.
type Backups struct {
	MadeAt   Instant
	ProvenAt Instant // of the newest that was restored and verified
}

// Due tells whether it is time for another backup, and for another proof.
func (b Backups) Due(now time.Time) (backup, proof bool) {
	return isOlder(b.MadeAt, now, BackupDue), isOlder(b.ProvenAt, now, ProofDue)
}

func isOlder(at Instant, now time.Time, age time.Duration) bool {
	return at.IsZero() || now.Sub(at.Time()) > age
}
