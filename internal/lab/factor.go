package lab

import (
	"fmt"
	"time"
)

// Limits of wrong codes of an authenticator, for a user.
const (
	// FactorTries is how many wrong codes are let by within FactorWait.
	FactorTries = 5
	// FactorWait is the time in which FactorTries are let by.
	FactorWait = 15 * time.Minute
	// FactorLockTries is how many wrong codes within FactorHour end the
	// authenticator's use, until a recovery code or a reset.
	FactorLockTries = 10
	// FactorHour is the time in which FactorLockTries are counted.
	FactorHour = time.Hour
)

// CodePeriod is how long an authenticator shows a code: the step of a code is the number
// of such periods since 1970.
const CodePeriod = 30 * time.Second

// UsedStep is the step up to which codes of an authenticator count as used, where the
// last one that was used is of the step last. One that lies ClockGap or more ahead was
// used under a wrong clock, and bars nothing: else the authenticator would be dead until
// then.
func UsedStep(last int64, now time.Time) int64 {
	if last >= now.Add(ClockGap).Unix()/int64(CodePeriod/time.Second) {
		return 0
	}
	return last
}

// FactorFailures are wrong codes of an authenticator: the instants of the last hour,
// newest first, one for each.
type FactorFailures []Instant

// Wait returns for how long no code is looked at, zero where one is. An instant
// after now, of a clock that was set back, counts as now.
func (f FactorFailures) Wait(now time.Time) time.Duration {
	if len(f) < FactorTries {
		return 0
	}
	oldest := f[FactorTries-1].Time()
	if oldest.After(now) {
		oldest = now
	}
	return max(0, FactorWait-now.Sub(oldest))
}

// Lock tells whether the wrong codes of the last hour end the authenticator's use.
func (f FactorFailures) Lock() bool { return len(f) >= FactorLockTries }

// FactorError refuses to look at a code of an authenticator, because too many were
// wrong.
type FactorError struct {
	Wait time.Duration // for how long; zero: until a recovery code is used, or a reset
}

// Error says for how long.
func (e *FactorError) Error() string {
	if e.Wait == 0 {
		return "too many wrong codes: only a recovery code is taken"
	}
	return fmt.Sprintf("too many wrong codes: none is looked at for %s", e.Wait)
}
