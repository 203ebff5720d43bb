package server

import (
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

type slipPage struct {
	view
	Number      string
	ServiceCode string
	Location    int32
	Slip        *slipView // nil where no code is given out
	Replaced    bool      // the code takes the place of another
	TurnAway    *form     // nil where no visit is going on
}

// slipView is what the visitor takes along. It is shown once and kept nowhere.
type slipView struct {
	Service, Number, Code string
	Look                  string // where the result is looked up
	QR                    qrView
	Languages             []slipLanguage
}

// slipLanguage is the slip in one language.
type slipLanguage struct {
	view
	Ready lab.Date // when the result is expected, where somebody said so
}

// slip answers with the slip of a sample, in all languages, the reader's first.
func (r *request) slip(x lab.Sample, code lab.LookupCode, replaced bool) error {
	page := slipPage{
		view: r.view(""), Number: r.numberOf(&x).String(), ServiceCode: r.service.Code, Location: int32(x.LocationID), Replaced: replaced,
	}
	page.Title = r.texts.Text("page.slip.title", "Number", page.Number)
	if !x.VisitID.IsZero() && !replaced {
		page.TurnAway = r.turnAwayForm(x.VisitID.String())
	}
	if code == (lab.LookupCode{}) {
		return r.show("slip.html", page)
	}
	look := r.server.Address.JoinPath("/").String()
	drawn, err := drawQR(look+"#"+code.Print(), r.texts.Text("page.slip.qr"))
	if err != nil {
		return err
	}
	page.Slip = &slipView{
		Service: r.service.Name, Number: page.Number, Code: code.Print(), QR: drawn,
		Look: strings.TrimSuffix(strings.TrimPrefix(look, "https://"), "/"),
	}
	for _, lang := range locale.Languages {
		said := slipLanguage{view{Texts: r.site.texts[lang]}, x.ExpectedReadyOn}
		if lang == r.texts.Language() {
			page.Slip.Languages = append([]slipLanguage{said}, page.Slip.Languages...)
			continue
		}
		page.Slip.Languages = append(page.Slip.Languages, said)
	}
	return r.show("slip.html", page)
}

type replaceCodePage struct {
	view
	Code replaceCode
}

// replaceCode is the form by which a lost code is replaced, for pages about the
// sample.
type replaceCode struct {
	view
	Number string
	Form   *form
}

func (r *request) replaceCode() replaceCode {
	reason := r.hint(r.input("reason", textField, "page.slip.reason"), "page.slip.reason_hint")
	reason.MaxLength = 200
	return replaceCode{r.view(""), r.number.String(), newForm(reason)}
}

func (r *request) replaceCodePage() *replaceCodePage {
	return &replaceCodePage{r.view(r.texts.Text("page.slip.replace_title", "Number", r.number.String())), r.replaceCode()}
}

func replaceCodeForm(r *request) error {
	if _, err := r.key(); err != nil {
		return err
	}
	return r.show("replacecode.html", r.replaceCodePage())
}

// replaceLostCode gives a sample another code, and answers with its slip.
func replaceLostCode(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	key, err := r.key()
	if err != nil {
		return err
	}
	code, hash, err := r.newCode()
	if err != nil {
		return err
	}
	if err := r.server.Store.ReplaceCode(r.context(), r.actor, key, hash, in.text("reason")); err != nil {
		page := r.replaceCodePage()
		page.Code.Form.fill(in.typed)
		return r.refill("replacecode.html", page, page.Code.Form, err)
	}
	x, _, err := r.server.Store.Sample(r.context(), r.actor, key)
	if err != nil {
		return err
	}
	return r.slip(x, code, true)
}
