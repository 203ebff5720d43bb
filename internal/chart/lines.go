package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Lines shows how values went over steps, mostly years. The line is broken
// where a step has no value.
type Lines struct {
	Frame
	Axis   Axis
	Labels []string // of the steps, from left to right
	Series []Series // at most 6
	// NoteHead stands before every row of notes, such as "n".
	NoteHead string
}

// Series is one line.
type Series struct {
	// Name stands at the end of the line. It may be empty where there is but one.
	Name   string
	Points []Point // by ascending At
	// Notes stand below the steps, one for each, such as the number of samples,
	// also where there is no point. Nil leaves the row out.
	Notes []string
}

// Point is the value of one step.
type Point struct {
	At       int // index in Labels
	Value    float64
	Interval *Interval // nil: none is drawn
	Tip      string    // such as "2020: 5.2 %"; may be empty
}

// Draw implements Chart.
func (l Lines) Draw(width float64) (Drawing, error) {
	if err := l.check(width); err != nil {
		return Drawing{}, err
	}
	names, room := l.names(math.Max(88, width*0.24)), l.plan(width)
	if margin := l.margin(names); room.heads+margin+float64(room.slots)*lineStep < width {
		room.margin = margin
		for _, n := range names {
			room.height = math.Max(room.height, blockHeight(n.lines)*float64(len(names)))
		}
	} else { // the steps need the width: the names stand above the area
		names, room.key = l.names(width-20), 6
		for _, n := range names {
			room.key += float64(len(n.lines)) * lineStep
		}
	}
	p := newPlot(l.Axis, room)
	for i, s := range l.Series {
		l.drawSeries(p, i, s)
	}
	if room.key > 0 {
		p.drawKey(names, room.key)
	} else {
		l.drawNames(p, names)
	}
	return l.drawing(width, p.below(l.rows(p)...), p.canvas), nil
}

func (l Lines) plan(width float64) plan {
	return plan{
		width: width, height: plotHeight(width), reach: l.reach(), slots: len(l.Labels),
		heads: headRoom(l.NoteHead, width),
	}
}

func (l Lines) check(width float64) error {
	if err := l.Frame.check(width); err != nil {
		return err
	}
	if len(l.Series) > colours {
		return fmt.Errorf("chart %s: %d series cannot be told apart, %d can", l.ID, len(l.Series), colours)
	}
	points := 0
	for i, s := range l.Series {
		if err := s.check(len(l.Labels)); err != nil {
			return fmt.Errorf("chart %s: series %d (%q): %w", l.ID, i+1, s.Name, err)
		}
		points += len(s.Points)
	}
	if points == 0 {
		return ErrEmpty
	}
	return checkValues("axis", l.Axis.Max)
}

func (s Series) check(steps int) error {
	if s.Notes != nil && len(s.Notes) != steps {
		return fmt.Errorf("%d notes for %d steps", len(s.Notes), steps)
	}
	last := -1
	for _, pt := range s.Points {
		if pt.At <= last || pt.At >= steps {
			return fmt.Errorf("point at step %d after %d, of %d steps", pt.At, last, steps)
		}
		last = pt.At
		where := fmt.Sprintf("step %d", pt.At)
		if err := checkValues(where, pt.Value); err != nil {
			return err
		}
		if err := checkInterval(where, pt.Interval); err != nil {
			return err
		}
	}
	return nil
}

func (l Lines) reach() float64 {
	most := 0.0
	for _, s := range l.Series {
		for _, pt := range s.Points {
			most = math.Max(most, upTo(pt.Value, pt.Interval))
		}
	}
	return most
}

// name is a series' name, broken into lines.
type name struct {
	series int
	lines  []string
}

// names breaks the names of the series that have points into lines of a width.
func (l Lines) names(width float64) (names []name) {
	for i, s := range l.Series {
		if lines, _ := wrap(s.Name, width, 3); len(s.Points) > 0 && len(lines) > 0 {
			names = append(names, name{i, lines})
		}
	}
	return names
}

// margin is the room that names need right of the lines.
func (l Lines) margin(names []name) float64 {
	most := 0.0
	for _, n := range names {
		most = math.Max(most, widest(n.lines)+20)
	}
	return most
}

// place is where a series has a step: side by side with the others, where they
// have intervals that would hide each other.
func (l Lines) place(p *plot, series, step int) float64 {
	if len(l.Series) == 1 || !l.hasIntervals() {
		return p.x(step)
	}
	apart := math.Min(7, p.pitch()/float64(len(l.Series)+1))
	return p.x(step) + (float64(series)-float64(len(l.Series)-1)/2)*apart
}

func (l Lines) hasIntervals() bool {
	return slices.ContainsFunc(l.Series, func(s Series) bool {
		return slices.ContainsFunc(s.Points, func(pt Point) bool { return pt.Interval != nil })
	})
}

func (l Lines) drawSeries(p *plot, series int, s Series) {
	var run []point
	flush := func() {
		if len(run) > 1 {
			p.path(fmt.Sprintf("chart-line %s chart-dash%d", colour(series), series+1), run...)
		}
		run = nil
	}
	for i, pt := range s.Points {
		if i > 0 && s.Points[i-1].At != pt.At-1 {
			flush()
		}
		x := l.place(p, series, pt.At)
		run = append(run, point{x, p.y(pt.Value)})
		if pt.Interval != nil {
			p.whisker("chart-whisker "+colour(series), x, p.y(pt.Interval.Low), p.y(pt.Interval.High))
		}
	}
	flush()
	for _, pt := range s.Points {
		p.marker(series, l.place(p, series, pt.At), p.y(pt.Value), pt.Tip)
	}
}

// drawNames writes the names right of the ends of the lines, moved apart, with
// a thin line to the end that each belongs to.
func (l Lines) drawNames(p *plot, names []name) {
	end := func(n name) point {
		points := l.Series[n.series].Points
		last := points[len(points)-1]
		return point{l.place(p, n.series, last.At), p.y(last.Value)}
	}
	slices.SortStableFunc(names, func(a, b name) int { return cmp.Compare(end(a).y, end(b).y) })
	blocks := make([]block, len(names))
	for i, n := range names {
		blocks[i] = block{end(n).y, blockHeight(n.lines)}
	}
	spread(blocks, p.top-lineStep/2, p.bottom+lineStep/2)
	for i, n := range names {
		from, at := end(n), blocks[i].centre
		p.path("chart-leader", point{from.x + 7, from.y}, point{p.right + 8, at}, point{p.right + 14, at})
		p.lines("chart-label", Start, p.right+18, firstLine(at, len(n.lines)), n.lines)
	}
}

// drawKey writes the names above the area, each behind the marker of its series.
func (p *plot) drawKey(names []name, height float64) {
	y := p.top - height - 2
	for _, n := range names {
		p.marker(n.series, 6, y+letter-middle, "")
		p.lines("chart-label", Start, 18, y+letter, n.lines)
		y += float64(len(n.lines)) * lineStep
	}
}

// rows are the labels of the steps, then the notes of every series, behind its
// marker where there are several series.
func (l Lines) rows(p *plot) []row {
	rows := []row{{class: "chart-label", texts: l.Labels}}
	for i, s := range l.Series {
		if s.Notes == nil {
			continue
		}
		r := row{class: "chart-note", head: l.NoteHead, texts: s.Notes}
		if len(l.Series) > 1 {
			r.mark = func(x, y float64) { p.marker(i, x, y, s.Name) }
		}
		rows = append(rows, r)
	}
	return rows
}
