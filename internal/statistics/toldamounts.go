package statistics

import (
	"cmp"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
)

// toldPurity leaves out the rows of few, and forms from which such a row could be
// computed: powder and crystal are told together too.
func toldPurity(list []Content) []Content {
	told := []Content{}
	for _, c := range list {
		if !c.isFew() && !slices.Contains(formsLeftOut(list, c.SubstanceID), c.Form) {
			told = append(told, c.told())
		}
	}
	return told
}

// withinContains leaves out the forms by which few of the samples that contain what was
// expected would be left over: those of a form that is not told. Of each substance the
// smallest goes until none or enough are left, powder and crystal with what is told of
// them together.
func withinContains(contain int, purity []Content, dose []Dose) ([]Content, []Dose) {
	rest := map[lab.SubstanceID]int{}
	wholes := []Content{}
	for _, c := range purity {
		if !isPart(c) {
			wholes = append(wholes, c)
		}
	}
	for _, d := range dose {
		wholes = append(wholes, d.Content)
	}
	slices.SortStableFunc(wholes, func(a, b Content) int { return cmp.Compare(a.Detected, b.Detected) })
	for _, c := range wholes {
		if _, ok := rest[c.SubstanceID]; !ok {
			rest[c.SubstanceID] = contain
		}
		rest[c.SubstanceID] -= c.Detected
	}
	for _, c := range wholes {
		if !isFew(rest[c.SubstanceID]) {
			continue
		}
		rest[c.SubstanceID] += c.Detected
		purity = slices.DeleteFunc(purity, func(x Content) bool {
			return x.SubstanceID == c.SubstanceID && (x.Form == c.Form || c.Form == powderAndCrystal && isPart(x))
		})
		dose = slices.DeleteFunc(dose, func(x Dose) bool { return x.SubstanceID == c.SubstanceID && x.Form == c.Form })
	}
	return purity, dose
}

// isPart tells whether the row is of powder or crystal alone, which are told together
// too.
func isPart(c Content) bool { return lab.Form(c.Form).Dry() }

// formsLeftOut are those of powder and crystal that are not told beside the two
// together.
func formsLeftOut(list []Content, id lab.SubstanceID) []string {
	var forms []string
	var parts [][]int
	for _, c := range list {
		if c.SubstanceID == id && isPart(c) {
			forms, parts = append(forms, c.Form), append(parts, []int{c.N, c.Detected})
		}
	}
	var left []string
	for i, out := range leaveOut(parts) {
		if out {
			left = append(left, forms[i])
		}
	}
	return left
}

// isFew tells whether too few samples are behind the row: a form is told of as many
// as an amount.
func (c Content) isFew() bool { return isFew(c.N) || isFew(c.Detected) }

func (c Content) told() Content {
	c.Summary = c.Summary.told(c.N, 1)
	return c
}

// toldDose leaves out the rows of few. No two of them add up to another.
func toldDose(list []Dose) []Dose {
	told := []Dose{}
	for _, d := range list {
		if !d.isFew() {
			told = append(told, Dose{Content: d.Content.told(), Bands: toldBands(d.Bands)})
		}
	}
	return told
}

// toldBands hides the bands of few, and those from which such a one could be computed:
// all but the last are the whole, and the last is the two before it.
func toldBands(bands []Band) []Band {
	if len(bands) == 0 {
		return bands
	}
	told := slices.Clone(bands)
	last := len(told) - 1
	whole := append(bandsAt(last-2), last)
	hideBands(told, whole)
	if parts := []int{last - 2, last - 1}; told[last].hidden {
		told[parts[0]].Proportion, told[parts[1]].Proportion = Proportion{hidden: true}, Proportion{hidden: true}
	} else {
		hideBands(told, parts)
	}
	return told
}

// bandsAt are the places of the first n bands.
func bandsAt(n int) []int {
	places := make([]int, n)
	for i := range places {
		places[i] = i
	}
	return places
}

// hideBands hides of the bands at the places, which add up to what is told, those that
// are left out.
func hideBands(bands []Band, places []int) {
	parts := make([][]int, len(places))
	for i, at := range places {
		parts[i] = []int{bands[at].N}
	}
	for i, out := range leaveOut(parts) {
		if out {
			bands[places[i]].Proportion = Proportion{hidden: true}
		}
	}
}

// toldPrice leaves out the rows of few, and quantities from which such a row could be
// computed: of each unit all quantities together come first.
func toldPrice(list []Price) []Price {
	told := []Price{}
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].Quantity != allQuantities {
			n++
		}
		all, bands := list[0], list[1:n]
		list = list[n:]
		parts := make([][]int, len(bands))
		for i, p := range bands {
			parts[i] = []int{p.N}
		}
		if isFew(all.N) {
			continue
		}
		told = append(told, all.told())
		for i, out := range leaveOut(parts) {
			if !out {
				told = append(told, bands[i].told())
			}
		}
	}
	return told
}

func (p Price) told() Price {
	s := p.summary().told(p.N, 2)
	p.Mean, p.MeanCI95, p.SD, p.Median, p.P25, p.P75, p.Min, p.Max = s.Mean, s.MeanCI95, s.SD, s.Median, s.P25, s.P75, nil, nil
	return p
}

func toldPurePrice(list []PurePrice) []PurePrice {
	told := []PurePrice{}
	for _, p := range list {
		if !isFew(p.N) {
			p.Price = p.Price.told()
			told = append(told, p)
		}
	}
	return told
}

func toldCurrencies(counts map[string]int) map[string]int {
	told := map[string]int{}
	for currency, n := range counts {
		if !isFew(n) {
			told[currency] = n
		}
	}
	return told
}

