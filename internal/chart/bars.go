package chart

import (
	"fmt"
	"math"
)

// Bar is one value with its name: a row of Bars or one of Columns.
type Bar struct {
	Label string
	Value float64
	// Text is the value as it is written at the end of the bar, such as "5.2 %".
	Text string
	// Note stands apart, such as "n = 421".
	Note     string
	Interval *Interval // nil: none is drawn
}

func (b Bar) tip() string { return joined(b.Label, b.Text, b.Note) }

// joined says in one line what a mark stands for.
func joined(label, text, note string) string {
	if text != "" && note != "" {
		text += ", "
	}
	return label + ": " + text + note
}

// checkBars refuses bars that cannot be drawn and returns how far they reach.
func checkBars(id string, bars []Bar) (reach float64, err error) {
	if len(bars) == 0 {
		return 0, ErrEmpty
	}
	for i, b := range bars {
		where := fmt.Sprintf("%s: bar %d (%q)", id, i+1, b.Label)
		if err := checkValues(where, b.Value); err != nil {
			return 0, err
		}
		if err := checkInterval(where, b.Interval); err != nil {
			return 0, err
		}
		reach = math.Max(reach, upTo(b.Value, b.Interval))
	}
	return reach, nil
}

// Bars shows values as level bars below each other, in the order given. In a
// wide drawing the labels stand left of the bars, in a narrow one above them.
type Bars struct {
	Frame
	Bars []Bar
	// Max is the value that the full width stands for at least, such as 100.
	Max float64
}

// Draw implements Chart.
func (b Bars) Draw(width float64) (Drawing, error) {
	if err := b.check(width); err != nil {
		return Drawing{}, err
	}
	reach, err := checkBars(b.ID, b.Bars)
	if err != nil {
		return Drawing{}, err
	}
	g := b.grid(width, math.Max(reach, b.Max))
	var c canvas
	y := 2.0
	for _, bar := range b.Bars {
		y = g.draw(&c, bar, y)
	}
	if !g.above {
		c.path("chart-axis", point{g.left, 0}, point{g.left, y + 2})
	}
	return b.drawing(width, y+4, c), nil
}

func (b Bars) check(width float64) error {
	if err := b.Frame.check(width); err != nil {
		return err
	}
	return checkValues("axis", b.Max)
}

// barGrid is where the columns of a bar chart begin and end.
type barGrid struct {
	above       bool    // labels stand above the bars
	labels      float64 // width, as are those of the values and the notes
	texts       float64
	notes       float64
	left, right float64 // of the bars
	edge        float64 // where notes end
	reach       float64 // the value at the right
}

func (b Bars) grid(width, reach float64) barGrid {
	var labels, texts, notes float64
	for _, bar := range b.Bars {
		labels = math.Max(labels, textWidth(bar.Label))
		texts = math.Max(texts, valueWidth(bar.Text))
		notes = math.Max(notes, textWidth(bar.Note))
	}
	// However long the texts are, they leave room for the bars.
	texts, notes = math.Min(texts, width*0.25), math.Min(notes, width*0.35)
	if reach < 1e-12 {
		reach = 1
	}
	g := barGrid{texts: texts, notes: notes, edge: width - 1, reach: reach}
	if width < roomy {
		g.above, g.labels, g.left, g.right = true, width-notes-8, 1, width-texts-12
		return g
	}
	g.labels = math.Min(labels, width*0.3)
	g.left, g.right = g.labels+8, width-notes-texts-24
	return g
}

// draw writes one bar with its texts and returns where the next begins.
func (g barGrid) draw(c *canvas, bar Bar, y float64) float64 {
	const thick = 14
	lines, whole := wrap(bar.Label, g.labels, 2)
	text := float64(max(1, len(lines))) * lineStep
	height := text + 8
	centre := y + height/2
	first := firstLine(centre, len(lines))
	noteAt := centre + middle
	if g.above {
		noteAt = y + 4 + lineStep/2 + middle
		first, centre, height = noteAt, y+text+6+thick/2, text+thick+14
	}
	anchor, x := End, g.left-8
	if g.above {
		anchor, x = Start, 0
	}
	before := len(c.marks)
	c.lines("chart-label", anchor, x, first, lines)
	if !whole {
		for i := range c.marks[before:] {
			c.marks[before+i].Tip = clean(bar.Label)
		}
	}
	scale := (g.right - g.left) / g.reach
	c.rect("chart-bar chart-c1", g.left, centre-thick/2, bar.Value*scale, thick, bar.tip())
	if g.above {
		c.path("chart-axis", point{g.left, centre - thick/2 - 2}, point{g.left, centre + thick/2 + 2})
	}
	end := g.left + upTo(bar.Value, bar.Interval)*scale
	if i := bar.Interval; i != nil {
		g.interval(c, i, centre, scale)
	}
	c.text("chart-value", Start, end+6, centre+middle, cut(bar.Text, g.texts))
	c.text("chart-note", End, g.edge, noteAt, cut(bar.Note, g.notes))
	return y + height
}

// interval draws an interval on a bar: on a light ground, to be seen inside it too.
func (g barGrid) interval(c *canvas, i *Interval, centre, scale float64) {
	low, high := g.left+i.Low*scale, g.left+i.High*scale
	for _, class := range []string{"chart-halo", "chart-error"} {
		c.path(class, point{low, centre}, point{high, centre})
		c.path(class, point{low, centre - 3}, point{low, centre + 3})
		c.path(class, point{high, centre - 3}, point{high, centre + 3})
	}
}
