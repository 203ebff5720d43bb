package intake

import (
	"fmt"
	"slices"

	"marquis/internal/lab"
)

// dayOrder is what the days of one form in a file say of whether day and month are exchanged in
// them: no day after the 12th shows it. A source writes all its columns of a form alike.
type dayOrder struct {
	form    dateForm
	cells   bool // they are dates of a workbook, in which a spreadsheet may have exchanged them
	columns []*evidence
	proven  bool              // one of the days can be read in one way alone, or the mapping says how
	days    map[lab.Date]bool // different ones, until it is proven
	against clue              // days that cannot be, as they are read
	other   int               // those that could not be, if day and month were exchanged
	months  clue              // days that are whole months after one that comes before
	apart   int               // and those that are not
}

// dayOrders are those of a file.
type dayOrders struct {
	today  lab.Date
	orders []*dayOrder
}

// lifeOfASample are the days of a sample in the order in which they come.
var lifeOfASample = []string{"collected_on", "received_on", "performed_on", "published_on"}

// orderKept is what a mapping says of days that somebody has checked.
const orderKept = "kept"

// Of so many different days, all in the first twelve of a month, in all months, it is no chance.
const leastDays = 20

// Of so many days that follow others, each by whole months, it is no chance either: of one it is one
// in thirty.
const leastMonths = 3

// add takes in what a row says in columns.
func (o *dayOrders) add(row int, all []*evidence) {
	if o == nil {
		return
	}
	for _, e := range all {
		if e.day != 0 {
			o.of(e).addDay(e)
		}
	}
	for _, order := range o.orders {
		if order.proven || !order.isIn(all) {
			continue
		}
		if e := o.impossible(all, nil); e != nil {
			order.against.add(row, e.told)
		}
		if o.impossible(all, order) != nil {
			order.other++
		}
		order.addMonths(row, all)
	}
}

// of is the order of the form in which a row has its day.
func (o *dayOrders) of(e *evidence) *dayOrder {
	is := func(d *dayOrder) bool { return d.cells == e.isCell && (d.cells || d.form.text == e.column.form.text) }
	i := slices.IndexFunc(o.orders, is)
	if i < 0 {
		i = len(o.orders)
		o.orders = append(o.orders, &dayOrder{form: e.column.form, cells: e.isCell, days: map[lab.Date]bool{}, proven: !e.isCell && e.column.form.isPlain()})
	}
	return o.orders[i]
}

func (d *dayOrder) addDay(e *evidence) {
	if !slices.Contains(d.columns, e) {
		d.columns = append(d.columns, e)
	}
	if d.proven = d.proven || e.day.Time().Day() > 12 || e.column.Order == orderKept; d.proven {
		d.days = nil
		return
	}
	d.days[e.day] = true
}

// addMonths looks whether the days of a row, as they are read, are whole months apart, as days are
// of which day and month are exchanged: received on 5 March and analysed on 5 April.
func (d *dayOrder) addMonths(row int, all []*evidence) {
	var before *evidence
	for _, name := range lifeOfASample {
		for _, e := range all {
			if e.column.name != name || e.day == 0 || !slices.Contains(d.columns, e) {
				continue
			}
			if before != nil && before.day != e.day {
				if before.day.Time().Day() == e.day.Time().Day() {
					d.months.add(row, e.told)
				} else {
					d.apart++
				}
			}
			before = e
		}
	}
}

// isIn tells that a row has days of this order.
func (d *dayOrder) isIn(all []*evidence) bool {
	return slices.ContainsFunc(all, func(e *evidence) bool { return e.day != 0 && slices.Contains(d.columns, e) })
}

// impossible finds a day that is in the future, or before one that comes first in the life of a
// sample, if day and month are exchanged in the days of an order; nil: in none.
func (o *dayOrders) impossible(all []*evidence, swapped *dayOrder) *evidence {
	var latest lab.Date
	for _, name := range lifeOfASample {
		for _, e := range all {
			if e.column.name != name || e.day == 0 {
				continue
			}
			day := e.day
			if swapped != nil && o.of(e) == swapped {
				day, _ = lab.NewDate(day.Year(), day.Time().Day(), int(day.Time().Month()))
			}
			if day > o.today || day < latest {
				return e
			}
			latest = day
		}
	}
	return nil
}

// errors tell which days may have day and month exchanged.
func (o *dayOrders) errors() (errs []error) {
	for _, d := range o.orders {
		if err := o.doubt(d); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// doubt is what speaks against the order in which days are read, nil where nothing does.
func (o *dayOrders) doubt(d *dayOrder) error {
	if d.proven || len(d.days) == 0 {
		return nil
	}
	first := d.columns[0].column
	read, other := d.readings()
	says := func(format string, args ...any) error {
		return fmt.Errorf("the column %q: %s. No day after the 12th shows which is right: correct the form in the mapping or the days in the file, or say order = %q of %s in the mapping if somebody has checked in the source that days and months are right",
			clip(first.heading(), maxShown), fmt.Sprintf(format, args...), orderKept, first.name)
	}
	for _, p := range o.orders {
		if p.proven && !d.cells && !p.cells && len(p.columns) > 0 && p.form.text == exchanged(d.form.text) && p.form.text != d.form.text {
			return says("its days fit %s and %s, and the column %q of the same file has them %s", read, other, clip(p.columns[0].column.heading(), maxShown), other)
		}
	}
	if d.against.count > d.other {
		return says("%s: days in the future, or before what comes first, if they are read %s; read %s there are fewer such days (%d)", d.against.where(), read, other, d.other)
	}
	if d.months.count >= leastMonths && d.apart == 0 {
		return says("%s: whole months after what comes first, if they are read %s, and no other days are apart; read %s it would be some days", d.months.where(), read, other)
	}
	months := map[int]bool{}
	for day := range d.days {
		months[int(day.Time().Month())] = true
	}
	if len(d.days) >= leastDays && len(months) == 12 {
		return says("%d different days, in all months, and none after the 12th, so that they fit %s and %s", len(d.days), read, other)
	}
	return nil
}

// readings name the form as it is read, and with day and month exchanged.
func (d *dayOrder) readings() (read, other string) {
	if d.cells {
		return "as the workbook has them", "with day and month exchanged"
	}
	return fmt.Sprintf("as %s", d.form.text), fmt.Sprintf("as %s", exchanged(d.form.text))
}
