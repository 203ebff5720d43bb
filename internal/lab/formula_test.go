package lab

import "testing"

func TestNoTextBecomesAFormula(t *testing.T) {
	for _, text := range []string{
		`=HYPERLINK("http://x")`, "=", "+cmd|x", "-2+3", "--", "@SUM(A1)",
		"\t=1+1", "\r=1+1", "\n=1+1", "\x00=1+1", "\tx", "\rx", "\nx", "\x00x",
		"＝1+1", "＋1+1", "－2+3", "＠SUM(A1)", "=5", "-5 %", "+31 6 1234",
	} {
		if got := NoFormula(text); got != "'"+text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	for _, text := range []string{"", "x=1", "ketamine", "'=1", "4-MMC", "-5", "-5,5", "+3", "-1.5e-3", "100 %", "<=1", "\xff=", " =1", "é", "日本"} {
		if got := NoFormula(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
