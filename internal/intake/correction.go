package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
)

// Correction is a recorded sample of which the files say otherwise.
type Correction struct {
	ID      string         `json:"id"`
	File    string         `json:"file"`
	Row     int            `json:"row"` // that describes the sample
	Dangers []string       `json:"dangers"`
	Texts   []string       `json:"changes"` // in English, "what: as recorded → as it is read here"
	Taken   bool           `json:"taken"`   // it is corrected where the files are taken
	What    *lab.Corrected `json:"-"`
}

// correction is one that was found, by its draft.
type correction struct {
	draft   int
	version int32 // of the recorded sample
	shown   *Correction
}

// inTrial is a reason for which a correction is tried.
var inTrial = lab.Why{ReasonCode: lab.PublicationReasons[0]}

const saysOtherwise = "The sample is recorded already, and the source now says otherwise of it: nothing of a recorded sample is changed without a reason."

// correct finds what an arrival changes of the sample that is recorded by its id, and tells
// whether it is taken. What changes nothing is merged; what cannot be corrected by a file is
// rejected, and so is all where nobody has said that recorded samples are to be corrected.
func (p *planner) correct(d *draft, a *lab.Arrival) bool {
	if p.known.Files == nil || len(p.corrections) >= lab.MostCorrections {
		p.corrections = append(p.corrections, correction{draft: d.n})
		d.at.reject(problem{"id", d.id, saysOtherwise})
		return false
	}
	recorded := p.recorded[d.id]
	if err := recorded.Correctable(); err != nil {
		p.rejectSample(d, err)
		return false
	}
	a.Unread = p.unread()
	after, err := p.dictionary.Correct(&recorded.File, a, inTrial)
	if err == nil {
		_, err = p.dictionary.Follows(after, inTrial)
	}
	if err != nil {
		p.rejectSample(d, err)
		return false
	}
	what := p.dictionary.CorrectionOf(&recorded.File, after)
	if what.None() {
		d.isRecorded(recordedAlike)
		return false
	}
	c := &Correction{ID: d.id, File: d.at.source.table.File, Row: d.at.row().Number, Texts: p.textsOf(&what), Taken: p.known.Amend, What: &what}
	for _, id := range what.Graves {
		c.Dangers = append(c.Dangers, p.dictionary.Substances[id].Name)
	}
	p.corrections = append(p.corrections, correction{d.n, recorded.Sample.Version, c})
	if !p.known.Amend {
		d.at.reject(problem{"id", d.id, saysOtherwise})
	}
	return p.known.Amend
}

// ErrMeanwhile means that something was recorded, or taken back, while the files were read.
var ErrMeanwhile = fmt.Errorf("something else was recorded while the files were read, and nothing of them is taken; import them again: %w", lab.ErrConflict)

// lookUpFiles asks the registry for what it has of the drafts from one on that are recorded, and of
// which the files say otherwise: of all these at a time, and of none once too many are corrected.
func (p *planner) lookUpFiles(from int, looked []lookedUp) error {
	p.recorded = map[string]*lab.RecordedFile{}
	var ids []string
	for i := range looked {
		x := &looked[i]
		if !x.isRecorded {
			continue
		}
		d := p.draft(from + i)
		if x.same = p.digestOf(d) == x.digest; !x.same {
			ids = append(ids, strings.Clone(d.id))
		}
	}
	if p.known.Files == nil || len(ids) == 0 || len(p.corrections) >= lab.MostCorrections {
		return nil
	}
	files, err := p.known.Files(ids)
	for i := range files {
		p.recorded[files[i].Sample.SourceRef] = &files[i]
	}
	if err == nil && len(files) < len(ids) {
		err = ErrMeanwhile
	}
	return err
}

