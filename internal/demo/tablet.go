package demo

import "marquis/internal/lab"

// batch is tablets of one press: they look alike, hold about the same, and are around
// for some months.
type batch struct {
	logo      string
	colours   lab.Codes
	shape     string
	breakLine string
	width     int32 // micrometres
	height    int32
	thick     int32
	weight    int64 // micrograms
	found     []lab.Finding
	from, to  int16 // days of the year, both within
}

// Looks of illegal tablets. The logos are plain words, of no maker.
var (
	logos = []string{
		"crown", "skull", "leaf", "rocket", "anchor", "star", "moon", "sun", "heart", "diamond", "owl", "dolphin", "spider", "dragon",
		"key", "bell", "tulip", "rose", "clover", "bolt", "flame", "wave", "mountain", "pyramid", "robot", "ghost", "mask", "helmet",
		"sword", "shield", "lion", "bear", "wolf", "panda", "monkey", "bee", "butterfly", "snail", "fish", "duck", "pineapple", "cherry",
		"mushroom", "cactus", "tree", "windmill", "bicycle", "cow", "coin", "dice", "question mark", "exclamation mark", "infinity", "smile",
	}
	stampedColours = []lab.Codes{
		{"pink"},
		{"blue"},
		{"yellow"},
		{"orange"},
		{"green"},
		{"purple"},
		{"red"},
		{"white"},
		{"grey"},
		{"turquoise"},
		{"brown"},
		{"pink", "yellow"},
		{"blue", "white"},
		{"orange", "yellow"},
		{"multicoloured"},
	}
	stampedShapes = []string{"round", "round", "figure", "figure", "figure", "square", "shield", "heart", "rectangle", "oval", "triangle"}
)

// tabletShape is how the dose of ecstasy tablets is spread in a year: by its published
// quartiles where they are all that is known, else by its published bands.
func tabletShape(year int) shape {
	figureOf := func(m measure, invented trend) float64 {
		return invented.publish(m, "ecstasy", lab.Tablet).at(year)
	}
	most := figureOf(doseMaxOf, trend{{2013, 250}, {2019, 290}, {2023, 318}, {2024, 300}})
	p25, quartiles := publishedOf(doseP25Of, "ecstasy", lab.Tablet, year)
	if p75, ok := publishedOf(doseP75Of, "ecstasy", lab.Tablet, year); ok && quartiles {
		return shape{{0, 8}, {0.06, 80}, {0.25, p25.value}, {0.75, p75.value}, {0.95, 193}, {1, most}}
	}
	below100 := figureOf(dose100Of, trend{{2013, 16}, {2016, 9}, {2018, 5}, {2021, 9}, {2022, 15}, {2024, 14}})
	above150 := figureOf(dose150Of, trend{{2013, 33}, {2016, 60}, {2019, 70}, {2020, 64}, {2021, 50}, {2022, 34}, {2024, 38}})
	above200 := figureOf(dose200Of, trend{{2013, 2}, {2014, 3}, {2016, 9}, {2017, 12}, {2020, 12}, {2022, 4}, {2024, 5}})
	// The borders lie between two whole milligrams.
	return shape{{0, 8}, {below100 / 100, 99.5}, {1 - above150/100, 150.5}, {1 - above200/100, 200.5}, {1, most}}
}

// newBatch draws the look of a batch that is around all year.
func (s *supply) newBatch(of look) *batch {
	b := &batch{
		to: int16(s.days - 1), shape: "round", breakLine: "single", colours: lab.Codes{"white"}, thick: int32(2800 + 100*s.IntN(14)),
		width: int32(5500 + 100*s.IntN(40)), weight: int64(90+s.IntN(160)) * 1000,
	}
	b.height = b.width
	if of == stamped {
		b.logo, b.colours, b.shape = oneOf(s.Rand, logos...), oneOf(s.Rand, stampedColours...), oneOf(s.Rand, stampedShapes...)
		b.breakLine = oneOf(s.Rand, "none", "single", "single", "cross")
		b.width, b.thick = int32(6800+100*s.IntN(50)), int32(3200+100*s.IntN(24))
		b.height = b.width
		if b.shape != "round" && b.shape != "square" {
			b.height = b.width / 100 * int32(80+s.IntN(60)) / 10 * 10
		}
		b.weight = int64(240+s.IntN(230)) * 1000
	}
	return b
}

// makeBatches makes batches of the measured tablets, which are listed from the weakest
// to the strongest with their amounts: those next to each other are of one press.
func (s *supply) makeBatches(p *parcel, items []item, list []int, amounts []amount) {
	for len(list) > 0 {
		b := s.newBatch(p.looks)
		n, most := min(len(list), s.window(b)), amounts[0].base+amounts[0].base/5
		for amounts[n-1].base > most { // no press is that uneven
			n--
		}
		b.found = items[list[n/2]].found[:1:1]
		if f := b.found[0]; f.Amount.Scale == lab.PerUnit {
			b.weight = max(b.weight, f.Amount.Value/1000*int64(170+s.IntN(90))/100/1000*1000)
		}
		for _, i := range list[:n] {
			items[i].batch = b
		}
		list, amounts = list[n:], amounts[n:]
	}
}

// window draws the months in which a batch is around, and returns how many tablets of
// it are measured in them: so many that all batches together follow the season.
func (s *supply) window(b *batch) int {
	const shortest, longest, most = 30, 210, 90 // days, and tablets in a usual quarter
	days := shortest + s.IntN(longest-shortest)
	from := s.IntN(s.days+days) - days
	b.from, b.to = int16(max(0, from)), int16(min(s.days-1, from+days))
	quarters := s.comingIn(b.from, b.to) / s.comingIn(0, int16(s.days-1)) * 4
	return max(1, int(float64(s.IntN(most))*quarters))
}

// shapePieces gives the tablets that were not measured their batch, and those that are
// recognised the content that the list knows of it.
func (s *supply) shapePieces(p *parcel, items []item) {
	if p.looks == plain {
		return
	}
	var common []*batch // as often as tablets of it were measured
	for i := range items {
		if items[i].batch != nil {
			common = append(common, items[i].batch)
		}
	}
	for i := range items {
		x := &items[i]
		if x.batch != nil {
			continue
		}
		identified := x.fate < recognised
		if x.batch = s.newBatch(p.looks); len(common) > 0 && !identified && !s.chance(2) {
			x.batch = oneOf(s.Rand, common...)
		}
		if x.fate == recognised {
			s.recognise(x, len(common) > 0)
		}
	}
}

// recognise writes down what the list says of a tablet: what is usual of its batch,
// else that it is something else where others of the parcel are not.
func (s *supply) recognise(x *item, others bool) {
	if x.batch.found == nil && others {
		s.substitute(x)
	}
	if x.found != nil {
		return
	}
	x.found = s.findings(1)
	if x.batch.found != nil {
		x.found[0] = x.batch.found[0]
		x.found[0].Uncertainty = 0
		return
	}
	h := &x.holds[0]
	spread := h.spread(x.ware, x.form, s.year)
	g := gaugeOf(x.form, spread[len(spread)-1].value)
	a := h.amounts(s.Rand, g, spread, h.meanOf(s.year), 1)[0]
	x.found[0] = lab.Finding{
		SubstanceID: h.ID, Detection: lab.Quantified, Basis: a.basis,
		Amount: lab.Amount{Value: a.value, Scale: g.scale, Decimals: g.decimals},
	}
}
