package store

import (
	"context"
	"strconv"
	"time"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// monthsSetting is for how many whole months codes were given out, at most.
const monthsSetting = "code months"

func codeMonths(tx *gorm.DB) (months int, err error) {
	value, err := setting(tx, monthsSetting)
	if err != nil || value == "" {
		return 0, err
	}
	return strconv.Atoi(value)
}

// CodePeriod is for how long the codes of a registry were given out.
type CodePeriod struct {
	Months int  // whole months, at most; 0: nobody has said so yet
	Given  bool // there are codes
}

// Longer tells that codes may have been given out for longer than so many months, so
// that a person has to confirm the shorter time before any is removed.
func (p CodePeriod) Longer(months int) bool {
	return p.Months > months || p.Months == 0 && p.Given
}

func codePeriod(tx *gorm.DB) (p CodePeriod, err error) {
	if p.Months, err = codeMonths(tx); err != nil {
		return p, err
	}
	err = tx.Raw("SELECT count(*) > 0 FROM (SELECT 1 FROM lookup_codes LIMIT 1) one").Scan(&p.Given).Error
	return p, err
}

// CodePeriod is for how long codes were given out.
func (s *Store) CodePeriod(ctx context.Context, by lab.Actor) (CodePeriod, error) {
	if err := upkeep(by); err != nil {
		return CodePeriod{}, err
	}
	p, err := codePeriod(s.read.WithContext(ctx))
	return p, translate(err)
}

// KeepCodeMonths notes for how many months codes are given out from now on. Fewer
// than are kept change nothing, nor do any where codes were given out and nobody has
// said for how long, as in a registry of an earlier version: see ConfirmEnding.
func (s *Store) KeepCodeMonths(ctx context.Context, by lab.Actor, months int) error {
	p, err := s.CodePeriod(ctx, by)
	if err != nil || p.Longer(months) || p.Months == months { // which also does where nothing can be written
		return err
	}
	return s.do(ctx, by, func(w *work) error {
		if _, err := lockedSetting(w.tx, monthsSetting); err != nil {
			return err
		}
		p, err := codePeriod(w.tx)
		if err != nil || p.Longer(months) || p.Months == months {
			return err
		}
		return w.setCodeMonths(p.Months, months)
	})
}

func (w *work) setCodeMonths(before, months int) error {
	if err := lab.MayEquip(w.by, 0); err != nil {
		return err
	}
	if err := setSetting(w.tx, monthsSetting, strconv.Itoa(months)); err != nil {
		return err
	}
	change := lab.Difference{Field: lab.TrailMonths, Old: "null", New: lab.ValueOf(months)}
	if before > 0 {
		change.Old = lab.ValueOf(before)
	}
	return w.record(0, lab.SetCodeMonths, monthsSetting, "", []lab.Difference{change})
}

// trustMonths refuses, with lab.ErrCodeMonths, to end codes that are in time by the
// months that are kept, or any where none are.
func (w *work) trustMonths(before lab.Date) error {
	p, err := codePeriod(w.tx)
	if err != nil || p.Months == 0 && !p.Given {
		return err
	}
	if p.Months == 0 || before.YearMonth() > lab.CodesSince(lab.DateOf(w.at.Time(), time.UTC), p.Months).YearMonth() {
		return lab.ErrCodeMonths
	}
	return nil
}
