package chart

import (
	"math"
	"strconv"
)

// Axis is the upright axis. It begins at zero.
type Axis struct {
	// Label names what is measured and its unit; it stands above the axis.
	Label string
	// Max is the value that the axis reaches at least; the values may go beyond.
	Max float64
	// Format writes a tick in the reader's locale, with so many decimals. Nil
	// writes a decimal point.
	Format func(value float64, decimals int) string
}

func (a Axis) format(value float64, decimals int) string {
	if a.Format != nil {
		return a.Format(value, decimals)
	}
	return strconv.FormatFloat(value, 'f', decimals, 64)
}

// ticks returns values from zero to at least max, at steps of 1, 2 or 5 times a
// power of ten, no more than most steps, and how many decimals they need.
func ticks(maximum float64, most int) (values []float64, decimals int) {
	if maximum < 1e-12 {
		maximum = 1
	}
	exponent := int(math.Floor(math.Log10(maximum / float64(most))))
	times := 1
	for _, times = range []int{1, 2, 5, 10} {
		if power(times, exponent)*float64(most) >= maximum*(1-1e-9) {
			break
		}
	}
	steps := int(math.Ceil(maximum / power(times, exponent) * (1 - 1e-9)))
	for i := range max(1, steps) + 1 {
		values = append(values, power(i*times, exponent))
	}
	if times == 10 {
		exponent++
	}
	return values, max(0, -exponent)
}

// power returns n times a power of ten, divided where the power is negative so
// that 3 tenths are 0.3.
func power(n, exponent int) float64 {
	if exponent < 0 {
		return float64(n) / math.Pow10(-exponent)
	}
	return float64(n) * math.Pow10(exponent)
}

// plot is the area above a level axis, divided into slots of equal width.
type plot struct {
	canvas
	left, right, top, bottom float64
	reach                    float64 // the value at the top
	slots                    int
}

func (p *plot) pitch() float64          { return (p.right - p.left) / float64(p.slots) }
func (p *plot) x(slot int) float64      { return p.left + (float64(slot)+0.5)*p.pitch() }
func (p *plot) y(value float64) float64 { return p.bottom - value/p.reach*(p.bottom-p.top) }

// plan says what a plot must have room for.
type plan struct {
	width, height float64 // of the drawing; of the area for the marks
	reach         float64 // the highest value
	slots         int
	heads         float64 // width of the heads of the rows below
	margin        float64 // right of the slots
	key           float64 // height above the area
}

// room is how wide a text under or above a slot may be.
func (p *plot) room() float64 { return p.pitch() - 3 }

// every is how many slots one text needs that reads upwards.
func (p *plot) every() int { return int(math.Ceil(lineStep / p.pitch())) }

// newPlot draws the axis and its ticks.
func newPlot(axis Axis, room plan) *plot {
	values, decimals := ticks(math.Max(room.reach, axis.Max), 5)
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = cut(axis.format(v, decimals), room.width/3)
	}
	p := &plot{
		left: math.Max(widest(texts), room.heads) + 8, right: room.width - math.Max(room.margin, 6),
		top: lineStep, reach: values[len(values)-1], slots: room.slots,
	}
	if axis.Label != "" {
		lines, _ := wrap(axis.Label, room.width, 2)
		p.lines("chart-note", Start, 0, lineStep-4, lines)
		p.top += float64(len(lines)) * lineStep
	}
	p.top += room.key
	p.bottom = p.top + room.height
	for i, v := range values {
		class := "chart-grid"
		if i == 0 {
			class = "chart-axis"
		}
		p.path(class, point{p.left, p.y(v)}, point{p.right, p.y(v)})
		p.text("chart-note", End, p.left-6, p.y(v)+middle, texts[i])
	}
	return p
}

// plotHeight is how high the area for the marks is.
func plotHeight(width float64) float64 {
	if width < roomy {
		return 200
	}
	return 250
}

// row is a row of texts, one for each slot, below the axis.
type row struct {
	class string
	head  string // stands left of the row
	texts []string
	// mark draws a sign before the head, around a place; nil draws none.
	mark func(x, y float64)
}

// headRoom is the room for a head and a sign, within reason.
func headRoom(head string, width float64) float64 {
	return math.Min(textWidth(head), width/4) + 16
}

// below writes rows under the slots and returns where the last ends. Texts that
// do not fit side by side are broken at spaces, or else all read upwards; where
// even that is too narrow, only every second, third … is written.
func (p *plot) below(rows ...row) float64 {
	fit := true
	for _, r := range rows {
		_, fits := setTexts(r.texts, p.room())
		fit = fit && fits
	}
	y := p.bottom + 6
	for _, r := range rows {
		if widest(r.texts) == 0 {
			continue
		}
		head := cut(r.head, p.left-24)
		p.text("chart-note", End, p.left-6, y+letter, head)
		if r.mark != nil {
			r.mark(p.left-14-textWidth(head), y+letter-middle)
		}
		if fit {
			y = p.level(y, r)
		} else {
			y = p.turned(y, r)
		}
	}
	return y + 6
}

func (p *plot) level(y float64, r row) float64 {
	texts, _ := setTexts(r.texts, p.room())
	deepest := 1
	for i, lines := range texts {
		p.lines(r.class, Middle, p.x(i), y+letter, lines)
		deepest = max(deepest, len(lines))
	}
	return y + float64(deepest)*lineStep
}

func (p *plot) turned(y float64, r row) float64 {
	depth := float64(lineStep)
	for i := 0; i < len(r.texts); i += p.every() {
		text := cut(r.texts[i], 110)
		if text == "" {
			continue
		}
		m := Mark{Kind: Text, Class: r.class, Anchor: End, Turned: true, X: p.x(i) + middle, Y: y + 4, Text: text}
		if text != r.texts[i] {
			m.Tip = r.texts[i]
		}
		p.add(m)
		depth = math.Max(depth, textWidth(text)+8)
	}
	return y + depth
}

// setTexts breaks every text into at most three lines of a width, if they all fit.
func setTexts(texts []string, width float64) (lines [][]string, fits bool) {
	for _, s := range texts {
		l, whole := wrap(s, width, 3)
		if !whole {
			return nil, false
		}
		lines = append(lines, l)
	}
	return lines, true
}

// allFit says whether texts above the slots leave each other alone.
func (p *plot) allFit(texts []string) bool { return bold*widest(texts) <= p.room() }
