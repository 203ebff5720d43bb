// Package together makes what several ask for at a time once.
package together

import (
	"context"
	"fmt"
	"runtime/debug"

	"golang.org/x/sync/singleflight"
)

// Make makes something once for all who ask for the same key at a time. Each waits
// no longer than its own context; what is made is finished for the others. A panic is
// an error for all: nobody's request would catch it.
func Make[T any](ctx context.Context, making *singleflight.Group, key string, of func(context.Context) (T, error)) (T, error) {
	done := making.DoChan(key, func() (thing any, err error) {
		defer func() {
			if fault := recover(); fault != nil {
				err = fmt.Errorf("panic: %v\n%s", fault, debug.Stack())
			}
		}()
		return of(context.WithoutCancel(ctx))
	})
	var none T
	select {
	case made := <-done:
		if made.Err != nil {
			return none, made.Err
		}
		return made.Val.(T), nil
	case <-ctx.Done():
		return none, ctx.Err()
	}
}
