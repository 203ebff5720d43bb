package server

import (
	"cmp"
	"slices"
	"strings"

	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// lead is the title of a page and what it says first, in plain words.
func (t *teller) lead(s *subject) (title string, lead []string) {
	switch {
	case s.product == nil:
		return t.texts.Text("page.figures.year_title", "Year", s.year), t.yearLead(s)
	case s.scopes[0] == statistics.ProductYearsTable && len(s.source.Entries) > 1:
		return capital(t.subject), append(t.productLead(s), t.shareLead(s, s.source.Entries[0]))
	}
	return capital(t.subject), t.productLead(s)
}

// yearLead tells of a year with few samples how many there were, and nothing else.
func (t *teller) yearLead(s *subject) []string {
	y := cmp.Or(s.few, s.source.Year)
	lead := []string{t.texts.Text("page.figures.lead_year", "Year", y.Year, "Registered", t.texts.Count(y.Registered), "Released", t.texts.Count(y.Released))}
	var most []string
	for _, e := range y.Products[:min(3, len(y.Products))] {
		if e.Share.Percent != nil && s.few == nil {
			most = append(most, t.names.product(e.ProductID)+" ("+t.share(e.Share)+")")
		}
	}
	if len(most) > 0 {
		lead = append(lead, t.texts.Text("page.figures.lead_most", "List", strings.Join(most, ", ")))
	}
	return lead
}

// productLead tells the year of the subject: how many, how much they held, whether it
// was what was expected, and what it cost.
func (t *teller) productLead(s *subject) []string {
	e := s.entry()
	lead := append([]string{t.shareLead(s, e)}, t.contentLead(e)...)
	if c := e.Contains.Any; c.Percent != nil {
		if expected := t.names.expected(s.product.Expected()); expected != "" {
			lead = append(lead, t.texts.Text("page.figures.lead_contains", "Percent", t.share(c), "Expected", expected, "N", t.texts.Count(c.N), "Of", t.texts.Count(c.Of)))
		}
	}
	for _, p := range e.Price {
		if p.Quantity == "all" && p.Median != nil && p.Mean != nil {
			lead = append(lead, t.texts.Text("page.figures.lead_price", "Year", e.Year, "Mean", t.money(p.Currency, *p.Mean), "Median", t.money(p.Currency, *p.Median),
				"Unit", t.texts.Code(locale.AmountUnits, string(p.Unit)), "N", t.texts.Count(p.N)))
			break
		}
	}
	return lead
}

// contentLead tells the purity and the dose that rest on the most samples, whichever
// does first.
func (t *teller) contentLead(e *statistics.Entry) []string {
	var doses []statistics.Content
	for _, d := range e.Dose {
		doses = append(doses, d.Content)
	}
	purity, dose := mostContents(e.Purity), mostContents(doses)
	var lead []string
	tell := func(key string, c *statistics.Content, write func(float64) string) {
		if c != nil {
			lead = append(lead, t.texts.Text(key, "Year", e.Year, "Form", t.form(c.Form), "Mean", write(*c.Mean), "Median", write(*c.Median),
				"Unit", c.Unit, "Substance", t.names.substance(c.SubstanceID), "N", t.texts.Count(c.N)))
		}
	}
	tell("page.figures.lead_purity", purity, func(v float64) string { return t.texts.Percent(v, decimalsIn(v)) })
	tell("page.figures.lead_dose", dose, t.digits)
	if purity != nil && dose != nil && dose.N > purity.N {
		slices.Reverse(lead)
	}
	return lead
}

func (t *teller) shareLead(s *subject, e *statistics.Entry) string {
	percent := nothing
	if e.Share.Percent != nil {
		percent = t.share(e.Share)
	}
	return t.texts.Text("page.figures.lead_share", "Percent", percent, "Year", e.Year, "Product", t.names.product(s.product.ID),
		"N", t.texts.Count(e.Share.N), "Of", t.texts.Count(e.Share.Of))
}

// share writes a share as the tables do.
func (t *teller) share(p statistics.Proportion) string {
	return t.texts.Percent(statistics.Round(*p.Percent, 1), 1)
}

// mostContents is the content that rests on the most samples and has a mean and a median, nil
// for none.
func mostContents(list []statistics.Content) *statistics.Content {
	told := slices.DeleteFunc(slices.Clone(list), func(c statistics.Content) bool { return c.Median == nil || c.Mean == nil })
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
