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
