package server

import (
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// substances lists what was found, the worst of what was not expected first, and last what was
// expected and not found.
func (t *telling) substances(r *lab.Result) (list []substanceView) {
	for i := range t.weighed.Findings {
		x := &t.weighed.Findings[i]
		amount, more := t.amount(x, r.Recognised)
		v := substanceView{Name: t.name(&x.Released), Amount: amount}
		if x.Unexpected && len(t.file.Expected) > 0 && t.named.words.Notable(x) {
			v.Unexpected = t.Texts.Text("page.result.unexpected")
		}
		if x.Detection != lab.Unidentified {
			v.What, v.Line = t.what(x.SubstanceID)
			more = append(more, t.role(x))
		}
		v.More = strings.Join(slices.DeleteFunc(more, func(s string) bool { return s == "" }), " · ")
		list = append(list, v)
	}
	if o := t.weighed.Outcome; o != lab.NotExpected && o != lab.NothingDetected || r.Recognised {
		return list
	}
	for _, e := range t.weighed.Missing {
		more := ""
		if a := t.named.words.Absent(r, e); a.Limit.Value > 0 {
			more = t.Texts.Text("page.result.seen_from", "Limit", t.named.exact(a.Limit))
		}
		list = append(list, substanceView{Name: t.expectedName(e), Amount: t.Texts.Text("page.result.not_found"), What: t.Texts.Text("page.result.role_expected"), More: more})
	}
	return list
}

// what says what a substance is: its class in plain words, and of one that is described in a
// line which somebody has reviewed that too.
func (t *telling) what(id lab.SubstanceID) (class, line string) {
	s := t.named.words.Substances[id]
	if s == nil {
		return "", ""
	}
	if s.LineReviewed {
		line = t.named.own(s.LineEN, s.LineNL)
	}
	return t.named.own(t.named.words.Plain(s.Class)), line
}

// role says what a substance does in the sample. Where nobody knows what was expected,
// nothing is told to be unexpected.
func (t *telling) role(x *lab.Weight) string {
	switch x.Role {
	case lab.RoleExpected:
		if t.named.words.MayBeExpected(x.SubstanceID, t.file) {
			return t.Texts.Text("page.result.role_may_be_expected")
		}
		return t.Texts.Text("page.result.role_expected")
	case lab.RoleExcipient:
		return t.Texts.Text("page.result.role_excipient")
	case lab.RoleByProduct:
		return t.Texts.Text("page.result.role_by_product")
	case lab.RolePrecursor:
		return t.Texts.Text("page.result.role_precursor")
	}
	return ""
}

// short is the name of a substance that people use, with what has to be known of the name. Of
// what stands for a class it says of which.
func (t *telling) short(f *lab.Released) string {
	s := t.named.words.Substances[f.SubstanceID]
	if s == nil {
		return ""
	}
	name := t.named.own(s.Name, s.NameNL)
	switch {
	case s.WholeClass:
		name, _, _ = strings.Cut(name, ", ")
	case s.ShortName != "":
		name = s.ShortName
	}
	if !s.Reviewed {
		name = t.Texts.Text("page.result.not_reviewed", "Name", name)
	}
	return name
}

// name is that of a substance in the list: the short one with the long one, and those by which
// the result named it where these turned out to be the same.
func (t *telling) name(f *lab.Released) string {
	s := t.named.words.Substances[f.SubstanceID]
	if s == nil {
		return ""
	}
	name := t.named.own(s.Name, s.NameNL)
	if s.ShortName != "" && s.ShortName != name {
		name = s.ShortName + " (" + name + ")"
	}
	if !s.Reviewed {
		name = t.Texts.Text("page.result.not_reviewed", "Name", name)
	}
	var before []phrase
	for _, id := range f.SignedAs {
		if s := t.named.words.Merged(id); s != nil {
			before = append(before, phrase{text: t.named.own(s.Name, s.NameNL)})
		}
	}
	if len(before) == 0 {
		return name
	}
	return t.Texts.Text("page.result.called_before", "Name", name, "Before", t.and(before))
}

func (t *telling) stereo(s lab.Stereo) string {
	switch s {
	case lab.Racemic:
		return t.Texts.Text("page.result.racemic")
	case lab.StereoS:
		return t.Texts.Text("page.result.stereo_s")
	case lab.StereoR:
		return t.Texts.Text("page.result.stereo_r")
	}
	return ""
}

// sample says which sample the result is of. What is not known is left out.
func (t *telling) sample(service string) (facts []factView) {
	x := &t.file.Sample
	add := func(key, value string) {
		if value != "" {
			facts = append(facts, factView{t.Texts.Text(key), value})
		}
	}
	if x.NumberRunning > 0 {
		add("page.result.number", x.Number(t.page.Service.Code).String())
	}
	add("page.result.sold_as", t.named.product(x.ProductID))
	add("page.result.form", t.Texts.Code(locale.Forms, string(x.Form)))
	var colours []string
	for _, c := range x.Colours {
		colours = append(colours, t.Texts.Code(locale.Colours, c))
	}
	add("page.field.colours", strings.Join(colours, ", "))
	add("page.field.logo", x.Logo)
	var sizes []string
	for _, um := range []int32{x.WidthUM, x.HeightUM, x.ThickUM} {
		if um > 0 {
			sizes = append(sizes, t.named.thousandths(int64(um), ""))
		}
	}
	if len(sizes) > 0 {
		add("page.result.size", strings.Join(sizes, " × ")+" mm")
	}
	add("page.result.received_on", t.Texts.Date(x.ReceivedOn))
	add("page.result.service", service)
	return facts
}
