package sqlstore_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// Whoever was in somebody else's way, or was taken back so that two could not wait for each
// other, is told that it is busy, and may do the same again.
func TestWhoWasInTheWayIsTold(t *testing.T) {
	for code, want := range map[string]error{"55P03": sqlstore.ErrBusy, "40P01": sqlstore.ErrBusy, "53100": sqlstore.ErrFull, "25006": sqlstore.ErrReadOnly, "57P01": lab.ErrUnavailable} {
		if err := sqlstore.Translate(fmt.Errorf("saving: %w", &pgconn.PgError{Code: code})); !errors.Is(err, want) {
			t.Errorf("%s: %v", code, err)
		}
	}
	if err := sqlstore.Translate(&pgconn.PgError{Code: "42601"}); errors.Is(err, lab.ErrUnavailable) {
		t.Errorf("a wrong statement: %v", err)
	}
}
