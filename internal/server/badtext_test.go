package server_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// TestNoFormTakesATextThatNotEveryDatabaseKeeps: SQLite would keep U+0000, and what is no
// UTF-8, and no backup of it could be restored on PostgreSQL. A text that holds it is
// refused in every form, and in no other field does it get into the registry.
func TestNoFormTakesATextThatNotEveryDatabaseKeeps(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b, forms := formsOfStaff(t, x)
		admin := x.staff(t, b.actors["admin"])
		draft := b.intake.post("/counter/UTR/new", nil).header.Get("Location")
		all := []badly{
			{b.intake, draft, powder(), []string{"notes", "logo", "region", "price_currency"}},
			{admin, "/people", url.Values{"login": {"bea"}, "name": {"Bea"}}, []string{"login", "name"}},
			{
				admin, "/services",
				url.Values{"code": {"NEW"}, "name": {"New"}, "country": {"NL"}, "currency": {"EUR"}, "time_zone": {"UTC"}},
				[]string{"code", "name", "country", "currency", "time_zone"},
			},
			{admin, "/services/UTR/locations", url.Values{"name": {"Van"}, "kind": {"office"}}, []string{"name", "kind", "region"}},
			{admin, "/services/UTR/settings", url.Values{}, []string{"opening_hours", "address", "phone"}},
			{admin, "/methods/new", url.Values{"kind": {"ftir"}, "lab": {"LAB1"}, "level": {"preliminary"}, "open_scope": {"yes"}}, []string{"lab", "version", "kind"}},
			{admin, "/laboratories", url.Values{"code": {"NEW"}, "name": {"New"}}, []string{"code", "name"}},
			{admin, "/laboratories/LAB1", url.Values{"name": {"Lab"}}, []string{"name"}},
		}
		for _, f := range forms {
			r := x.staff(t, f.by)
			s := badly{by: r, path: f.action, form: f.send(t, r.get(f.page).want(t, http.StatusOK))}
			for name := range f.typed {
				if name == "notes" || name == "question" || strings.HasSuffix(name, "reason") || strings.HasPrefix(name, "answer-") {
					s.texts = append(s.texts, name)
				}
			}
			all = append(all, s)
		}
		written := func() string { return formDrafts.ReplaceAllString(x.rows(t), "") } // what was refused is kept there
		before := written()
		for _, s := range all {
			s.each(s.texts, func(name, bad string, p page) {
				if p.status != http.StatusUnprocessableEntity {
					t.Errorf("%s with %q as %s: status %d, to %s", s.path, bad, name, p.status, p.header.Get("Location"))
				}
			})
		}
		if after := written(); after != before {
			t.Errorf("something was written:\n%s\n%s", before, after)
		}
		for _, s := range all {
			s.each(slices.Collect(maps.Keys(s.form)), func(name, bad string, p page) {
				if p.status >= http.StatusInternalServerError {
					t.Errorf("%s with %q as %s: status %d", s.path, bad, name, p.status)
				}
			})
		}
		if err := x.store.Snapshot(t.Context(), lab.Operator("test"), func(s store.Snapshot) error { return s.Tables(noBadText) }); err != nil {
			t.Error(err)
		}
	})
}

var formDrafts = regexp.MustCompile(`form_drafts \d+`)

// badly is a form in which fields are to hold what no database should keep.
type badly struct {
	by    *reader
	path  string
	form  url.Values
	texts []string
}

func (s *badly) each(fields []string, sent func(name, bad string, p page)) {
	for _, name := range fields {
		for _, bad := range []string{"smells\x00odd", "caf\xe9"} {
			form := maps.Clone(s.form)
			form[name] = []string{bad}
			sent(name, bad, s.by.post(s.path, form))
		}
	}
}

func noBadText(table string, columns []string, rows store.Rows) error {
	return rows(func(values []*string) error {
		for i, v := range values {
			if v != nil && (strings.Contains(*v, "\x00") || !utf8.ValidString(*v)) {
				return fmt.Errorf("%s.%s holds %q", table, columns[i], *v)
			}
		}
		return nil
	})
}
