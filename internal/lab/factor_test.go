package lab_test

import (
	"testing"
	"time"

	"marquis/internal/lab"
)

func TestFiveWrongCodesInAQuarterOfAnHourWaitAndTenInAnHourLock(t *testing.T) {
	now := time.Date(2025, time.March, 3, 10, 0, 0, 0, time.UTC)
	wrong := func(minutesAgo ...int) (f lab.FactorFailures) {
		for _, m := range minutesAgo {
			f = append(f, lab.At(now.Add(-time.Duration(m)*time.Minute)))
		}
		return f
	}
	for name, test := range map[string]struct {
		failures lab.FactorFailures
		wait     time.Duration
		lock     bool
	}{
		"none":                    {nil, 0, false},
		"four at once":            {wrong(0, 0, 0, 0), 0, false},
		"five at once":            {wrong(0, 0, 0, 0, 0), 15 * time.Minute, false},
		"five in time":            {wrong(1, 2, 3, 4, 5), 10 * time.Minute, false},
		"the fifth is over":       {wrong(1, 2, 3, 4, 15), 0, false},
		"the fifth is nearly":     {wrong(1, 2, 3, 4, 14), time.Minute, false},
		"six: the fifth decides":  {wrong(1, 2, 3, 4, 5, 6), 10 * time.Minute, false},
		"nine in an hour":         {wrong(20, 21, 22, 23, 24, 40, 41, 42, 43), 0, false},
		"ten in an hour":          {wrong(20, 21, 22, 23, 24, 40, 41, 42, 43, 44), 0, true},
		"the clock was set back":  {wrong(-500, -500, -500, -500, -500), 15 * time.Minute, false},
		"the clock is a bit fast": {wrong(-1, -1, 3, 4, 5), 10 * time.Minute, false},
	} {
		if wait, lock := test.failures.Wait(now), test.failures.Lock(); wait != test.wait || lock != test.lock {
			t.Errorf("%s: wait %s, lock %v; want %s, %v", name, wait, lock, test.wait, test.lock)
		}
	}
}

func TestACodeUsedUnderAWrongClockBarsNothing(t *testing.T) {
	now := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	step := func(ahead time.Duration) int64 { return now.Add(ahead).Unix() / 30 }
	for ahead, bars := range map[time.Duration]bool{
		-time.Hour: true, 0: true, time.Hour: true, lab.ClockGap - lab.CodePeriod: true,
		lab.ClockGap: false, 200 * 24 * time.Hour: false,
	} {
		want := int64(0)
		if bars {
			want = step(ahead)
		}
		if got := lab.UsedStep(step(ahead), now); got != want {
			t.Errorf("a code used %s ahead bars up to %d, want %d", ahead, got, want)
		}
	}
}
