package lab_test

import (
	"testing"

	"marquis/internal/lab"
)

// A sentence that would quote nothing says that there is nothing.
func TestNothingIsNotQuoted(t *testing.T) {
	for want, got := range map[string]string{
		`"x" is not a login.`:                        lab.FieldError{Format: "%q is not a login.", Args: []any{"x"}}.Message(),
		`(empty) is not a login.`:                    lab.FieldError{Format: "%q is not a login.", Args: []any{""}}.Message(),
		`A sample.`:                                  lab.FieldError{Format: "A sample%s.", Args: []any{""}}.Message(),
		`import cannot go to "loading": Wait.`:       (&lab.MoveError{What: "import", To: "loading", Format: "Wait."}).Error(),
		`import cannot go from "taken": Wait.`:       (&lab.MoveError{What: "import", From: "taken", Format: "Wait."}).Error(),
		`import cannot go: Wait.`:                    (&lab.MoveError{What: "import", Format: "Wait."}).Error(),
		`import cannot go from "a" to "b": (empty).`: (&lab.MoveError{What: "import", From: "a", To: "b", Format: "%q.", Args: []any{""}}).Error(),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := lab.Quoted(`a"b`) + lab.Quoted(""); got != `"a\"b"(empty)` {
		t.Errorf("got %s", got)
	}
}
