package server

import (
	"testing"
)

func TestNobodyIsLedBackToAnotherSite(t *testing.T) {
	for address, want := range map[string]bool{
		"/staff": true, "/samples/UT-2026-00007": true, "/samples/UT-2026-00007/analyses/new": true, "/work?service=UT&stage=to_analyse&q=a%20b": true,
		"/counter/UT/drafts/x": true, "/people": true, "/account/authenticator?next=%2Fwork": true, "/work?next=https://evil.example": true,

		"": false, "/": false, "//": false, "staff": false, "//evil.example": false, "///evil.example": false, "//evil.example/staff": false, "/\\evil.example": false,
		"\\\\evil.example": false, "/%5cevil.example": false, "/%2fevil.example": false, "/%2F/evil.example": false, "/.//evil.example": false, "/samples/..//evil.example": false,
		"https://evil.example": false, "https:/staff": false, "https:staff": false, "http://127.0.0.1/staff": false, "javascript:alert(1)": false, "mailto:x@y": false,
		"https://evil.example/staff": false, "//user@evil.example/staff": false, "/staff#x": false, "/staff\r\nLocation: https://evil.example": false,
		"/staff%0d%0aX: y": false, "/staff\t": false, " /staff": false, "/counter/%00": false, "/counter/%ff": false, "/work?q=%00": false, "/staff/../x/y/z": false,
		"/sign-out": false, "/sign-in": false, "/sign-in?next=/staff": false, "/second-factor": false, "/second-factor?next=/work": false, "/samples/UT-2026-00007/move": false,
		"/samples//move": false, "/lookup": false, "/result/x": false, "/nowhere": false, "/STAFF": false, "/staff/": false, "?next=/staff": false,
	} {
		if have := leadsBack(routes(), address); have != want {
			t.Errorf("%q: %t", address, have)
		}
	}
	if long := "/work?q=" + string(make([]byte, 3000)); leadsBack(routes(), long) {
		t.Error("an address that is too long goes along")
	}
}
