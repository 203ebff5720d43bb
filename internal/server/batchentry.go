package server

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// enterBatch enters what was shown of a file and is ticked, all of it or nothing.
func enterBatch(r *request) error {
	u, err := r.upload()
	if err != nil {
		return err
	}
	in, err := r.Read()
	if err != nil {
		return err
	}
	b, err := r.readBatch(u)
	if err != nil {
		return err
	}
	shown := r.batchPage(b)
	if in.Text("seen") != shown.Seen || len(b.in.Mistakes) > 0 || shown.Enter == nil {
		// Another file or mapping than was seen, or one that somebody else has taken.
		b.in.Mistakes.Check(shown.Enter != nil || len(b.in.Mistakes) > 0, "", "There is nothing to enter: choose at least one sample.")
		b.in.Mistakes.Check(in.Text("seen") == shown.Seen, "", "The file is read otherwise now than when you looked at it. Nothing was entered: look at it again.")
		if err := shown.Form.Tell(r.Texts, b.in.Mistakes.Err()); err != nil {
			return err
		}
		return r.Instead(b.in.Mistakes.Err(), http.StatusConflict, "batch.html", shown)
	}
	shown.Enter.Fill(in.Typed)
	chosen := chosenIn(shown, in.Typed["samples"])
	in.Mistakes.Check(len(shown.Refused) == 0 || in.Text("leave_out") == "yes", "leave_out", "Some of the file is refused: tick that it is left out, or correct the file or the mapping first.")
	b.checkTicks(in, chosen)
	err = in.Mistakes.Err()
	if err == nil {
		err = r.server.Store.EnterBatch(r.Ctx(), r.Actor, b.chosen(in, chosen), b.in.Text("mapping"))
	}
	var refused lab.SampleErrors
	if errors.As(err, &refused) {
		err = r.ofFields(shown, refused)
	}
	if err == nil {
		r.dropEntered(u)
	}
	return r.End(err, batchesPath+"?done=batch", "batch.html", func() (any, *page.Form, error) { return shown, shown.Enter, nil })
}

// chosenIn are the samples that are ticked, with the version of each that was seen. What is
// shown again is ticked as it was sent.
func chosenIn(shown *batchPage, values []string) map[string]int32 {
	chosen := map[string]int32{}
	for _, value := range values {
		number, version, _ := strings.Cut(value, ".")
		if seen, err := strconv.ParseInt(version, 10, 32); err == nil {
			chosen[number] = int32(seen)
		}
	}
	for i := range shown.Samples {
		_, shown.Samples[i].Chosen = chosen[shown.Samples[i].Number]
	}
	return chosen
}

// chosen are the entries that are ticked, with what is said of each.
func (b *batch) chosen(in *page.Reader, chosen map[string]int32) (entries []store.BatchEntry) {
	for i := range b.entries {
		e, number := b.entries[i], b.entries[i].Number.String()
		version, is := chosen[number]
		if !is || b.trials[i].Refused != nil {
			continue
		}
		e.Version, e.Ticked = version, in.Typed[rightField(number)]
		e.Analysis.Overruled = in.Text(whyField(number))
		entries = append(entries, e)
	}
	return entries
}

// checkTicks reports what is asked of samples and is not ticked, or has no reason: all at once,
// before anything is entered, which asks again.
func (b *batch) checkTicks(in *page.Reader, chosen map[string]int32) {
	for i := range b.entries {
		number, trial := b.entries[i].Number.String(), &b.trials[i]
		if _, is := chosen[number]; !is || trial.Refused != nil {
			continue
		}
		ticked := in.Typed[rightField(number)]
		open := len(trial.Asked.Unticked(ticked)) + len(trial.Confirm.Unticked(ticked))
		in.Mistakes.Check(open == 0, rightField(number), "%s: tick that this is right, or leave the sample out.", number)
		in.Mistakes.Check(len(trial.Asked) == 0 || in.Text(whyField(number)) != "", whyField(number), "%s: write why what looks implausible is right.", number)
	}
}

// ofFields puts what was refused of samples beside what is asked of each.
func (r *request) ofFields(shown *batchPage, refused lab.SampleErrors) error {
	var all lab.FieldErrors
	for _, x := range refused {
		number := x.Number.String()
		var mistakes lab.FieldErrors
		if !errors.As(x.Err, &mistakes) {
			all.Check(false, "", "%s: %s", number, r.Said(x.Err))
			continue
		}
		for _, m := range mistakes {
			switch {
			case m.Field == "overruled":
				all.Check(false, whyField(number), "%s: write why what looks implausible is right.", number)
			case !shown.asks(number, m):
				all.Check(false, "", "%s: %s", number, r.Texts.Sentence(m.Format, m.Args...))
			default:
				all.Check(false, rightField(number), "%s: tick that this is right, or leave the sample out.", number)
			}
		}
	}
	return all
}

// asks tells whether the page asks this of a sample.
func (p *batchPage) asks(number string, m lab.FieldError) bool {
	f, err := p.Enter.Field(rightField(number))
	return err == nil && f.Offers(m.Tick())
}
