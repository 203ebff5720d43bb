package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// The rows of the dictionary's tables where they differ from the domain's types.
type (
	substanceRow struct {
		ID           lab.SubstanceID `gorm:"primaryKey;autoIncrement:false"`
		Name         string
		NameNL       string
		Class        string
		Role         lab.Role
		Psychoactive bool
		Active       bool
		Formula      string
		MolarMass    int64
		CAS          string
		PubChemCID   int32 `gorm:"column:pubchem_cid"`
		Reviewed     bool
		WholeClass   bool
		MergedInto   lab.Optional `gorm:"<-:false"` // written by a merge alone
		Danger       lab.Danger
		DangerSource string
		ShortName    string
		LineEN       string
		LineNL       string
		LineSource   string
		Version      int32        `gorm:"<-:create"`
		ChangedBy    lab.Optional `gorm:"<-:create"`
		lab.Provenance
	}
	substanceNameRow struct {
		Folded      string `gorm:"primaryKey"`
		SubstanceID lab.SubstanceID
		Name        string
		Language    string
		Stereo      lab.Stereo
		lab.Provenance
	}
	saltRow struct {
		SubstanceID  lab.SubstanceID `gorm:"primaryKey;autoIncrement:false"`
		Salt         string          `gorm:"primaryKey"`
		Formula      string
		MolarMass    int64
		BasesPerSalt int32
		Usual        bool
	}
	productRow struct {
		ID         lab.ProductID `gorm:"primaryKey;autoIncrement:false"`
		NameEN     string
		NameNL     string
		Unit       lab.AmountUnit
		Reviewed   bool
		MergedInto lab.Optional `gorm:"<-:false"`
		Version    int32        `gorm:"<-:create"`
		ChangedBy  lab.Optional `gorm:"<-:create"`
		lab.Provenance
		ProposedFor lab.Optional
	}
	productNameRow struct {
		Folded    string `gorm:"primaryKey"`
		ProductID lab.ProductID
		Name      string
		Language  string
		lab.Provenance
	}
	productSubstanceRow struct {
		ProductID lab.ProductID `gorm:"primaryKey;autoIncrement:false"`
		Position  int32         `gorm:"primaryKey;autoIncrement:false"`
		lab.Expected
		Role lab.Role
	}
	classRow struct {
		Code         string `gorm:"primaryKey"`
		Parent       string
		NameEN       string
		NameNL       string
		Danger       lab.Danger
		DangerSource string
		PlainEN      string
		PlainNL      string
	}
	methodRow struct {
		ID           lab.MethodID `gorm:"primaryKey;autoIncrement:false"`
		LaboratoryID lab.LaboratoryID
		Kind         lab.MethodKind
		Version      string
		Level        lab.Level
		Quantifies   bool
		OpenScope    bool
		Replaces     lab.Optional
		RetiredOn    lab.Date
	}
	proposalRow struct {
		SubstanceID lab.SubstanceID `gorm:"primaryKey;autoIncrement:false"`
		ServiceID   lab.ServiceID   `gorm:"primaryKey;autoIncrement:false"`
		ProposedBy  lab.Optional
		ProposedAt  lab.Instant
		ProposedWhy string
	}
	judgementRow struct {
		SubstanceID lab.SubstanceID `gorm:"primaryKey;autoIncrement:false"`
		Version     int32           `gorm:"primaryKey;autoIncrement:false"`
		Danger      lab.Danger
		Source      string
		LineEN      string
		LineNL      string
		LineSource  string
		AuthorID    lab.Optional
		ReviewerID  lab.Optional
		At          lab.Instant
	}
	alertLimitRow struct {
		SubstanceID lab.SubstanceID `gorm:"primaryKey;autoIncrement:false"`
		Form        lab.Form        `gorm:"primaryKey"`
		Version     int32           `gorm:"primaryKey;autoIncrement:false"`
		Amount      lab.Amount      `gorm:"embedded;embeddedPrefix:amount_"`
		Basis       lab.Basis
		Source      string
		AuthorID    lab.Optional
		At          lab.Instant
	}
	methodScopeRow struct {
		MethodID    lab.MethodID    `gorm:"primaryKey;autoIncrement:false"`
		SubstanceID lab.SubstanceID `gorm:"primaryKey;autoIncrement:false"`
		LOD         lab.Amount      `gorm:"embedded;embeddedPrefix:lod_"`
		LOQ         lab.Amount      `gorm:"embedded;embeddedPrefix:loq_"`
		LODTyped    string
		LOQTyped    string
		SamplePerML string
	}
)

// TableName returns the table.
func (substanceRow) TableName() string { return "substances" }

// TableName returns the table.
func (substanceNameRow) TableName() string { return "substance_names" }

// TableName returns the table.
func (saltRow) TableName() string { return "substance_salts" }

