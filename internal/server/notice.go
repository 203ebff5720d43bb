package server

import "marquis/internal/lab"

// notices are what pages say of what has just been done.
var notices = map[string]string{
	"moved":     "page.notice.moved",
	"excluded":  "page.notice.excluded",
	"entered":   "page.notice.entered",
	"changed":   "page.notice.changed",
	"verified":  "page.notice.verified",
	"asked":     "page.notice.asked",
	"answered":  "page.notice.answered",
	"retracted": "page.notice.retracted",
	"aside":     "page.notice.aside",
	"reported":  "page.notice.reported",
	"unmarked":  "page.notice.unmarked",
	"published": "page.notice.published",
	"at_once":   "page.notice.at_once",
	"confirmed": "page.notice.confirmed",
	"limit":     "page.notice.limit",
	"withdrawn": "page.notice.withdrawn",
	"no_retest": "page.notice.no_retest",
	"settings":  "page.notice.settings",
	"told":      "page.notice.told",

	"turned-away": "page.counter.turned_away_done",

	"method":   "page.notice.method",
	"scope":    "page.notice.scope",
	"proposed": "page.notice.proposed",
	"known":    "page.notice.known",
	"entry":    "page.notice.entry",
	"reviewed": "page.notice.reviewed",
	"named":    "page.notice.named",
	"judged":   "page.notice.judged",
	"merged":   "page.notice.merged",
	"unmerged": "page.notice.unmerged",

	"withdrawn_name": "page.notice.withdrawn_name",
	"retired":        "page.notice.retired",
	"password":       "page.notice.password",
	"ended":          "page.notice.ended",
	"factor":         "page.notice.factor",
	"clock":          "page.notice.clock",

	"batch":      "page.batches.entered",
	"batch_gone": "page.batches.gone",
}

func (r *request) notice() string {
	key, ok := notices[r.Query("done")]
	if !ok {
		return ""
	}
	text := r.Texts.Text(key)
	if of, err := lab.ParseSampleNumber(r.Query("of")); err == nil {
		return of.String() + ": " + text // of another sample than the page shows
	}
	return text
}
