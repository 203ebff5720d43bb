package intake

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// numberFormat is how a workbook shows a number, taken apart: up to four sections,
// of which the number chooses one, and the last of which may be for text.
type numberFormat struct {
	sections []formatSection
	text     *formatSection // for text; nil: as it is
}

// formatSection is one of the ways in which a format shows a number.
type formatSection struct {
	operator string // of a condition: < <= > >= = <>, or empty
	limit    float64

	general                 bool // as if there were no format
	year, month, day, clock bool // parts of a date that are shown
	digits, decimals        int  // places for digits, and those behind the mark
	percent                 int
	thousands               bool // marks between thousands
	scaled                  bool // shown in thousands, or smaller still
	scientific, fraction    bool
	places                  []formatPlace // in the order in which they are shown
}

// formatPlace is one place of a section: a sign that stands for something, or a text.
type formatPlace struct {
	sign rune // 0, # or ? for a digit, @ for the text of the cell; else 0
	text string
}

// builtInFormats are the formats that a workbook names by number alone. What is
// missing is general.
var builtInFormats = map[int]string{
	1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: `"$"#,##0`, 6: `"$"#,##0`, 7: `"$"#,##0.00`, 8: `"$"#,##0.00`, 9: "0%", 10: "0.00%", 11: "0.00E+00",
	12: "# ?/?", 13: "# ??/??", 14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
	22: "m/d/yy h:mm", 27: "yyyy-m-d", 30: "m/d/yy", 31: "yyyy-m-d", 36: "yyyy-m-d", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00",
	41: `#,##0;-#,##0;"-"`, 42: `"$"#,##0;-"$"#,##0;"-"`, 43: `#,##0.00;-#,##0.00;"-"`, 44: `"$"#,##0.00;-"$"#,##0.00;"-"`,
	45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@", 50: "yyyy-m-d", 57: "yyyy-m-d",
}

// parseFormat takes a format apart.
func parseFormat(code string) *numberFormat {
	f := &numberFormat{}
	for _, text := range splitSections(code) {
		s := parseSection(text)
		holdsText := slices.ContainsFunc(s.places, func(p formatPlace) bool { return p.sign == '@' })
		switch {
		case len(f.sections) == 3 || holdsText && len(f.sections) > 0:
			f.text = &s
		case holdsText:
			f.text, s.general = &s, true
			f.sections = append(f.sections, s)
		default:
			f.sections = append(f.sections, s)
		}
	}
	return f
}

// splitSections divides a format at the semicolons that are not text.
func splitSections(code string) []string {
	var sections []string
	start, quoted := 0, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\' || c == '_' || c == '*':
			i++
		case c == ';':
			sections, start = append(sections, code[start:i]), i+1
		}
	}
	return append(sections, code[start:])
}

// sectionReader reads a section from its beginning.
type sectionReader struct {
	formatSection
	rest   string
	dates  []string // runs of date letters, in their order
	commas int      // since the last place of a digit
	point  bool
}

func parseSection(text string) formatSection {
	r := &sectionReader{rest: text}
	for r.rest != "" {
		r.next()
	}
	r.scaled = r.commas > 0 && r.digits > 0
	r.setDates()
	return r.formatSection
}

// next reads one element of the section.
func (r *sectionReader) next() {
	first := []rune(r.rest)[0]
	size := len(string(first))
	lower := unicode.ToLower(first)
	switch {
	case first == '"':
		text, rest, _ := strings.Cut(r.rest[1:], `"`)
		r.literal(text)
		r.rest = rest
	case first == '\\':
		r.rest = r.rest[1:]
		r.literal(r.take(1))
	case first == '_' || first == '*':
		r.rest = r.rest[1:]
		r.take(1)
	case first == '[':
		text, rest, _ := strings.Cut(r.rest[1:], "]")
		r.bracket(text)
		r.rest = rest
	case len(r.rest) >= 7 && strings.EqualFold(r.rest[:7], "general"):
		r.general, r.rest = true, r.rest[7:]
	case hasFoldedPrefix(r.rest, "am/pm"):
		r.clock, r.rest = true, r.rest[5:]
	case hasFoldedPrefix(r.rest, "a/p"):
		r.clock, r.rest = true, r.rest[3:]
	case lower == 'e' && r.digits > 0 && len(r.rest) > 1 && (r.rest[1] == '+' || r.rest[1] == '-'):
		r.scientific, r.rest = true, r.rest[2:]
	case strings.ContainsRune("ymdhsgeb", lower):
		n := len(r.rest) - len(strings.TrimLeft(r.rest, string([]rune{lower, unicode.ToUpper(lower)})))
		r.dates, r.rest = append(r.dates, strings.ToLower(r.rest[:n])), r.rest[n:]
	default:
		r.rest = r.rest[size:]
		r.sign(first)
	}
}

