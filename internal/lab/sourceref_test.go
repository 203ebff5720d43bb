package lab

import "testing"

// Spellings that programs and people make of one id meet, also those that nobody sees.
func TestSpellingsOfOneIDMeet(t *testing.T) {
	for _, pair := range [][2]string{
		{"08031", "8031"},
		{"08031", "8031.0"},
		{"8031,00", "08031"},
		{"B-1", "b-1"},
		{"B-1", "B–1"},
		{"B-1", "B−1"},
		{"B-1", "B\u20111"},
		{"B-1", "B 1"},
		{"B-1", "B\u00a01"},
		{"B-1", "B_1"},
		{"B-1", "B1"},
		{"B-1", " B - 1 "},
		{"B-1", "B-01"},
		{"B-1", "Ｂ－１"},
		{"B-1", "B-\u200b1"},
		{"B-1", "\ufeffB-1"},
		{"B-1", "B\u00ad-1"},
		{"B-1", "B-1\ufe0f"},
		{"2024-001", "2024 1"},
		{"2024-001", "2024/001"},
		{"2024-001", "2024001"},
		{"8 031", "08031"},
		{"8.031", "8031"},
		{`="08031"`, "8031"},
		{"'08031", "08031"},
		{"#12", "12"},
		{"é1", "e\u03011"},
		{"0", "00"},
		{"UTR-2024-00017", "utr2024-17"},
		{"O1", "01"},
		{"A1O2", "A102"},
		{"8O31", "8031"},
		{"l2", "12"},
		{"A1I", "A11"},
		{"2024-OO1", "2024-001"},
		{"nr 12", "12"},
		{"No. 12", "12"},
		{"№12", "12"},
		{"sample 12", "012"},
		{"Monsternr: 12", "12"},
		{"id-12", "12"},
		{"A·4", "A4"},
		{"A•5", "A5"},
		{"A~6", "A6"},
		{"A+7", "A7"},
		{"A-1*", "A-1"},
		{"A-2†", "A-2"},
		{"A-3?", "A3"},
		{"*13", "13"},
		{"1E5", "100000"},
		{"2e+3", "2000"},
		{"A-8_x000D_", "A-8"},
		{"40<br>", "40"},
		{"41&nbsp;", "41"},
		{"42%20", "42"},
		{`43\n`, "43"},
		{"Probe 20", "20"},
		{"Muestra 21", "21"},
		{"Échantillon 22", "22"},
		{"Case 23", "23"},
	} {
		a, b := RefKeyOf(pair[0]), RefKeyOf(pair[1])
		if !a.Meets(b) || !b.Meets(a) {
			t.Errorf("%q and %q do not meet: %+v, %+v", pair[0], pair[1], a, b)
		}
		shared := false
		for _, x := range a.Keys() {
			for _, y := range b.Keys() {
				shared = shared || x == y
			}
		}
		if !shared {
			t.Errorf("%q and %q have no key in common", pair[0], pair[1])
		}
	}
}

func TestIDsThatAreTwo(t *testing.T) {
	for _, pair := range [][2]string{
		{"1-12", "11-2"},
		{"A-1", "A-10"},
		{"10", "1"},
		{"100", "10"},
		{"1.1", "1.10"},
		{"A-1", "B-1"},
		{"A+", "A"},
		{"OA", "0A"},
		{"lot12", "12"},
		{"nr 12a", "12"},
		{"S12", "12"},
		{"N12", "12"},
		{"B1", "81"},
		{"S1", "51"},
		{"2024-17", "2024-170"},
		{"8031.5", "8031"},
		{"é1", "e1"},
		{"-", "--"},
		{"", "0"},
		{"1.0.0", "1.0"},
	} {
		if a, b := RefKeyOf(pair[0]), RefKeyOf(pair[1]); a.Meets(b) || b.Meets(a) {
			t.Errorf("%q and %q meet: %+v", pair[0], pair[1], a)
		}
	}
}
