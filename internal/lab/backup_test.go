package lab_test

import (
	"testing"
	"time"

	"marquis/internal/lab"
)

func TestABackupIsDueAfterADayAndAHalf(t *testing.T) {
	now := time.Date(2026, time.November, 28, 12, 0, 0, 0, time.UTC)
	ago := func(hours float64) lab.Instant { return lab.At(now.Add(-time.Duration(hours * float64(time.Hour)))) }
	for name, test := range map[string]struct {
		backups       lab.Backups
		backup, proof bool
	}{
		"never":                 {lab.Backups{}, true, true},
		"this night, proven":    {lab.Backups{MadeAt: ago(9), ProvenAt: ago(9)}, false, false},
		"this night, unproven":  {lab.Backups{MadeAt: ago(9)}, false, true},
		"36 hours, 8 days":      {lab.Backups{MadeAt: ago(36), ProvenAt: ago(8 * 24)}, false, false},
		"a moment longer":       {lab.Backups{MadeAt: ago(36.01), ProvenAt: ago(8*24 + 0.01)}, true, true},
		"by a clock that is on": {lab.Backups{MadeAt: ago(-100), ProvenAt: ago(-100)}, false, false},
	} {
		if backup, proof := test.backups.Due(now); backup != test.backup || proof != test.proof {
			t.Errorf("%s: backup %t, proof %t", name, backup, proof)
		}
	}
}
