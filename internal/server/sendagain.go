package server

import (
	"maps"
	"net/url"
	"slices"

	"marquis/internal/page"
)

// A form that the registry could not take just now is not lost with its answer: the page
// of the error shows what was typed, and sends it again.

// alongNames are fields which a form that is kept has beside what is typed into it: what
// the page hides, and the buttons by which it is sent. None is a secret.
var alongNames = []string{
	page.KeyField, page.FromField, page.UserField, requestKeyField, shownField, visitField, copiedField,
	"version", "judged", "began", "seen", "stage", "to", "then", "go_on", "keep", "copy", "confirm", "limit", "end",
}

// sentAgain is the form that was sent, to be sent again; nil where it is none that is kept.
func (r *request) sentAgain() *page.SentAgain {
	if r.Route.Method != post || r.Signed == nil {
		return nil
	}
	has := r.holdsSent()
	sent, err := r.Typed()
	if err != nil || has == nil {
		return nil
	}
	again := &page.SentAgain{Address: r.Request.URL.EscapedPath()}
	shown := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		along := slices.Contains(alongNames, name)
		if !along && !has(name) {
			continue
		}
		values := sent[name]
		if !along {
			values = withoutCodes(values)
			shown[name] = values
		}
		for _, v := range values {
			again.Fields = append(again.Fields, page.SentField{Name: name, Value: v})
		}
	}
	again.Typed = textsOf(shown)
	return again
}

// holdsSent tells of a name whether the form that was sent holds a field of that name; nil
// where the form is none that is kept.
func (r *request) holdsSent() func(name string) bool {
	if k, _ := keptFormAt(r.Request.URL.Path); k != nil {
		return k.has
	}
	if r.Route.Path != draftPath {
		return nil
	}
	return func(name string) bool {
		return name == "give_code" || name == broughtField || slices.ContainsFunc(sampleFields, func(x sampleField) bool { return x.name == name })
	}
}
