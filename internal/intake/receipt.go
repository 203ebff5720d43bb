package intake

import (
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
)

// Receipt accounts for every row of an import: of each file, rows read are rows
// accepted, merged and rejected together.
type Receipt struct {
	Profile     string
	Files       []FileReceipt
	Samples     int // new samples
	Findings    int // of those
	Corrected   int // recorded samples of which the files say otherwise; of the first of them:
	Corrections []Correction
	Amending    LeftOut // what would be left out if those were corrected
	Causes      []Cause
	Following   int // rows that were rejected because of another row of their sample
	LeftOut     LeftOut
	lines       keptLines
	Near        []NearName // names of substances that nobody has answered for
	Substances  []string   // new in the dictionary, to be reviewed
	Products    []string
	Methods     []string
}

// FileReceipt accounts for one file.
type FileReceipt struct {
	Name     string   `json:"name"`
	SHA256   string   `json:"sha256"`
	Read     int      `json:"read"`
	Accepted int      `json:"accepted"`
	Merged   int      `json:"merged"`
	Rejected int      `json:"rejected"`
	Notes    []string `json:"notes"`
}

// Lines tell of each row that was not accepted what became of it, and why.
func (r *Receipt) Lines() iter.Seq[Line] { return r.lines.all() }

// Total adds up the files.
func (r *Receipt) Total() FileReceipt {
	var total FileReceipt
	for _, f := range r.Files {
		total.Read += f.Read
		total.Accepted += f.Accepted
		total.Merged += f.Merged
		total.Rejected += f.Rejected
	}
	return total
}

func (p *planner) receipt(plan *Plan) *Receipt {
	r := &Receipt{Profile: p.mapping.Profile, Samples: p.samples, Findings: p.findingsTaken}
	r.LeftOut, r.Amending = p.leftOut(false), p.leftOut(true)
	for _, s := range p.sources {
		r.addFile(s)
	}
	r.lines.end()
	r.Causes = causesOf(r.Lines())
	r.Corrected, r.Corrections = len(p.corrections), p.shownCorrections()
	r.Near = p.near
	slices.SortFunc(r.Near, func(a, b NearName) int { return strings.Compare(a.Name, b.Name) })
	for _, s := range plan.Substances {
		r.Substances = append(r.Substances, s.Name)
	}
	for _, x := range plan.Products {
		r.Products = append(r.Products, x.NameEN)
	}
	for _, m := range plan.Methods {
		r.Methods = append(r.Methods, strings.TrimSpace(string(m.Kind)+" "+m.Version)+" of "+m.Lab)
	}
	return r
}

func (r *Receipt) addFile(s *source) {
	t := s.table
	f := FileReceipt{Name: t.File, SHA256: hex.EncodeToString(t.SHA256[:]), Read: t.len() + len(t.Malformed), Notes: s.allNotes()}
	number := func(i int) int { return place{s, i}.row().Number }
	add := func(l Line) {
		l.File = t.File
		r.lines.add(l)
	}
	r.lines.grow(s.told())
	s.steps, s.words = nil, words{}
	for i, fate := range s.fates {
		switch {
		case fate == nil:
			f.Accepted++
		case fate.follows != nil:
			f.Rejected++
			r.Following++
			s.fates[i] = nil // nobody asks any more
			add(Line{Row: number(i), Fate: Rejected, Field: fate.follows.field, Value: clip(fate.follows.value, maxShown), Reason: fate.follows.reason, follows: true})
		case fate.rejected():
			f.Rejected++
			s.fates[i] = nil
			for _, p := range fate.problems {
				add(Line{Row: number(i), Fate: Rejected, Field: p.field, Value: clip(p.value, maxShown), Reason: p.why()})
			}
		case fate.merged != "":
			f.Merged++
			with := ""
			if fate.with != nil {
				with = fate.with.String()
			}
			add(Line{Row: number(i), Fate: Merged, Value: with, Reason: fate.merged})
		default:
			f.Accepted++
		}
	}
	for _, m := range t.Malformed {
		f.Rejected++
		add(Line{Row: m.Number, Fate: Rejected, Reason: clip(m.sentence(), maxReason)}) // not its text: nobody knows what it holds
	}
	r.Files = append(r.Files, f)
}

// told is of how many rows there is something to tell.
func (s *source) told() (n int) {
	for _, f := range s.fates {
		if f != nil {
			n++
		}
	}
	return n + len(s.table.Malformed)
}

// Accepted is what somebody accepts to leave out, for the record of the import.
func (l LeftOut) Accepted() *lab.AcceptedLoss {
	accepted := &lab.AcceptedLoss{Samples: l.Samples, Of: l.Of, Dangers: []string{}}
	for _, d := range l.Dangers {
		accepted.Dangers = append(accepted.Dangers, d.Name)
	}
	return accepted
}

// Summary is the files of the receipt as text, for the record of the import.
func (r *Receipt) Summary() string {
	parts := make([]string, len(r.Files))
	for i, f := range r.Files {
		parts[i] = fmt.Sprintf("%s (SHA-256 %s)", f.Name, f.SHA256)
	}
	return strings.Join(parts, ", ")
}

// shownLines is the number of rows that a receipt on a terminal shows.
const shownLines = 40