// TableName returns the table.
func (productRow) TableName() string { return "products" }

// TableName returns the table.
func (productNameRow) TableName() string { return "product_names" }

// TableName returns the table.
func (productSubstanceRow) TableName() string { return "product_substances" }

// TableName returns the table.
func (classRow) TableName() string { return "substance_classes" }

// TableName returns the table.
func (methodRow) TableName() string { return "methods" }

// TableName returns the table.
func (proposalRow) TableName() string { return "substance_proposals" }

// TableName returns the table.
func (judgementRow) TableName() string { return "substance_judgements" }

// TableName returns the table.
func (alertLimitRow) TableName() string { return "alert_limits" }

// TableName returns the table.
func (methodScopeRow) TableName() string { return "method_scopes" }

// dictionaryRows is the dictionary as rows of its tables, in order of their keys.
type dictionaryRows struct {
	Classes           []classRow
	Substances        []substanceRow
	SubstanceNames    []substanceNameRow
	Salts             []saltRow
	Products          []productRow
	ProductNames      []productNameRow
	ProductSubstances []productSubstanceRow
	Methods           []methodRow
	MethodScopes      []methodScopeRow

	// No edition has laboratories.
	Laboratories       []laboratoryRow     `json:"-"`
	LaboratoryPeople   []laboratoryPerson  `json:"-"`
	LaboratoryServices []laboratoryService `json:"-"`

	// Nor has any what was proposed, judged and set here.
	Proposals   []proposalRow   `json:"-"`
	Judgements  []judgementRow  `json:"-"`
	AlertLimits []alertLimitRow `json:"-"`
}

func sortedValues[K cmp.Ordered, V any](m map[K]V) []V {
	values := make([]V, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		values = append(values, m[k])
	}
	return values
}

func rowsOf(classes []lab.Class, substances []*lab.Substance, products []*lab.Product, methods []*lab.Method) dictionaryRows {
	var r dictionaryRows
	for _, c := range classes {
		r.Classes = append(r.Classes, classRow(c))
	}
	for _, s := range substances {
		r.addSubstance(s)
	}
	for _, p := range products {
		r.addProduct(p)
	}
	for _, m := range methods {
		r.Methods = append(r.Methods, methodRow{m.ID, m.LaboratoryID, m.Kind, m.Version, m.Level, m.Quantifies, m.OpenScope, m.Replaces, m.RetiredOn})
		for _, x := range m.Scope {
			r.MethodScopes = append(r.MethodScopes, methodScopeRow(x))
		}
	}
	return r
}

func (r *dictionaryRows) addSubstance(s *lab.Substance) {
	r.Substances = append(r.Substances, substanceRow{
		ID: s.ID, Name: s.Name, NameNL: s.NameNL, Class: s.Class, Role: s.Role, Psychoactive: s.Psychoactive, Active: s.Active,
		Formula: s.Formula, MolarMass: s.MolarMass, CAS: s.CAS, PubChemCID: s.PubChemCID, Reviewed: s.Reviewed, WholeClass: s.WholeClass,
		Version: s.Version, ChangedBy: s.ChangedBy, Provenance: s.Provenance,
		Danger: s.Danger, DangerSource: s.DangerSource, ShortName: s.ShortName, LineEN: s.LineEN, LineNL: s.LineNL, LineSource: s.LineSource,
	})
	seen := map[string]bool{}
	for _, n := range append([]lab.SubstanceName{{Name: s.Name}, {Name: cmp.Or(s.NameNL, s.Name), Language: "nl"}}, s.Names...) {
		if folded := lab.Fold(n.Name); !seen[folded] {
			seen[folded] = true
			r.SubstanceNames = append(r.SubstanceNames, substanceNameRow{folded, s.ID, n.Name, n.Language, n.Stereo, n.Provenance})
		}
	}
	for _, x := range s.Salts {
		r.Salts = append(r.Salts, saltRow{s.ID, x.Salt, x.Formula, x.MolarMass, x.BasesPerSalt, x.Usual})
	}
}

func (r *dictionaryRows) addProduct(p *lab.Product) {
	r.Products = append(r.Products, productRow{ID: p.ID, NameEN: p.NameEN, NameNL: p.NameNL, Unit: p.Unit, Reviewed: p.Reviewed, Version: p.Version, ChangedBy: p.ChangedBy, Provenance: p.Provenance, ProposedFor: p.ProposedFor})
	seen := map[string]bool{}
	for _, n := range append([]lab.ProductName{{Name: p.NameEN}, {Name: cmp.Or(p.NameNL, p.NameEN), Language: "nl"}}, p.Names...) {
		if folded := lab.Fold(n.Name); !seen[folded] {
			seen[folded] = true
			r.ProductNames = append(r.ProductNames, productNameRow{folded, p.ID, n.Name, n.Language, n.Provenance})
		}
	}
	for _, x := range p.Substances {
		r.ProductSubstances = append(r.ProductSubstances, productSubstanceRow{p.ID, x.Position, x.Expected, x.Role})
	}
}

