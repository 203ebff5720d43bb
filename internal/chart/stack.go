package chart

import (
	"fmt"
	"math"
	"slices"
)

// Stack shows how a whole divides into at most seven parts: one upright bar, its
// labels beside it. A part's colour and hatching go with its place in Parts, so
// that the same part looks the same in every chart.
type Stack struct {
	Frame
	Parts []Part // from top to bottom; parts of zero are left out
}

// Part is one part of the whole.
type Part struct {
	Label string
	Text  string // the value as it is written, such as "376 (89.3 %)"
	Value float64
}

// Draw implements Chart.
func (s Stack) Draw(width float64) (Drawing, error) {
	total, err := s.check(width)
	if err != nil {
		return Drawing{}, err
	}
	const top = 4
	bar := math.Min(96, width*0.22)
	labelsAt := bar + 40
	parts, needed := s.labelled(width - labelsAt)
	height := math.Max(220, needed)

	var c canvas
	var blocks []block
	y := float64(top)
	for _, part := range parts {
		tall := part.Value / total * height
		c.rect("chart-part "+colour(part.place), 1, y, bar, tall, joined(part.Label, part.Text, ""))
		c.hatch(part.place, 1, y, bar, tall)
		blocks = append(blocks, block{y + tall/2, blockHeight(part.lines)})
		y += tall
	}
	c.rect("chart-outline", 1, top, bar, height, "")
	centres := slices.Clone(blocks)
	spread(blocks, top, top+height)
	for i, part := range parts {
		from, at := centres[i].centre, blocks[i].centre
		c.path("chart-leader", point{bar + 3, from}, point{bar + 12, from}, point{labelsAt - 14, at}, point{labelsAt - 5, at})
		part.draw(&c, labelsAt, at)
	}
	return s.drawing(width, height+2*top, c), nil
}

func (s Stack) check(width float64) (total float64, err error) {
	if err := s.Frame.check(width); err != nil {
		return 0, err
	}
	if len(s.Parts) > colours {
		return 0, fmt.Errorf("chart %s: %d parts cannot be told apart, %d can", s.ID, len(s.Parts), colours)
	}
	for i, part := range s.Parts {
		if err := checkValues(fmt.Sprintf("%s: part %d (%q)", s.ID, i+1, part.Label), part.Value); err != nil {
			return 0, err
		}
		total += part.Value
	}
	if total == 0 {
		return 0, ErrEmpty
	}
	return total, nil
}

// labelledPart is a part that is drawn.
type labelledPart struct {
	Part
	place int      // in Parts
	lines []string // of the label, and the text as the last
}

// labelled breaks the labels of all parts but those of zero into lines, and
// reckons the height that they need together.
func (s Stack) labelled(width float64) (parts []labelledPart, height float64) {
	for i, part := range s.Parts {
		if part.Value == 0 {
			continue
		}
		lines, _ := wrap(part.Label, width, 2)
		lines = append(lines, cut(part.Text, width))
		parts = append(parts, labelledPart{part, i, lines})
		height += blockHeight(lines)
	}
	return parts, height
}

func (p labelledPart) draw(c *canvas, x, centre float64) {
	first, last := firstLine(centre, len(p.lines)), len(p.lines)-1
	c.lines("chart-label", Start, x, first, p.lines[:last])
	c.text("chart-note", Start, x, first+float64(last)*lineStep, p.lines[last])
}

// hatch draws what tells a part from its neighbours without colour: nothing,
// rising lines, dots, falling lines, upright lines, level lines, squares.
func (c *canvas) hatch(part int, x, y, width, height float64) {
	const step = 9.0
	line := func(a, b point) { c.path("chart-hatch", a, b) }
	switch part % colours {
	case 1, 3:
		for d := step; d < width+height; d += step {
			a, b := point{math.Min(d, width), math.Max(0, d-width)}, point{math.Max(0, d-height), math.Min(d, height)}
			if part%colours == 3 {
				a.x, b.x = width-a.x, width-b.x
			}
			line(point{x + a.x, y + a.y}, point{x + b.x, y + b.y})
		}
	case 2:
		for dy := step / 2; dy < height; dy += step {
			for dx := step / 2; dx < width; dx += step {
				c.add(Mark{Kind: Circle, Class: "chart-dot", X: x + dx, Y: y + dy, R: 1.3})
			}
		}
	case 4:
		for d := step / 2; d < width; d += step {
			line(point{x + d, y}, point{x + d, y + height})
		}
	case 5:
		for d := step / 2; d < height; d += step {
			line(point{x, y + d}, point{x + width, y + d})
		}
	case 6:
		for d := step; d < width; d += 2 * step {
			line(point{x + d, y}, point{x + d, y + height})
		}
		for d := step; d < height; d += 2 * step {
			line(point{x, y + d}, point{x + width, y + d})
		}
	}
}
