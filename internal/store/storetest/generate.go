package storetest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// laboratory is the name of the laboratory that runs the methods of Methods.
const laboratory = "Generated"

// goods says how generated samples of a product look. A measure is a mass
// fraction in percent, or milligrams per piece; a price is per gram, millilitre or
// piece. Both are means. The price unit follows from the form.
type goods struct {
	product     string
	weight      int
	forms       []lab.Form
	measure     float64
	price       float64
	adulterants []string
	members     []string // what satisfies the classes it is expected to hold
}

var (
	powders = []lab.Form{lab.Powder, lab.Powder, lab.Crystal}
	pills   = []lab.Form{lab.Tablet, lab.Tablet, lab.Tablet, lab.Capsule}
	liquids = []lab.Form{lab.Liquid}
	papers  = []lab.Form{lab.Blotter}
)

// market is what generated samples are sold as.
var market = []goods{
	{"ecstasy", 300, []lab.Form{lab.Tablet, lab.Tablet, lab.Tablet, lab.Capsule}, 160, 4, []string{"caffeine", "amphetamine", "MDA", "lactose"}, nil},
	{"MDMA", 90, []lab.Form{lab.Crystal, lab.Powder}, 80, 20, []string{"caffeine", "mannitol"}, nil},
	{"cocaine", 130, powders, 75, 55, []string{"levamisole", "phenacetin", "lidocaine", "caffeine", "hydroxyzine", "benzoylecgonine", "mannitol"}, nil},
	{"crack", 10, []lab.Form{lab.Rock}, 80, 60, []string{"levamisole", "phenacetin"}, nil},
	{"speed", 100, []lab.Form{lab.Paste, lab.Powder}, 50, 9, []string{"caffeine", "creatine", "methamphetamine"}, nil},
	{"methamphetamine", 10, []lab.Form{lab.Crystal}, 90, 80, []string{"dimethyl sulfone"}, nil},
	{"ketamine", 70, powders, 90, 24, []string{"levamisole", "caffeine", "2-fluoro-deschloroketamine", "creatine"}, nil},
	{"2C-B", 40, pills, 15, 5, []string{"caffeine", "MDMA"}, nil},
	{"LSD", 35, papers, 0.09, 8, []string{"25I-NBOMe"}, nil},
	{"GHB", 15, liquids, 30, 0.4, nil, nil},
	{"GBL", 8, liquids, 95, 0.3, nil, nil},
	{"heroin", 12, powders, 40, 35, []string{"6-MAM", "noscapine", "paracetamol", "caffeine", "fentanyl"}, nil},
	{"3-MMC", 45, powders, 88, 18, []string{"4-CMC", "caffeine", "levamisole"}, nil},
	{"4-MMC", 12, powders, 85, 22, []string{"3-MMC", "caffeine"}, nil},
	{"4-FA", 20, []lab.Form{lab.Powder, lab.Tablet}, 60, 15, []string{"caffeine"}, nil},
	{"tucibi", 25, []lab.Form{lab.Powder}, 25, 70, []string{"caffeine", "lidocaine", "levamisole"}, nil},
	{"speedball", 4, []lab.Form{lab.Powder}, 30, 60, []string{"caffeine", "paracetamol"}, nil},
	{"DMT", 10, []lab.Form{lab.Powder, lab.Paste}, 80, 60, nil, nil},
	{"mescaline", 4, powders, 70, 40, nil, nil},
	{"benzodiazepine", 14, pills, 2, 2, []string{"caffeine", "protonitazene"}, []string{"diazepam", "bromazolam", "alprazolam"}},
	{"alprazolam", 10, pills, 2, 3, []string{"bromazolam", "protonitazene"}, nil},
	{"diazepam", 10, pills, 10, 1.5, []string{"bromazolam", "isotonitazene"}, nil},
	{"oxycodone", 8, pills, 40, 10, []string{"protonitazene", "paracetamol"}, nil},
	{"fentanyl", 4, []lab.Form{lab.Powder}, 5, 90, []string{"xylazine", "4-ANPP", "caffeine", "mannitol"}, nil},
	{"fentanyl with xylazine", 3, []lab.Form{lab.Powder}, 8, 80, []string{"medetomidine", "4-ANPP"}, nil},
	{"nitazene", 2, []lab.Form{lab.Powder, lab.Tablet}, 3, 50, []string{"caffeine"}, []string{"protonitazene", "metonitazene", "isotonitazene"}},
	{"cathinone", 6, powders, 80, 15, []string{"caffeine"}, []string{"3-MMC", "4-CMC", "N-ethylpentylone"}},
	{"methoxetamine", 3, powders, 85, 25, []string{"caffeine"}, nil},
	{"2-FDCK", 8, powders, 92, 20, []string{"ketamine"}, nil},
	{"6-APB", 6, powders, 85, 25, []string{"5-APB"}, nil},
	{"4-CMC", 5, powders, 90, 12, []string{"3-CMC"}, nil},
	{"3-CMC", 6, powders, 90, 12, []string{"4-CMC"}, nil},
	{"2-MMC", 5, powders, 88, 16, []string{"3-MMC"}, nil},
	{"alpha-PVP", 3, powders, 90, 30, []string{"caffeine"}, nil},
	{"erection pill", 6, pills, 90, 4, []string{"caffeine"}, []string{"sildenafil", "tadalafil"}},
	{"methylphenidate", 4, pills, 15, 2, []string{"caffeine"}, nil},
	{"dexamphetamine", 4, pills, 8, 2, []string{"caffeine"}, nil},
	{"1P-LSD", 4, papers, 0.1, 6, []string{"LSD"}, nil},
	{"mCPP", 2, pills, 40, 3, []string{"caffeine"}, nil},
	{"MDA", 4, powders, 85, 30, []string{"MDMA"}, nil},
	{"unknown", 14, []lab.Form{lab.Powder, lab.Tablet, lab.OtherForm}, 50, 10, []string{"caffeine", "ketamine", "MDMA", "lactose"}, nil},
}

