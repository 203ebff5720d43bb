package chart

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var frame = Frame{ID: "share", Title: "Share of ketamine", Description: "It rose from 2.7 % to 5.2 %."}

func interval(low, high float64) *Interval { return &Interval{Low: low, High: high} }

// samples are drawings of every kind, with all that they can hold.
func samples() map[string]Chart {
	return map[string]Chart{
		"lines": Lines{
			Frame: frame, Axis: Axis{Label: "% of all samples"}, Labels: []string{"2016", "2017", "2018", "2019", "2020"}, NoteHead: "n",
			Series: []Series{
				{Name: "ketamine", Points: []Point{{At: 0, Value: 2.7, Tip: "2016: 2.7 %"}, {At: 3, Value: 4.2}, {At: 4, Value: 5.2, Interval: interval(4.7, 5.7)}}, Notes: []string{"298", "7", "3", "760", "421"}},
				{Name: "cocaine", Points: []Point{{At: 3, Value: 5}, {At: 4, Value: 5.1}}},
			},
		},
		"bars": Bars{Frame: frame, Max: 10, Bars: []Bar{
			{Label: "caffeine", Value: 5.1, Text: "5.1 %", Note: "19 of 376", Interval: interval(3.3, 7.8)},
			{Label: "levamisole", Value: 0, Text: "0 %", Note: "0 of 376"},
		}},
		"columns": Columns{Frame: frame, Axis: Axis{Label: "%"}, NoteHead: "n", Bars: []Bar{
			{Label: "< 100 mg", Value: 6, Text: "6 %", Note: "123", Interval: interval(5, 7.1)},
			{Label: "100–150 mg", Value: 22, Text: "22 %", Note: "452"},
		}},
		"quartiles": Quartiles{Frame: frame, Axis: Axis{Label: "% base", Max: 100}, Boxes: []Box{
			{Label: "powder", Note: "n = 341", Text: "81.2", Spread: &Spread{P25: 74.1, Median: 81.2, P75: 85, Mean: 79.5, Tails: interval(49, 86.7)}},
			{Label: "crystal", Note: "n = 14", Spread: &Spread{P25: 80, Median: 84, P75: 86, Mean: 82.9}},
			{Label: "paste", Note: "n = 7", Instead: "n = 7: too few"},
		}},
		"stack": Stack{Frame: frame, Parts: []Part{
			{Label: "expected only", Text: "318", Value: 318},
			{Label: "with adulterant", Text: "58", Value: 58},
			{Label: "not expected", Text: "31", Value: 31},
			{Label: "nothing detected", Text: "0", Value: 0},
			{Label: "inconclusive", Text: "7", Value: 7},
			{Label: "unknown", Text: "3", Value: 3},
		}},
	}
}

func draw(t interface{ Fatalf(string, ...any) }, c Chart, width float64) Drawing {
	d, err := c.Draw(width)
	if err != nil {
		t.Fatalf("Draw(%v): %v", width, err)
	}
	return d
}

func (d Drawing) having(kind, class string) (marks []Mark) {
	for _, m := range d.Marks {
		if m.Kind == kind && strings.Contains(" "+m.Class+" ", " "+class+" ") {
			marks = append(marks, m)
		}
	}
	return marks
}

func (d Drawing) has(text string) bool {
	for _, m := range d.Marks {
		if m.Text == text {
			return true
		}
	}
	return false
}

// extent is the rectangle that a mark covers.
type extent struct{ left, top, right, bottom float64 }

func extentOf(t interface{ Fatalf(string, ...any) }, m Mark) extent {
	switch m.Kind {
	case Rect:
		return extent{m.X, m.Y, m.X + m.Width, m.Y + m.Height}
	case Circle:
		return extent{m.X - m.R, m.Y - m.R, m.X + m.R, m.Y + m.R}
	case Path:
		e := extent{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
		for _, pair := range strings.FieldsFunc(m.D, func(r rune) bool { return strings.ContainsRune("MLZ", r) }) {
			x, y, _ := strings.Cut(pair, " ")
			e.left, e.right = math.Min(e.left, parse(t, x)), math.Max(e.right, parse(t, x))
			e.top, e.bottom = math.Min(e.top, parse(t, y)), math.Max(e.bottom, parse(t, y))
		}
		return e
	case Text:
		wide := textWidth(m.Text)
		before := map[string]float64{Start: 0, Middle: wide / 2, End: wide}[m.Anchor]
		if m.Turned { // reads upwards: what stood left of the anchor hangs below it
			return extent{m.X - 10, m.Y + before - wide, m.X + 3, m.Y + before}
		}
		return extent{m.X - before, m.Y - 10, m.X - before + wide, m.Y + 3}
	}
	t.Fatalf("unknown kind of mark: %q", m.Kind)
	return extent{}
}

func parse(t interface{ Fatalf(string, ...any) }, s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatalf("coordinate %q: %v", s, err)
	}
	return v
}

