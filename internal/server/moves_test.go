package server_test

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"marquis/web"
)

// sentByEnter are the templates with forms that Enter sends: those of the way in, of one's
// own account, and what makes no record.
var sentByEnter = []string{
	"account.html", "authenticator.html", "clock.html", "home.html", "invitation.html", "recovery.html", "reports.html", "secondfactor.html", "sessions.html", "signin.html",
	"statistics.html",
}

var (
	postForm   = regexp.MustCompile(`(?s)<form [^>]*method="post"[^>]*>(.*?)</form>`)
	typedInto  = regexp.MustCompile(`template "(field|samplefields|group|findingrow)"|<input type="(text|checkbox)"|<textarea|<select`)
	movesFirst = `{{template "moves"}}`
)

// Enter sends no form of staff that makes or changes a record.
func TestEnterSendsNoRecord(t *testing.T) {
	seen := 0
	err := fs.WalkDir(web.Files, "templates", func(file string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || slices.Contains(sentByEnter, path.Base(file)) {
			return err
		}
		text, err := fs.ReadFile(web.Files, file)
		for _, form := range postForm.FindAllStringSubmatch(string(text), -1) {
			if !typedInto.MatchString(form[1]) || strings.Contains(form[0], `action="/work/find"`) { // which only looks
				continue
			}
			seen++
			if !strings.HasPrefix(form[1], movesFirst) {
				t.Errorf("%s: Enter sends %.80s", file, form[0])
			}
		}
		return err
	})
	if err != nil || seen < 20 {
		t.Errorf("%d forms, %v", seen, err)
	}
}
