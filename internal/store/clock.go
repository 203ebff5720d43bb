package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// clockMark is what the clock of a running server showed.
type clockMark struct {
	Seq      int64 `gorm:"primaryKey;autoIncrement:false"`
	MarkedAt lab.Instant
}

// TableName returns the table.
func (clockMark) TableName() string { return "clock_marks" }

// ClockGap is a jump of the clock between two marks: forward, as after a time in which
// the registry was not running, or back.
type ClockGap struct {
	Seq      int64 `gorm:"primaryKey;autoIncrement:false"` // of the mark after it
	BeforeAt lab.Instant
	AfterAt  lab.Instant
	ClosedAt lab.Instant // when somebody has said that the clock is right; zero: not yet
	ClosedBy string
}

// TableName returns the table.
func (ClockGap) TableName() string { return "clock_gaps" }

// MarkClock notes what the clock shows, and opens a gap where it has jumped since
// the mark before. A server does so when it starts, and every hour.
func (s *Store) MarkClock(ctx context.Context, by lab.Actor) error {
	if err := upkeep(by); err != nil {
		return err
	}
	return s.doPeople(ctx, by, func(w *work) error { return w.markClock() })
}

func (w *work) markClock() error {
	last, err := lastMark(w.tx)
	if err != nil {
		return err
	}
	if last.Seq == 0 && !last.MarkedAt.IsZero() { // the newest event stands for the first mark
		last.Seq = 1
		if err := w.tx.Create(&last).Error; err != nil {
			return err
		}
	}
	mark := clockMark{last.Seq + 1, w.at}
	if !last.MarkedAt.IsZero() && lab.ClockJumped(last.MarkedAt, w.at) {
		if err := w.tx.Create(&ClockGap{Seq: mark.Seq, BeforeAt: last.MarkedAt, AfterAt: w.at}).Error; err != nil {
			return err
		}
	}
	return w.tx.Create(&mark).Error
}

// lastMark is the mark that was written last. Where there is none yet it has no
// number, and is the newest event of the trails; zero where nothing was ever done.
func lastMark(tx *gorm.DB) (last clockMark, err error) {
	err = tx.Raw("SELECT seq, marked_at FROM clock_marks ORDER BY seq DESC LIMIT 1").Scan(&last).Error
	if err != nil || last.Seq > 0 {
		return last, err
	}
	var events []clockMark
	err = tx.Raw("SELECT e.at AS marked_at FROM audit_events e JOIN audit_heads h ON h.service_id = e.service_id AND h.seq = e.seq").Scan(&events).Error
	for _, e := range events {
		if e.MarkedAt.Time().After(last.MarkedAt.Time()) {
			last.MarkedAt = e.MarkedAt
		}
	}
	return last, err
}

// trustClock refuses, with lab.ErrClockJumped, to destroy what is over its time: a
// gap is open, or the clock has jumped since the last mark.
func (w *work) trustClock() error {
	gaps, err := openGaps(w.tx)
	if err != nil {
		return err
	}
	last, err := lastMark(w.tx)
	if err != nil {
		return err
	}
	if len(gaps) > 0 || !last.MarkedAt.IsZero() && lab.ClockJumped(last.MarkedAt, w.at) {
		return lab.ErrClockJumped
	}
	return nil
}

func openGaps(tx *gorm.DB) (gaps []ClockGap, err error) {
	return gapsTable.list(tx, "WHERE closed_at IS NULL ORDER BY seq")
}

// ClockGaps returns the jumps of the clock that are open, in the order in which they
// were noticed. It takes a member of staff.
func (s *Store) ClockGaps(ctx context.Context, by lab.Actor) ([]ClockGap, error) {
	if !by.IsStaff() {
		return nil, lab.ErrNotFound
	}
	gaps, err := openGaps(s.read.WithContext(ctx))
	return gaps, translate(err)
}

// TrustedAt is what the clock showed before it became doubtful: before the first jump
// that is open, else at the last mark. It is zero where nothing was ever done. It
// takes a member of staff.
func (s *Store) TrustedAt(ctx context.Context, by lab.Actor) (lab.Instant, error) {
	if !by.IsStaff() {
		return lab.Instant{}, lab.ErrNotFound
	}
	tx := s.read.WithContext(ctx)
	if gaps, err := openGaps(tx); err != nil {
		return lab.Instant{}, translate(err)
	} else if len(gaps) > 0 {
		return gaps[0].BeforeAt, nil
	}
	last, err := lastMark(tx)
	return last.MarkedAt, translate(err)
}

// Confirmation is what a person has looked at and found right.
type Confirmation struct {
	Day    lab.Date // that the clock showed when it was looked at; zero: nothing is said of the clock
	Months int      // for how many whole months codes work; zero: nothing is said of them
}

// ConfirmEnding records what somebody has found right, the clock or for how many months
// codes work: from now on, what is over its time by it is destroyed again. It takes an
// administrator of all services. Where the clock shows another day now than the one
// that was looked at, nothing is changed and lab.ErrConflict comes back. Months alone
// are not confirmed while the clock may be wrong: that is lab.ErrClockJumped.
func (s *Store) ConfirmEnding(ctx context.Context, by lab.Actor, right Confirmation) error {
	return s.doPeople(ctx, by, func(w *work) error {
		if err := lab.MayEquip(by, 0); err != nil {
			return err
		}
		if err := w.confirmDay(right.Day); err != nil {
			return err
		}
		return w.confirmMonths(right.Months)
	})
}

// confirmDay closes the gaps; without a day none may be open.
func (w *work) confirmDay(seen lab.Date) error {
	switch seen {
	case 0:
		return w.trustClock()
	case lab.DateOf(w.at.Time(), time.UTC):
		return w.closeGaps(seen)
	default:
		return lab.ErrConflict
	}
}

func (w *work) closeGaps(seen lab.Date) error {
	if err := w.markClock(); err != nil {
		return err
	}
	done := w.tx.Exec("UPDATE clock_gaps SET closed_at = ?, closed_by = ? WHERE closed_at IS NULL", w.at, w.by.Name)
	if done.Error != nil || done.RowsAffected == 0 {
		return done.Error
	}
	return w.record(0, lab.ConfirmClock, "clock", "", []lab.Difference{{Field: lab.TrailDay, Old: "null", New: lab.ValueOf(seen)}})
}

func (w *work) confirmMonths(months int) error {
	if months == 0 {
		return nil
	}
	if _, err := lockedSetting(w.tx, monthsSetting); err != nil {
		return err
	}
	p, err := codePeriod(w.tx)
	if err != nil || !p.Longer(months) {
		return err
	}
	return w.setCodeMonths(p.Months, months)
}