func hasFoldedPrefix(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

func (r *sectionReader) take(runes int) string {
	text := []rune(r.rest)
	n := min(runes, len(text))
	r.rest = string(text[n:])
	return string(text[:n])
}

func (r *sectionReader) literal(text string) {
	if text != "" {
		r.places = append(r.places, formatPlace{text: text})
	}
}

// sign reads a character that stands for itself or for a digit.
func (r *sectionReader) sign(c rune) {
	switch c {
	case '0', '#', '?':
		if r.thousands = r.thousands || r.commas > 0; r.point {
			r.decimals++
		}
		r.digits++
		r.commas = 0
		r.places = append(r.places, formatPlace{sign: c})
	case '@':
		r.places = append(r.places, formatPlace{sign: c})
	case ',':
		if r.digits > 0 {
			r.commas++
		}
	case '.':
		r.point = r.point || len(r.dates) == 0
	case '%':
		r.percent++
	case '/':
		if len(r.dates) == 0 && r.digits > 0 {
			r.fraction = true
		}
		r.literal("/")
	default:
		r.literal(string(c))
	}
}

// bracket reads what stands between brackets: a condition, a currency, hours that
// run on, or a colour.
func (r *sectionReader) bracket(text string) {
	switch {
	case strings.HasPrefix(text, "$"):
		currency, _, _ := strings.Cut(text[1:], "-")
		r.literal(currency)
	case text != "" && strings.Trim(strings.ToLower(text), "hms") == "":
		r.clock = true
	default:
		operator := text[:len(text)-len(strings.TrimLeft(text, "<>="))]
		if limit, err := strconv.ParseFloat(text[len(operator):], 64); err == nil && operator != "" {
			r.operator, r.limit = operator, limit
		}
	}
}

// setDates says which parts of a date are shown. An m beside hours or seconds is
// minutes.
func (r *sectionReader) setDates() {
	for i, run := range r.dates {
		switch run[0] {
		case 'y', 'e', 'b':
			r.year = true
		case 'd':
			r.day = r.day || len(run) <= 2
		case 'h', 's':
			r.clock = true
		case 'm':
			after := i > 0 && r.dates[i-1][0] == 'h'
			before := i+1 < len(r.dates) && r.dates[i+1][0] == 's'
			if after || before || i == 0 && len(r.dates) == 1 && r.clock {
				r.clock = true
			} else {
				r.month = true
			}
		}
	}
}

// isDate tells that the number is shown as a date or a time.
func (s *formatSection) isDate() bool { return s.year || s.month || s.day || s.clock }

// choose returns the section that shows the number, and whether it is for negative
// numbers, whose sign it then writes itself. Nil: the number is not shown at all.
func (f *numberFormat) choose(value float64) (section *formatSection, signed bool) {
	n := len(f.sections)
	if n == 0 {
		return nil, false
	}
	if f.sections[0].operator == "" && (n < 2 || f.sections[1].operator == "") {
		switch {
		case n == 1 || value > 0 || value == 0 && n < 3:
			return &f.sections[0], false
		case value < 0:
			return &f.sections[1], true
		}
		return &f.sections[2], false
	}
	for i := range f.sections {
		if f.sections[i].holds(value, i, n) {
			return &f.sections[i], false
		}
	}
	return nil, false
}

// holds tells whether the section is for the number, where sections have
// conditions. Without one of its own the second is for negative numbers, if there is
// a third, and the last for all others.
func (s *formatSection) holds(value float64, place, of int) bool {
	switch s.operator {
	case "<":
		return value < s.limit
	case "<=":
		return value <= s.limit
	case ">":
		return value > s.limit
	case ">=":
		return value >= s.limit
	case "=":
		return value == s.limit
	case "<>":
		return value != s.limit
	}
	return place == of-1 || place == 0 && value > 0 || place == 1 && value < 0
}

// literals is what the section writes beside the digits, without what only divides
// or tells the sign.
func (s *formatSection) literals() string {
	var b strings.Builder
	for _, p := range s.places {
		if !s.fraction || p.text != "/" {
			b.WriteString(p.text)
		}
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("()-+,", r) {
			return -1
		}
		return r
	}, b.String())
}

