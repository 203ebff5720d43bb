package chart

import (
	"fmt"
	"strconv"
	"strings"
)

// The kinds of marks: elements of SVG.
const (
	Rect   = "rect"
	Path   = "path"
	Circle = "circle"
	Text   = "text"
)

// The anchors of text: values of text-anchor.
const (
	Start  = "start"
	Middle = "middle"
	End    = "end"
)

// Mark is one element of a drawing. X and Y are a rect's upper left corner, a
// circle's centre or where a text's baseline is anchored; all numbers have at
// most one decimal.
type Mark struct {
	Kind  string
	Class string // of the stylesheet, separated by spaces

	X, Y, Width, Height, R float64

	D      string // a path's commands: M, L and Z, absolute
	Text   string
	Anchor string // of a text
	Turned bool   // a text that reads upwards
	Tip    string // what a pointer that rests on the mark is told; may be empty
}

type point struct{ x, y float64 }

// canvas collects marks, in the order in which they are painted.
type canvas struct{ marks []Mark }

func (c *canvas) add(m Mark) {
	m.X, m.Y, m.R = round(m.X), round(m.Y), round(m.R)
	m.Width, m.Height = round(m.Width), round(m.Height)
	m.Text, m.Tip = clean(m.Text), clean(m.Tip)
	c.marks = append(c.marks, m)
}

func (c *canvas) rect(class string, x, y, width, height float64, tip string) {
	c.add(Mark{Kind: Rect, Class: class, X: x, Y: y, Width: width, Height: height, Tip: tip})
}

func (c *canvas) path(class string, points ...point) {
	c.add(Mark{Kind: Path, Class: class, D: commands(points)})
}

func (c *canvas) shape(class, tip string, points ...point) {
	c.add(Mark{Kind: Path, Class: class, D: commands(points) + "Z", Tip: tip})
}

func (c *canvas) text(class, anchor string, x, y float64, text string) {
	if text != "" {
		c.add(Mark{Kind: Text, Class: class, X: x, Y: y, Text: text, Anchor: anchor})
	}
}

// lines writes one line below the other; y is the first baseline.
func (c *canvas) lines(class, anchor string, x, y float64, lines []string) {
	for i, line := range lines {
		c.text(class, anchor, x, y+float64(i)*lineStep, line)
	}
}

// marker draws the sign of a series, another shape for each, so that series
// differ without colour too.
func (c *canvas) marker(series int, x, y float64, tip string) {
	class := "chart-point " + colour(series)
	switch series % colours {
	case 0:
		c.add(Mark{Kind: Circle, Class: class, X: x, Y: y, R: 4, Tip: tip})
	case 1:
		c.rect(class, x-3.5, y-3.5, 7, 7, tip)
	case 2:
		c.shape(class, tip, point{x, y - 4.8}, point{x + 4.6, y + 3.4}, point{x - 4.6, y + 3.4})
	case 3:
		c.shape(class, tip, point{x, y - 5}, point{x + 5, y}, point{x, y + 5}, point{x - 5, y})
	case 4:
		c.add(Mark{Kind: Circle, Class: class + " chart-open", X: x, Y: y, R: 4, Tip: tip})
	case 5:
		c.rect(class+" chart-open", x-3.5, y-3.5, 7, 7, tip)
	}
}

// whisker draws an interval along the y axis, with a short bar at either end.
func (c *canvas) whisker(class string, x, low, high float64) {
	c.path(class, point{x, low}, point{x, high})
	c.path(class, point{x - 3, low}, point{x + 3, low})
	c.path(class, point{x - 3, high}, point{x + 3, high})
}

const colours = 7 // as many as the stylesheet has

func colour(series int) string { return fmt.Sprintf("chart-c%d", series%colours+1) }

func commands(points []point) string {
	var b strings.Builder
	for i, p := range points {
		if i == 0 {
			b.WriteByte('M')
		} else {
			b.WriteByte('L')
		}
		b.WriteString(number(p.x))
		b.WriteByte(' ')
		b.WriteString(number(p.y))
	}
	return b.String()
}

func number(v float64) string { return strconv.FormatFloat(round(v), 'f', -1, 64) }