// checkDrawing asserts what holds for every drawing: all inside its frame,
// numbers with one decimal, and no text on another.
func checkDrawing(t interface {
	Fatalf(string, ...any)
	Errorf(string, ...any)
}, d Drawing,
) {
	var texts []Mark
	for _, m := range d.Marks {
		e := extentOf(t, m)
		if !(e.left >= -1 && e.right <= d.Width+1 && e.top >= d.Top-1 && e.bottom <= d.Top+d.Height+1) {
			t.Errorf("outside the drawing of %v by %v: %+v covers %+v", d.Width, d.Height, m, e)
		}
		for _, v := range []float64{m.X, m.Y, m.Width, m.Height, m.R} {
			if round(v) != v || m.Width < 0 || m.Height < 0 {
				t.Errorf("not a rounded size or place: %+v", m)
			}
		}
		if m.Kind == Text {
			texts = append(texts, m)
		}
	}
	for i, a := range texts {
		for _, b := range texts[:i] {
			if ea, eb := extentOf(t, a), extentOf(t, b); ea.left < eb.right && eb.left < ea.right && ea.top < eb.bottom && eb.top < ea.bottom {
				t.Errorf("texts overlap: %q %+v and %q %+v", a.Text, ea, b.Text, eb)
			}
		}
	}
}

func TestEveryKindStaysInsideItsDrawingWithoutOverlap(t *testing.T) {
	for name, c := range samples() {
		for _, width := range []float64{240, Narrow, 479, 480, Wide, 1200} {
			t.Run(name+" "+strconv.Itoa(int(width)), func(t *testing.T) {
				checkDrawing(t, draw(t, c, width))
			})
		}
	}
}

func TestSameChartSameDrawing(t *testing.T) {
	for name, c := range samples() {
		a, b := draw(t, c, Wide), draw(t, c, Wide)
		for i := range a.Marks {
			if a.Marks[i] != b.Marks[i] {
				t.Errorf("%s: mark %d differs: %+v, %+v", name, i, a.Marks[i], b.Marks[i])
			}
		}
	}
}

func TestResponsiveDrawsTwiceWithIDsOfTheirOwn(t *testing.T) {
	f, err := Responsive(samples()["bars"])
	if err != nil {
		t.Fatal(err)
	}
	if f.Wide.ID != "share" || f.Narrow.ID != "share-narrow" || f.Wide.Width != Wide || f.Narrow.Width != Narrow {
		t.Errorf("got %s of %v and %s of %v", f.Wide.ID, f.Wide.Width, f.Narrow.ID, f.Narrow.Width)
	}
	if _, err := Responsive(Bars{Frame: frame}); !errors.Is(err, ErrEmpty) {
		t.Errorf("without bars: %v, want ErrEmpty", err)
	}
}

func TestWithTitleMakesRoomAbove(t *testing.T) {
	d := draw(t, samples()["lines"], Wide)
	titled := d.WithTitle()
	checkDrawing(t, titled)
	if !titled.has("Share of ketamine") || titled.Top >= 0 || titled.Top+titled.Height != d.Height || d.has("Share of ketamine") {
		t.Errorf("top %v, height %v of %v", titled.Top, titled.Height, d.Height)
	}
}

