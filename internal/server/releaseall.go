package server

import (
	"errors"
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// releaseAllPage lists what can be released at once, or what became of it.
type releaseAllPage struct {
	page.View
	Action string
	Rows   []releaseRow
	Done   bool
	More   bool // than fit on the page
	Passed int  // that need a look of their own
	Held   []heldRow
}

// releaseRow is one sample with what would be, or was, released of it.
type releaseRow struct {
	Address, Number, Value string
	Product                string
	Kind, Outcome          tagView
	Heading                string   // what the visitor would read first
	Refused                string   // why it was not released
	Apart                  []string // what its analyses say differently, for which it is not ticked
}

// releaseMost is the number of results that are confirmed and released at once.
const releaseMost = 25

// releasable lists the samples of the service whose results are complete: neither
// an amendment, which asks for a reason, nor one that would be refused.
func (r *request) releasable(page *releaseAllPage) error {
	n, err := r.naming()
	if err != nil {
		return err
	}
	filter := store.WorkFilter{Service: r.Service.ID, Stage: lab.StageToPublish, Limit: store.WorkMost}
	found, err := r.server.Store.Worklist(r.Ctx(), r.Actor, filter)
	if err != nil {
		return err
	}
	page.More = found.Next != ""
	for _, w := range found.Rows {
		if len(page.Rows) == releaseMost {
			page.More = true
			break
		}
		p, err := r.server.Store.Proposal(r.Ctx(), r.Actor, w.Sample.Key)
		if len(p.Held) > 0 {
			page.Held = append(page.Held, r.heldRow(n, w.Number, &p.File))
			continue
		}
		var refused *lab.MoveError
		if errors.As(err, &refused) || err == nil && (len(p.Refusals)+len(p.Publication.Result.LeftOut) > 0 || p.Publication.NeedsReason()) {
			page.Passed++
			continue
		}
		if err != nil {
			return err
		}
		row, err := r.releaseRow(n, w.Number, p)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, row)
	}
	return nil
}

func (r *request) releaseRow(n naming, number lab.SampleNumber, p store.Proposal) (releaseRow, error) {
	told, err := r.result(p.With(&p.Publication), &r.Service)
	if err != nil {
		return releaseRow{}, err
	}
	v := n.publicationView(&p.Publication)
	return releaseRow{
		Address: sampleAddress(number), Number: number.String(), Value: seenValue(number, p.Sample.Version) + "." + p.Seen,
		Product: n.product(p.Sample.ProductID), Kind: v.Kind, Outcome: v.Outcome, Heading: told.Heading,
		Apart: n.disagreements(&p.File),
	}, nil
}

func showReleaseAllForm(r *request) error {
	page := &releaseAllPage{View: r.View(r.Texts.Text("page.release.all")), Action: "/work/" + r.Service.Code + "/publish"}
	if err := r.releasable(page); err != nil {
		return err
	}
	return r.Show("releaseall.html", page)
}

// cutLast cuts a text at its last point.
func cutLast(text string) (before, after string) {
	i := strings.LastIndex(text, ".")
	return text[:max(i, 0)], text[i+1:]
}

// publishResults publishes what was seen and ticked, each for itself, and tells what
// became of each.
func publishResults(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	n, err := r.naming()
	if err != nil {
		return err
	}
	page := &releaseAllPage{View: r.View(r.Texts.Text("page.release.all")), Done: true}
	values := in.Typed["samples"]
	for _, value := range values[:min(len(values), releaseMost)] {
		seen, digest := cutLast(value)
		key, err := r.seenSample(seen)
		if err != nil {
			return err
		}
		number, _, _ := strings.Cut(seen, ".")
		row := releaseRow{Address: "/samples/" + number, Number: number}
		p, err := r.server.Store.PublishAmongMany(r.Ctx(), r.Actor, key.Key, key.Version, digest)
		switch {
		case errors.Is(err, lab.ErrUnavailable) && page.Released() == 0:
			return err // else it is told what was released before
		case err != nil:
			row.Refused = r.Said(err)
		default:
			v := n.publicationView(&p)
			row.Kind, row.Outcome = v.Kind, v.Outcome
		}
		page.Rows = append(page.Rows, row)
	}
	return r.Show("releaseall.html", page)
}

// Apart tells that the analyses of some sample contradict each other.
func (p *releaseAllPage) Apart() bool {
	return slices.ContainsFunc(p.Rows, func(row releaseRow) bool { return len(row.Apart) > 0 })
}

// Released is the number of results that were released.
func (p *releaseAllPage) Released() (n int) {
	for _, row := range p.Rows {
		if row.Refused == "" {
			n++
		}
	}
	return n
}
