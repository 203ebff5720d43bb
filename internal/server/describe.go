package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
)

type describePage struct {
	page.View
	sampleForm
	Number  string
	Version int32
	Began   string        // the form as it was when this reader got it
	Release bool          // its result stands, and is to be released anew where something else is expected
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
	before    typedBefore
	service   lab.Service
	naming
}

// described reads the sample of the address, and notes that it was read.
func (r *request) described() (d described, err error) {
	record, err := r.record(lab.ForIntake)
	if err != nil {
		return d, err
	}
	d.File = record.File
	if d.naming, err = r.recordNaming(); err != nil {
		return d, err
	}
	if d.before, err = r.typedBefore(sampleAddress(record.Number)+"/description", func(url.Values) bool { return true }); err != nil {
		return d, err
	}
	d.values = sampleFields.values(d.naming, &d.File)
	if d.values.Get("price_currency") == "" {
		d.values.Set("price_currency", r.Service.Currency)
	}
	d.service = r.Service
	d.locations, err = r.server.Store.Locations(r.Ctx(), r.Actor, r.Service.ID)
	for i := range d.locations {
		if lab.Optional(d.locations[i].ID) == d.Sample.LocationID {
			d.locations[i].ClosedOn = 0 // where it was received it stays
		}
	}
	return d, err
}

// describePage is the form on which the description of a sample is changed. Looks
// that are recorded are always shown, also where the form of the sample has none.
func (r *request) describePage(d *described) (*describePage, error) {
	f, err := r.sampleForm()
	if err != nil {
		return nil, err
	}
	f.offerPlaces(lab.Open(d.locations))
	f.Form.Fill(d.values)
	f.Form.Kept = d.before.Kept
	for name := range f.asked {
		if mustField(f.Form, name).Given() {
			delete(f.asked, name)
		}
	}
	return &describePage{
		View: r.View(r.Texts.Text("page.describe.title", "Number", r.Number.String())), sampleForm: f, Number: r.Number.String(),
		Version: d.Sample.Version, Began: d.values.Encode(), Release: d.Stands(),
	}, nil
}

func showDescription(r *request) error {
	d, err := r.described()
	if err != nil {
		return err
	}
	shown, err := r.describePage(&d)
	if err != nil {
		return err
	}
	asked, at := d.Sample, d.counter()
	if typed := d.before.typed; typed != nil {
		if shown, err = r.theirs(&d, typed); err != nil {
			return err
		}
		shown.Stale = typed.Get("version") != versionText(d.Sample.Version)
		read, _ := d.typed(r.reader(typed), &asked, 0)
		at = read.counter()
	}
	if err := shown.askAbout(r, &asked, at); err != nil {
		return err
	}
	return r.Show("describe.html", shown)
}

// describeSample changes the description of a sample. What somebody else has changed
// meanwhile is shown beside what was typed, and nothing of either is lost.
func describeSample(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	d, err := r.described()
	if err != nil {
		return err
	}
	version := wholeOf(in.Text("version"))
	err = r.changeDescription(&d, in, version)
	var stale *lab.StaleError
	if errors.As(err, &stale) {
		return r.showTheirs(err, in)
	}
	return r.End(err, sampleAddress(r.Number), "describe.html", func() (any, *page.Form, error) {
		shown, failed := r.describePage(&d)
		if failed != nil {
			return nil, nil, failed
		}
		shown.Version, shown.Began = version, in.Typed.Get("began")
		shown.Form.Fill(in.Typed)
		keepSaid(shown.Form, err)
		typed := d.Sample
		read, _ := d.typed(in, &typed, 0)
		return shown, shown.Form, shown.askAbout(r, &typed, read.counter())
	})
}

// counter is what the sample is held against as it stands.
func (d *described) counter() lab.Counter {
	return lab.Counter{Before: &d.Sample, Service: d.service, Locations: d.locations}
}

// recorded are the looks that are recorded of the sample.
func (d *described) recorded() []string {
	return slices.DeleteFunc(sampleFields.particular(), func(look string) bool { return len(d.values[look]) == 0 })
}

// askAbout puts on the page what a sample has to be asked.
func (p *describePage) askAbout(r *request, x *lab.Sample, at lab.Counter) (err error) {
	if at.UsualPrice, err = r.usualPrice(x); err == nil {
		p.ask(r, x, 1, at)
	}
	return err
}

// typed reads what was typed over a sample. What was said of warnings that there are not
// is dropped.
func (d *described) typed(in *page.Reader, x *lab.Sample, usualPrice int64) (*sampleReader, []lab.Expected) {
	read := &sampleReader{
		Reader: &page.Reader{Typed: in.Typed, Today: in.Today}, naming: d.naming, kept: d.recorded(), locations: d.locations, service: d.service,
		usualPrice: usualPrice, before: &d.Sample,
	}
	expected := read.describe(x)
	read.counter().KeepReason(x, 1)
	_ = x.Confirm(read.counter()) // what is not confirmed is told by check
	return read, expected
}

func (r *request) changeDescription(d *described, in *page.Reader, version int32) error {
	x := d.Sample
	d.typed(in, &x, 0)
	usual, err := r.usualPrice(&x)
	if err != nil {
		return err
	}
	x = d.Sample
	read, expected := d.typed(in, &x, usual)
	if err := read.check(&x, expected, nil); err != nil {
		return err
	}
	_, err = r.server.Store.DescribeSample(r.Ctx(), r.Actor, d.Sample.Key, version, expected, func(y *lab.Sample) { d.typed(in, y, usual) })
	return err
}

// showTheirs says that somebody else was there before.
func (r *request) showTheirs(stale error, in *page.Reader) error {
	now, err := r.described()
	if err != nil {
		return err
	}
	shown, err := r.theirs(&now, in.Typed)
	if err != nil {
		return err
	}
	shown.Stale = true
	return r.Instead(stale, http.StatusConflict, "describe.html", shown)
}

// theirs is the form with what was typed, where the reader typed something else than
// stood there, and else with what stands there now.
func (r *request) theirs(now *described, typed url.Values) (*describePage, error) {
	shown, err := r.describePage(now)
	if err != nil {
		return nil, err
	}
	began, err := url.ParseQuery(typed.Get("began"))
	if err != nil {
		return nil, page.ErrBadForm
	}
	for _, f := range shown.Form.Fields {
		before, theirs, mine := began[f.Name], now.values[f.Name], typed[f.Name]
		changed := !sameValues(before, mine)
		if !sameValues(before, theirs) {
			c := theirChange{Field: f.Label, Before: f.Written(before), Now: f.Written(theirs)}
			if changed && !sameValues(mine, theirs) {
				c.Mine, c.Both = f.Written(mine), true
			}
			shown.Theirs = append(shown.Theirs, c)
		}
		if changed {
			f.Values = mine
		}
	}
	return shown, shown.askAbout(r, &now.Sample, now.counter())
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
