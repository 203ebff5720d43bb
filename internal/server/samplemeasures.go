package server

import (
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// measureKind is a number that people write with its unit behind it or without.
func measureKind(unit string, at func(*lab.Sample) *int64, read func(in *sampleReader, name string) int64) sampleKind {
	k := numberKind(unit, at)
	k.draw = func(f *page.Field) { f.Narrow, f.Unit, f.MaxLength = true, unit, 30 }
	k.read = func(in *sampleReader, name string, f *lab.File) {
		*at(&f.Sample) = in.unlessWrong(func() int64 { return read(in, name) })
	}
	return k
}

// quantityKind is how much there is of something. The unit that was written behind it is
// that of the field of the unit.
func quantityKind(at func(*lab.Sample) *int64) sampleKind {
	return measureKind("", at, func(in *sampleReader, name string) int64 {
		q := in.Mistakes.ReadQuantity(name, in.Text(name))
		in.note(name, q)
		return q.Thousandths
	})
}

// weightKind is what one unit weighs.
func weightKind() sampleKind {
	return measureKind("mg", func(s *lab.Sample) *int64 { return &s.WeightUG }, func(in *sampleReader, name string) int64 {
		return in.Mistakes.ReadWeight(name, in.Text(name))
	})
}

// priceKind is what was paid, with its currency and for how much where that is written
// with it; 0 is a gift.
func priceKind() sampleKind {
	k := measureKind("", func(s *lab.Sample) *int64 { return &s.Price.Amount }, func(in *sampleReader, name string) int64 {
		in.Mistakes.Check(!in.priced() || in.Text(name) != "", name, "Give the price; 0 means a gift.")
		p := in.Mistakes.ReadPrice(name, in.Text(name))
		in.currency = p.Currency
		in.mark(name, p.Marked)
		in.note("price_quantity", p.For)
		return p.Amount
	})
	hold := k.hold
	k.hold = func(n naming, f *lab.File) []string {
		if f.Sample.Price.Recorded() && f.Sample.Price.Amount == 0 {
			return []string{"0"}
		}
		return hold(n, f)
	}
	return k
}

// priceQuantityKind is for how much the price was paid: for one piece where nothing else
// is said of what comes in pieces.
func priceQuantityKind() sampleKind {
	return measureKind("", func(s *lab.Sample) *int64 { return &s.Price.Quantity }, nil).reading(func(in *sampleReader, name string, f *lab.File) {
		at := &f.Sample.Price.Quantity
		said, withPrice := in.Text(name) != "", in.quantities[name]
		*at = withPrice.Thousandths
		switch {
		case said:
			in.Mistakes.Check(withPrice == (lab.Quantity{}), name, "For how much it was is told with the price too. Give it once.")
			quantityKind(func(s *lab.Sample) *int64 { return at }).read(in, name, f)
		case *at == 0 && in.Text("price_amount") != "" && in.Text("price_unit") == "" && f.Sample.Form.Unit() == lab.Piece:
			*at = 1000
		}
	})
}

// reading is the kind, read in another way.
func (k sampleKind) reading(read func(in *sampleReader, name string, f *lab.File)) sampleKind {
	k.read = read
	return k
}

// unitKind is the unit of an amount, that of one of the named fields: what was written
// behind it, or as usual for the form where only the amount was given.
func unitKind(at func(*lab.Sample) *lab.AmountUnit, amounts ...string) sampleKind {
	k := oneOf(locale.AmountUnits, at)
	k.draw = func(f *page.Field) { f.Usual = usualUnits() }
	k.read = func(in *sampleReader, name string, f *lab.File) {
		chosen, given := lab.AmountUnit(in.Text(name)), false
		var written lab.AmountUnit
		for _, amount := range amounts {
			given = given || in.Text(amount) != ""
			if unit := in.quantities[amount].Unit; unit != "" {
				written = unit
			}
		}
		in.Mistakes.Check(chosen == "" || written == "" || chosen == written, name, "Another unit is written behind the amount. Give one of the two.")
		switch {
		case written != "":
			chosen = written
		case chosen == "" && given:
			chosen = f.Sample.Form.Unit()
		}
		*at(&f.Sample) = chosen
	}
	return k
}

// usualUnits are the forms of samples with the unit that is usual for each.
func usualUnits() string {
	list := make([]string, len(lab.Forms))
	for i, form := range lab.Forms {
		list[i] = string(form) + ":" + string(form.Unit())
	}
	return strings.Join(list, " ")
}

// currencyKind is the currency of the price. Alone, as the form comes with it, it tells of
// no price; one that is written with the price goes before that of the service.
func currencyKind() sampleKind {
	k := textKind(3, func(s *lab.Sample) *string { return &s.Price.Currency })
	k.draw = func(f *page.Field) { f.Narrow, f.MaxLength = true, 3 }
	k.read = func(in *sampleReader, name string, f *lab.File) {
		f.Sample.Price.Currency = ""
		if !in.priced() {
			return
		}
		typed := strings.ToUpper(in.Text(name))
		f.Sample.Price.Currency = typed
		if in.currency == "" || in.currency == typed {
			return
		}
		in.Mistakes.Check(typed == "" || typed == in.service.Currency, name, "Another currency is written with the price. Give one of the two.")
		f.Sample.Price.Currency = in.currency
	}
	return k
}

// lettersKind is any number of codes, each typed by the first letters of its name.
func lettersKind(v locale.Vocabulary, at func(*lab.Sample) *lab.Codes) sampleKind {
	k := several(v, at)
	k.as, k.codes = page.TextField, ""
	k.draw = func(f *page.Field) { f.MaxLength = 200 }
	k.read = func(in *sampleReader, name string, f *lab.File) { *at(&f.Sample) = in.letters(name, v) }
	k.hold = func(n naming, f *lab.File) []string {
		var names []string
		for _, code := range *at(&f.Sample) {
			names = append(names, n.texts.Code(v, code))
		}
		return []string{strings.Join(names, ", ")}
	}
	return k
}

// letters reads codes by their first letters, with commas or spaces between them. What is
// none of them is left as it is, to be refused as no code.
func (in *sampleReader) letters(name string, v locale.Vocabulary) lab.Codes {
	var codes lab.Codes
	for part := range strings.FieldsFuncSeq(strings.ToLower(strings.Join(in.Typed[name], ",")), func(c rune) bool { return c == ',' || c == ';' }) {
		said := strings.TrimSpace(part)
		words := []string{said}
		if len(in.codesLike(v, said)) != 1 {
			words = strings.Fields(said)
		}
		for _, word := range words {
			like := in.codesLike(v, word)
			in.Mistakes.Check(len(like) < 2, name, "%q can be: %s. Type more letters.", page.Short(word), in.codeNames(v, like))
			if len(like) == 0 {
				like = []string{word}
			}
			if !slices.Contains(codes, like[0]) {
				codes = append(codes, like[0])
			}
		}
	}
	return codes
}

// codesLike are the codes of which the name begins so in the reader's language; or the one
// that is exactly so, in any: a colleague may have typed the draft.
func (in *sampleReader) codesLike(v locale.Vocabulary, said string) (like []string) {
	for _, code := range v.Codes() {
		exact := said == code
		for _, texts := range in.all {
			exact = exact || said == strings.ToLower(texts.Code(v, code))
		}
		if exact {
			return []string{code}
		}
		if strings.HasPrefix(strings.ToLower(in.texts.Code(v, code)), said) {
			like = append(like, code)
		}
	}
	return like
}

func (in *sampleReader) codeNames(v locale.Vocabulary, codes []string) string {
	names := make([]string, len(codes))
	for i, code := range codes {
		names[i] = in.texts.Code(v, code)
	}
	return strings.Join(names, ", ")
}

// confirmedKind is what looked implausible and is right: one box, which is of all that was
// asked.
func confirmedKind() sampleKind {
	at := func(s *lab.Sample) *lab.Codes { return &s.Confirmed }
	return sampleKind{
		as: page.ChecksField,
		read: func(in *sampleReader, name string, f *lab.File) {
			*at(&f.Sample) = strings.Fields(strings.Join(in.Typed[name], " "))
		},
		hold: func(_ naming, f *lab.File) []string { return []string{strings.Join(*at(&f.Sample), " ")} },
		tell: plainValue,
	}
}
