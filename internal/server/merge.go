package server

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/store"
)

// mergePage asks into which entry one is merged, and tells what will read differently before
// it is done; or takes a merge back.
type mergePage struct {
	page.View
	Address string // of the entry
	Name    string
	Into    *page.Form  // that asks for the entry; nil where it is merged
	Sides   []mergeSide // the entry, and that into which it would be merged
	Would   *mergeEffect
	Sure    *page.Form // that merges, or takes the merge back
	Back    bool       // it is merged: it can be taken back
}

// mergeSide is one of two entries that are compared.
type mergeSide struct {
	Name, Class, Danger, Source, CAS, Names string
	Unreviewed                              bool
}

// mergeEffect is what reads differently after a merge.
type mergeEffect struct {
	Samples, Changed, ToReview string
	Outcomes                   []knownView // what the results said and would say, with how many
	Numbers                    []link
	More                       bool // not all numbers are told
	Products, Methods          []link
}

// effect tells what moved, or would.
func (r *request) effect(moved store.Moved) *mergeEffect {
	e := &mergeEffect{Samples: r.Texts.Count(moved.Samples), Changed: r.Texts.Count(moved.Changed), ToReview: r.Texts.Count(moved.ToReview), More: moved.Changed > len(moved.Numbers)}
	for _, field := range slices.Sorted(maps.Keys(moved.Fields)) {
		if change, ok := strings.CutPrefix(field, "outcome: "); ok {
			was, is, _ := strings.Cut(change, " → ")
			text := r.Texts.Code(locale.Outcomes, was) + " → " + r.Texts.Code(locale.Outcomes, is)
			e.Outcomes = append(e.Outcomes, knownView{text, r.Texts.Count(moved.Fields[field])})
		}
	}
	for _, text := range moved.Numbers {
		number, err := lab.ParseSampleNumber(text)
		if err != nil {
			continue
		}
		x := link{Text: text}
		if all, _ := r.Actor.ServicesOf(lab.RecordRoles...); all {
			x.Address = sampleAddress(number)
		}
		e.Numbers = append(e.Numbers, x)
	}
	return e
}

// intoForm asks for the entry into which another is merged.
func (r *request) intoForm(suggest string, typed string) *page.Form {
	into := r.Hint(r.Input("into", page.TextField, "page.dictionary.into"), "page.dictionary.into_hint")
	into.Suggest, into.Focus, into.MaxLength = suggest, true, 200
	into.Values = []string{typed}
	return page.NewForm(into)
}

// sureForm merges, or takes back.
func (r *request) sureForm(into int32) *page.Form {
	reason := r.Input("reason", page.TextField, "page.record.reason")
	reason.MaxLength = 500
	return page.NewForm(r.Hidden("into_number", strconv.Itoa(int(into))), reason)
}

func (n naming) substanceSide(s *lab.Substance) mergeSide {
	j := n.words.DangerJudged(s.ID)
	if n.words.Merged(s.ID) != nil {
		j = lab.Judgement{Danger: s.Danger, Source: s.DangerSource}
	}
	names := []string{}
	for _, x := range s.Names {
		names = append(names, x.Name)
	}
	return mergeSide{
		Name: n.own(s.Name, s.NameNL), Class: n.className(s.Class), Danger: n.texts.Code(locale.Dangers, string(j.Danger)), Source: n.source(j, ""), CAS: s.CAS,
		Names: strings.Join(names, ", "), Unreviewed: !s.Reviewed,
	}
}

