package server

import (
	"errors"
	"strings"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/store"
)

type slipPage struct {
	page.View
	Heading     string
	Number      string
	ServiceCode string
	Location    int32
	Slip        *slipView  // nil where no code is given out
	Replaced    bool       // the code takes the place of another
	TurnAway    *page.Form // nil where no visit is going on
	Received    lab.Date
	Undo        *undoView // nil where it cannot be undone
}

// slipView is what the visitor takes along. Whoever finds it reads nothing that leads to the
// visitor or the record, unless the visitor wants it on paper.
type slipView struct {
	Service, Code string
	Number        string // empty where the visitor does not want it
	Look          string // where the result is looked up
	Terms         lab.Terms
	QR            qrView
	Languages     []slipLanguage
}

// slipLanguage is the slip in one language.
type slipLanguage struct {
	page.View
	Which  string   // sample of the visit; empty where that is not known
	Looks  string   // form and colours
	Wanted []string // product and logo, where the visitor wants them
	Ready  lab.Date // when the result is expected, where somebody said so
	Known  bool     // what became of the sample can be looked up already
}

// showSlip shows the slip of a code to the session that gave it out, for as long as it
// is kept: a reload, going back, or an answer that was lost on its way lose no code. One
// whose code was replaced meanwhile is not shown.
func showSlip(r *request) error {
	key, err := r.key()
	if err != nil {
		return err
	}
	kept, err := r.keptSlip(r.Param("slip"))
	if err == nil && kept.Sample != key {
		err = lab.ErrNotFound
	}
	if err == nil && kept.Code != "" {
		err = r.opens(kept.Code)
	}
	if errors.Is(err, lab.ErrNotFound) {
		return r.slipOver(key)
	}
	if err != nil {
		return err
	}
	x, _, err := r.server.Store.Sample(r.Ctx(), r.Actor, key)
	if err != nil {
		return err
	}
	return r.slip(x, kept)
}

// opens fails with lab.ErrNotFound where a code opens nothing any more.
func (r *request) opens(text string) error {
	hashes, err := r.hashesOf(text)
	if err != nil {
		return err
	}
	_, err = r.server.Store.Opens(r.Ctx(), hashes)
	return err
}

// hashesOf are the hashes of a code under all keys that it may have been given out under.
func (r *request) hashesOf(text string) (known []store.CodeHash, err error) {
	code, err := lab.ParseLookupCode(text)
	if err != nil {
		return nil, err
	}
	hashes, err := r.server.Keys.Hashes(code, 0)
	for _, h := range hashes {
		known = append(known, store.CodeHash(h))
	}
	return known, err
}

// slip shows a slip in all languages, the reader's first.
func (r *request) slip(x lab.Sample, kept keptSlip) error {
	shown := slipPage{
		View: r.View(""), Number: r.numberOf(&x).String(), ServiceCode: r.Service.Code, Location: int32(x.LocationID), Replaced: kept.Replaced,
	}
	// a printer's list of jobs, and the name of a file, tell the title
	shown.Title, shown.Heading = r.Texts.Text("page.slip.slip"), r.Texts.Text("page.slip.title", "Number", shown.Number)
	shown.Received, shown.Notice = x.ReceivedOn, r.notice()
	if kept.Replaced {
		shown.Heading = r.Texts.Text("page.slip.replaced_title", "Number", shown.Number)
	} else {
		shown.Undo = r.undo(&lab.File{Sample: x})
	}
	if !x.VisitID.IsZero() && !kept.Replaced {
		shown.TurnAway = r.turnAwayForm(x.VisitID.String(), r.Param("slip"))
	}
	if kept.Code == "" {
		return r.Show("slip.html", shown)
	}
	var err error
	if shown.Slip, err = r.slipView(x, kept); err != nil {
		return err
	}
	return r.Show("slip.html", shown)
}

