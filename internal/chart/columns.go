package chart

import "math"

// Columns shows a few values as upright bars on an axis, such as bands of dose.
// The text of each stands on top, the label and the note below.
type Columns struct {
	Frame
	Axis Axis
	Bars []Bar
	// NoteHead stands before the row of notes, such as "n".
	NoteHead string
}

// Draw implements Chart.
func (c Columns) Draw(width float64) (Drawing, error) {
	if err := c.check(width); err != nil {
		return Drawing{}, err
	}
	reach, err := checkBars(c.ID, c.Bars)
	if err != nil {
		return Drawing{}, err
	}
	room := plan{width: width, height: plotHeight(width), reach: reach, slots: len(c.Bars), heads: headRoom(c.NoteHead, width)}
	p := newPlot(c.Axis, room)
	thick := math.Min(72, p.pitch()*0.62)
	var labels, notes, texts []string
	for _, b := range c.Bars {
		labels, notes, texts = append(labels, b.Label), append(notes, b.Note), append(texts, b.Text)
	}
	fits := p.allFit(texts)
	for i, b := range c.Bars {
		p.rect("chart-bar chart-c1", p.x(i)-thick/2, p.y(b.Value), thick, p.bottom-p.y(b.Value), b.tip())
		if b.Interval != nil {
			p.whisker("chart-halo", p.x(i), p.y(b.Interval.Low), p.y(b.Interval.High))
			p.whisker("chart-error", p.x(i), p.y(b.Interval.Low), p.y(b.Interval.High))
		}
		if fits {
			p.text("chart-value", Middle, p.x(i), p.y(upTo(b.Value, b.Interval))-5, b.Text)
		}
	}
	bottom := p.below(row{class: "chart-label", texts: labels}, row{class: "chart-note", head: c.NoteHead, texts: notes})
	return c.drawing(width, bottom, p.canvas), nil
}

func (c Columns) check(width float64) error {
	if err := c.Frame.check(width); err != nil {
		return err
	}
	return checkValues("axis", c.Axis.Max)
}
