package lab

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// MethodKind is an analytical technique.
type MethodKind string

// The kinds of method.
const (
	ListRecognition MethodKind = "list_recognition"
	Reagent         MethodKind = "reagent"
	Strip           MethodKind = "strip"
	TLC             MethodKind = "tlc"
	UV              MethodKind = "uv"
	FTIR            MethodKind = "ftir"
	Raman           MethodKind = "raman"
	HPLCUV          MethodKind = "hplc_uv"
	LCDAD           MethodKind = "lc_dad"
	LCMS            MethodKind = "lc_ms"
	GCMS            MethodKind = "gc_ms"
	DirectMS        MethodKind = "direct_ms"
	LCHRMS          MethodKind = "lc_hrms"
	NMR             MethodKind = "nmr"
)

// MethodKinds is the vocabulary of MethodKind.
var MethodKinds = Vocabulary[MethodKind]{
	ListRecognition, Reagent, Strip, TLC, UV, FTIR, Raman, HPLCUV, LCDAD, LCMS, GCMS, DirectMS, LCHRMS, NMR,
}

// Level says how much an identification is worth.
type Level string

// The levels, in rising order.
const (
	Presumptive  Level = "presumptive"
	Preliminary  Level = "preliminary"
	Confirmatory Level = "confirmatory"
)

// Levels is the vocabulary of Level, in rising order.
var Levels = Vocabulary[Level]{Presumptive, Preliminary, Confirmatory}

// Rank orders levels; higher is worth more, -1 is no level.
func (l Level) Rank() int { return slices.Index(Levels, l) }

// Method is a technique as one laboratory runs it, in one version.
type Method struct {
	ID           MethodID
	LaboratoryID LaboratoryID
	Kind         MethodKind
	Lab          string // the name of its laboratory
	Version      string
	Level        Level
	Quantifies   bool
	OpenScope    bool     // sees whatever it has a reference for; no list of substances is declared
	Replaces     Optional // the method of which it is the next version
	RetiredOn    Date     // the last day on which it was run; zero: it is in use
	Scope        []MethodScope
}

// version names the version for people, who may have given none.
func (m *Method) version() string { return cmp.Or(m.Version, "–") }

// Told lists what a new method says of itself, for the audit trail: of each substance
// of its scope under "scope.SUBSTANCE.", by its number.
func (m *Method) Told() []Difference {
	plain := *m
	plain.Scope = nil
	told := Differences(Method{}, plain)
	for _, s := range m.Scope {
		s.MethodID = 0
		told = append(told, Under("scope."+strconv.Itoa(int(s.SubstanceID)), Differences(MethodScope{}, s))...)
	}
	return told
}

// Check reports all mistakes of a method.
func (m *Method) Check() error {
	var errs FieldErrors
	checkCode(&errs, "kind", m.Kind, MethodKinds)
	checkCode(&errs, "level", m.Level, Levels)
	errs.Check(m.Lab != "" || m.LaboratoryID != 0, "lab", "Name the laboratory that runs the method.")
	checkName(&errs, "lab", m.Lab, maxShortText)
	checkName(&errs, "version", m.Version, maxShortText)
	errs.Check(m.OpenScope || len(m.Scope) > 0, "scope", "List the substances that the method can see, or declare its scope open.")
	for i := range m.Scope {
		for _, mistake := range m.Scope[i].check() {
			mistake.Field = ScopeField(i, mistake.Field)
			errs = append(errs, mistake)
		}
	}
	return errs.Err()
}

// ProposedVersion is what the version after a method may be called: the number at its end
// one higher, or a number behind it.
func (m *Method) ProposedVersion() string {
	digits := len(m.Version) - len(strings.TrimRight(m.Version, "0123456789"))
	head, tail := m.Version[:len(m.Version)-digits], m.Version[len(m.Version)-digits:]
	n, err := strconv.Atoi(tail)
	if err != nil || n >= math.MaxInt32 {
		return strings.TrimSpace(m.Version + " 2")
	}
	return fmt.Sprintf("%s%0*d", head, digits, n+1)
}

// AddVersion adds the next version of a method, which has its technique and laboratory and
// ends the one before today. What was analysed by that one stays as it is. It returns both.
func (d *Dictionary) AddVersion(of MethodID, m Method, today Date) (added, before *Method, err error) {
	old, ok := d.Methods[of]
	if !ok {
		return nil, nil, ErrNotFound
	}
	var errs FieldErrors
	if next := d.NextVersion(of); next != nil {
		errs.Check(false, "version", "Version %[1]s has been replaced by version %[2]s. Make the next one from that.", old.version(), next.version())
	}
	if err := errs.Err(); err != nil {
		return nil, nil, err
	}
	m.ID, m.LaboratoryID, m.Lab, m.Kind, m.Replaces, m.RetiredOn = 0, old.LaboratoryID, old.Lab, old.Kind, Optional(of), 0
	added, fresh, err := d.AddMethod(m)
	errs.Check(err != nil || fresh, "version", "This laboratory has this version of the method already. Give another version.")
	if err := errors.Join(err, errs.Err()); err != nil {
		return nil, nil, err
	}
	ended := *old
	if ended.RetiredOn == 0 {
		ended.RetiredOn = today
	}
	d.Methods[of] = &ended
	return added, &ended, nil
}

// WithRow is the next version of a method with one row more in its scope.
func (d *Dictionary) WithRow(of MethodID, row ScopeRow) (Method, error) {
	old, ok := d.Methods[of]
	if !ok {
		return Method{}, ErrNotFound
	}
	row.Line = len(old.Scope) + 1
	added, errs := d.ReadScope([]ScopeRow{row})
	for _, s := range old.Scope {
		s.SubstanceID = d.Resolve(s.SubstanceID)
		errs.Check(len(errs) > 0 || !s.sees(added[0]), ScopeField(0, "substance"), "%s stands in the scope already. To change its limits, make a new version.", row.Name)
	}
	m := *old
	m.Version = m.ProposedVersion()
	for d.hasVersion(&m) {
		m.Version = m.ProposedVersion()
	}
	m.Scope = append(slices.Clone(old.Scope), added...)
	return m, errs.Err()
}

// hasVersion tells whether the laboratory has the method in this version.
func (d *Dictionary) hasVersion(m *Method) bool {
	for _, have := range d.Methods {
		if have.Kind == m.Kind && have.Lab == m.Lab && have.Version == m.Version {
			return true
		}
	}
	return false
}

// Retire ends a method on a day, the last on which it was run, or with no day lets it be
// chosen again. Analyses and drafts that name it stay as they are.
func (d *Dictionary) Retire(id MethodID, on, today Date) (before, after Method, err error) {
	m, ok := d.Methods[id]
	if !ok {
		return before, after, ErrNotFound
	}
	var errs FieldErrors
	errs.Check(on <= today, "retired_on", "Give the last day on which the method was run, today at the latest.")
	if next := d.NextVersion(id); next != nil && on == 0 {
		errs.Check(false, "retired_on", "Version %[1]s has been replaced by version %[2]s. Make the next one from that.", m.version(), next.version())
	}
	after = *m
	after.RetiredOn = on
	return *m, after, errs.Err()
}
