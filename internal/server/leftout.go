package server

import (
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// leftOutView is a verified finding that a result leaves out.
type leftOutView struct {
	What, Why string
	field     string
	Confirm   *page.Field // nil where there is nothing to confirm
}

// leftOut says what a result leaves out, and why.
func (n naming) leftOut(r *lab.Result) (list []leftOutView) {
	for i := range r.LeftOut {
		x := &r.LeftOut[i]
		found := n.texts.Code(locale.Detections, string(x.Detection))
		if amount := n.amount(x.Amount); amount != "" {
			found = strings.TrimSpace(amount + " " + n.basis(x.Basis))
		}
		list = append(list, leftOutView{
			What: n.texts.Text("page.release.left_out_what", "Substance", n.recorded(x.SubstanceID), "Method", n.method(x.MethodID), "Found", found),
			Why:  n.whyLeftOut(x), field: x.Field(),
		})
	}
	return list
}

func (n naming) whyLeftOut(x *lab.LeftOut) string {
	switch x.Why {
	case lab.LeftWeakest:
		return n.texts.Text("page.release.left_out_weakest", "Method", n.method(x.By))
	case lab.LeftFiner:
		return n.texts.Text("page.release.left_out_finer", "Method", n.method(x.By))
	case lab.LeftApart:
		return n.texts.Text("page.release.left_out_apart", "Method", n.method(x.By))
	case lab.LeftReported:
		return n.texts.Text("page.release.left_out_reported", "Method", n.method(x.By))
	}
	why := n.texts.Code(locale.SetAsides, string(x.SetAside))
	if x.With != "" {
		why += ": " + x.With
	}
	return n.texts.Text("page.release.left_out_set_aside", "Why", why)
}

// confirmLeftOut asks to confirm what is left out, one by one.
func (r *request) confirmLeftOut(f *page.Form, list []leftOutView) {
	for i := range list {
		list[i].Confirm = r.Input(list[i].field, page.CheckField, "page.release.left_out_confirm")
		f.Fields = append(f.Fields, list[i].Confirm)
	}
}

// confirmedLeftOut are the fields by which it was confirmed what is left out.
func confirmedLeftOut(in *page.Reader) (fields []string) {
	for name := range in.Typed {
		if in.Text(name) == "yes" {
			fields = append(fields, name)
		}
	}
	return fields
}

// tickAgain ticks what was ticked, on a page that is shown again.
func tickAgain(list []leftOutView, in *page.Reader) {
	for i := range list {
		if tick := list[i].Confirm; tick != nil && in.Text(tick.Name) == "yes" {
			tick.Values = []string{"yes"}
		}
	}
}

// tieView is a substance of which one of several amounts has to be marked.
type tieView struct {
	Substance string
	Amounts   []tiedView
}

// tiedView is one of the amounts, with what marks its analysis.
type tiedView struct{ Said, Address, Version string }

func (n naming) ties(p *lab.Publication, f *lab.File, number lab.SampleNumber) (list []tieView) {
	f = n.words.Read(f)
	for _, t := range n.words.Ties(f, &p.Result) {
		v := tieView{Substance: n.substance(t.SubstanceID)}
		for _, id := range t.Analyses {
			e := f.Analysis(id)
			v.Amounts = append(v.Amounts, tiedView{
				n.saying(e, t.SubstanceID), sampleAddress(number) + "/analyses/" + id.String() + "/report", versionText(e.Analysis.Version),
			})
		}
		list = append(list, v)
	}
	return list
}

// markedAnalyses are those of which the reader may take the mark away.
func (r *request) markedAnalyses(n naming, f *lab.File) (list []tiedView) {
	may := lab.Allowed(r.Actor, f)
	for i := range f.Evidence {
		a := &f.Evidence[i].Analysis
		if a.Reported && may.Has(lab.ReportAnalysis, a.ID) {
			address := sampleAddress(f.Sample.Number(r.Service.Code)) + "/analyses/" + a.ID.String() + "/report"
			list = append(list, tiedView{n.method(a.MethodID) + " (" + n.texts.Date(a.PerformedOn) + ")", address, versionText(a.Version)})
		}
	}
	return list
}
