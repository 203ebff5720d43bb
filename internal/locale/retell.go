package locale

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"marquis/internal/lab"
)

// Retell says in the language what was said of a file in English: why it cannot be read, why
// rows of it were rejected, what a reader should know. It recognises the formats of
// sentences/LANGUAGE.json and of sentences/files.LANGUAGE.json; the names, values and numbers of
// the file stay as they are. What nobody has said in the language stays English.
//
// In what a language says of files, %w stands for what is a sentence of its own, %v for what may be
// one, or a day or an amount, %d for numbers, and each other verb for what stays as it is.
func (l *Locale) Retell(english string) string {
	if len(l.aboutFiles) == 0 {
		return english
	}
	r := retelling{Locale: l, told: map[string]string{}}
	lines := strings.Split(english, "\n")
	for i, line := range lines {
		if own, ok := r.sentence(line); ok {
			lines[i] = own
		}
	}
	return strings.Join(lines, "\n")
}

// heard is a format by which a sentence is recognised, with what the language says instead.
type heard struct {
	format, own string
	pieces      []piece
	literal     int            // bytes of it that are no verbs
	verbs       map[int]string // of what the language says
	domain      bool           // its arguments are the domain's, which a language writes in its own way
}

// piece is a verb of a format with the literal before it and the number of its argument; without
// a verb at the end.
type piece struct {
	before string
	verb   byte
	arg    int
}

// readHeard takes the formats of two lists to pieces: those that say most first, since others may
// stand for any text. A format of the domain that says nothing itself, such as "%s", tells nothing.
func readHeard(domain, aboutFiles map[string]string) []*heard {
	var list []*heard
	for i, sentences := range []map[string]string{domain, aboutFiles} {
		for format, own := range sentences {
			h := &heard{format: format, own: own, pieces: piecesOf(format), verbs: verbs(own), domain: i == 0}
			said := ""
			for _, p := range h.pieces {
				said += p.before
			}
			if h.literal = len(said); h.domain && !strings.ContainsFunc(said, unicode.IsLetter) {
				continue
			}
			list = append(list, h)
		}
	}
	slices.SortFunc(list, func(a, b *heard) int {
		return cmp.Or(cmp.Compare(b.literal, a.literal), cmp.Compare(b.sentences(), a.sentences()), strings.Compare(a.format, b.format))
	})
	return list
}

// sentences counts what has to be a sentence in it.
func (h *heard) sentences() int { return strings.Count(h.own, "%w") }

// piecesOf takes a format to pieces.
func piecesOf(format string) []piece {
	var pieces []piece
	before, next := "", 1
	for {
		at := verb.FindStringSubmatchIndex(format)
		if at == nil {
			return append(pieces, piece{before: before + format})
		}
		if before += format[:at[0]]; at[2] >= 0 {
			next, _ = strconv.Atoi(format[at[2]:at[3]])
		}
		if v := format[at[4]]; v == '%' {
			before += "%"
		} else {
			pieces, before = append(pieces, piece{before, v, next}), ""
			next++
		}
		format = format[at[1]:]
	}
}

// retelling is one text that is being said in the language, with what was found out of its parts:
// nothing for those that are no sentences.
type retelling struct {
	*Locale
	told map[string]string
}

// sentence says a text in the language, or tells that it is no sentence. A sentence may have been
// made of an error, with a capital and a point.
func (r *retelling) sentence(text string) (string, bool) {
	if own, known := r.told[text]; known {
		return own, own != ""
	}
	own := r.asItStands(text)
	if body, ends := strings.CutSuffix(text, "."); own == "" && ends {
		if own = cmp.Or(r.asItStands(withFirst(body, unicode.ToLower)), r.asItStands(body)); own != "" {
			own += "."
			if first, _ := utf8.DecodeRuneInString(text); unicode.IsUpper(first) {
				own = withFirst(own, unicode.ToUpper)
			}
		}
	}
	r.told[text] = own
	return own, own != ""
}

func withFirst(text string, change func(rune) rune) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(change(first)) + text[size:]
}

// asItStands says a text by the first format that it is of, empty where it is of none.
func (r *retelling) asItStands(text string) string {
	if text == "" {
		return ""
	}
	for _, h := range r.heard() {
		if len(text) < h.literal || !strings.HasPrefix(text, h.pieces[0].before) {
			continue
		}
		args := map[int]string{}
		if r.match(h, h.pieces, text, args) {
			return fillIn(h.own, args)
		}
	}
	return ""
}

// match finds what fills the pieces of a format in, as the language says it.
func (r *retelling) match(h *heard, pieces []piece, text string, args map[int]string) bool {
	p := pieces[0]
	rest, ok := strings.CutPrefix(text, p.before)
	if !ok || p.verb == 0 {
		return ok && rest == ""
	}
	for end := range ends(p.verb, pieces[1], rest) {
		said, ok := r.argument(h, p.arg, rest[:end])
		if ok && r.match(h, pieces[1:], rest[end:], args) {
			args[p.arg] = said
			return true
		}
	}
	return false
}

// ends are the places at which what a verb wrote may end, before the next piece.
func ends(v byte, next piece, text string) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		switch {
		case v == 'q':
			if quoted, err := strconv.QuotedPrefix(text); err == nil {
				yield(len(quoted))
			} else if strings.HasPrefix(text, emptyWord) {
				yield(len(emptyWord))
			}
		case v == 'd':
			yield(len(text) - len(strings.TrimLeft(text, "-0123456789")))
		case next.verb == 0 && next.before == "":
			yield(len(text))
		default:
			for from := 0; from <= len(text); from++ {
				i := strings.Index(text[from:], next.before)
				if i < 0 || !yield(from+i) {
					return
				}
				from += i
			}
		}
	}
}

// emptyWord is what an English sentence quotes of an empty text.
var emptyWord = lab.Quoted("")

// argument is what fills a format in, as the language says it; false where the language has a
// sentence there, and this is none.
func (r *retelling) argument(h *heard, arg int, text string) (string, bool) {
	switch v := h.verbs[arg]; {
	case text == emptyWord:
		return r.Text("page.sentence.empty"), true
	case v == "d":
		return text, strings.Trim(text, "-0123456789, ") == ""
	case strings.Contains(v, "w"):
		return r.sentence(text)
	case strings.Contains(v, "v"), h.domain && v == "s":
		if own, ok := r.sentence(text); ok {
			return own, true
		}
		return r.asWritten(text), true
	}
	return text, true
}

var amountText = regexp.MustCompile(`^\d+\.\d+( ?(%|mg|µg|g|ml|mg/ml))?$`)

// asWritten writes a day or an amount as the language does, and leaves any other text.
func (l *Locale) asWritten(text string) string {
	if day, err := lab.ParseDate(text); err == nil {
		return l.Date(day)
	}
	if amountText.MatchString(text) {
		return strings.Replace(text, ".", l.Mark(), 1)
	}
	return text
}

// fillIn fills a format in with texts.
func fillIn(format string, args map[int]string) string {
	var b strings.Builder
	next := 1
	for {
		at := verb.FindStringSubmatchIndex(format)
		if at == nil {
			return b.String() + format
		}
		b.WriteString(format[:at[0]])
		if at[2] >= 0 {
			next, _ = strconv.Atoi(format[at[2]:at[3]])
		}
		if format[at[4]] == '%' {
			b.WriteByte('%')
		} else {
			b.WriteString(args[next])
			next++
		}
		format = format[at[1]:]
	}
}