// misleads tells that the section writes signs about the digits that make another number of what is
// seen: 1,2 of 12, -5 or (5) of 5, 12+ of 12. Spaces between thousands do not, nor does the ,- behind a price; a
// section for negative numbers writes their sign.
func (s *formatSection) misleads(signed bool) bool {
	left, tail := s.digits, ""
	if s.general {
		left = 1 // somewhere
	}
	for _, p := range s.places {
		between := left > 0 && left < s.digits && !s.fraction
		switch {
		case p.sign != 0:
			left--
		case left == 0:
			tail += p.text
		case strings.Contains(p.text, ","), between && strings.ContainsAny(p.text, ".'"), !signed && strings.ContainsAny(p.text, minusSigns):
			return true
		case between && strings.TrimSpace(p.text) == "" && (left <= s.decimals || (left-s.decimals)%3 != 0):
			return true
		}
	}
	return !signed && strings.ContainsAny(noCents.ReplaceAllString(strings.TrimSpace(tail), ""), minusSigns+"+")
}

// isPlain tells that the section shows a number as if there were no format.
func (s *formatSection) isPlain(signed bool) bool {
	return s.general && s.literals() == "" && !s.misleads(signed)
}

// minusSigns make a number negative for whoever reads it.
const minusSigns = "-(\u2212\u2013"

// noCents stands behind a price without cents: 25,-.
var noCents = regexp.MustCompile("^[.,][-\u2013]+")

// onlyText tells that the section writes a text instead of the number.
func (s *formatSection) onlyText() (string, bool) {
	if s.general || s.digits > 0 || s.isDate() {
		return "", false
	}
	var b strings.Builder
	for _, p := range s.places {
		b.WriteString(p.text)
	}
	return strings.TrimSpace(b.String()), true
}

// isAsItIs tells that the section shows a text as the cell holds it.
func (s *formatSection) isAsItIs() bool {
	texts := 0
	for _, p := range s.places {
		if p.sign == '@' {
			texts++
		} else if p.sign != 0 || strings.TrimSpace(p.text) != "" {
			return false
		}
	}
	return texts == 1
}

// showsZero tells that the section rounds a number to zero that is not.
func (s *formatSection) showsZero(value float64) bool {
	if s.general || s.scientific || s.fraction || s.digits == 0 || value == 0 {
		return false
	}
	return math.Abs(value)*math.Pow(100, float64(s.percent)) < 0.5*math.Pow(10, -float64(s.decimals))
}

// leavesOut tells that the section shows nothing of a number that is zero.
func (s *formatSection) leavesOut(value float64) bool {
	return value == 0 && !s.general && s.digits > 0 && !slices.ContainsFunc(s.places, func(p formatPlace) bool { return p.sign == '0' })
}

// integer writes a whole number as the section shows it, false where that depends on
// the computer on which it is looked at or cannot be told.
func (s *formatSection) integer(digits string, signed bool) (string, bool) {
	digits, negative := strings.CutPrefix(digits, "-")
	sign := ""
	if negative && !signed {
		sign = "-"
	}
	if s.general {
		return sign + digits, s.isPlain(signed)
	}
	if s.decimals > 0 || s.percent > 0 || s.thousands || s.scaled || s.scientific || s.fraction || s.digits == 0 {
		return "", false
	}
	if digits == "0" {
		digits = ""
	}
	shown, left := make([]string, len(s.places)), s.digits
	for i := len(s.places) - 1; i >= 0; i-- {
		if shown[i] = s.places[i].text; s.places[i].sign == 0 {
			continue
		}
		left--
		switch {
		case left == 0 && digits != "":
			shown[i], digits = digits, ""
		case digits != "":
			shown[i], digits = digits[len(digits)-1:], digits[:len(digits)-1]
		case s.places[i].sign == '0':
			shown[i] = "0"
		}
	}
	return sign + strings.TrimSpace(strings.Join(shown, "")), true
}