// Methods are the methods by which generated samples are analysed: a look at a
// list of tablets, a strip, an FTIR that measures nothing, and a GC-MS. The strip is finer
// than the GC-MS for some, the GC-MS than the FTIR for all but one, of which nobody knows.
func Methods(d *lab.Dictionary) []lab.Method {
	gcms := lab.Method{Kind: lab.GCMS, Lab: laboratory, Level: lab.Confirmatory, Quantifies: true}
	strip := lab.Method{Kind: lab.Strip, Lab: laboratory, Level: lab.Presumptive}
	ftir := lab.Method{Kind: lab.FTIR, Lab: laboratory, Level: lab.Preliminary}
	ppm := func(n int64) lab.Amount { return lab.Amount{Value: n, Scale: lab.MassFraction, Decimals: 1} }
	seen := map[lab.SubstanceID]bool{}
	for _, g := range market {
		for _, name := range append(names(d, g), g.adulterants...) {
			s := find(d, name)
			if seen[s.ID] {
				continue
			}
			seen[s.ID] = true
			row := lab.MethodScope{SubstanceID: s.ID, LOD: ppm(50_000)}
			if name == "lactose" {
				row.LOD = lab.Amount{}
			}
			ftir.Scope = append(ftir.Scope, row)
			if name != "creatine" && name != "25I-NBOMe" { // which the GC-MS cannot see
				gcms.Scope = append(gcms.Scope, lab.MethodScope{SubstanceID: s.ID, LOD: ppm(1000), LOQ: ppm(5000)})
			}
		}
	}
	for name, lod := range map[string]int64{"protonitazene": 20, "isotonitazene": 20, "fentanyl": 10, "xylazine": 2000, "MDMA": 2000, "cocaine": 0} {
		row := lab.MethodScope{SubstanceID: find(d, name).ID}
		if lod > 0 {
			row.LOD = ppm(lod)
		}
		strip.Scope = append(strip.Scope, row)
	}
	slices.SortFunc(strip.Scope, func(a, b lab.MethodScope) int { return int(a.SubstanceID - b.SubstanceID) })
	return []lab.Method{
		{Kind: lab.ListRecognition, Lab: laboratory, Level: lab.Preliminary, Quantifies: true, OpenScope: true},
		strip,
		ftir,
		gcms,
	}
}