// substanceMerge is the page of the merge of a substance into what was typed.
func (r *request) substanceMerge(n naming, s *lab.Substance, typed string) (*mergePage, error) {
	if err := lab.MayMerge(r.Actor); err != nil {
		return nil, err
	}
	name := n.own(s.Name, s.NameNL)
	shown := &mergePage{View: r.View(r.Texts.Text("page.dictionary.merge_title", "Name", name)), Address: substanceAddress(s.ID), Name: name, Sides: []mergeSide{n.substanceSide(s)}}
	if n.words.Merged(s.ID) != nil {
		shown.Back, shown.Sure = true, r.sureForm(0)
		shown.Sides = append(shown.Sides, n.substanceSide(n.words.Substances[s.ID]))
		return shown, nil
	}
	shown.Into = r.intoForm("/suggest/substances", typed)
	if typed == "" {
		return shown, nil
	}
	into, _, known := n.words.FindSubstance(typed)
	if !known || !r.Actor.SeesEntry(into) {
		return shown, shown.Into.Tell(r.Texts, lab.FieldErrors{{Field: "into", Format: "Choose the substance that it is."}})
	}
	if err := n.words.CheckMerge(s.ID, into.ID); err != nil {
		return shown, shown.Into.Tell(r.Texts, err)
	}
	moved, err := r.server.Store.TryMergeSubstance(r.Ctx(), r.Actor, s.ID, into.ID)
	if err != nil {
		return nil, err
	}
	shown.Sides, shown.Would, shown.Sure = append(shown.Sides, n.substanceSide(into)), r.effect(moved), r.sureForm(int32(into.ID))
	uses := &substancePage{}
	r.usesOf(n, s, uses)
	shown.Would.Products, shown.Would.Methods = uses.Products, uses.Methods
	return shown, nil
}

// showSubstanceMerge asks for the substance that it is, or shows what the merge would change.
func showSubstanceMerge(r *request) error {
	n, s, err := r.substanceNamed()
	if err != nil {
		return err
	}
	shown, err := r.substanceMerge(n, s, r.typedQuery("into"))
	if err != nil {
		return err
	}
	return r.Show("merge.html", shown)
}

// merging is what the form of a merge says.
type merging struct {
	into   int32
	reason string
}

func readMerging(in *page.Reader) (merging, error) {
	m := merging{entryNumber(in.Text("into_number")), in.Text("reason")}
	return m, lab.CheckMergeReason(m.reason)
}

func mergeSubstance(r *request) error {
	return r.mergeStep(func(in merging) (string, error) {
		_, s, err := r.substanceNamed()
		if err != nil {
			return "", err
		}
		_, err = r.server.Store.MergeSubstance(r.Ctx(), r.Actor, s.ID, lab.SubstanceID(in.into), in.reason)
		return substanceAddress(s.ID) + "?done=merged", err
	}, r.againSubstance)
}

func unmergeSubstance(r *request) error {
	return r.mergeStep(func(in merging) (string, error) {
		_, s, err := r.substanceNamed()
		if err != nil {
			return "", err
		}
		_, err = r.server.Store.UnmergeSubstance(r.Ctx(), r.Actor, s.ID, in.reason)
		return substanceAddress(s.ID) + "?done=unmerged", err
	}, r.againSubstance)
}

// againSubstance is the page of a merge that was not done.
func (r *request) againSubstance(into int32) (*mergePage, error) {
	n, s, err := r.substanceNamed()
	if err != nil {
		return nil, err
	}
	typed := ""
	if x := n.words.Substances[lab.SubstanceID(into)]; x != nil {
		typed = n.substance(x.ID)
	}
	return r.substanceMerge(n, s, typed)
}

// mergeStep merges or takes back, and shows the page again where that was refused.
func (r *request) mergeStep(do func(merging) (next string, err error), again func(into int32) (*mergePage, error)) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	m, err := readMerging(in)
	next := ""
	if err == nil {
		next, err = do(m)
	}
	return r.End(err, next, "merge.html", func() (any, *page.Form, error) {
		shown, err := again(m.into)
		if err != nil {
			return nil, nil, err
		}
		if shown.Sure == nil {
			return shown, shown.Into, nil
		}
		shown.Sure.Fill(url.Values{"reason": {m.reason}, "into_number": {strconv.Itoa(int(m.into))}})
		return shown, shown.Sure, nil
	})
}