// WriteText writes the receipt for a terminal: first why rows were rejected, grouped and
// counted. Of many rows that were not accepted it shows the first ones.
func (r *Receipt) WriteText(w io.Writer) error {
	var b strings.Builder
	r.writeCauses(&b)
	for _, f := range append(append([]FileReceipt{}, r.Files...), r.totalLine()...) {
		fmt.Fprintf(&b, "%s: %d rows read = %d accepted + %d merged + %d rejected\n", f.Name, f.Read, f.Accepted, f.Merged, f.Rejected)
		for _, note := range f.Notes {
			fmt.Fprintf(&b, "  note: %s\n", note)
		}
	}
	fmt.Fprintf(&b, "%d new samples with %d findings\n", r.Samples, r.Findings)
	for _, list := range []struct {
		what  string
		names []string
	}{
		{"substances, to be reviewed", r.Substances}, {"products, to be reviewed", r.Products}, {"methods", r.Methods},
	} {
		if len(list.names) > 0 {
			fmt.Fprintf(&b, "new %s: %s\n", list.what, strings.Join(list.names, "; "))
		}
	}
	r.writeCorrections(&b)
	r.writeMerged(&b)
	r.writeRejected(&b)
	r.writeNear(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeMerged writes how many rows were merged for each reason.
func (r *Receipt) writeMerged(b *strings.Builder) {
	counts := map[string]int{}
	var reasons []string
	for l := range r.Lines() {
		if l.Fate != Merged {
			continue
		}
		reason := l.File + ": " + l.Reason
		if counts[reason]++; counts[reason] == 1 {
			reasons = append(reasons, reason)
		}
	}
	for i, reason := range reasons {
		if i == shownLines {
			fmt.Fprintf(b, "… and rows merged for %d more reasons; --receipt FILE.csv writes them all\n", len(reasons)-i)
			break
		}
		fmt.Fprintf(b, "%d merged, %s\n", counts[reason], reason)
	}
}

// writeRejected writes the first rows that were rejected.
func (r *Receipt) writeRejected(b *strings.Builder) {
	shown := 0
	for l := range r.Lines() {
		if l.Fate != Rejected || l.follows {
			continue
		}
		if shown++; shown > shownLines {
			continue
		}
		fmt.Fprintf(b, "%s row %d rejected: %s\n", l.File, l.Row, l.text())
	}
	if shown > shownLines {
		fmt.Fprintf(b, "… and %d more; --receipt FILE.csv writes them all\n", shown-shownLines)
	}
}

func (r *Receipt) totalLine() []FileReceipt {
	if len(r.Files) < 2 {
		return nil
	}
	total := r.Total()
	total.Name = "together"
	return []FileReceipt{total}
}

func (l Line) text() string {
	var b strings.Builder
	if l.Field != "" {
		b.WriteString(l.Field)
		if l.Value != "" {
			b.WriteString(" " + strconv.Quote(l.Value))
		}
		b.WriteString(": ")
	}
	b.WriteString(l.Reason)
	return b.String()
}

// ReceiptColumns name what Records tells.
var ReceiptColumns = []string{"file", "row", "fate", "field", "value", "reason"}

// Records are the lines of the receipt as a table: how many rows of each file were read and what
// became of them, the reasons with how often each was given, and each row that was not accepted.
func (r *Receipt) Records() [][]string { return r.Told(inEnglish) }

// Telling is how a receipt is told in other words than its own, which are English.
type Telling struct {
	Words   func(english string) string  // instead of a sentence, or of a word for what became of a row
	Field   func(name string) string     // what a field is called
	Changes func(c *Correction) []string // what is corrected
}

var inEnglish = Telling{
	Words: func(english string) string { return english }, Field: func(name string) string { return name },
	Changes: func(c *Correction) []string { return c.Texts },
}

// Told are the records in other words.
func (r *Receipt) Told(t Telling) [][]string { return slices.Collect(r.records(t)) }

func (r *Receipt) records(t Telling) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for _, record := range r.totals(t) {
			if !yield(record) {
				return
			}
		}
		for _, record := range r.correctionRecords(t) {
			if !yield(record) {
				return
			}
		}
		for l := range r.Lines() {
			if !yield([]string{l.File, strconv.Itoa(l.Row), t.Words(l.Fate), t.Field(l.Field), l.Value, t.Words(l.Reason)}) {
				return
			}
		}
	}
}

// totals are the records of what is counted.
func (r *Receipt) totals(t Telling) (records [][]string) {
	for _, f := range r.Files {
		for _, count := range []struct {
			fate string
			n    int
		}{{"read", f.Read}, {"accepted", f.Accepted}, {Merged, f.Merged}, {Rejected, f.Rejected}} {
			records = append(records, []string{f.Name, "", t.Words(count.fate), t.Words("rows"), strconv.Itoa(count.n), ""})
		}
	}
	for i := range r.Causes {
		c := &r.Causes[i]
		records = append(records, []string{c.File, strconv.Itoa(c.Row), t.Words("reason"), t.Field(c.Field), strconv.Itoa(c.Rows), c.In(t.Words)})
	}
	if r.Following > 0 {
		records = append(records, []string{"", "", t.Words("reason"), "", strconv.Itoa(r.Following), t.Words(followingReason)})
	}
	return records
}

// WriteCSV writes the records, with nothing in them that a spreadsheet would take for a formula.
func (r *Receipt) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	err := out.Write(ReceiptColumns)
	for record := range r.records(inEnglish) {
		for i := range record {
			record[i] = lab.NoFormula(record[i])
		}
		err = errors.Join(err, out.Write(record))
	}
	out.Flush()
	if err = errors.Join(err, out.Error()); err != nil {
		return fmt.Errorf("write the receipt: %w", err)
	}
	return nil
}
