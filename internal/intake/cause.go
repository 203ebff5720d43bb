package intake

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Cause is a reason for which rows were rejected, with how many they are and the first.
type Cause struct {
	Field  string `json:"field"`
	Reason string `json:"reason"` // where it differs from row to row, with … for what differs
	Rows   int    `json:"rows"`
	File   string `json:"file"`
	Row    int    `json:"row"`
	Value  string `json:"value"` // of the first row

	first string // the reason of the first row
}

// In is the reason in other words, without what differs from row to row.
func (c *Cause) In(words func(string) string) string {
	said := words(c.first)
	if c.first != c.Reason {
		return differs.ReplaceAllString(said, "…")
	}
	return said
}

// differs is what differs in the same reason from row to row: what the file says, numbers
// and days.
var differs = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|\pL*\d(?:[\pL\d.,:/-]*[\pL\d])?`)

// causesOf groups the reasons of the rows that were rejected, the most frequent first. Rows
// that were rejected because of another have none of their own.
func causesOf(lines iter.Seq[Line]) []Cause {
	places, last := map[[2]string]int{}, map[int]Line{}
	var causes []Cause
	for l := range lines {
		if l.Fate != Rejected || l.follows {
			continue
		}
		key := [2]string{l.Field, differs.ReplaceAllString(l.Reason, "…")}
		i, known := places[key]
		if !known {
			i = len(causes)
			places[key] = i
			causes = append(causes, Cause{l.Field, l.Reason, 0, l.File, l.Row, l.Value, l.Reason})
		}
		if c := &causes[i]; c.Reason != l.Reason {
			c.Reason = key[1]
		}
		if before := last[i]; before.File != l.File || before.Row != l.Row {
			causes[i].Rows++
			last[i] = l
		}
	}
	slices.SortStableFunc(causes, func(a, b Cause) int { return cmp.Compare(b.Rows, a.Rows) })
	return causes
}

// followingReason stands for all reasons of rows of which another is at fault.
const followingReason = "Another row of the sample is rejected."

// shownCauses is the number of reasons that a receipt on a terminal shows.
const shownCauses = 20

func (r *Receipt) writeCauses(b *strings.Builder) {
	if len(r.Causes) == 0 {
		return
	}
	b.WriteString("Rows were rejected, for these reasons:\n")
	for i, c := range r.Causes {
		if i == shownCauses {
			fmt.Fprintf(b, "  … and %d more reasons; --receipt FILE.csv writes them all\n", len(r.Causes)-i)
			break
		}
		l := Line{Field: c.Field, Reason: c.Reason}
		fmt.Fprintf(b, "  %s: %s (first: row %d of %s)\n", rowsText(c.Rows), l.text(), c.Row, c.File)
	}
	if r.Following > 0 {
		fmt.Fprintf(b, "  and %s with them: %s\n", rowsText(r.Following), followingReason)
	}
}

// rowsText counts rows, in groups of three digits.
func rowsText(n int) string {
	if n == 1 {
		return "1 row"
	}
	return grouped(n) + " rows"
}

func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + " " + text[i:]
	}
	return text
}

// WriteJSON writes the whole receipt, the lines one by one.
func (r *Receipt) WriteJSON(w io.Writer) error {
	if err := r.writeJSON(bufio.NewWriter(w)); err != nil {
		return fmt.Errorf("write the receipt: %w", err)
	}
	return nil
}

func (r *Receipt) writeJSON(w *bufio.Writer) error {
	near := make(map[string][]string, len(r.Near))
	for _, n := range r.Near {
		near[n.Name] = n.names()
	}
	const linesKey = "\n  \"lines\": "
	rest, err := jsonOf("", map[string]any{
		"profile": r.Profile, "left_out": r.LeftOut, "causes": r.Causes, "following": r.Following, "files": r.Files, "samples": r.Samples, "findings": r.Findings,
		"substances": r.Substances, "products": r.Products, "methods": r.Methods, "near": near, "lines": nil,
		"corrected": r.Corrected, "corrections": r.Corrections, "left_out_if_corrected": r.Amending,
	})
	if err != nil {
		return err
	}
	before, after, _ := strings.Cut(rest, linesKey+"null")
	_, err = w.WriteString(before + linesKey)
	mark := "["
	for l := range r.Lines() {
		line, wrong := jsonOf("    ", l)
		_, failed := w.WriteString(mark + "\n    " + line)
		if mark, err = ",", errors.Join(err, wrong, failed); err != nil {
			return err
		}
	}
	end := "\n  ]"
	if mark == "[" {
		end = "null"
	}
	_, failed := w.WriteString(end + after + "\n")
	return errors.Join(err, failed, w.Flush())
}

// jsonOf writes a value as JSON for people, each further line behind a prefix.
func jsonOf(prefix string, value any) (string, error) {
	var b strings.Builder
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent(prefix, "  ")
	err := out.Encode(value)
	return strings.TrimSuffix(b.String(), "\n"), err
}