// slipView is what is printed of a slip, with the number, logo and product where the address
// asks for them.
func (r *request) slipView(x lab.Sample, kept keptSlip) (*slipView, error) {
	look := r.server.Address.JoinPath("/").String()
	drawn, err := drawQR(look+"#"+kept.Code, r.Texts.Text("page.slip.qr"))
	if err != nil {
		return nil, err
	}
	locations, err := r.server.Store.Locations(r.Ctx(), r.Actor, r.Service.ID)
	if err != nil {
		return nil, err
	}
	nth, err := r.server.Store.NumberInVisit(r.Ctx(), r.Actor, &x)
	if err != nil {
		return nil, err
	}
	n, err := r.naming()
	if err != nil {
		return nil, err
	}
	v := &slipView{
		Service: r.Service.Name, Terms: r.Service.TermsAt(x.LocationID, locations), Code: kept.Code, QR: drawn,
		Look: strings.TrimSuffix(strings.TrimPrefix(look, "https://"), "/"),
	}
	full := r.Query("full") == "yes"
	if full {
		v.Number = r.numberOf(&x).String()
	}
	for _, lang := range r.Site.Languages {
		n.texts = r.Site.Texts[lang]
		said := n.slip(&x, nth, int(kept.Brought))
		if full {
			said.Wanted = n.slipWanted(&x)
		}
		if lang == r.Texts.Language() {
			v.Languages = append([]slipLanguage{said}, v.Languages...)
			continue
		}
		v.Languages = append(v.Languages, said)
	}
	return v, nil
}

// slip tells in one language which sample it is, the nth of those that were brought where
// somebody said how many; a number that cannot be is not told.
func (n naming) slip(x *lab.Sample, nth, brought int) slipLanguage {
	said := slipLanguage{View: page.View{Texts: n.texts}, Ready: x.ExpectedReadyOn, Known: x.State == lab.Completed || x.State == lab.Rejected || x.State == lab.NotAnalysed}
	switch {
	case nth == 0:
	case brought < nth:
		said.Which = n.texts.Text("page.slip.nth", "Number", nth)
	default:
		said.Which = n.texts.Text("page.slip.nth_of", "Number", nth, "Count", brought)
	}
	var looks []string
	if x.Form != "" {
		looks = append(looks, n.texts.Code(locale.Forms, string(x.Form)))
	}
	for _, c := range x.Colours {
		looks = append(looks, n.texts.Code(locale.Colours, c))
	}
	said.Looks = strings.Join(looks, ", ")
	return said
}

// slipWanted is what stands on a slip only where the visitor wants it.
func (n naming) slipWanted(x *lab.Sample) (said []string) {
	if product := n.product(x.ProductID); product != "" {
		said = append(said, n.texts.Text("page.result.sold_as")+": "+product)
	}
	if x.Logo != "" {
		said = append(said, n.texts.Text("page.field.logo")+": "+x.Logo)
	}
	return said
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

func (r *request) replaceCode() (replaceCode, error) {
	reason := r.Hint(r.Input("reason", page.TextField, "page.slip.reason"), "page.slip.reason_hint")
	reason.Focus, reason.MaxLength = true, 200
	f := page.NewForm(reason, r.Hidden(requestKeyField, credential.NewRequestKey()))
	return replaceCode{r.View(""), r.Number.String(), f}, r.keeps(f, sampleAddress(r.Number)+"/code")
}

func (r *request) replaceCodePage() (*replaceCodePage, error) {
	form, err := r.replaceCode()
	return &replaceCodePage{r.View(r.Texts.Text("page.slip.replace_title", "Number", r.Number.String())), form}, err
}

func showReplaceCodeForm(r *request) error {
	if _, err := r.key(); err != nil {
		return err
	}
	shown, err := r.replaceCodePage()
	if err != nil {
		return err
	}
	return r.Show("replacecode.html", shown)
}

// replaceLostCode gives a sample another code, and leads to its slip.
func replaceLostCode(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	key, err := r.key()
	if err != nil {
		return err
	}
	brought, err := r.brought(&lab.Sample{Key: key})
	if err != nil {
		return err
	}
	given, err := r.newSlip(in, keptSlip{Sample: key, Replaced: true, Brought: brought}, true)
	if err != nil {
		return err
	}
	err = r.signedOut(r.server.Store.ReplaceCode(r.Ctx(), r.Actor, key, *given.hash, in.Text("reason"), given.slip))
	if errors.Is(err, lab.ErrConflict) {
		return r.sentBefore(given.slip.RequestKey, err)
	}
	return r.End(err, slipAddress(r.Number, given.slip.RequestKey), "replacecode.html", func() (any, *page.Form, error) {
		shown, err := r.replaceCodePage()
		if err != nil {
			return nil, nil, err
		}
		shown.Code.Form.Fill(in.Typed)
		shown.Code.Form.Set(requestKeyField, given.slip.RequestKey)
		return shown, shown.Code.Form, nil
	})
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
	return x.Number(r.Service.Code)
}
