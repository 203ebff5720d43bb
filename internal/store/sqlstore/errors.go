package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// Translate turns what a database says into the errors of the domain.
func Translate(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, sql.ErrNoRows):
		return lab.ErrNotFound
	case errors.Is(err, gorm.ErrDuplicatedKey), errors.Is(err, gorm.ErrForeignKeyViolated):
		return fmt.Errorf("%w (%w)", lab.ErrConflict, err)
	case errors.Is(err, lab.ErrUnavailable): // it is translated already
		return err
	}
	if why := away(err); why != nil {
		return fmt.Errorf("%w (%w)", why, err)
	}
	return err
}

// Why nothing can be saved just now, where that is known. Each is lab.ErrUnavailable.
var (
	ErrBusy     = fmt.Errorf("%w: another program writes to it, or keeps it locked", lab.ErrUnavailable)
	ErrFull     = fmt.Errorf("%w: the disk is full", lab.ErrUnavailable)
	ErrReadOnly = fmt.Errorf("%w: it can be read, but not written", lab.ErrUnavailable)
)

// away is why a database could not be reached, or could not write; nil for an error
// that means something else.
func away(err error) error {
	var network net.Error
	var file *fs.PathError // which has the form of the former, and is a backup's on a full disk
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network) && !errors.As(err, &file) {
		return lab.ErrUnavailable
	}
	if why := sqliteAway(err); why != nil {
		return why
	}
	return postgresAway(err)
}
