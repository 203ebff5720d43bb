package lab_test

import (
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
)

func TestADraftOfAFormIsChecked(t *testing.T) {
	good := lab.FormDraft{Address: "/methods/new", FormKey: "K", Content: `{"lab":["A"]}`}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	fits := `["` + strings.Repeat("x", lab.MaxFormDraft-4) + `"]`
	for name, c := range map[string]struct {
		change func(*lab.FormDraft)
		ok     bool
	}{
		"as much as is kept": {func(d *lab.FormDraft) { d.Content = fits }, true},
		"a byte more":        {func(d *lab.FormDraft) { d.Content = fits + " " }, false},
		"no content":         {func(d *lab.FormDraft) { d.Content = "" }, false},
		"no JSON":            {func(d *lab.FormDraft) { d.Content = "{" }, false},
		"no text":            {func(d *lab.FormDraft) { d.Content = "\"\xff\"" }, false},
		"no address":         {func(d *lab.FormDraft) { d.Address = "" }, false},
		"a long address":     {func(d *lab.FormDraft) { d.Address = "/" + strings.Repeat("x", 300) }, false},
		"no window":          {func(d *lab.FormDraft) { d.FormKey = "" }, false},
	} {
		d := good
		c.change(&d)
		if err := d.Check(); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	if lab.CheckFormDrafts(lab.MaxFormDrafts-1) != nil || lab.CheckFormDrafts(lab.MaxFormDrafts) == nil {
		t.Error("the number of drafts is not limited")
	}
}

func TestASlipIsShownForItsTime(t *testing.T) {
	now := lab.At(time.Date(2025, 3, 3, 12, 0, 0, 0, time.UTC))
	for left, open := range map[time.Duration]bool{
		time.Second: true, lab.SlipAge: true, 0: false, -time.Second: false,
		lab.SlipAge + 2*lab.ClockSlack: false, // made under a clock that was ahead
	} {
		if lab.SlipOpen(lab.At(now.Time().Add(left)), now) != open {
			t.Errorf("%s before its end it is shown: %v", left, !open)
		}
	}
}

func TestAnEndedSessionIsRememberedForItsTime(t *testing.T) {
	began := time.Date(2025, 3, 3, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) lab.Instant { return lab.At(began.Add(d)) }
	for name, c := range map[string]struct{ seen, ended time.Duration }{
		"idle":            {time.Hour, time.Hour + lab.SessionIdle},
		"used to its end": {lab.SessionAge - time.Minute, lab.SessionAge},
	} {
		if end := lab.SessionEnd(at(0), at(c.seen)); end != at(c.ended) {
			t.Errorf("%s: it ended at %v, want %v", name, end, at(c.ended))
		}
	}
	for ago, kept := range map[time.Duration]bool{
		0: true, time.Hour: true, lab.EndedSessionAge - time.Second: true, lab.EndedSessionAge: false, -2 * lab.ClockSlack: false,
	} {
		if lab.SessionRemembered(at(0), at(ago)) != kept {
			t.Errorf("%s after its end it is remembered: %v", ago, !kept)
		}
	}
}
