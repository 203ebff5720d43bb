package lab

import (
	"errors"
	"time"
)

// ClockGap is the time between two marks of the clock, forward or back, from which
// on the clock may be wrong: nothing is destroyed until a person has looked at it.
const ClockGap = 3 * 24 * time.Hour

// ErrClockJumped means that nothing is destroyed for being over its time, because
// the clock has jumped and nobody has said yet that it is right.
var ErrClockJumped = errors.New("the clock has jumped, or the registry was not running; until an administrator has said that the clock is right, nothing is removed for being over its time")

// ClockJumped tells whether the clock may be wrong, from what it showed before and
// shows now.
func ClockJumped(before, now Instant) bool {
	return now.Time().Sub(before.Time()).Abs() >= ClockGap
}

// CodeDay is the day that gives a code its month: today, but none before the day on
// which the clock was last trusted, so that a clock which was set back does not end a
// code early once it is right again.
func CodeDay(today, trusted Date) Date { return max(today, trusted) }

// ErrCodeMonths means that no code is destroyed, because codes were given out with a
// longer time than the program is set to now, or nobody knows with which.
var ErrCodeMonths = errors.New("codes may have been given out for more months than MARQUIS_CODE_MONTHS says now; until somebody has confirmed the shorter time, no code is removed")
