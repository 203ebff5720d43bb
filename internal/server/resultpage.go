package server

import (
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// resultPage tells what a code opens, in plain words. Its title names nothing that
// was found: the title is what a browser remembers.
type resultPage struct {
	page.View
	Tags       []tagView
	Heading    string
	Grave      []string // to be known before anything else is read
	Said       []string
	Substances []substanceView
	Facts      resultFacts
	Methods    []methodView
	Earlier    []earlierView // versions, the latest first
}

// resultFacts say of which sample the result is. What is not known is empty.
type resultFacts struct{ SoldAs, Form, ReceivedOn, Service, Published, Checked string }

// factView is a name and a value.
type factView struct{ Name, Value string }

// earlierView is what a version said that no longer holds.
type earlierView struct {
	Title      string
	Said       []string
	Substances []substanceView
}

// substanceView is one substance with how much there is of it and what else there
// is to say.
type substanceView struct{ Name, Amount, More string }

// methodView is a method with what it can and cannot see.
type methodView struct{ Name, Said string }

// telling puts what a code opens into the words of one reader.
type telling struct {
	*request
	named   naming
	file    *lab.File
	service string // its name
	page    *resultPage
}

func (t *telling) tag(v locale.Vocabulary, code string) {
	t.page.Tags = append(t.page.Tags, tagView{code, t.Texts.Code(v, code)})
}

func (t *telling) say(key string, args ...any) {
	t.page.Said = append(t.page.Said, t.Texts.Text(key, args...))
}

func (t *telling) warn(key string) { t.page.Grave = append(t.page.Grave, t.Texts.Text(key)) }
