package lab

import (
	"slices"
	"strconv"
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
	ID         MethodID
	Kind       MethodKind
	Lab        string
	Version    string
	Level      Level
	Quantifies bool
	OpenScope  bool // sees whatever it has a reference for; no list of substances is declared
	Scope      []MethodScope
}

// MethodScope is a substance that a method can see, and from how much on.
type MethodScope struct {
	MethodID    MethodID
	SubstanceID SubstanceID
	LOD         Amount // limit of detection; zero Value if not stated
	LOQ         Amount // limit of quantification; zero Value if not stated
}

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
	errs.Check(m.Lab != "", "lab", "Name the laboratory that runs the method.")
	checkName(&errs, "lab", m.Lab, maxShortText)
	checkName(&errs, "version", m.Version, maxShortText)
	errs.Check(m.OpenScope || len(m.Scope) > 0, "scope", "List the substances that the method can see, or declare its scope open.")
	return errs.Err()
}