// AddMethods records the methods of Methods and returns the dictionary with them.
func AddMethods(t testing.TB, s *store.Store) *lab.Dictionary {
	t.Helper()
	d, err := s.Dictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	Benches(t, s, laboratory)
	for _, m := range Methods(d) {
		if _, err := s.AddMethod(t.Context(), lab.Operator("test"), m); err != nil {
			t.Fatal(err)
		}
	}
	if d, err = s.Dictionary(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

// Generate makes n arrivals received in the years from to to, the same for the
// same seed. They are drawn with some of everything: forms, salts and bases,
// amounts that are unknown in their basis, below the limit or only traces,
// contradicting methods, gifts and foreign money, samples that are not analysed,
// not counted, or of which nothing is expected. The dictionary has the methods of
// Methods.
func Generate(d *lab.Dictionary, seed uint64, n, from, to int) []lab.Arrival {
	g := &generator{
		Rand: rand.New(rand.NewPCG(seed, 1)), d: d, substances: map[string]*lab.Substance{}, products: map[string]*lab.Product{},
	}
	for _, x := range market {
		g.products[x.product], _ = d.FindProduct(x.product)
	}
	for _, m := range Methods(d) {
		added, _, err := d.AddMethod(m)
		if err != nil {
			panic(err)
		}
		g.methods = append(g.methods, added)
	}
	first := time.Date(from, time.January, 1, 0, 0, 0, 0, time.UTC)
	g.days = int(time.Date(to+1, time.January, 1, 0, 0, 0, 0, time.UTC).Sub(first).Hours() / 24)
	g.first = first
	total := 0
	for _, x := range market {
		total += x.weight
	}
	arrivals := make([]lab.Arrival, n)
	for i := range arrivals {
		pick, at := g.IntN(total), 0
		for pick >= market[at].weight {
			pick -= market[at].weight
			at++
		}
		arrivals[i] = g.arrival(&market[at])
		arrivals[i].Sample.SourceRef = "G" + strconv.Itoa(i+1)
		arrivals[i].Sample.SourceDigest = fmt.Sprintf("%x-%d", seed, i+1)
		arrivals[i].Affirm(d, "generated")
	}
	return arrivals
}

func find(d *lab.Dictionary, name string) *lab.Substance {
	s, _, ok := d.FindSubstance(name)
	if !ok {
		panic("no substance " + name)
	}
	return s
}

// names are the substances that satisfy what is expected of the goods.
func names(d *lab.Dictionary, g goods) []string {
	list := append([]string(nil), g.members...)
	p, ok := d.FindProduct(g.product)
	if !ok {
		panic("no product " + g.product)
	}
	for _, e := range p.Expected() {
		if s, ok := d.Substances[lab.SubstanceID(e.SubstanceID)]; ok {
			list = append(list, s.Name)
		}
	}
	return list
}

// generator draws samples.
type generator struct {
	*rand.Rand
	d       *lab.Dictionary
	methods []*lab.Method // as in Methods

	substances map[string]*lab.Substance // found so far
	products   map[string]*lab.Product

	first time.Time
	days  int
}

// Places of the methods in Methods.
const (
	byList = iota
	byStrip
	byFTIR
	byGCMS
)

func (g *generator) substance(name string) *lab.Substance {
	s, ok := g.substances[name]
	if !ok {
		s = find(g.d, name)
		g.substances[name] = s
	}
	return s
}

func (g *generator) chance(percent float64) bool { return g.Float64()*100 < percent }

func oneOf[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

func (g *generator) arrival(x *goods) lab.Arrival {
	p := g.products[x.product]
	received := g.first.AddDate(0, 0, g.IntN(g.days))
	a := lab.Arrival{File: lab.File{Expected: p.Expected()}}
	if g.chance(1) {
		a.Expected = nil
	}
	a.Sample = lab.Sample{
		ReceivedOn: lab.DateOf(received, time.UTC), ReceivedBasis: lab.ReceivedRecorded, Channel: lab.FrontOfHouse,
		ProductID: p.ID, SoldAsText: p.NameNL, Form: x.forms[g.IntN(len(x.forms))], State: lab.Completed,
		Colours: lab.Codes{oneOf(g, "white", "pink", "blue", "brown", "yellow")},
		Reasons: lab.Codes{"content"}, Region: oneOf(g, "Utrecht", "Groningen", "Limburg", ""),
		WeightUG: int64(g.IntN(500_000)),
	}
	s := &a.Sample
	if s.Form == lab.Tablet {
		s.Logo, s.Shape, s.WidthUM, s.HeightUM = oneOf(g, "crown", "skull", "leaf", ""), "round", int32(7000+g.IntN(3000)), 8000
	}
	g.setPrice(s, x)
	switch {
	case g.chance(3):
		s.State, s.StateReason = lab.NotAnalysed, oneOf(g, "capacity", "insufficient", "unsupported", "lost")
	case g.chance(2):
		s.State = oneOf(g, lab.Registered, lab.InAnalysis)
	case g.chance(1):
		s.State, s.StateReason = lab.Rejected, "outside_rules"
	}
	switch {
	case g.chance(1):
		s.Excluded = "duplicate"
	case g.chance(3):
		s.Channel = oneOf(g, lab.BackOfHouse, lab.FoundSample, lab.Police)
	}
	if s.State == lab.Completed {
		a.Evidence = g.evidence(s, x)
		days := 1 + int(g.ExpFloat64()*9)
		a.Sample.SourcePublishedOn = lab.DateOf(received.AddDate(0, 0, days), time.UTC)
	}
	return a
}

// setPrice draws what was paid; three in ten do not tell.
func (g *generator) setPrice(s *lab.Sample, x *goods) {
	if g.chance(30) {
		return
	}
	unit := lab.Gram
	switch {
	case s.Form.Dosed():
		unit = lab.Piece
	case s.Form == lab.Liquid:
		unit = lab.Millilitre
	}
	quantity := oneOf[int64](g, 1000, 1000, 1000, 2000, 3000, 5000, 10_000, 500)
	each := x.price * math.Exp(g.NormFloat64()*0.3) * (1 - float64(min(quantity, 10_000))/40_000)
	s.Price = lab.Price{
		Amount:   int64(math.Max(1, math.Round(each*float64(quantity)/1000*2))) * 500, // rounded to half a unit of money
		Currency: "EUR", Quantity: quantity, Unit: unit,
	}
	s.AcquiredVia = oneOf(g, "dealer_known", "friend", "darknet", "app_social")
	switch {
	case g.chance(3):
		s.Price.Amount, s.AcquiredVia = 0, "gift"
	case g.chance(1):
		s.AcquiredVia = "found"
	case g.chance(3):
		s.Price.Currency = "USD"
	}
}

// evidence draws the analyses of a sample: recognised tablets, a strip alone, the
// FTIR, the GC-MS, or the last two.
func (g *generator) evidence(s *lab.Sample, x *goods) []lab.Evidence {
	truth := g.truth(x)
	switch {
	case s.Form == lab.Tablet && g.chance(35):
		return []lab.Evidence{g.analysis(s, byList, truth, x)}
	case g.chance(2):
		return []lab.Evidence{g.analysis(s, byStrip, truth, x)}
	case g.chance(10):
		return []lab.Evidence{g.analysis(s, byFTIR, truth, x)}
	case g.chance(30):
		return []lab.Evidence{g.analysis(s, byFTIR, truth, x), g.analysis(s, byGCMS, truth, x)}
	}
	return []lab.Evidence{g.analysis(s, byGCMS, truth, x)}
}

// part is a substance that is in a sample, with how much of the usual there is.
type part struct {
	*lab.Substance
	main bool
}

// truth draws what is in a sample: what was expected, or something else, or
// nothing, and adulterants.
func (g *generator) truth(x *goods) []part {
	var parts []part
	has := map[lab.SubstanceID]bool{}
	add := func(name string, main bool) {
		if s := g.substance(name); !has[s.ID] {
			has[s.ID] = true
			parts = append(parts, part{s, main})
		}
	}
	switch {
	case g.chance(2):
		return nil
	case g.chance(7):
		add(oneOf(g, "caffeine", "ketamine", "MDMA", "3-MMC", "paracetamol", "lactose"), true)
	default:
		for _, e := range g.products[x.product].Expected() {
			switch {
			case g.chance(4): // not what it should be
			case e.Class != "":
				add(x.members[g.IntN(len(x.members))], true)
			default:
				add(g.d.Substances[lab.SubstanceID(e.SubstanceID)].Name, true)
			}
		}
	}
	for _, name := range x.adulterants {
		if g.chance(9) {
			add(name, false)
		}
	}
	return parts
}

// analysis draws what a method sees of what is in a sample.
func (g *generator) analysis(s *lab.Sample, method int, truth []part, x *goods) lab.Evidence {
	m := g.methods[method]
	e := lab.Evidence{Analysis: lab.Analysis{
		MethodID: m.ID, Level: m.Level, PerformedOn: s.ReceivedOn, Conclusion: lab.NothingSeen,
	}}
	if g.chance(1.5) {
		e.Analysis.Conclusion = lab.Inconclusive
		return e
	}
	for _, p := range truth {
		overlooked := method == byFTIR && !p.main && g.chance(60)
		if !g.d.Covers(m, p.ID) || overlooked {
			continue
		}
		e.Findings = append(e.Findings, g.finding(s, method, p, x))
		e.Analysis.Conclusion = lab.HasFindings
	}
	if method == byFTIR && g.chance(3) { // a mistake, which GC-MS refutes
		wrong := g.substance(oneOf(g, "phenacetin", "creatine"))
		e.Findings = appendNew(e.Findings, lab.Finding{SubstanceID: wrong.ID, Detection: lab.Identified})
		e.Analysis.Conclusion = lab.HasFindings
	}
	if method == byGCMS && g.chance(2) {
		e.Findings = appendNew(e.Findings, lab.Finding{SubstanceID: g.substance("phenacetin").ID, Detection: lab.NotDetected})
	}
	return e
}

// appendNew adds a finding of a substance that has none.
func appendNew(list []lab.Finding, f lab.Finding) []lab.Finding {
	for _, have := range list {
		if have.SubstanceID == f.SubstanceID {
			return list
		}
	}
	return append(list, f)
}

func (g *generator) finding(s *lab.Sample, method int, p part, x *goods) lab.Finding {
	f := lab.Finding{SubstanceID: p.ID, Detection: lab.Identified}
	switch {
	case method == byStrip:
		f.Detection = lab.Indicated
		return f
	case method == byFTIR:
		return f
	case method == byGCMS && g.chance(3):
		f.Detection = lab.Trace
		return f
	case method == byGCMS && g.chance(4):
		f.Detection = lab.BelowLOQ
		return f
	case method == byGCMS && g.chance(6):
		return f
	}
	f.Detection, f.Basis = lab.Quantified, g.basis(p.Substance)
	measure := x.measure
	if !p.main {
		measure *= 0.2
	}
	if s.Form.Dosed() {
		milligrams := math.Max(0.001, measure*(1+0.25*g.NormFloat64()))
		f.Amount = lab.Amount{Value: int64(math.Round(milligrams*1000)) * 1000, Scale: lab.PerUnit, Decimals: 3}
		return f
	}
	percent := math.Min(99.9, math.Max(0.1, measure*(1+0.15*g.NormFloat64())))
	switch {
	case s.Form == lab.Liquid:
		f.Amount = lab.Amount{Value: int64(math.Round(percent)) * 10_000, Scale: lab.Concentration}
		return f
	case g.chance(0.5):
		f.Amount, f.Basis = lab.Amount{Value: int64(math.Round(percent)) * 10, Scale: lab.Ratio, Decimals: 2}, lab.BasisAsFound
		return f
	}
	f.Amount = lab.Amount{Value: int64(math.Round(percent*10)) * 1000, Scale: lab.MassFraction, Decimals: 1}
	if ceiling := p.Ceiling() / 1000 * 1000; f.Basis == lab.BasisBase {
		f.Amount.Value = min(f.Amount.Value, ceiling)
	}
	return f
}

// basis draws what an amount counts: the usual salt, the base, or nobody knows.
func (g *generator) basis(s *lab.Substance) lab.Basis {
	if g.chance(3) {
		return lab.BasisUnknown
	}
	for _, salt := range s.Salts {
		if salt.Usual && g.chance(60) {
			return lab.Basis(salt.Salt)
		}
	}
	if len(s.Salts) == 0 {
		return lab.BasisAsFound
	}
	return lab.BasisBase
}
