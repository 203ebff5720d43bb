package page

import (
	"errors"
	"math"
	"strconv"
	"time"

	"marquis/internal/credential"
)

// TooManyError refuses an attempt because of those before it.
type TooManyError struct {
	Kind string        // of the limit that was reached
	Wait time.Duration // until another is looked at; 0: not by waiting
}

// Error says which limit was reached.
func (e *TooManyError) Error() string { return "limit reached: " + e.Kind }

// Is makes it an errTooMany.
func (e *TooManyError) Is(target error) bool { return target == ErrTooMany }

// busyWait is after how long whoever was sent away while many sign in may try again.
const busyWait = 2 * time.Second

// RetryAfter tells a client when to try again, where waiting helps.
func (r *Request) RetryAfter(err error) {
	wait := 30 * time.Second
	var refused *TooManyError
	switch {
	case errors.As(err, &refused):
		wait = refused.Wait
	case errors.Is(err, credential.ErrBusy):
		wait = busyWait
	}
	if wait > 0 {
		r.Header("Retry-After", Seconds(wait))
	}
}

// Seconds writes a time as whole seconds, never less.
func Seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }

// WaitText says in words when to try again, empty where waiting does not help.
func (r *Request) WaitText(err error) string {
	var refused *TooManyError
	if !errors.As(err, &refused) || refused.Wait <= 0 {
		return ""
	}
	return r.Texts.Text("page.error.too_many_wait", "Count", int(math.Ceil(refused.Wait.Minutes())))
}
