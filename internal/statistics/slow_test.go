package statistics

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"marquis/internal/lab"
)

// slow computes figures straight from the definitions, over samples, in floats,
// as named numbers: nothing of the package's own code.
type slow struct {
	d       *lab.Dictionary
	figures map[string]float64
}

func (w *slow) set(name string, v float64) { w.figures[name] = v }

func (w *slow) proportion(name string, n, of int) {
	w.set(name+" n", float64(n))
	w.set(name+" of", float64(of))
	if of > 0 {
		x, m, z := float64(n), float64(of), 1.959963984540054
		p := x / m
		middle := (p + z*z/(2*m)) / (1 + z*z/m)
		half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
		w.set(name+" percent", 100*p)
		w.set(name+" low", 100*(middle-half))
		w.set(name+" high", 100*(middle+half))
	}
}

func (w *slow) summary(name string, values []float64) {
	w.set(name+" n", float64(len(values)))
	sort.Float64s(values)
	n := float64(len(values))
	if len(values) > 0 {
		w.set(name+" min", values[0])
		w.set(name+" max", values[len(values)-1])
	}
	if len(values) >= 10 {
		sum, squares := 0.0, 0.0
		for _, v := range values {
			sum += v
		}
		for _, v := range values {
			squares += (v - sum/n) * (v - sum/n)
		}
		w.set(name+" mean", sum/n)
		w.set(name+" sd", math.Sqrt(squares/(n-1)))
		for _, q := range []int{25, 50, 75} {
			w.set(name+" p"+strconv.Itoa(q), slowQuantile(values, float64(q)/100))
		}
	}
	if len(values) >= 20 {
		w.set(name+" p5", slowQuantile(values, 0.05))
		w.set(name+" p95", slowQuantile(values, 0.95))
	}
}

// slowQuantile is the definition of R's type 7, on sorted values.
func slowQuantile(sorted []float64, p float64) float64 {
	h := float64(len(sorted)-1) * p
	i := int(math.Floor(h + 1e-9))
	if i+1 >= len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (h-float64(i))*(sorted[i+1]-sorted[i])
}

func (s testSample) finding(match func(lab.FindingClass) bool) []testFinding {
	var list []testFinding
	for _, x := range s.findings {
		if x.class.Detection.Found() && match(x.class) {
			list = append(list, x)
		}
	}
	return list
}

func (s testSample) covered(d *lab.Dictionary, id lab.SubstanceID) bool {
	for _, m := range strings.Fields(s.class.Methods) {
		n, _ := strconv.Atoi(m)
		if d.Covers(d.Methods[lab.MethodID(n)], id) {
			return true
		}
	}
	return false
}

