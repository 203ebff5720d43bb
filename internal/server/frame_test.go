package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"marquis/internal/store/storetest"
)

// Tickets and whatever else is typed into addresses stay out of the frames that are
// kept, and crowd none of them out.
func TestNoTypedAddressIsInAKeptFrame(t *testing.T) {
	s := newGate(t, storetest.Open(t, storetest.Config(t, "sqlite"))).Server
	engine, err := s.newEngine(routes())
	if err != nil {
		t.Fatal(err)
	}
	s.engine = engine
	kept := func() (keys, text string) {
		for _, pages := range s.site.Pages {
			for key, f := range pages.Drawn.Kept {
				keys, text = keys+key, text+string(f.Before)+string(f.After)
			}
		}
		return keys, text
	}
	ask := func(method, path string) {
		s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody))
	}
	ask(get, "/result/first")
	few, _ := kept()
	for _, word := range []string{"canary1", "canary2", "canary3"} {
		for _, path := range []string{"/result/" + word, "/result/" + word + "?x=" + word, "/result/" + word + "/", "/result/" + word + "/x", "/" + word, "/" + word + "?q=" + word} {
			for _, method := range []string{get, post, http.MethodDelete} {
				ask(method, path)
			}
		}
	}
	many, text := kept()
	if few == "" || len(many) > 5*len(few) {
		t.Errorf("the keys of frames grew from %d to %d bytes", len(few), len(many))
	}
	if strings.Contains(many+text, "canary") {
		t.Error("what was typed is in a frame that is kept")
	}
}
