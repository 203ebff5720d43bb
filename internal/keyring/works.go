package keyring

import (
	"slices"

	"marquis/internal/lab"
)

// Works tells whether codes that were hashed under the key still open something: the
// ring has it, and it is of the month of the day or a later one.
func (r *Ring) Works(keyID string, since lab.Date) (bool, error) {
	keys, err := r.All()
	oldest := since.YearMonth()
	return slices.ContainsFunc(keys, func(k Key) bool { return k.ID == keyID && k.Month >= oldest }), err
}