// told is what is told of samples in which a substance was only seen as less: nothing where
// either are few, for whoever knows how many they are together would know these.
func (l Lesser) told() Lesser {
	if isFew(l.Trace) || isFew(l.Indicated) {
		return Lesser{withheld: true}
	}
	return l
}

func toldSubstitutes(list []Substitute) []Substitute {
	told := slices.Clone(list)
	for i := range told {
		told[i].Lesser = told[i].Lesser.told()
	}
	return told
}

// toldAdulterants tells of each adulterant in how many samples it was, and of more than
// a few also how it was detected, how much of it there was, and by which method.
func toldAdulterants(list []Adulterant) []Adulterant {
	told := slices.Clone(list)
	for i := range told {
		a := &told[i]
		a.Concentration.Summary = a.Concentration.Summary.told(a.Concentration.N, 1)
		a.Methods = toldMethods(a.N, a.Methods)
		a.Lesser = a.Lesser.told()
		tellLesser(a.Methods, a.Lesser)
	}
	return told
}

// toldMethods leaves out methods that found it in few samples, or were used for few,
// and those from which such a one could be computed: each sample had one that decided.
// Of few samples, or few that the methods do not account for, no method is told, not
// even one that found nothing.
func toldMethods(n int, list []AdulterantMethod) []AdulterantMethod {
	parts := make([][]int, len(list))
	rest := n
	for i, m := range list {
		parts[i] = []int{m.N, m.Of}
		rest -= m.N
	}
	told := []AdulterantMethod{}
	if isFew(n) || isFew(rest) {
		return told
	}
	for i, out := range leaveOut(parts) {
		if !out {
			told = append(told, list[i])
		}
	}
	return told
}

// tellLesser hides by which methods an adulterant was seen as less, unless that is told of the
// adulterant, and of no method few, nor of all that are left out.
func tellLesser(methods []AdulterantMethod, whole Lesser) {
	rest, hide := whole, whole.withheld
	for _, m := range methods {
		rest.Trace, rest.Indicated = rest.Trace-m.Trace, rest.Indicated-m.Indicated
		hide = hide || m.Lesser.told().withheld
	}
	if !hide && !rest.told().withheld {
		return
	}
	for i := range methods {
		methods[i].Lesser = Lesser{withheld: true}
	}
}

// toldIntervalFrom is the number of amounts from which the interval of their mean is
// told: of fewer it gives the mean and the standard deviation more digits.
const toldIntervalFrom = 1000

// told is what is told of n amounts: nothing of few, no smallest and no largest, and
// each rounded to as many digits as n has, but to no more than so many decimals.
//
// With two digits from 10 samples on, three from 100 on and so forth, a mean before and
// a mean after one sample more do not give that sample away: the sum of n and that of
// n + 1 are each known to so many steps of the last digit, together to more than a fifth
// of the mean. The standard deviation has a digit less, and none behind the last of the
// mean: how it changes would tell how far from the mean the sample is.
func (s Summary) told(n, decimals int) Summary {
	if n < toldFrom {
		return Summary{}
	}
	told := Summary{
		Mean: roundedTo(s.Mean, n, decimals), Median: roundedTo(s.Median, n, decimals),
		P25: roundedTo(s.P25, n, decimals), P75: roundedTo(s.P75, n, decimals),
	}
	if s.Mean != nil {
		s.tellSpread(&told, n, lastPlace(*s.Mean, n, decimals))
	}
	if n >= toldTailsFrom {
		told.P5, told.P95 = roundedTo(s.P5, n, decimals), roundedTo(s.P95, n, decimals)
	}
	return told
}

// tellSpread tells the standard deviation and the interval of a mean that is told to
// the given decimal.
func (s Summary) tellSpread(told *Summary, n, at int) {
	if s.SD != nil {
		sd := Round(*s.SD, min(at, lastPlace(*s.SD, n, at+1)-1))
		told.SD = &sd
	}
	if s.MeanCI95 != nil && n >= toldIntervalFrom {
		told.MeanCI95 = &Interval{Round(s.MeanCI95[0], at), Round(s.MeanCI95[1], at)}
	}
}

// roundedTo rounds an amount that n samples tell.
func roundedTo(v *float64, n, decimals int) *float64 {
	if v == nil {
		return nil
	}
	r := Round(*v, lastPlace(*v, n, decimals))
	return &r
}

// lastPlace is the decimal, counted from the mark, of the last digit of an amount that n
// samples tell. Amounts below one may have two decimals more.
func lastPlace(v float64, n, decimals int) int {
	text := strconv.FormatFloat(v, 'e', -1, 64)
	power, _ := strconv.Atoi(text[strings.IndexByte(text, 'e')+1:])
	if power < 0 {
		decimals += 2
	}
	return min(decimals, len(strconv.Itoa(n))-1-power)
}

// Round rounds the number, as it is written in decimals, half away from zero, to so
// many decimals; to tens, hundreds and so on where they are less than none.
func Round(v float64, decimals int) float64 {
	if decimals >= 0 {
		scale := math.Pow10(decimals)
		whole, part := math.Modf(v * scale)
		if clear := math.Abs(math.Abs(part) - 0.5); clear > 1e-6 && math.Abs(whole) < 1e9 { // nowhere near a half
			return math.Round(v*scale)/scale + 0
		}
	}
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(v, 'f', -1, 64))
	if !ok {
		return v
	}
	tens := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(0, -decimals))), nil))
	text := r.Quo(r, tens).FloatString(max(0, decimals))
	r.SetString(text)
	f, _ := r.Mul(r, tens).Float64()
	return f
}
