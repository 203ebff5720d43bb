// Package chart computes the geometry of the charts on pages and in files:
// lines over years, horizontal bars, columns, quartile boxes and a stacked bar.
// It knows no language and no style: every text comes from the caller, and
// colours, line widths and typefaces are those of web/static/chart.css. The
// templates of web/templates/parts/chart.html write a [Drawing] as SVG.
package chart

import (
	"errors"
	"fmt"
	"math"
	"regexp"
)

// ErrEmpty is returned by Draw where a chart has nothing to show, so that the
// page can say so in words.
var ErrEmpty = errors.New("chart: nothing to draw")

// The widths, in units of a drawing, that [Responsive] draws at. A unit is one
// CSS pixel where the drawing is shown at its own size.
const (
	Wide   = 680
	Narrow = 320
)

const (
	least    = 240  // the narrowest drawing with room for labels and marks
	roomy    = 480  // from here on labels stand beside bars, not above them
	largest  = 1e15 // of a value; more is a mistake, and loses digits
	letter   = 13   // font size of all text
	lineStep = 16   // from one line of text to the next
	middle   = 0.35 * letter
)

// Frame is what every chart has beside its values.
type Frame struct {
	// ID is unique on the page: a letter, then letters, digits, - and _.
	ID string
	// Title says what is shown, Description the essential of what is seen, for
	// those who cannot see it. Both are required.
	Title, Description string
}

// Interval is a range around a value, both ends included.
type Interval struct{ Low, High float64 }

// Chart is any of Lines, Bars, Columns, Quartiles and Stack.
type Chart interface {
	// Draw computes the drawing at a width in units, at least 240. It refuses
	// values that are negative, no number or above 1e15, with an error that says
	// where, and is ErrEmpty without values.
	Draw(width float64) (Drawing, error)
}

// Drawing is a chart's geometry, ready for the template "chart".
type Drawing struct {
	Frame
	// Top is the upper edge: 0, or less where WithTitle made room.
	Top, Width, Height float64
	Marks              []Mark
}

// LetterSize is the font size that the geometry reckons with, in units.
func (Drawing) LetterSize() float64 { return letter }

// The white around a drawing in a file, left and right as well as below.
const border = 16

// FileWidth is the width of the drawing with a border.
func (d Drawing) FileWidth() float64 { return d.Width + 2*border }

// FileHeight is the height of the drawing with a border below.
func (d Drawing) FileHeight() float64 { return d.Height + border }

// WithTitle returns the drawing with its title drawn above it, for a file that
// stands alone.
func (d Drawing) WithTitle() Drawing {
	lines, _ := wrap(d.Title, d.Width, 4)
	room := float64(len(lines)+1)*lineStep + border
	c := canvas{marks: append([]Mark(nil), d.Marks...)}
	c.lines("chart-title", Start, 0, d.Top-room+border+letter, lines)
	return Drawing{Frame: d.Frame, Top: d.Top - room, Width: d.Width, Height: d.Height + room, Marks: c.marks}
}

// Figure holds one chart drawn for a wide and for a narrow column, for the
// template "chart-responsive"; the stylesheet shows the one that is legible.
type Figure struct{ Wide, Narrow Drawing }

// Responsive draws a chart at both widths. The narrow drawing's ID ends in
// "-narrow".
func Responsive(c Chart) (Figure, error) {
	wide, err := c.Draw(Wide)
	if err != nil {
		return Figure{}, err
	}
	narrow, err := c.Draw(Narrow)
	narrow.ID += "-narrow"
	return Figure{Wide: wide, Narrow: narrow}, err
}

var idPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

func (f Frame) check(width float64) error {
	switch {
	case !idPattern.MatchString(f.ID):
		return fmt.Errorf("chart: id %q is not a letter followed by letters, digits, - and _", f.ID)
	case f.Title == "" || f.Description == "":
		return fmt.Errorf("chart %s: title and description are required", f.ID)
	case !(width >= least && width <= largest):
		return fmt.Errorf("chart %s: width %v is not at least %d", f.ID, width, least)
	}
	return nil
}

func (f Frame) drawing(width, height float64, c canvas) Drawing {
	f.Title, f.Description = clean(f.Title), clean(f.Description)
	return Drawing{Frame: f, Width: round(width), Height: round(height), Marks: c.marks}
}

// checkValues refuses what cannot be drawn on an axis from zero.
func checkValues(where string, values ...float64) error {
	for _, v := range values {
		if !(v >= 0 && v <= largest) {
			return fmt.Errorf("chart: %s: %v is not a number from 0 to %g", where, v, float64(largest))
		}
	}
	return nil
}

// checkInterval refuses an interval that is reversed or cannot be drawn.
func checkInterval(where string, i *Interval) error {
	if i == nil {
		return nil
	}
	if i.Low > i.High {
		return fmt.Errorf("chart: %s: interval from %v to %v is reversed", where, i.Low, i.High)
	}
	return checkValues(where, i.Low, i.High)
}

// upTo returns the larger of a value and its interval's upper end.
func upTo(value float64, i *Interval) float64 {
	if i == nil {
		return value
	}
	return math.Max(value, i.High)
}

// round keeps one decimal, finer than any screen or printer shows.
func round(v float64) float64 { return math.Round(v*10) / 10 }
