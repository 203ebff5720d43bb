package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"marquis/internal/store/storetest"
)

// TestWhoWaitsForTheDictionaryMayLeave: a database that hangs while one reads it for all
// holds nobody whose context has ended.
func TestWhoWaitsForTheDictionaryMayLeave(t *testing.T) {
	t.Parallel()
	c := storetest.Config(t, "postgres")
	s := storetest.Open(t, c)
	release := storetest.HoldTable(t, c.DatabaseURL, "settings")
	first := make(chan error, 1)
	go func() {
		_, err := s.Words(t.Context())
		first <- err
	}()
	for range 3 {
		ctx, leave := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if _, err := s.Words(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who left: %v", err)
		}
		leave()
	}
	release()
	if err := <-first; err != nil {
		t.Errorf("who stayed: %v", err)
	}
	if _, err := s.Words(t.Context()); err != nil {
		t.Error(err)
	}
}
