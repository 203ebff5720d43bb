package server

import (
	"errors"
	"net/url"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// withdrawalForm takes the result back, and asks which other sample this one may have
// been exchanged with.
func (r *request) withdrawalForm(version string) *page.Form {
	other := r.Optional(r.Hint(r.Input("exchanged_with", page.TextField, "page.release.exchanged"), "page.release.exchanged_hint"))
	other.Narrow, other.MaxLength = true, 40
	fields := append([]*page.Field{r.Hidden("version", version)}, r.reasonFields(withdrawalReason)...)
	return page.NewForm(append(fields, other)...)
}

// withdrawResult takes the result back. The other sample of an exchange goes to the
// laboratory again with it, and one is led to its result, which still stands.
func withdrawResult(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	key, err := r.key()
	if err != nil {
		return err
	}
	next, version, why := sampleAddress(r.Number)+"?done=withdrawn", in.Whole("version"), readWhy(in, withdrawalReason)
	if typed := in.Text("exchanged_with"); typed == "" {
		_, err = r.server.Store.WithdrawResult(r.Ctx(), r.Actor, key, version, why)
	} else {
		var number lab.SampleNumber
		var other lab.Key
		if number, other, err = r.exchanged(typed); err == nil {
			_, err = r.server.Store.WithdrawExchanged(r.Ctx(), r.Actor, key, version, why, other)
		}
		next = sampleAddress(number) + "/release?" + url.Values{"done": {"withdrawn"}, "of": {r.Number.String()}}.Encode()
	}
	err = reasonMistakes(err, withdrawalReason)
	return r.End(err, next, "release.html", func() (any, *page.Form, error) {
		shown, err := r.releasePage()
		if err != nil || shown.Withdrawal == nil {
			return nil, nil, err
		}
		fillReason(shown.Withdrawal, in, withdrawalReason)
		if typed := in.Text("exchanged_with"); !lab.LooksLikeCode(typed, r.Number.Service) {
			shown.Withdrawal.Set("exchanged_with", typed)
		}
		return shown, shown.Withdrawal, nil
	})
}

// exchanged finds the sample of the same service, and unless it says otherwise of the same
// year, whose number was typed.
func (r *request) exchanged(typed string) (lab.SampleNumber, lab.Key, error) {
	missing := lab.FieldErrors{{Field: "exchanged_with", Format: "There is no other sample %q at the service.", Args: []any{page.Short(typed)}}}
	if lab.LooksLikeCode(typed, r.Number.Service) {
		return lab.SampleNumber{}, lab.Key{}, lab.FieldErrors{{Field: "exchanged_with", Format: visitorsCode}}
	}
	sought, ok := lab.SeekNumber(typed)
	if sought.Service == "" {
		sought.Service = r.Number.Service
	}
	if sought.Year == 0 {
		sought.Year = r.Number.Year
	}
	number, err := lab.ParseSampleNumber(sought.String())
	if !ok || err != nil || number == r.Number || number.Service != r.Number.Service {
		return number, lab.Key{}, missing
	}
	key, err := r.server.Store.FindSample(r.Ctx(), r.Actor, number)
	if errors.Is(err, lab.ErrNotFound) {
		err = missing
	}
	return number, key, err
}
