package lab_test

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
)

// Numbers of the entries of the small dictionary that these tests use.
const (
	ketamine lab.SubstanceID = iota + 1
	mdma
	cocaine
	caffeine
	levamisole
	mannitol
	monoacetylmorphine
	heroin
	etonitazene
	diazepam
	norcocaine
	fentanyl
	unknownPeak
	safrole
	amphetamine
	aNitazene // which one is not known
	anOpioid
)

const (
	soldAsKetamine lab.ProductID = iota + 1
	soldAsEcstasy
	soldAsHeroin
	soldAsTucibi
	soldAsBenzo
	soldAsUnknown
	soldAsCocaine
)

const (
	ftir     lab.MethodID = iota + 1 // preliminary, open scope
	gcms                             // confirmatory, open scope
	strip                            // presumptive, sees etonitazene only
	targeted                         // confirmatory, sees what its list says
	list                             // list recognition
)

const today = lab.Date(2024_06_15)

var noon = lab.At(time.Date(2024, 6, 15, 12, 0, 0, 0, time.UTC))

func hydrochloride(mass int64) []lab.Salt {
	return []lab.Salt{{Salt: "hydrochloride", MolarMass: mass, BasesPerSalt: 1, Usual: true}}
}

// newDictionary makes a small dictionary that a test may change.
func newDictionary(t testing.TB) *lab.Dictionary {
	t.Helper()
	classes := []lab.Class{
		{Code: "stimulant", NameEN: "stimulants", NameNL: "stimulantia"},
		{Code: "entactogen", Parent: "stimulant", NameEN: "entactogens"},
		{Code: "dissociative", NameEN: "dissociatives"},
		{Code: "opioid", NameEN: "opioids", NameNL: "opioïden"},
		{Code: "nitazene", Parent: "opioid", NameEN: "nitazenes"},
		{Code: "depressant", NameEN: "depressants"},
		{Code: "benzodiazepine", Parent: "depressant", NameEN: "benzodiazepines", NameNL: "benzodiazepinen"},
		{Code: "other", NameEN: "other substances"},
		{Code: "unidentified", NameEN: "unidentified"},
	}
	active := func(id lab.SubstanceID, name, class string) *lab.Substance {
		return &lab.Substance{
			ID: id, Name: name, Class: class, Role: lab.RoleAdulterant, Active: true, Psychoactive: true, Reviewed: true,
		}
	}
	substances := []*lab.Substance{
		active(ketamine, "ketamine", "dissociative"), active(mdma, "MDMA", "entactogen"), active(cocaine, "cocaine", "stimulant"),
		active(caffeine, "caffeine", "stimulant"), active(levamisole, "levamisole", "other"), active(mannitol, "mannitol", "other"),
		active(monoacetylmorphine, "6-MAM", "opioid"), active(heroin, "heroin", "opioid"), active(etonitazene, "etonitazene", "nitazene"),
		active(diazepam, "diazepam", "benzodiazepine"), active(norcocaine, "norcocaine", "other"), active(fentanyl, "fentanyl", "opioid"),
		active(unknownPeak, "unidentified substance", "unidentified"), active(safrole, "safrole", "other"), active(amphetamine, "amphetamine", "stimulant"),
		active(aNitazene, "a nitazene, which one is not known", "nitazene"), active(anOpioid, "an opioid, which one is not known", "opioid"),
	}
	entry := func(id lab.SubstanceID) *lab.Substance { return substances[id-1] }
	entry(ketamine).MolarMass, entry(ketamine).Salts = 237_727, hydrochloride(274_185)
	entry(ketamine).Names = []lab.SubstanceName{{Name: "esketamine", Stereo: lab.StereoS}, {Name: "2-(2-chlorophenyl)-2-(methylamino)cyclohexanone"}}
	entry(mdma).MolarMass, entry(mdma).Salts = 193_246, hydrochloride(229_704)
	entry(cocaine).MolarMass, entry(cocaine).Salts, entry(cocaine).NameNL = 303_358, hydrochloride(339_816), "cocaïnum"
	entry(levamisole).MolarMass, entry(levamisole).Salts, entry(levamisole).Psychoactive = 204_291, hydrochloride(240_749), false
	entry(aNitazene).WholeClass, entry(anOpioid).WholeClass = true, true
	entry(amphetamine).MolarMass = 135_210
	entry(amphetamine).Salts = []lab.Salt{{Salt: "sulfate", MolarMass: 368_492, BasesPerSalt: 2, Usual: true}}
	entry(mannitol).Role, entry(mannitol).Active, entry(mannitol).Psychoactive = lab.RoleExcipient, false, false
	entry(norcocaine).Role, entry(norcocaine).Active, entry(norcocaine).Psychoactive = lab.RoleByProduct, false, false
	entry(safrole).Role, entry(safrole).Psychoactive = lab.RolePrecursor, false

	d, err := lab.NewDictionary(classes, substances, newProducts(), newMethods())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func newProducts() []*lab.Product {
	product := func(id lab.ProductID, name string, expected ...lab.Expected) *lab.Product {
		p := &lab.Product{ID: id, NameEN: name, Unit: lab.Gram, Reviewed: true}
		for i, e := range expected {
			p.Substances = append(p.Substances, lab.ProductSubstance{ProductID: id, Position: int32(i + 1), Expected: e, Role: lab.RoleExpected})
		}
		return p
	}
	ecstasy := product(soldAsEcstasy, "ecstasy", substance(mdma))
	ecstasy.Names = []lab.ProductName{{Name: "XTC", Language: "nl"}}
	sold := product(soldAsHeroin, "heroin", substance(heroin))
	sold.NameNL = "heroïne"
	sold.Substances = append(sold.Substances, lab.ProductSubstance{Expected: substance(monoacetylmorphine), Role: lab.RoleByProduct})
	return []*lab.Product{
		product(soldAsKetamine, "ketamine", substance(ketamine)), ecstasy, sold,
		product(soldAsTucibi, "tucibi", substance(ketamine), substance(mdma)),
		product(soldAsBenzo, "benzodiazepine", class("benzodiazepine")),
		product(soldAsUnknown, "unknown"), product(soldAsCocaine, "cocaine", substance(cocaine)),
	}
}

func newMethods() []*lab.Method {
	scope := func(ids ...lab.SubstanceID) (scopes []lab.MethodScope) {
		for _, id := range ids {
			scopes = append(scopes, lab.MethodScope{SubstanceID: id})
		}
		return scopes
	}
	return []*lab.Method{
		{ID: ftir, Kind: lab.FTIR, Lab: "field", Level: lab.Preliminary, Quantifies: true, OpenScope: true},
		{ID: gcms, Kind: lab.GCMS, Lab: "central", Level: lab.Confirmatory, Quantifies: true, OpenScope: true},
		{ID: strip, Kind: lab.Strip, Lab: "field", Level: lab.Presumptive, Scope: scope(etonitazene)},
		{
			ID: targeted, Kind: lab.GCMS, Lab: "central", Version: "targeted", Level: lab.Confirmatory, Quantifies: true,
			Scope: scope(ketamine, mdma, cocaine, caffeine, levamisole),
		},
		{ID: list, Kind: lab.ListRecognition, Lab: "field", Level: lab.Preliminary, OpenScope: true},
	}
}

func substance(id lab.SubstanceID) lab.Expected { return lab.Expected{SubstanceID: lab.Optional(id)} }

func class(code string) lab.Expected { return lab.Expected{Class: code} }

// newSample makes a sample without mistakes, then edits it.
func newSample(edits ...func(*lab.Sample)) *lab.Sample {
	s := &lab.Sample{
		Key:     lab.Key{ServiceID: 1, ID: lab.ID{1}},
		Version: 1, NumberYear: 2024, NumberRunning: 17,
		ReceivedOn: 2024_06_01, ReceivedBasis: lab.ReceivedRecorded, Channel: lab.FrontOfHouse,
		ProductID: soldAsKetamine, SoldAsText: "ketamine", Form: lab.Powder, State: lab.Registered,
		RegisteredBy: enterer, RegisteredAt: noon,
	}
	for _, edit := range edits {
		edit(s)
	}
	return s
}

// verified makes a verified analysis by the method with what it found.
func verified(d *lab.Dictionary, method lab.MethodID, findings ...lab.Finding) lab.Evidence {
	a := lab.Analysis{
		Key:      lab.Key{ServiceID: 1, ID: lab.ID{0, byte(method)}},
		MethodID: method, Level: d.Methods[method].Level, PerformedOn: 2024_06_05, Conclusion: lab.HasFindings,
		State: lab.Verified, Signature: lab.TwoSignatures, EnteredBy: 1, VerifiedBy: 2,
	}
	if !slices.ContainsFunc(findings, func(f lab.Finding) bool { return f.Detection != lab.NotDetected }) {
		a.Conclusion = lab.NothingSeen
	}
	return lab.Evidence{Analysis: a, Findings: findings}
}

func with(e lab.Evidence, edit func(*lab.Analysis)) lab.Evidence {
	edit(&e.Analysis)
	return e
}

func finding(id lab.SubstanceID, detection lab.Detection) lab.Finding {
	return lab.Finding{SubstanceID: id, Detection: detection}
}

// percent makes a finding quantified as mass fraction, in parts per million.
func percent(id lab.SubstanceID, ppm int64, basis lab.Basis) lab.Finding {
	return lab.Finding{
		SubstanceID: id, Detection: lab.Quantified, Amount: lab.Amount{Value: ppm, Scale: lab.MassFraction, Decimals: 1}, Basis: basis,
	}
}

func propose(t testing.TB, d *lab.Dictionary, product lab.ProductID, evidence ...lab.Evidence) *lab.Result {
	t.Helper()
	r, err := d.Propose(soldAs(product, d.Products[product].Expected(), evidence...))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// says writes a result's findings as "1 quantified, 4 trace".
func says(r *lab.Result) string {
	parts := make([]string, len(r.Findings))
	for i, f := range r.Findings {
		parts[i] = substance(f.SubstanceID).String() + " " + string(f.Detection)
	}
	return strings.Join(parts, ", ")
}

// wrongFields returns the fields that a check complains of, in order and once.
func wrongFields(t testing.TB, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		t.Fatalf("%v is no list of mistakes by field", err)
	}
	fields := make([]string, len(mistakes))
	for i, m := range mistakes {
		fields[i] = m.Field
		if m.Message() == "" || strings.Contains(m.Message(), "%!") {
			t.Errorf("the message of %s is %q", m.Field, m.Message())
		}
	}
	return slices.Compact(fields)
}

func wantFields(t testing.TB, err error, want ...string) {
	t.Helper()
	if got := wrongFields(t, err); !slices.Equal(got, want) {
		t.Errorf("mistakes in %q, want them in %q: %v", got, want, err)
	}
}

func person(id lab.Optional, roles ...lab.UserRole) lab.Actor {
	a := lab.Actor{Kind: lab.KindUser, UserID: id, Name: "someone"}
	for _, r := range roles {
		a.Memberships = append(a.Memberships, lab.Membership{UserID: id, ServiceID: 1, Role: r})
	}
	return a
}

// sortedIDs returns the numbers of dictionary entries in order, so that a
// property test can be repeated.
func sortedIDs[K cmp.Ordered, V any](entries map[K]V) []K {
	return slices.Sorted(maps.Keys(entries))
}

// file is the file of a sample about which nothing was asked.
func file(s *lab.Sample, expected []lab.Expected, evidence []lab.Evidence, publications ...lab.Publication) *lab.File {
	return &lab.File{Sample: *s, Expected: expected, Evidence: evidence, Publications: publications}
}

// soldAs is the file of a sample of the product.
func soldAs(product lab.ProductID, expected []lab.Expected, evidence ...lab.Evidence) *lab.File {
	return &lab.File{Sample: lab.Sample{ProductID: product}, Expected: expected, Evidence: evidence}
}
