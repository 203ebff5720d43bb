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

// CodeMonths is for how many whole months codes were given out, at most; 0 where
// nothing has served the registry yet.
func (s *Store) CodeMonths(ctx context.Context) (int, error) {
	months, err := codeMonths(s.read.WithContext(ctx))
	return months, translate(err)
}

// KeepCodeMonths notes for how many months codes are given out from now on. Fewer
// than are kept change nothing: see ShortenCodes.
func (s *Store) KeepCodeMonths(ctx context.Context, months int) error {
	kept, err := s.CodeMonths(ctx)
	if err != nil || months <= kept {
		return err
	}
	return s.transact(ctx, func(tx *gorm.DB) error {
		if _, err := lockedSetting(tx, monthsSetting); err != nil {
			return err
		}
		kept, err := codeMonths(tx)
		if err != nil || months <= kept {
			return err
		}
		return setSetting(tx, monthsSetting, strconv.Itoa(months))
	})
}

// ShortenCodes confirms that codes work for fewer months than they were given out
// for, and ends those that are over the shorter time. It returns how many ended.
// While the clock may be wrong nothing changes, and lab.ErrClockJumped comes back.
func (s *Store) ShortenCodes(ctx context.Context, by lab.Actor, months int) (expired int64, err error) {
	err = s.do(ctx, by, func(w *work) error {
		if err := lab.MayEquip(by, 0); err != nil {
			return err
		}
		kept, err := codeMonths(w.tx)
		if err != nil || kept <= months {
			return err
		}
		if err := setSetting(w.tx, monthsSetting, strconv.Itoa(months)); err != nil {
			return err
		}
		change := lab.Difference{Field: "Months", Old: strconv.Itoa(kept), New: strconv.Itoa(months)}
		if err := w.record(0, "shorten codes", monthsSetting, "", []lab.Difference{change}); err != nil {
			return err
		}
		expired, err = w.expireCodes(lab.CodesSince(lab.DateOf(w.at.Time(), time.UTC), months).YearMonth())
		return err
	})
	return expired, err
}

// trustMonths refuses, with lab.ErrCodeMonths, to end codes that are in time by the
// months that are kept.
func (w *work) trustMonths(before lab.Date) error {
	months, err := codeMonths(w.tx)
	if err != nil || months == 0 {
		return err
	}
	if before.YearMonth() > lab.CodesSince(lab.DateOf(w.at.Time(), time.UTC), months).YearMonth() {
		return lab.ErrCodeMonths
	}
	return nil
}
