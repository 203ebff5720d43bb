package server

import (
	"net/url"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// What is typed into a form and cannot be kept, because too much is kept already, is said
// to who typed it.

// unkeptName is in the query of a page the path of a form of which nothing could be kept.
const unkeptName = "unkept"

// notKeptError is an error of a form of which, for a reason of its own, nothing was kept.
type notKeptError struct {
	error
	why error
}

func (e *notKeptError) Unwrap() error { return e.error }

// notKept says why what is sent of a form is not kept, empty where it is.
func (r *request) notKept(x store.FormWindow, typed url.Values) (string, error) {
	k, _ := keptFormAt(x.Address)
	content, err := k.content(typed)
	if err != nil || content == "" {
		return "", err
	}
	err = r.server.Store.RoomForForm(r.Ctx(), r.Actor, x, content)
	if why := r.saidOfUnkept(err); why != "" {
		return why, nil
	}
	return "", err
}

// notKeptBefore tells a form that it was sent in a session which had ended, and could not be
// kept.
func (r *request) notKeptBefore(kept *page.Kept, path string) error {
	if r.Query(unkeptName) != path {
		return nil
	}
	err := r.server.Store.RoomForForm(r.Ctx(), r.Actor, store.FormWindow{Address: path, Key: kept.Key}, "{}")
	if kept.Full = r.saidOfUnkept(err); kept.Full != "" {
		return nil
	}
	kept.Full = r.Texts.Sentence("The draft is too long: at most %d bytes are kept.", lab.MaxFormDraft)
	return err
}

// saidOfUnkept is what is wrong with a form that is not kept, empty where that is nothing.
func (r *request) saidOfUnkept(why error) (text string) {
	for _, m := range page.FieldErrors(why) {
		text = r.Texts.Sentence(m.Format, m.Args...)
	}
	return text
}