func TestRefusals(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	line := func(series ...Series) Chart {
		return Lines{Frame: frame, Labels: []string{"2019", "2020"}, Series: series}
	}
	at := func(points ...Point) Chart { return line(Series{Name: "ketamine", Points: points}) }
	box := func(s Spread) Chart { return Quartiles{Frame: frame, Boxes: []Box{{Label: "powder", Spread: &s}}} }
	tests := []struct {
		name, want string
		chart      Chart
	}{
		{"no id", "id", Bars{Frame: Frame{Title: "a", Description: "b"}}},
		{"id that is two", "id", Bars{Frame: Frame{ID: "a b", Title: "a", Description: "b"}}},
		{"no title", "title", Bars{Frame: Frame{ID: "a", Description: "b"}}},
		{"no description", "description", Bars{Frame: Frame{ID: "a", Title: "b"}}},
		{"no number", "step 1", at(Point{At: 1, Value: nan})},
		{"infinite", "step 0", at(Point{Value: inf})},
		{"negative", "step 0", at(Point{Value: -0.1})},
		{"too large", "step 0", at(Point{Value: 1e300})},
		{"step beyond the labels", "step 2", at(Point{At: 2})},
		{"step before the first", "step -1", at(Point{At: -1})},
		{"the same step twice", "step 1 after 1", at(Point{At: 1}, Point{At: 1})},
		{"reversed interval", "reversed", at(Point{Value: 2, Interval: interval(3, 1)})},
		{"interval without end", "step 0", at(Point{Value: 2, Interval: interval(1, inf)})},
		{"notes of other steps", "1 notes for 2 steps", line(Series{Notes: []string{"4"}})},
		{"eight series", "cannot be told apart", line(make([]Series, 8)...)},
		{"eight parts", "cannot be told apart", Stack{Frame: frame, Parts: make([]Part, 8)}},
		{"negative part", "part 1", Stack{Frame: frame, Parts: []Part{{Value: -1}}}},
		{"bar", `bar 2 ("levamisole")`, Bars{Frame: frame, Bars: []Bar{{}, {Label: "levamisole", Value: nan}}}},
		{"column", "bar 1", Columns{Frame: frame, Bars: []Bar{{Value: inf}}}},
		{"axis of lines", "axis", Lines{Frame: frame, Axis: Axis{Max: nan}, Labels: []string{"1"}, Series: []Series{{Points: []Point{{}}}}}},
		{"axis of bars", "axis", Bars{Frame: frame, Max: -1, Bars: []Bar{{}}}},
		{"axis of columns", "axis", Columns{Frame: frame, Axis: Axis{Max: inf}, Bars: []Bar{{}}}},
		{"axis of boxes", "axis", Quartiles{Frame: frame, Axis: Axis{Max: inf}, Boxes: []Box{{}}}},
		{"quartiles out of order", "order", box(Spread{P25: 3, Median: 2, P75: 4})},
		{"tails inside the box", "order", box(Spread{P25: 1, Median: 2, P75: 4, Tails: interval(2, 3)})},
		{"mean that is no number", `box 1 ("powder")`, box(Spread{P25: 1, Median: 2, P75: 4, Mean: nan})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.chart.Draw(Wide)
			if err == nil || errors.Is(err, ErrEmpty) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
	for _, width := range []float64{0, -1, 239, nan, inf} {
		if _, err := samples()["bars"].Draw(width); err == nil {
			t.Errorf("width %v: no error", width)
		}
	}
}

func TestNothingToDraw(t *testing.T) {
	for name, c := range map[string]Chart{
		"lines":              Lines{Frame: frame},
		"lines without dots": Lines{Frame: frame, Labels: []string{"2020"}, Series: []Series{{Name: "ketamine", Notes: []string{"3"}}}},
		"bars":               Bars{Frame: frame},
		"columns":            Columns{Frame: frame},
		"quartiles":          Quartiles{Frame: frame},
		"stack":              Stack{Frame: frame},
		"stack of zeros":     Stack{Frame: frame, Parts: []Part{{}, {}}},
	} {
		if _, err := c.Draw(Wide); !errors.Is(err, ErrEmpty) {
			t.Errorf("%s: %v, want ErrEmpty", name, err)
		}
	}
}

// label draws texts that are short, long, empty, of one word or many, and of
// other scripts.
func label() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`[a-zA-Z0-9 ,.%–()-]{0,20}`),
		rapid.SampledFrom([]string{"", "ketamine", "2-fluorodeschloroketamine", "a mixture of cocaine with an unknown local anaesthetic", "ケタミン塩酸塩", "кетамин", "🧪", `"><script>alert(1)</script>`}),
		rapid.String(),
	)
}

func value() *rapid.Generator[float64] {
	return rapid.OneOf(rapid.Float64Range(0, 100), rapid.SampledFrom([]float64{0, 1e-300, 1e-9, 0.3, 1, 100, 1e6, 1e15}))
}