// entry computes the figures of some of the samples; a sample contains by this
// rule, and these findings are of what the entry is about.
func (w *slow) entry(all, mine []testSample, contains func(s testSample, main bool) bool, about func(testSample, lab.FindingClass) bool) {
	registered, tablets, myTablets := 0, 0, 0
	var released, denominator, containing []testSample
	prices := map[string][]float64{}
	unreleased, outcomes, pairs := map[string]int{}, map[string]int{}, map[string]int{}
	var published, confirmed []float64
	n, withdrawn, any, main, free, clean, faint, adulterated := 0, 0, 0, 0, 0, 0, 0, 0
	for _, s := range all {
		if s.class.Counted {
			registered++
			if s.class.ProductID == ecstasyProduct && s.class.Form == lab.Tablet {
				tablets++
			}
		}
	}
	for _, s := range mine {
		c := s.class
		if !c.Counted {
			continue
		}
		n++
		if c.ProductID == ecstasyProduct && c.Form == lab.Tablet {
			myTablets++
		}
		if c.Release != lab.IsReleased {
			// no price
		} else if c.PriceFree {
			free++
		} else if c.PriceCurrency == "EUR" {
			for _, band := range []string{"all", string(c.PriceBand)} {
				key := "price " + string(c.PriceUnit) + " " + band
				prices[key] = append(prices[key], float64(s.price)/1e6)
			}
		}
		switch c.Release {
		case lab.IsWithdrawn:
			withdrawn++
			continue
		case "":
			if c.State == lab.NotAnalysed {
				unreleased["not analysed: "+c.StateReason]++
			} else {
				unreleased[string(c.State)]++
			}
			continue
		}
		released = append(released, s)
		outcomes[string(c.Outcome)]++
		if s.published > 0 {
			published = append(published, float64(s.published-1))
		}
		if s.confirmed > 0 {
			confirmed = append(confirmed, float64(s.confirmed-1))
		}
		if (c.Level == lab.Preliminary || c.Level == lab.Confirmatory) && !c.Recognised && c.Outcome != lab.OutcomeInconclusive && c.Expected != "" {
			denominator = append(denominator, s)
			if contains(s, false) {
				any++
				containing = append(containing, s)
			}
			if contains(s, true) {
				main++
			}
		}
	}
	w.set("n", float64(n))
	w.set("released_n", float64(len(released)))
	w.set("withdrawn", float64(withdrawn))
	w.set("free", float64(free))
	w.proportion("share", n, registered)
	w.proportion("share without", n-myTablets, registered-tablets)
	w.proportion("any", any, len(denominator))
	w.proportion("main", main, len(denominator))
	for k, v := range unreleased {
		w.set("unreleased "+k, float64(v))
	}
	for k, v := range outcomes {
		w.set("outcome "+k, float64(v))
	}
	for k, v := range prices {
		w.summary(k, v)
	}
	w.set("published n", float64(len(published)))
	w.set("confirmed n", float64(len(confirmed)))
	if sort.Float64s(published); len(published) >= 10 {
		w.set("published median", slowQuantile(published, 0.5))
		w.set("published p90", slowQuantile(published, 0.9))
	}
	for id := range w.d.Substances {
		w.substance(id, released, denominator, containing, contains, about)
	}
	for _, s := range containing {
		list := s.finding(func(c lab.FindingClass) bool { return c.Role == lab.RoleAdulterant })
		strong := s.finding(func(c lab.FindingClass) bool { return c.Role == lab.RoleAdulterant && !faintly[c.Detection] })
		switch {
		case len(strong) > 0:
			adulterated++
		case len(list) > 0:
			faint++
		default:
			clean++
		}
		for _, a := range strong {
			for _, b := range strong {
				if nameA, nameB := w.d.Substances[a.class.SubstanceID].Name, w.d.Substances[b.class.SubstanceID].Name; nameA < nameB {
					pairs[nameA+"+"+nameB]++
				}
			}
		}
	}
	w.proportion("no adulterant", clean, len(containing))
	w.proportion("only traces", faint, len(containing))
	w.proportion("any adulterant", adulterated, len(containing))
	for k, v := range pairs {
		w.proportion("pair "+k, v, len(containing))
	}
}

