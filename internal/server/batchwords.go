package server

import (
	"strings"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/locale"
)

// firstMapping is by what a file is read at first: by what was remembered of its method, else
// by what is proposed.
func (r *request) firstMapping(n naming, u *batchUpload, method lab.MethodID) (string, error) {
	text, err := r.server.Store.MappingOf(r.Ctx(), r.Actor, method)
	if err != nil || text != "" {
		return text, err
	}
	return r.proposedMapping(n, u), nil
}

// proposedMapping is the mapping that is proposed for a file by what stands in it.
func (r *request) proposedMapping(n naming, u *batchUpload) string {
	return intake.ProposeBatch(u.file, n.words, r.batchWords(n))
}

// batchWords are the headings of the worklists that left, and the words of their cells, in
// every language.
func (r *request) batchWords(n naming) intake.BatchWords {
	w := intake.BatchWords{Fields: map[string]string{}, Codes: map[string]map[string]string{}, Decimal: r.Texts.Mark()}
	codes := map[string][]string{"basis": n.bases(), "detection": lab.Detections.Strings(), "stereo": lab.Stereos.Strings(), "abundance": lab.Abundances.Strings()}
	vocabularies := map[string]locale.Vocabulary{"basis": locale.Bases, "detection": locale.Detections, "stereo": locale.Stereos, "abundance": locale.Abundances}
	for _, c := range worksheet {
		field := c.name
		if field == sheetNumber {
			field = "sample"
		} else if c.plain != nil {
			continue
		}
		w.Fields[c.name] = field
		for _, texts := range r.Site.Texts {
			heading := strings.ToLower(texts.Text(c.label))
			w.Fields[heading] = field
			for _, code := range codes[field] {
				if word := strings.ToLower(texts.Code(vocabularies[field], code)); word != code {
					if w.Codes[heading] == nil {
						w.Codes[heading] = map[string]string{}
					}
					w.Codes[heading][word] = code
				}
			}
		}
	}
	return w
}
