package server

import (
	"slices"
	"strings"

	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// lead is the title of a page and what it says first, in plain words.
func (t *teller) lead(s *subject) (title string, lead []string) {
	switch s.scopes[0] {
	case statistics.ProductTable:
		return capital(t.subject), t.productLead(s)
	case statistics.ProductYearsTable:
		return capital(t.subject), t.yearsLead(s)
	}
	return t.texts.Text("page.figures.year_title", "Year", s.year), t.yearLead(s.source.Year)
}

func (t *teller) yearLead(y *statistics.Year) []string {
	lead := []string{t.texts.Text("page.figures.lead_year", "Year", y.Year, "Registered", t.texts.Count(y.Registered), "Released", t.texts.Count(y.Released))}
	var most []string
	for _, e := range y.Products[:min(3, len(y.Products))] {
		if e.Share.Percent != nil {
			most = append(most, t.names.product(e.ProductID)+" ("+t.texts.Percent(*e.Share.Percent, 1)+")")
		}
	}
	if len(most) > 0 {
		lead = append(lead, t.texts.Text("page.figures.lead_most", "List", strings.Join(most, ", ")))
	}
	return lead
}

func (t *teller) productLead(s *subject) []string {
	e := s.entry()
	lead := []string{t.shareLead(s, e)}
	if c := e.Contains.Any; c.Percent != nil {
		if expected := t.names.expected(s.product.Expected()); expected != "" {
			lead = append(lead, t.texts.Text("page.figures.lead_contains", "Percent", t.texts.Percent(*c.Percent, 1), "Expected", expected, "N", t.texts.Count(c.N), "Of", t.texts.Count(c.Of)))
		}
	}
	if c := mostContents(e.Purity); c != nil {
		lead = append(lead, t.texts.Text("page.figures.lead_purity", "Form", t.form(c.Form), "Median", t.texts.Percent(*c.Median, 1), "Substance", t.names.substance(c.SubstanceID), "N", t.texts.Count(c.N)))
	}
	var doses []statistics.Content
	for _, d := range e.Dose {
		doses = append(doses, d.Content)
	}
	if c := mostContents(doses); c != nil {
		lead = append(lead, t.texts.Text("page.figures.lead_dose", "Form", t.form(c.Form), "Median", t.dose(*c.Median), "Substance", t.names.substance(c.SubstanceID), "N", t.texts.Count(c.N)))
	}
	for _, p := range e.Price {
		if p.Quantity == "all" && p.Median != nil {
			lead = append(lead, t.texts.Text("page.figures.lead_price", "Price", t.money(p.Currency, *p.Median), "Unit", t.texts.Code(locale.AmountUnits, string(p.Unit)), "N", t.texts.Count(p.N)))
			break
		}
	}
	return lead
}

func (t *teller) shareLead(s *subject, e *statistics.Entry) string {
	percent := nothing
	if e.Share.Percent != nil {
		percent = t.texts.Percent(*e.Share.Percent, 1)
	}
	return t.texts.Text("page.figures.lead_share", "Percent", percent, "Year", e.Year, "Product", t.names.product(s.product.ID),
		"N", t.texts.Count(e.Share.N), "Of", t.texts.Count(e.Share.Of))
}

func (t *teller) yearsLead(s *subject) []string {
	entries := s.source.Entries
	lead := []string{t.shareLead(s, entries[len(entries)-1])}
	if len(entries) > 1 {
		lead = append(lead, t.shareLead(s, entries[0]))
	}
	return lead
}

// mostContents is the content that rests on the most samples and has a median, nil
// for none.
func mostContents(list []statistics.Content) *statistics.Content {
	told := slices.DeleteFunc(slices.Clone(list), func(c statistics.Content) bool { return c.Median == nil })
	if len(told) == 0 {
		return nil
	}
	most := slices.MaxFunc(told, func(a, b statistics.Content) int { return a.N - b.N })
	return &most
}

// form names a form, or powder and crystal together.
func (t *teller) form(form string) string {
	if form == "powder+crystal" {
		return t.texts.Text("page.figures.powder_crystal")
	}
	return t.texts.Code(locale.Forms, form)
}

// dose writes milligrams, small ones finer.
func (t *teller) dose(mg float64) string {
	if mg < 1 {
		return t.texts.Decimal(mg, 3)
	}
	return t.texts.Decimal(mg, 0)
}

// money writes an amount of money.
func (t *teller) money(currency string, v float64) string {
	sign := currency
	if currency == "EUR" {
		sign = "€"
	}
	return sign + "\u00a0" + t.texts.Decimal(v, 2)
}
