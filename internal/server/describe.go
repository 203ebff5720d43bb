package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"marquis/internal/lab"
)

type describePage struct {
	view
	sampleForm
	Number  string
	Version int32
	Began   string        // the form as it was when this reader got it
	Stale   bool          // somebody else has changed the sample meanwhile
	Theirs  []theirChange // what they changed of the description
}

// theirChange is a field that somebody else changed while the reader typed.
type theirChange struct {
	Field, Before, Now string
	Mine               string // what the reader typed, where that is something else
	Both               bool   // the reader changed it too
}

// described is the file of a sample as it stands, with the form filled in.
type described struct {
	lab.File
	values    url.Values
	locations []lab.Location // of the service
	naming
}

// described reads the sample of the address, and notes that it was read.
func (r *request) described() (d described, err error) {
	record, err := r.record(lab.ForIntake)
	if err != nil {
		return d, err
	}
	d.File = record.File
	if d.naming, err = r.naming(); err != nil {
		return d, err
	}
	d.values = sampleFields.values(d.naming, &d.File)
	if d.values.Get("price_currency") == "" {
		d.values.Set("price_currency", r.service.Currency)
	}
	d.locations, err = r.server.Store.Locations(r.context(), r.actor, r.service.ID)
	return d, err
}

// describePage is the form on which the description of a sample is changed. Looks
// that are recorded are always shown, also where the form of the sample has none.
func (r *request) describePage(d *described) (*describePage, error) {
	f, err := r.sampleForm()
	if err != nil {
		return nil, err
	}
	f.Form.fill(d.values)
	for i, look := range f.Looks {
		if look.Field.Given() {
			f.Looks[i].Forms = ""
		}
	}
	return &describePage{
		view: r.view(r.texts.Text("page.describe.title", "Number", r.number.String())), sampleForm: f, Number: r.number.String(),
		Version: d.Sample.Version, Began: d.values.Encode(),
	}, nil
}

func describeForm(r *request) error {
	d, err := r.described()
	if err != nil {
		return err
	}
	page, err := r.describePage(&d)
	if err != nil {
		return err
	}
	page.Warnings = r.warnings(&d.Sample, 1)
	return r.show("describe.html", page)
}

// describe changes the description of a sample. What somebody else has changed
// meanwhile is shown beside what was typed, and nothing of either is lost.
func describe(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	d, err := r.described()
	if err != nil {
		return err
	}
	version := wholeOf(in.text("version"))
	err = r.changeDescription(&d, in, version)
	if err == nil {
		return r.see(sampleAddress(r.number))
	}
	var stale *lab.StaleError
	if errors.As(err, &stale) {
		return r.showTheirs(in)
	}
	page, failed := r.describePage(&d)
	if failed != nil {
		return failed
	}
	page.Version, page.Began = version, in.typed.Get("began")
	page.Form.fill(in.typed)
	keepSaid(page.Form, err)
	page.Warnings = r.typedWarnings(&d, in)
	return r.refill("describe.html", page, page.Form, err)
}

// recorded are the looks that are recorded of the sample.
func (d *described) recorded() []string {
	return slices.DeleteFunc(sampleFields.names(groupLooks), func(look string) bool { return len(d.values[look]) == 0 })
}

// typed reads what was typed over a sample.
func (d *described) typed(in *reader, x *lab.Sample) (*sampleReader, []lab.Expected) {
	read := &sampleReader{reader: &reader{typed: in.typed}, naming: d.naming, kept: d.recorded(), locations: d.locations}
	expected := read.describe(x)
	if len(lab.Limits(x, 1)) == 0 {
		x.Overruled = ""
	}
	return read, expected
}

func (r *request) typedWarnings(d *described, in *reader) []string {
	x := d.Sample
	d.typed(in, &x)
	return r.warnings(&x, 1)
}

func (r *request) changeDescription(d *described, in *reader, version int32) error {
	x := d.Sample
	read, expected := d.typed(in, &x)
	if err := read.check(&x, expected, r.day(), nil); err != nil {
		return err
	}
	_, err := r.server.Store.DescribeSample(r.context(), r.actor, d.Sample.Key, version, expected, func(y *lab.Sample) { d.typed(in, y) })
	return err
}

// showTheirs shows the form with what was typed, where the reader typed something
// else than stood there, and else with what stands there now.
func (r *request) showTheirs(in *reader) error {
	now, err := r.described()
	if err != nil {
		return err
	}
	page, err := r.describePage(&now)
	if err != nil {
		return err
	}
	began, err := url.ParseQuery(in.typed.Get("began"))
	if err != nil {
		return errBadForm
	}
	for _, f := range page.Form.Fields {
		before, theirs, mine := began[f.Name], now.values[f.Name], in.typed[f.Name]
		changed := !sameValues(before, mine)
		if !sameValues(before, theirs) {
			c := theirChange{Field: f.Label, Before: f.written(before), Now: f.written(theirs)}
			if changed && !sameValues(mine, theirs) {
				c.Mine, c.Both = f.written(mine), true
			}
			page.Theirs = append(page.Theirs, c)
		}
		if changed {
			f.Values = mine
		}
	}
	page.Stale = true
	page.Warnings = r.warnings(&now.Sample, 1)
	return r.page(http.StatusConflict, "describe.html", page)
}

// sameValues tells that two fields hold the same, whatever the order of what was
// chosen.
func sameValues(a, b []string) bool {
	return slices.Equal(givenValues(a), givenValues(b))
}

func givenValues(values []string) []string {
	var given []string
	for _, v := range values {
		if v = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n")); v != "" {
			given = append(given, v)
		}
	}
	slices.Sort(given)
	return given
}
