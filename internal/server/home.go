package server

import "marquis/internal/page"

// homePage is where the public begins: the form for a code.
type homePage struct {
	page.View
	Form *page.Form
	Told string // why the form is shown instead of a result
	Help bool   // whom to call, and other ways to a result, are told too
}

func (r *request) homePage() *homePage {
	code := r.Hint(r.Input("code", page.TextField, "page.lookup.code"), "page.lookup.code_hint")
	code.Keyboard, code.Capitals = "text", true
	return &homePage{View: r.View(r.Texts.Text("page.lookup.title")), Form: page.NewForm(code)}
}

func showHome(r *request) error { return r.Show("home.html", r.homePage()) }

// toHome answers whoever asks for a result by its address, as after a change of
// language: a code is in no address, so it has to be typed again.
func toHome(r *request) error { return r.See("/") }

// refuseCode shows the form again with what was typed and what is wrong with it.
func (r *request) refuseCode(status int, why, typed, mistake string) error {
	shown := r.homePage()
	shown.Help = true
	shown.Form.Set("code", typed)
	shown.Form.Heading = r.Texts.Text("page.form.mistakes", "Count", 1)
	shown.Form.Blame("code", mistake)
	p := page.Problem{Status: status, Code: why, Title: shown.Form.Heading, Text: mistake, Fields: []page.FieldProblem{{Field: "code", Detail: mistake}}}
	return r.RefusePadded(p, "home.html", shown)
}
