package server

import (
	"errors"
	"net/url"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/store"
)

// stepView leads from a worklist to what is done with a sample there.
type stepView struct{ Label, Address string }

// steps are the pages on which the samples of a worklist are worked on.
var steps = map[lab.Action]struct{ label, path string }{
	lab.EnterAnalysis: {"page.work.analyse", "/analyses/new"},
	lab.PublishResult: {"page.work.release", "/release"},
}

// stepWith is what the actor does with a sample of a worklist, nil where that is nothing.
func (r *request) stepWith(row *store.WorkRow, stage lab.Stage) *stepView {
	switch act := lab.NextAct(r.Actor, row.Sample.ServiceID, stage); act {
	case "":
		return nil
	case lab.VerifyAnalysis:
		if row.Verify.IsZero() {
			return nil
		}
		return &stepView{r.Texts.Text("page.record.review"), verifyAddress(row.Number, row.Verify.String())}
	default:
		return &stepView{r.Texts.Text(steps[act].label), sampleAddress(row.Number) + steps[act].path}
	}
}

func verifyAddress(number lab.SampleNumber, analysis string) string {
	return sampleAddress(number) + "/analyses/" + analysis + "/verify"
}

// nextView is the sample that comes after another on the worklist that the actor works
// through.
type nextView struct{ Number, Address, Product, Form string }

// nextLooked is how many samples are looked at for one with which the actor does
// something.
const nextLooked = 20

// nextOf is the sample after one on the worklist that was opened last, and after its end
// the first again; after one that is not held, what is held comes first. It is nil where the
// actor does nothing with any of the next few.
func (r *request) nextOf(n naming, x *lab.Sample) (*nextView, error) {
	habits, err := r.server.Store.Habits(r.Ctx(), r.Actor)
	if err != nil {
		return nil, err
	}
	values, _ := url.ParseQuery(habits.Worklist) // we wrote it
	services, err := r.servicesSeen()
	if err != nil {
		return nil, err
	}
	if values, _, err = r.opened(values, services); err != nil {
		return nil, err
	}
	q, err := r.readWorkQuery(n, services, values)
	var gone lab.FieldErrors
	if errors.Is(err, lab.ErrNotFound) || errors.As(err, &gone) {
		return nil, nil // what it was narrowed by is not there any more
	}
	if err != nil {
		return nil, err
	}
	if q.filter.Stage.Done() || !lab.Stages.Has(q.filter.Stage) {
		return nil, nil // such a list has no next
	}
	q.filter.Limit = nextLooked
	for i, after := range []string{"", store.After(x), ""} {
		if q.filter.After = after; i == 0 && !x.HeldSince.IsZero() {
			continue // what is held stands in front, and x among it
		}
		found, err := r.server.Store.Worklist(r.Ctx(), r.Actor, q.filter)
		if err != nil {
			return nil, err
		}
		for j := range found.Rows {
			row := &found.Rows[j]
			if i == 0 && row.Sample.HeldSince.IsZero() {
				break
			}
			if step := r.stepWith(row, q.filter.Stage); step != nil && row.Sample.Key != x.Key {
				return &nextView{row.Number.String(), step.Address, n.product(row.Sample.ProductID), r.Texts.Code(locale.Forms, string(row.Sample.Form))}, nil
			}
		}
	}
	return nil, nil
}

// goOn leads to the next sample after one with which something was done, and tells there
// what; where there is none any more, to the sample itself.
func (r *request) goOn(key lab.Key, done string) error {
	n, err := r.naming()
	if err != nil {
		return err
	}
	x, _, err := r.server.Store.Sample(r.Ctx(), r.Actor, key)
	if err != nil {
		return err
	}
	next, err := r.nextOf(n, &x)
	if err != nil {
		return err
	}
	if next == nil {
		return r.See(sampleAddress(r.Number) + "?done=" + done)
	}
	return r.See(next.Address + "?" + url.Values{"done": {done}, "of": {r.Number.String()}}.Encode())
}