func width() *rapid.Generator[float64] { return rapid.Float64Range(least, 1500) }

func TestAnyBars(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Bars{Frame: frame, Max: value().Draw(t, "max")}
		for range rapid.IntRange(1, 60).Draw(t, "bars") {
			c.Bars = append(c.Bars, Bar{
				Label: label().Draw(t, "label"), Value: value().Draw(t, "value"),
				Text: label().Draw(t, "text"), Note: label().Draw(t, "note"),
			})
		}
		d := draw(t, c, width().Draw(t, "width"))
		checkDrawing(t, d)

		bars := d.having(Rect, "chart-bar")
		if len(bars) != len(c.Bars) {
			t.Fatalf("%d bars drawn of %d", len(bars), len(c.Bars))
		}
		longest := 0
		for i, b := range c.Bars {
			if b.Value > c.Bars[longest].Value {
				longest = i
			}
			if i > 0 && bars[i].Y <= bars[i-1].Y {
				t.Errorf("bar %d is not below the one before it", i)
			}
		}
		if c.Bars[longest].Value < 1e-12 {
			return
		}
		for i, b := range c.Bars {
			want := bars[longest].Width * b.Value / c.Bars[longest].Value
			if math.Abs(bars[i].Width-want) > 0.11 {
				t.Errorf("bar of %v is %v wide, want %v", b.Value, bars[i].Width, want)
			}
		}
	})
}

func TestAnyLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Lines{Frame: frame, Axis: Axis{Label: label().Draw(t, "axis")}, NoteHead: label().Draw(t, "head")}
		steps := rapid.IntRange(1, 20).Draw(t, "steps")
		for i := range steps {
			c.Labels = append(c.Labels, strconv.Itoa(2006+i))
		}
		points := 0
		for range rapid.IntRange(1, colours).Draw(t, "series") {
			s := Series{Name: label().Draw(t, "name")}
			for at := range steps {
				if v := value().Draw(t, "value"); rapid.Bool().Draw(t, "there") {
					s.Points = append(s.Points, Point{At: at, Value: v})
				}
				s.Notes = append(s.Notes, strconv.Itoa(rapid.IntRange(0, 99999).Draw(t, "n")))
			}
			points += len(s.Points)
			c.Series = append(c.Series, s)
		}
		d, err := c.Draw(width().Draw(t, "width"))
		if points == 0 {
			if !errors.Is(err, ErrEmpty) {
				t.Fatalf("got %v, want ErrEmpty", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		checkDrawing(t, d)
	})
}

func TestPointsStandAsHighAsTheirValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(value(), 2, 15).Draw(t, "values")
		c := Lines{Frame: frame, Labels: make([]string, len(values)), Series: []Series{{}}}
		top := 0
		for i, v := range values {
			c.Series[0].Points = append(c.Series[0].Points, Point{At: i, Value: v})
			if v > values[top] {
				top = i
			}
		}
		d := draw(t, c, width().Draw(t, "width"))
		zero := extentOf(t, d.having(Path, "chart-axis")[0]).bottom
		points := d.having(Circle, "chart-point")
		for i, v := range values {
			if i > 0 && points[i].X <= points[i-1].X {
				t.Errorf("step %d is not right of the one before it", i)
			}
			if values[top] < 1e-12 {
				continue
			}
			if got, want := zero-points[i].Y, (zero-points[top].Y)*v/values[top]; math.Abs(got-want) > 0.21 {
				t.Errorf("%v stands %v high, want %v", v, got, want)
			}
		}
	})
}

func TestAnyQuartilesAndColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Quartiles{Frame: frame, Axis: Axis{Label: label().Draw(t, "axis")}, NoteHead: "n"}
		c := Columns{Frame: frame, NoteHead: label().Draw(t, "head")}
		for range rapid.IntRange(1, 15).Draw(t, "boxes") {
			b := Box{Label: label().Draw(t, "label"), Note: label().Draw(t, "note"), Text: label().Draw(t, "text"), Instead: label().Draw(t, "instead")}
			v := value().Draw(t, "value")
			if rapid.Bool().Draw(t, "enough") {
				b.Spread = &Spread{P25: v / 2, Median: v * 0.7, P75: v, Mean: v * 0.6, Tails: interval(v/3, v)}
			}
			q.Boxes = append(q.Boxes, b)
			c.Bars = append(c.Bars, Bar{Label: b.Label, Note: b.Note, Text: b.Text, Value: v, Interval: interval(v/2, v)})
		}
		w := width().Draw(t, "width")
		checkDrawing(t, draw(t, q, w))
		checkDrawing(t, draw(t, c, w))
	})
}