func (w *slow) substance(id lab.SubstanceID, released, denominator, containing []testSample, contains func(testSample, bool) bool, about func(testSample, lab.FindingClass) bool) {
	name := w.d.Substances[id].Name
	is := func(c lab.FindingClass) bool { return c.SubstanceID == id }
	found, trace, mains, substitutes := 0, 0, 0, map[lab.Detection]int{}
	type row struct {
		values                          []float64
		detected, below, unknown, other int
	}
	contents := map[string]*row{}
	var pure []float64
	for _, s := range released {
		list := s.finding(is)
		if len(list) == 0 {
			continue
		}
		x := list[0]
		found++
		if x.class.Detection == lab.Trace {
			trace++
		}
		if x.class.Main {
			mains++
		}
		if s.class.Recognised || x.class.Role != lab.RoleExpected || !about(s, x.class) {
			continue
		}
		keys, scale, per := []string{}, lab.PerUnit, 1e6
		switch s.class.Form {
		case lab.Powder, lab.Crystal:
			keys, scale, per = []string{string(s.class.Form), "powder+crystal"}, lab.MassFraction, 1e4
		case lab.Paste:
			keys, scale, per = []string{"paste"}, lab.MassFraction, 1e4
		case lab.Tablet, lab.Capsule, lab.Blotter:
			keys = []string{string(s.class.Form)}
		}
		for _, key := range keys {
			r := contents[key]
			if r == nil {
				r = &row{}
				contents[key] = r
			}
			r.detected++
			switch {
			case x.class.Detection == lab.BelowLOQ:
				r.below++
			case x.class.Detection != lab.Quantified:
			case x.class.Scale != scale:
				r.other++
			case !x.class.BaseKnown:
				r.unknown++
			default:
				r.values = append(r.values, float64(x.base)/per)
			}
		}
		if x.class.Detection == lab.Quantified && x.class.Scale == lab.MassFraction && x.class.BaseKnown && x.base > 0 &&
			s.class.PriceCurrency == "EUR" && s.class.PriceUnit == lab.Gram && !s.class.PriceFree {
			pure = append(pure, math.Round(float64(s.price)*1e6/float64(x.base))/1e6)
		}
	}
	for _, s := range denominator {
		if list := s.finding(is); !contains(s, false) && len(list) > 0 {
			substitutes[list[0].class.Detection]++
		}
	}
	if found > 0 {
		w.proportion("found "+name, found, len(released))
		w.set("found "+name+" trace", float64(trace))
		w.set("found "+name+" main", float64(mains))
	}
	if len(substitutes) > 0 {
		w.proportion("substitute "+name, substitutes[lab.Quantified]+substitutes[lab.BelowLOQ]+substitutes[lab.Identified], len(denominator)-len(containing))
		w.set("substitute "+name+" trace", float64(substitutes[lab.Trace]))
		w.set("substitute "+name+" indicated", float64(substitutes[lab.Indicated]))
	}
	for key, r := range contents {
		key = "content " + name + " " + key
		w.summary(key, r.values)
		w.set(key+" detected", float64(r.detected))
		w.set(key+" below", float64(r.below))
		w.set(key+" unknown", float64(r.unknown))
		w.set(key+" other", float64(r.other))
		if name == "MDMA" && strings.HasSuffix(key, "tablet") {
			over := 0
			for _, v := range r.values {
				if v > 150 {
					over++
				}
			}
			w.proportion(key+" >150", over, len(r.values))
		}
	}
	if len(pure) > 0 {
		w.summary("pure "+name, pure)
	}
	w.adulterant(id, containing)
}

// faintly is how a substance is seen that is in no count of what is above a trace.
var faintly = map[lab.Detection]bool{lab.Trace: true, lab.Indicated: true}

func (w *slow) adulterant(id lab.SubstanceID, containing []testSample) {
	name := "adulterant " + w.d.Substances[id].Name
	n, of, any, methodN, methodOf := 0, 0, false, map[string]int{}, map[string]int{}
	faint, methodFaint := map[lab.Detection]int{}, map[string]int{}
	var values []float64
	for _, s := range containing {
		list := s.finding(func(c lab.FindingClass) bool { return c.SubstanceID == id })
		if s.covered(w.d, id) || len(list) > 0 {
			of++
		}
		here := map[string]bool{}
		for _, m := range strings.Fields(s.class.Methods) {
			number, _ := strconv.Atoi(m)
			if method := w.d.Methods[lab.MethodID(number)]; w.d.Covers(method, id) {
				here[fmt.Sprint(method.Kind, method.Level)] = true
			}
		}
		for _, x := range list {
			method := w.d.Methods[x.class.MethodID]
			here[fmt.Sprint(method.Kind, method.Level)] = true
			if x.class.Role == lab.RoleAdulterant {
				any = true
				by := fmt.Sprint(method.Kind, method.Level)
				if faintly[x.class.Detection] {
					faint[x.class.Detection]++
					methodFaint[by+string(x.class.Detection)]++
					continue
				}
				n++
				methodN[by]++
				if x.class.Detection == lab.Quantified && x.class.BaseKnown && x.class.Scale == lab.MassFraction {
					values = append(values, float64(x.base)/1e4)
				}
			}
		}
		for m := range here {
			methodOf[m]++
		}
	}
	if !any {
		return
	}
	w.proportion(name, n, of)
	w.set(name+" trace", float64(faint[lab.Trace]))
	w.set(name+" indicated", float64(faint[lab.Indicated]))
	w.summary(name+" concentration", values)
	for m, of := range methodOf {
		w.proportion(name+" by "+m, methodN[m], of)
		w.set(name+" by "+m+" trace", float64(methodFaint[m+"trace"]))
		w.set(name+" by "+m+" indicated", float64(methodFaint[m+"indicated"]))
	}
}
