package lab_test

import (
	"testing"

	"marquis/internal/lab"
)

// What stands in a field has the bytes that JSON has for it, whichever way they are made: the
// sums of the trail are over them.
func TestAValueIsTheJSONOfItsField(t *testing.T) {
	date, _ := lab.ParseDate("2024-01-31")
	for _, x := range []struct {
		content any
		want    lab.Value
	}{
		{"", `""`},
		{"plain <b> & ~", `"plain <b> & ~"`},
		{"a \"b\" c", `"a \"b\" c"`},
		{`a\b`, `"a\\b"`},
		{"two\nlines", `"two\nlines"`},
		{"caf\u00e9", "\"caf\u00e9\""},
		{"\u007f", "\"\u007f\""},
		{"\u2028", `"\u2028"`},
		{lab.Quantified, `"quantified"`},
		{int32(-7), `-7`},
		{lab.ServiceID(12), `12`},
		{true, `true`},
		{date, `"2024-01-31"`},
		{lab.Date(0), `null`},
		{lab.Optional(0), `null`},
		{lab.Optional(3), `3`},
		{lab.Codes{"white", "pink"}, `["white","pink"]`},
		{lab.Codes{}, `[]`},
	} {
		if got := lab.ValueOf(x.content); got != x.want {
			t.Errorf("%#v is %q, not %q", x.content, string(got), string(x.want))
		}
	}
}
