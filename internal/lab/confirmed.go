package lab

import (
	"slices"
	"strings"
)

// Confirmed says of what an import brings why what a rule asks about is right all the same. An
// import asks nobody, so it has to be said before.
type Confirmed struct {
	Rule   string   `json:"rule"`
	Reason string   `json:"reason"`
	IDs    []string `json:"ids,omitempty"` // of the samples at their source; without any it holds for all
}

// Confirmations is all that is confirmed for an import.
type Confirmations []Confirmed

// Check reports what is wrong with a confirmation.
func (c Confirmed) Check() error {
	var errs FieldErrors
	can := Confirmable()
	errs.Check(slices.Contains(can, c.Rule), "rule", "No rule of this name can be confirmed; those that can are %s.", strings.Join(can, ", "))
	errs.Check(c.Rule != productNear || len(c.IDs) == 0, "ids", "A name is that of a product for all samples: leave the ids out.")
	errs.Check(c.Rule != privateText || len(c.IDs) > 0, "ids", "Name the samples: nobody has read all texts of a file.")
	errs.Check(!blank(c.Reason), "reason", "Say why it is right.")
	checkFree(&errs, "reason", c.Reason, maxShortText)
	return errs.Err()
}

// reasonFor is why a rule's doubts about a sample are right, empty where nobody says so.
func (c Confirmations) reasonFor(rule, id string) string {
	i := slices.IndexFunc(c, func(x Confirmed) bool {
		return x.Rule == rule && (len(x.IDs) == 0 || slices.Contains(x.IDs, id))
	})
	if i < 0 {
		return ""
	}
	return strings.TrimSpace(c[i].Reason)
}

// settle divides doubts about a sample into those that are confirmed, with the reasons, and
// those that are not.
func (c Confirmations) settle(doubts FieldErrors, id string) (confirmed, open FieldErrors, reasons []string) {
	for _, m := range doubts {
		reason := ""
		if rule := RuleOf(m); rule != nil && rule.Asks {
			reason = c.reasonFor(rule.Name, id)
		}
		if reason == "" {
			open = append(open, m)
			continue
		}
		confirmed = append(confirmed, m)
		if !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	return confirmed, open, reasons
}

// Sample returns the doubts about a sample that are not confirmed. Of those that are it keeps
// what it would keep if somebody at the counter had confirmed them.
func (c Confirmations) Sample(s *Sample, at Counter) (confirmed, open FieldErrors) {
	confirmed, open, _ = c.settle(Doubts(s, at), s.SourceRef)
	s.Confirmed = s.Confirmation(confirmed)
	return confirmed, open
}

// Analysis returns the doubts about an analysis that are not confirmed, and keeps with it why
// the others are right.
func (c Confirmations) Analysis(a *Analysis, id string, doubts FieldErrors) (confirmed, open FieldErrors) {
	confirmed, open, reasons := c.settle(doubts, id)
	why := []rune(strings.Join(reasons, "\n"))
	a.Overruled = string(why[:min(len(why), maxReason)])
	return confirmed, open
}

// Another tells that a name which is close to that of a product is one of another.
func (c Confirmations) Another() bool {
	return c.reasonFor(productNear, "") != ""
}
