package store

import (
	"time"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// DeviceAge is for how long a device on which nobody signs in is remembered.
const DeviceAge = 90 * 24 * time.Hour

// device is one on which a user has signed in in full. It holds the token.
type device struct {
	TokenHash   string `gorm:"primaryKey"`
	UserID      lab.Optional
	NetworkHash string // of the network from which it last did so
	MadeAt      lab.Instant
	SeenAt      lab.Instant
}

// forgetSignIns deletes what is remembered of signing in beyond its time.
func forgetSignIns(tx *gorm.DB, now time.Time) error {
	for _, old := range []struct {
		statement string
		before    time.Time
	}{
		{"DELETE FROM sign_in_failures WHERE hour < ?", now.Add(-FailureAge)},
		{"DELETE FROM factor_failures WHERE failed_at < ?", now.Add(-lab.FactorHour)},
		{"DELETE FROM devices WHERE seen_at < ?", now.Add(-DeviceAge)},
	} {
		if err := tx.Exec(old.statement, lab.At(old.before)).Error; err != nil {
			return err
		}
	}
	return nil
}
