package intake

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever a workbook gives as a format is taken apart, and shows a number or does not.
func TestAnyFormat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.StringOfN(rapid.OneOf(rapid.RuneFrom([]rune(`0#?.,%;"\_*[]<>=$@/Eye+-mdhsAP GENeral€`)), rapid.Rune()), 0, 30, -1).Draw(t, "code")
		f := parseFormat(code)
		if len(f.sections) > 3 || len(f.sections) == 0 && f.text == nil {
			t.Fatalf("%d sections", len(f.sections))
		}
		for _, value := range []string{"0", "-5", "8031", "0.04"} {
			for _, k := range []kind{idField, textField, amountField, dateField, codeField} {
				c := newColumn(Field{Column: "x", Unit: "%"}, spec{"x", k, nil}, ",")
				at := cell{kind: numberCell, value: value, format: f}
				text, err := c.judge(at, value, Row{})
				if err == nil && k == idField && !strings.ContainsAny(text, "0123456789") && len(text) == 0 {
					t.Fatalf("an id of nothing")
				}
				(&Table{}).shown(at)
			}
		}
	})
}
