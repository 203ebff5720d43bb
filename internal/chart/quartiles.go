package chart

import (
	"fmt"
	"math"
)

// Quartiles shows how amounts are distributed, per form or per year: a box from
// P25 to P75, a line at the median, a dot at the mean and whiskers to P5 and P95.
type Quartiles struct {
	Frame
	Axis  Axis
	Boxes []Box
	// NoteHead stands before the row of notes, such as "n".
	NoteHead string
}

// Box is one distribution.
type Box struct {
	Label string
	Note  string // below the label, such as "n = 120"
	// Spread is nil where there are too few values; then Instead says so.
	Spread  *Spread
	Instead string
	Text    string // written above the box, such as the median; may be empty
}

// Spread is what is drawn of a distribution.
type Spread struct {
	P25, Median, P75, Mean float64
	Tails                  *Interval // from P5 to P95; nil where there are too few values
}

// Draw implements Chart.
func (q Quartiles) Draw(width float64) (Drawing, error) {
	if err := q.check(width); err != nil {
		return Drawing{}, err
	}
	room := plan{width: width, height: plotHeight(width), reach: q.reach(), slots: len(q.Boxes), heads: headRoom(q.NoteHead, width)}
	p := newPlot(q.Axis, room)
	var labels, notes, texts []string
	for _, b := range q.Boxes {
		labels, notes, texts = append(labels, b.Label), append(notes, b.Note), append(texts, b.Text)
	}
	fits := p.allFit(texts)
	for i, b := range q.Boxes {
		if b.Spread == nil {
			p.instead(i, b.Instead)
			continue
		}
		p.box(i, b)
		if fits {
			p.text("chart-value", Middle, p.x(i), p.y(b.Spread.reach())-6, b.Text)
		}
	}
	bottom := p.below(row{class: "chart-label", texts: labels}, row{class: "chart-note", head: q.NoteHead, texts: notes})
	return q.drawing(width, bottom, p.canvas), nil
}

func (q Quartiles) check(width float64) error {
	if err := q.Frame.check(width); err != nil {
		return err
	}
	if len(q.Boxes) == 0 {
		return ErrEmpty
	}
	for i, b := range q.Boxes {
		if b.Spread == nil {
			continue
		}
		if err := b.Spread.check(fmt.Sprintf("%s: box %d (%q)", q.ID, i+1, b.Label)); err != nil {
			return err
		}
	}
	return checkValues("axis", q.Axis.Max)
}

func (s Spread) check(where string) error {
	if err := checkValues(where, s.P25, s.Median, s.P75, s.Mean); err != nil {
		return err
	}
	if err := checkInterval(where, s.Tails); err != nil {
		return err
	}
	if s.P25 > s.Median || s.Median > s.P75 || s.Tails != nil && (s.Tails.Low > s.P25 || s.Tails.High < s.P75) {
		return fmt.Errorf("chart: %s: quantiles are not in order", where)
	}
	return nil
}

func (s Spread) reach() float64 { return math.Max(s.Mean, upTo(s.P75, s.Tails)) }

func (q Quartiles) reach() float64 {
	most := 0.0
	for _, b := range q.Boxes {
		if b.Spread != nil {
			most = math.Max(most, b.Spread.reach())
		}
	}
	return most
}

func (p *plot) box(slot int, b Box) {
	s, x := b.Spread, p.x(slot)
	half := math.Min(28, p.pitch()*0.3)
	if s.Tails != nil {
		p.path("chart-whisker chart-c1", point{x, p.y(s.Tails.Low)}, point{x, p.y(s.P25)})
		p.path("chart-whisker chart-c1", point{x, p.y(s.P75)}, point{x, p.y(s.Tails.High)})
		for _, end := range []float64{s.Tails.Low, s.Tails.High} {
			p.path("chart-whisker chart-c1", point{x - half/2, p.y(end)}, point{x + half/2, p.y(end)})
		}
	}
	p.rect("chart-box chart-c1", x-half, p.y(s.P75), 2*half, p.y(s.P25)-p.y(s.P75), joined(b.Label, b.Text, b.Note))
	p.path("chart-median chart-c1", point{x - half, p.y(s.Median)}, point{x + half, p.y(s.Median)})
	p.add(Mark{Kind: Circle, Class: "chart-mean", X: x, Y: p.y(s.Mean), R: math.Min(3.5, half*0.6)})
}

// instead writes why there is no box, on the axis.
func (p *plot) instead(slot int, text string) {
	if slot%p.every() != 0 { // what is turned needs the room of its neighbours
		return
	}
	if lines, fits := wrap(text, p.room(), 4); fits {
		p.lines("chart-note", Middle, p.x(slot), p.bottom-8-float64(len(lines)-1)*lineStep, lines)
		return
	}
	p.add(Mark{
		Kind: Text, Class: "chart-note", Anchor: Start, Turned: true,
		X: p.x(slot) + middle, Y: p.bottom - 6, Text: cut(text, p.bottom-p.top-8), Tip: text,
	})
}
