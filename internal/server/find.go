package server

import (
	"cmp"
	"errors"
	"net/url"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/store"
)

// foundView is a sample that may be the one that is looked for.
type foundView struct{ Address, Number, Product, Form, Received string }

// visitorsCode is told of a visitor's code where a sample number is asked for.
const visitorsCode = "This is the visitor's code. Look it up on the public page, and type or scan the sample number here."

// findSample leads to the sample whose number was typed or scanned, or tells what there
// is like it. What is looked for is sent in the body: it may be a visitor's code, held
// under the scanner by mistake, which is to be in no address.
func findSample(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	typed := in.Text("number")
	services, err := r.servicesSeen()
	if err != nil {
		return err
	}
	codes := make([]string, len(services))
	for i, s := range services {
		codes[i] = s.Code
	}
	if lab.LooksLikeCode(typed, codes...) {
		return r.foundInstead("", visitorsCode, nil)
	}
	if typed == "" {
		return r.foundInstead("", "Type a sample number, such as 26, UTR 26 or UTR-2026-00026.", nil)
	}
	sought, ok := lab.SeekNumber(typed)
	if !ok {
		return r.foundInstead(typed, "There is no sample %q. A number looks like 26, UTR 26 or UTR-2026-00026.", nil, page.Short(typed))
	}
	return r.seek(sought, typed)
}

// seek leads to the sample that is meant: by its whole number, else the only one of this
// year. One of another service looks as if it did not exist.
func (r *request) seek(sought lab.SoughtNumber, typed string) error {
	if number, err := lab.ParseSampleNumber(sought.String()); err == nil {
		_, err := r.server.Store.FindSample(r.Ctx(), r.Actor, number)
		if err == nil {
			return r.See(sampleAddress(number))
		}
		if !errors.Is(err, lab.ErrNotFound) {
			return err
		}
	}
	found, err := r.server.Store.Numbered(r.Ctx(), r.Actor, sought)
	if err != nil {
		return err
	}
	year := cmp.Or(sought.Year, r.server.Now().In(r.shownIn()).Year())
	now, before := byYear(found, year)
	switch {
	case len(now) == 1:
		return r.See(sampleAddress(now[0].Number))
	case len(now) > 1:
		return r.foundInstead(typed, "Several samples have this number. Choose one.", now)
	case len(before) > 0:
		return r.foundInstead(typed, "There is no sample %s of %s yet. The latest before that:", before, sought, strconv.Itoa(year))
	}
	sought.Year = year
	near, err := r.server.Store.NearNumber(r.Ctx(), r.Actor, sought)
	if err != nil {
		return err
	}
	if len(near) > 0 {
		return r.foundInstead(typed, "There is no sample %s among those that you may see. Near it there are:", near, sought)
	}
	return r.foundInstead(typed, "There is no sample %s among those that you may see.", nil, sought)
}

// byYear cuts samples, the latest first, into those of a year and those of the latest
// year before it.
func byYear(found []store.WorkRow, year int) (now, before []store.WorkRow) {
	for _, row := range found {
		switch {
		case row.Number.Year == year:
			now = append(now, row)
		case len(before) == 0 || before[0].Number.Year == row.Number.Year:
			before = append(before, row)
		}
	}
	return now, before
}

// foundInstead shows the worklist with what the finder says, and what may be meant.
func (r *request) foundInstead(typed, format string, rows []store.WorkRow, args ...any) error {
	mistakes := lab.FieldErrors{{Field: "number", Format: format, Args: args}}
	return r.Again(mistakes, "work.html", func() (any, *page.Form, error) {
		shown, err := r.workPage(url.Values{})
		if err != nil {
			return nil, nil, err
		}
		n, err := r.naming()
		for i := range rows {
			x := &rows[i].Sample
			shown.Found = append(shown.Found, foundView{
				sampleAddress(rows[i].Number), rows[i].Number.String(), n.product(x.ProductID), r.Texts.Code(locale.Forms, string(x.Form)), r.Texts.Date(x.ReceivedOn),
			})
		}
		shown.Find.Set("number", typed)
		return shown, shown.Find, err
	})
}