func TestAnyStack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Stack{Frame: frame}
		total := 0.0
		for range rapid.IntRange(1, colours).Draw(t, "parts") {
			v := rapid.Float64Range(0, 1000).Draw(t, "value")
			s.Parts = append(s.Parts, Part{Label: label().Draw(t, "label"), Text: label().Draw(t, "text"), Value: v})
			total += v
		}
		if total == 0 {
			return
		}
		d := draw(t, s, width().Draw(t, "width"))
		checkDrawing(t, d)
		whole := d.having(Rect, "chart-outline")[0]
		for i, part := range s.Parts {
			marks := d.having(Rect, colour(i))
			if part.Value == 0 {
				if len(marks) != 0 {
					t.Errorf("a part of zero is drawn")
				}
				continue
			}
			if want := whole.Height * part.Value / total; math.Abs(marks[0].Height-want) > 0.11 {
				t.Errorf("part of %v is %v high, want %v", part.Value, marks[0].Height, want)
			}
		}
	})
}

func TestLineBreaksWhereAStepHasNoValue(t *testing.T) {
	c := Lines{Frame: frame, Labels: []string{"2015", "2016", "2017", "2018", "2019", "2020"}, Series: []Series{{
		Points: []Point{{At: 0, Value: 1}, {At: 1, Value: 2}, {At: 3, Value: 3}, {At: 5, Value: 4}}, Notes: []string{"20", "21", "3", "22", "4", "23"},
	}}}
	d := draw(t, c, Wide)
	if n := len(d.having(Path, "chart-line")); n != 1 {
		t.Errorf("%d lines, want one, from 2015 to 2016", n)
	}
	if n := len(d.having(Circle, "chart-point")); n != 4 {
		t.Errorf("%d points, want 4", n)
	}
	for _, note := range c.Series[0].Notes {
		if !d.has(note) {
			t.Errorf("note %q is missing", note)
		}
	}
}

func TestFifteenYearsKeepEveryNoteInANarrowDrawing(t *testing.T) {
	c := Lines{Frame: frame, NoteHead: "n", Series: []Series{{Name: "ketamine"}, {Name: "amphetamine with a long name"}}}
	for i := range 15 {
		c.Labels = append(c.Labels, strconv.Itoa(2009+i))
		for k := range c.Series {
			s := &c.Series[k]
			s.Points = append(s.Points, Point{At: i, Value: float64(i + k)})
			s.Notes = append(s.Notes, strconv.Itoa(1000*(k+1)+i))
		}
	}
	d := draw(t, c, Narrow)
	checkDrawing(t, d)
	for _, texts := range [][]string{c.Labels, c.Series[0].Notes, c.Series[1].Notes, {"ketamine", "amphetamine with a long name"}} {
		for _, text := range texts {
			if !d.has(text) {
				t.Errorf("%q is missing", text)
			}
		}
	}
}

func TestTooFewValuesDrawWordsInsteadOfABox(t *testing.T) {
	d := draw(t, samples()["quartiles"], Wide)
	if n := len(d.having(Rect, "chart-box")); n != 2 {
		t.Errorf("%d boxes, want those of powder and crystal", n)
	}
	if !d.has("n = 7: too few") {
		t.Error("nothing says why there is no box")
	}
	if n := len(d.having(Path, "chart-whisker")); n != 4 {
		t.Errorf("%d whisker lines, want the 4 of powder: crystal has too few values", n)
	}
}

func TestLongLabelIsCutAndSaidInFull(t *testing.T) {
	long := strings.Repeat("benzodiazepine ", 20)
	d := draw(t, Bars{Frame: frame, Bars: []Bar{{Label: long, Value: 1}}}, Wide)
	labels := d.having(Text, "chart-label")
	last := labels[len(labels)-1]
	if len(labels) != 2 || !strings.HasSuffix(last.Text, "…") || last.Tip != long {
		t.Errorf("got %+v", labels)
	}
}