// unread are the fields of a sample and of its findings of which the mapping reads nothing.
func (p *planner) unread() (keys []string) {
	for _, f := range lab.SampleFields {
		name := f.Key
		if known, ok := fieldOf[name]; ok {
			name = known
		}
		if strings.HasPrefix(name, "price_") {
			name = "price"
		} else if name == "received_unit" {
			name = "received_amount"
		}
		known := slices.ContainsFunc(sampleFields, func(x sampleField) bool { return x.name == name })
		if known && name != "not_analysed" && !slices.ContainsFunc(p.sample.columns, func(c *column) bool { return c.spec.name == name }) {
			keys = append(keys, f.Key)
		}
	}
	if p.sample.notAnalysed == nil {
		keys = append(keys, lab.UnreadNotAnalysed)
	}
	b := p.sets[0] // all are bound to the same fields
	for _, x := range []struct {
		key  string
		read *column
	}{{lab.UnreadPublishedOn, b.publishedOn}, {lab.UnreadBasis, b.basis}, {lab.UnreadUncertainty, b.uncertainty}, {lab.UnreadStereo, b.stereo}, {lab.UnreadAbundance, b.abundance}} {
		if x.read == nil {
			keys = append(keys, x.key)
		}
	}
	return keys
}

// correctsIn is the version of the recorded sample that a draft corrects, 0 where it is new.
func (p *planner) correctsIn(draft int) int32 {
	i, is := slices.BinarySearchFunc(p.corrections, draft, func(c correction, draft int) int { return c.draft - draft })
	if !is {
		return 0
	}
	return p.corrections[i].version
}

// amended are the drafts that correct recorded samples, and their rows of findings; none where
// they are not amended.
func (p *planner) amended(amending bool) (drafts, rows map[int]bool) {
	drafts, rows = map[int]bool{}, map[int]bool{}
	for _, c := range p.corrections {
		if !amending || c.shown == nil {
			continue
		}
		drafts[c.draft] = true
		for _, at := range p.draft(c.draft).rows {
			if at.source == p.findings() {
				rows[at.index] = true
			}
		}
	}
	return drafts, rows
}

// shownCorrections are the corrections that a receipt tells of: those that concern a substance of
// high or extreme danger first.
func (p *planner) shownCorrections() (list []Correction) {
	for _, c := range p.corrections {
		if c.shown != nil {
			list = append(list, *c.shown)
		}
	}
	slices.SortStableFunc(list, func(a, b Correction) int { return min(1, len(b.Dangers)) - min(1, len(a.Dangers)) })
	return list
}

// textsOf says in English what a correction changes: dangers, other substances, then the rest.
func (p *planner) textsOf(c *lab.Corrected) (texts []string) {
	methods := map[lab.MethodID]bool{}
	found := slices.Clone(c.Graves) // first
	for _, e := range slices.Concat(c.Gone, c.Fresh) {
		methods[e.Analysis.MethodID] = true
		for _, f := range e.Findings {
			found = append(found, f.SubstanceID)
		}
	}
	var told []lab.SubstanceID
	for _, id := range found {
		if slices.Contains(told, id) {
			continue
		}
		told = append(told, id)
		was, now := p.foundOf(c.Gone, id, len(methods) > 1), p.foundOf(c.Fresh, id, len(methods) > 1)
		if was == now {
			continue
		}
		name := p.dictionary.Substances[id].Name
		if slices.Contains(c.Graves, id) {
			name += " (high or extreme danger)"
		}
		texts = append(texts, fmt.Sprintf("%s: %s → %s", name, was, now))
	}
	for _, x := range c.All() {
		if strings.HasPrefix(x.Field, "findings.") {
			continue
		}
		texts = append(texts, fmt.Sprintf("%s: %s → %s", x.Field, p.valueText(x.Field, x.Old), p.valueText(x.Field, x.New)))
	}
	return texts
}

// foundOf says what was found of a substance, and where several are involved by which method.
func (p *planner) foundOf(evidence []lab.Evidence, id lab.SubstanceID, several bool) string {
	var texts []string
	for i := range evidence {
		e := &evidence[i]
		for j := range e.Findings {
			if e.Findings[j].SubstanceID != id {
				continue
			}
			text := findingText(&e.Findings[j])
			if m := p.dictionary.Methods[e.Analysis.MethodID]; m != nil && several {
				text += " (" + strings.TrimSpace(string(m.Kind)+" "+m.Version) + ")"
			}
			texts = append(texts, text)
		}
	}
	if len(texts) == 0 {
		return "not told"
	}
	return strings.Join(texts, " and ")
}

