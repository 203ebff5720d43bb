package server

import (
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/store"
)

type slipPage struct {
	page.View
	Number      string
	ServiceCode string
	Location    int32
	Slip        *slipView  // nil where no code is given out
	Replaced    bool       // the code takes the place of another
	TurnAway    *page.Form // nil where no visit is going on
}

// slipView is what the visitor takes along. It is shown once and kept nowhere.
type slipView struct {
	Service, Number, Code string
	Look                  string // where the result is looked up
	Terms                 lab.Terms
	QR                    qrView
	Languages             []slipLanguage
}

// slipLanguage is the slip in one language.
type slipLanguage struct {
	page.View
	Ready lab.Date // when the result is expected, where somebody said so
}

// slip answers with the slip of a sample, in all languages, the reader's first.
func (r *request) slip(x lab.Sample, code lab.LookupCode, replaced bool) error {
	shown := slipPage{
		View: r.View(""), Number: r.numberOf(&x).String(), ServiceCode: r.Service.Code, Location: int32(x.LocationID), Replaced: replaced,
	}
	shown.Title = r.Texts.Text("page.slip.title", "Number", shown.Number)
	if !x.VisitID.IsZero() && !replaced {
		shown.TurnAway = r.turnAwayForm(x.VisitID.String())
	}
	if code == (lab.LookupCode{}) {
		return r.Show("slip.html", shown)
	}
	look := r.server.Address.JoinPath("/").String()
	drawn, err := drawQR(look+"#"+code.Print(), r.Texts.Text("page.slip.qr"))
	if err != nil {
		return err
	}
	locations, err := r.server.Store.Locations(r.Ctx(), r.Actor, r.Service.ID)
	if err != nil {
		return err
	}
	shown.Slip = &slipView{
		Service: r.Service.Name, Terms: r.Service.TermsAt(x.LocationID, locations), Number: shown.Number, Code: code.Print(), QR: drawn,
		Look: strings.TrimSuffix(strings.TrimPrefix(look, "https://"), "/"),
	}
	for _, lang := range locale.Languages {
		said := slipLanguage{page.View{Texts: r.Site.Texts[lang]}, x.ExpectedReadyOn}
		if lang == r.Texts.Language() {
			shown.Slip.Languages = append([]slipLanguage{said}, shown.Slip.Languages...)
			continue
		}
		shown.Slip.Languages = append(shown.Slip.Languages, said)
	}
	return r.Show("slip.html", shown)
}

type replaceCodePage struct {
	page.View
	Code replaceCode
}

// replaceCode is the form by which a lost code is replaced, for pages about the
// sample.
type replaceCode struct {
	page.View
	Number string
	Form   *page.Form
}

func (r *request) replaceCode() replaceCode {
	reason := r.Hint(r.Input("reason", page.TextField, "page.slip.reason"), "page.slip.reason_hint")
	reason.MaxLength = 200
	return replaceCode{r.View(""), r.Number.String(), page.NewForm(reason)}
}

func (r *request) replaceCodePage() *replaceCodePage {
	return &replaceCodePage{r.View(r.Texts.Text("page.slip.replace_title", "Number", r.Number.String())), r.replaceCode()}
}

func showReplaceCodeForm(r *request) error {
	if _, err := r.key(); err != nil {
		return err
	}
	return r.Show("replacecode.html", r.replaceCodePage())
}

// replaceLostCode gives a sample another code, and answers with its slip.
func replaceLostCode(r *request) error {
	in, err := r.Read()
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
	if err := r.server.Store.ReplaceCode(r.Ctx(), r.Actor, key, hash, in.Text("reason")); err != nil {
		return r.Again(err, "replacecode.html", func() (any, *page.Form, error) {
			shown := r.replaceCodePage()
			shown.Code.Form.Fill(in.Typed)
			return shown, shown.Code.Form, nil
		})
	}
	x, _, err := r.server.Store.Sample(r.Ctx(), r.Actor, key)
	if err != nil {
		return err
	}
	return r.slip(x, code, true)
}

// newCode draws a lookup code, which is given out today: see lab.CodeDay.
func (r *request) newCode() (lab.LookupCode, store.CodeHash, error) {
	code := lab.NewLookupCode()
	if err := r.server.keysMatch(r.Ctx()); err != nil {
		return code, store.CodeHash{}, err
	}
	trusted, err := r.server.Store.TrustedAt(r.Ctx(), r.Actor)
	if err != nil {
		return code, store.CodeHash{}, err
	}
	hash, err := r.server.Keys.Hash(code, lab.CodeDay(r.day(), lab.DateOf(trusted.Time(), r.place())))
	return code, store.CodeHash(hash), noKeys(err)
}

// numberOf is the number of a sample of the service.
func (r *request) numberOf(x *lab.Sample) lab.SampleNumber {
	return lab.SampleNumber{Service: r.Service.Code, Year: int(x.NumberYear), Running: int(x.NumberRunning)}
}
