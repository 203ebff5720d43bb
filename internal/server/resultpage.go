package server

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"
	"unicode"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// resultPage tells what a code opens, in plain words. Its title names nothing that
// was found: the title is what a browser remembers.
type resultPage struct {
	page.View
	Heading    string
	Attention  *tagView // nil where none is stated
	Withdrawn  bool
	Told       []string   // beside the heading, to be known before anything else is read
	Reason     reasonView // why it says something else than before
	Worth      []string   // what an answer rests on that no laboratory has confirmed
	Danger     *dangerView
	Said       []string
	Facts      []factView
	Substances []substanceView
	Emergency  template.HTML // Danger as it is drawn
	Salt       []string      // how amounts are to be read
	Blind      []string      // what could not be seen, and is dangerous
	Methods    []methodView
	Sight      template.HTML // Blind and Methods as they are drawn
	State      string        // what the answer is worth, and when it was given
	Service    lab.Service
	Earlier    []earlierView // versions, the latest first
	Bar        *previewBar   // nil for the visitor
}

// dangerView is what to look for in somebody who has taken it, and what to do.
type dangerView struct{ Signs, Do, Opioid []string }

// factView is a name and a value.
type factView struct{ Name, Value string }

// earlierView is what a version said that no longer holds.
type earlierView struct {
	Title      string
	Said       []string
	Reason     reasonView
	Substances []substanceView
}

// substanceView is one substance with how much there is of it and what else there
// is to say.
type substanceView struct {
	Name, Amount string
	What         string // its class, in plain words
	Line         string // what it is, where somebody has reviewed the line
	More         string
	Unexpected   string // that it was not expected, where it was not
}

// methodView is a method with what it can and cannot see.
type methodView struct {
	Name, Said string
	List       []string // what it looks for, by the amount from where it sees it
}

// Dial is the telephone number of the service as a phone dials it: the first of several, without
// what is for the reader's eye, an extension, or the 0 that is not dialled after a country's code.
func (p *resultPage) Dial() string {
	number := p.Service.Phone
	if end := strings.IndexFunc(number, func(r rune) bool { return unicode.IsLetter(r) || strings.ContainsRune("/;,|\n", r) }); end > 0 {
		number = number[:end]
	}
	if strings.HasPrefix(strings.TrimSpace(number), "+") {
		number = strings.ReplaceAll(number, "(0)", "")
	}
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c == '+' {
			return c
		}
		return -1
	}, number)
}

// telling puts what a code opens into the words of one reader.
type telling struct {
	*request
	named   naming
	file    *lab.File
	weighed *lab.Weighed // the version that is told; nil where none stands
	page    *resultPage
	err     error // what went wrong while a part of it was drawn
}

// drawn draws a part of the page, or takes it as it was drawn for another result of which that
// part says the same: to escape each of its lines again would take longer than the look-up.
func (t *telling) drawn(name string, of ...any) template.HTML {
	type part struct {
		text template.HTML
		err  error
	}
	x := kept(&t.server.made, t.named.words, fmt.Sprint(name, " ", t.Texts.Language(), of), func() part {
		text, err := t.Part("result.html", name, t.page)
		return part{template.HTML(text), err} //nolint:gosec // the template escaped it
	})
	t.err = cmp.Or(t.err, x.err)
	return x.text
}

func (t *telling) say(key string, args ...any) {
	t.page.Said = append(t.page.Said, t.Texts.Text(key, args...))
}

func (t *telling) tell(key string, args ...any) {
	t.page.Told = append(t.page.Told, t.Texts.Text(key, args...))
}

// rests says what the answer rests on.
func (t *telling) rests(key string) { t.page.Worth = append(t.page.Worth, t.Texts.Text(key)) }

// attention says how much attention the result asks for, in a word; nothing for none.
func (t *telling) attention(a lab.Attention) {
	if a != "" {
		t.page.Attention = &tagView{string(a), t.Texts.Code(locale.Attentions, string(a))}
	}
}

// serviceAt is the service with what it tells visitors at one of its places.
func (r *request) serviceAt(place lab.Optional) (*lab.Service, error) {
	locations, err := r.server.Store.Locations(r.Ctx(), r.Actor, r.Service.ID)
	service := r.Service
	service.Terms = service.TermsAt(place, locations)
	return &service, err
}