func rowsOfDictionary(d *lab.Dictionary) dictionaryRows {
	return rowsOf(sortedValues(d.Classes), sortedValues(d.Substances), sortedValues(d.Products), sortedValues(d.Methods))
}

// digestOf identifies an edition of the embedded dictionary.
func digestOf(d *lab.Dictionary) string {
	text, err := json.Marshal(rowsOfDictionary(d))
	if err != nil {
		panic(err) // plain rows always have a text
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func (r *dictionaryRows) substances() []*lab.Substance {
	byID := map[lab.SubstanceID]*lab.Substance{}
	for _, x := range r.Substances {
		byID[x.ID] = &lab.Substance{
			ID: x.ID, Name: x.Name, NameNL: x.NameNL, Class: x.Class, Role: x.Role, Psychoactive: x.Psychoactive, Active: x.Active,
			Formula: x.Formula, MolarMass: x.MolarMass, CAS: x.CAS, PubChemCID: x.PubChemCID, Reviewed: x.Reviewed, WholeClass: x.WholeClass, MergedInto: x.MergedInto,
			Version: x.Version, ChangedBy: x.ChangedBy, Provenance: x.Provenance,
			Danger: x.Danger, DangerSource: x.DangerSource, ShortName: x.ShortName, LineEN: x.LineEN, LineNL: x.LineNL, LineSource: x.LineSource,
		}
		byID[x.ID].TakeCare()
	}
	slices.SortFunc(r.SubstanceNames, func(a, b substanceNameRow) int { return strings.Compare(a.Folded, b.Folded) })
	for _, x := range r.SubstanceNames {
		s := byID[x.SubstanceID]
		if x.Name != s.Name && x.Name != s.NameNL {
			s.Names = append(s.Names, lab.SubstanceName{SubstanceID: x.SubstanceID, Name: x.Name, Language: x.Language, Stereo: x.Stereo, Provenance: x.Provenance})
		}
	}
	for _, x := range r.Proposals {
		s := byID[x.SubstanceID]
		s.Proposals = append(s.Proposals, lab.ServiceProposal(x))
	}
	slices.SortFunc(r.Salts, func(a, b saltRow) int { return strings.Compare(a.Salt, b.Salt) })
	for _, x := range r.Salts {
		byID[x.SubstanceID].Salts = append(byID[x.SubstanceID].Salts, lab.Salt(x))
	}
	return sortedValues(byID)
}

func (r *dictionaryRows) products() []*lab.Product {
	byID := map[lab.ProductID]*lab.Product{}
	for _, x := range r.Products {
		byID[x.ID] = &lab.Product{ID: x.ID, NameEN: x.NameEN, NameNL: x.NameNL, Unit: x.Unit, Reviewed: x.Reviewed, MergedInto: x.MergedInto, Version: x.Version, ChangedBy: x.ChangedBy, Provenance: x.Provenance, ProposedFor: x.ProposedFor}
	}
	slices.SortFunc(r.ProductNames, func(a, b productNameRow) int { return strings.Compare(a.Folded, b.Folded) })
	for _, x := range r.ProductNames {
		p := byID[x.ProductID]
		if x.Name != p.NameEN && x.Name != p.NameNL {
			p.Names = append(p.Names, lab.ProductName{ProductID: x.ProductID, Name: x.Name, Language: x.Language, Provenance: x.Provenance})
		}
	}
	slices.SortFunc(r.ProductSubstances, func(a, b productSubstanceRow) int { return cmp.Compare(a.Position, b.Position) })
	for _, x := range r.ProductSubstances {
		byID[x.ProductID].Substances = append(byID[x.ProductID].Substances, lab.ProductSubstance(x))
	}
	return sortedValues(byID)
}

func (r *dictionaryRows) methods() []*lab.Method {
	byID := map[lab.MethodID]*lab.Method{}
	for _, x := range r.Methods {
		byID[x.ID] = &lab.Method{
			ID: x.ID, LaboratoryID: x.LaboratoryID, Kind: x.Kind, Version: x.Version, Level: x.Level, Quantifies: x.Quantifies, OpenScope: x.OpenScope,
			Replaces: x.Replaces, RetiredOn: x.RetiredOn,
		}
	}
	slices.SortFunc(r.MethodScopes, func(a, b methodScopeRow) int { return cmp.Compare(a.SubstanceID, b.SubstanceID) })
	for _, x := range r.MethodScopes {
		byID[x.MethodID].Scope = append(byID[x.MethodID].Scope, lab.MethodScope(x))
	}
	return sortedValues(byID)
}