// findingText says what was found, with all that is told of it.
func findingText(f *lab.Finding) string {
	text := string(f.Detection)
	if f.Detection == lab.Quantified {
		text = f.Amount.String()
		if f.Basis != lab.BasisUnknown {
			text += " as " + string(f.Basis)
		}
	}
	if f.Uncertainty > 0 {
		half := f.Amount
		half.Value = f.Uncertainty
		text += " ± " + half.String()
	}
	for _, more := range []string{string(f.Stereo), string(f.Abundance), f.ReportedAs} {
		if more != "" {
			text += ", " + more
		}
	}
	if f.Peaks > 1 {
		text += fmt.Sprintf(", %d peaks", f.Peaks)
	}
	return text
}

// valueText writes the content of a field.
func (p *planner) valueText(field string, v lab.Value) string {
	text := v.String()
	switch field {
	case "product_id":
		if x := p.dictionary.Products[lab.ProductID(v.Number())]; x != nil { //nolint:gosec // a number of ours
			text = x.NameEN
		}
	case "method_id":
		text = ""
		if m := p.dictionary.Methods[lab.MethodID(v.Number())]; m != nil { //nolint:gosec // a number of ours
			text = strings.TrimSpace(string(m.Kind) + " " + m.Version)
		}
	case "expected":
		text = p.expectedText(v)
	case "width_um", "height_um", "thick_um", "weight_ug", "price_amount", "price_quantity", "received_amount":
		text = thousandths(field, v.Number())
	}
	if text == "" || text == "[]" || text == "null" {
		return "nothing"
	}
	return clip(text, maxShown)
}

// thousandths writes a number that is recorded in thousandths of what people say; a size of nothing
// is none.
func thousandths(field string, n int64) string {
	text := strconv.FormatFloat(float64(n)/1000, 'f', -1, 64)
	switch {
	case n == 0 && field != "price_amount":
		return ""
	case strings.HasSuffix(field, "_um"):
		return text + " mm"
	case field == "weight_ug":
		return text + " mg"
	}
	return text
}

// expectedText names what was expected.
func (p *planner) expectedText(v lab.Value) string {
	var names []string
	for _, token := range v.List() {
		if x := p.dictionary.Substances[lab.SubstanceID(token.Number())]; x != nil && !strings.HasPrefix(string(token), `"`) { //nolint:gosec // a number of ours
			names = append(names, x.Name)
		} else {
			names = append(names, token.Text())
		}
	}
	return strings.Join(names, ", ")
}

// writeCorrections writes what recorded samples would be corrected, or are.
func (r *Receipt) writeCorrections(b *strings.Builder) {
	if r.Corrected == 0 {
		return
	}
	taken := "not changed without a reason"
	if len(r.Corrections) > 0 && r.Corrections[0].Taken {
		taken = "to be corrected"
	}
	fmt.Fprintf(b, "%d recorded samples of which the source now says otherwise, %s:\n", r.Corrected, taken)
	for i, c := range r.Corrections {
		if i == shownLines {
			break
		}
		fmt.Fprintf(b, "  %s (row %d of %s): %s\n", shownID(c.ID), c.Row, c.File, strings.Join(c.Texts, "; "))
	}
	if more := r.Corrected - min(shownLines, len(r.Corrections)); more > 0 {
		fmt.Fprintf(b, "… and %d more; --receipt FILE.csv writes them\n", more)
	}
}

// Corrected is the fate of a recorded sample of which the files say otherwise, in a receipt.
const Corrected = "corrected"

// correctionRecords tell of each recorded sample of which the files say otherwise what differs.
func (r *Receipt) correctionRecords(t Telling) (records [][]string) {
	for i := range r.Corrections {
		c := &r.Corrections[i]
		fate := Corrected
		if !c.Taken {
			fate = "recorded otherwise"
		}
		for _, text := range t.Changes(c) {
			records = append(records, []string{c.File, strconv.Itoa(c.Row), t.Words(fate), t.Field("id"), c.ID, text})
		}
	}
	return records
}

// CorrectionsSum tells what would be corrected from what another reading would correct.
func (r *Receipt) CorrectionsSum() string {
	h := sha256.New()
	_, _ = fmt.Fprintln(h, r.Corrected)
	for _, c := range r.Corrections {
		_, _ = fmt.Fprintf(h, "%q %q\n", c.ID, c.Texts)
	}
	return hex.EncodeToString(h.Sum(nil))
}
