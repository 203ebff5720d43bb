package together_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"golang.org/x/sync/singleflight"

	"marquis/internal/together"
)

func TestAPanicIsAnErrorAndEndsNothing(t *testing.T) {
	var making singleflight.Group
	for range 2 {
		n, err := together.Make(t.Context(), &making, "key", func(context.Context) (int, error) { panic("out of range") })
		if err == nil || n != 0 || !strings.Contains(err.Error(), "out of range") || !strings.Contains(err.Error(), "together_test.go") {
			t.Errorf("%d, %v", n, err)
		}
	}
	if n, err := together.Make(t.Context(), &making, "key", func(context.Context) (int, error) { return 7, nil }); n != 7 || err != nil {
		t.Errorf("afterwards %d, %v", n, err)
	}
}

func TestWhatIsMadeDoesNotEndWithWhoAskedFirst(t *testing.T) {
	var making singleflight.Group
	ctx, leave := context.WithCancel(t.Context())
	begun, finish := make(chan struct{}), make(chan struct{})
	of := func(ctx context.Context) (int, error) {
		close(begun)
		<-finish
		return 7, ctx.Err()
	}
	first, second := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := together.Make(ctx, &making, "key", of)
		first <- err
	}()
	<-begun
	joined := make(chan struct{})
	go func() {
		close(joined)
		n, err := together.Make(t.Context(), &making, "key", func(context.Context) (int, error) { return 7, nil })
		if n != 7 {
			t.Errorf("the second has %d", n)
		}
		second <- err
	}()
	<-joined
	leave()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("who left: %v", err)
	}
	close(finish)
	if err := <-second; err != nil {
		t.Errorf("who stayed: %v", err)
	}
}
