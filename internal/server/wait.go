package server

import (
	"errors"
	"math"
	"strconv"
	"time"

	"marquis/internal/credential"
)

// tooManyError refuses an attempt because of those before it.
type tooManyError struct {
	kind string        // of the limit that was reached
	wait time.Duration // until another is looked at; 0: not by waiting
}

// Error says which limit was reached.
func (e *tooManyError) Error() string { return "limit reached: " + e.kind }

// Is makes it an errTooMany.
func (e *tooManyError) Is(target error) bool { return target == errTooMany }

// busyWait is after how long whoever was sent away while many sign in may try again.
const busyWait = 2 * time.Second

// retryAfter tells a client when to try again, where waiting helps.
func (r *request) retryAfter(err error) {
	wait := 30 * time.Second
	var refused *tooManyError
	switch {
	case errors.As(err, &refused):
		wait = refused.wait
	case errors.Is(err, credential.ErrBusy):
		wait = busyWait
	}
	if wait > 0 {
		r.Header("Retry-After", seconds(wait))
	}
}

// seconds writes a time as whole seconds, never less.
func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }

// waitText says in words when to try again, empty where waiting does not help.
func (r *request) waitText(err error) string {
	var refused *tooManyError
	if !errors.As(err, &refused) || refused.wait <= 0 {
		return ""
	}
	return r.texts.Text("page.error.too_many_wait", "Count", int(math.Ceil(refused.wait.Minutes())))
}
