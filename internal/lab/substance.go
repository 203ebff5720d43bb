package lab

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Role of a finding, given what the sample was expected to hold.
type Role string

// The roles.
const (
	RoleExpected   Role = "expected"
	RoleAdulterant Role = "adulterant" // active and unexpected
	RoleExcipient  Role = "excipient"  // inert
	RoleByProduct  Role = "by_product" // by-product or impurity of the making
	RolePrecursor  Role = "precursor"
)

// Roles is the vocabulary of Role.
var Roles = Vocabulary[Role]{RoleExpected, RoleAdulterant, RoleExcipient, RoleByProduct, RolePrecursor}

// Stereo is the stereochemistry that an analysis determined.
type Stereo string

// The stereo marks; empty means not determined.
const (
	Racemic Stereo = "racemic"
	StereoS Stereo = "S"
	StereoR Stereo = "R"
)

// Stereos is the vocabulary of Stereo.
var Stereos = Vocabulary[Stereo]{Racemic, StereoS, StereoR}

// Substance is a chemical entry of the dictionary.
type Substance struct {
	ID           SubstanceID
	Name         string // English; the same word everywhere
	NameNL       string // Dutch, where it differs
	Class        string // a code of the classes, which form a tree
	Role         Role   // the role of a finding that was not expected
	Psychoactive bool
	Active       bool
	Formula      string   // molecular formula of the base; empty if not sourced
	MolarMass    int64    // of the base, in milligrams per mole; 0 if not sourced
	CAS          string   // empty if not sourced
	PubChemCID   int32    // 0 if not sourced
	Reviewed     bool     // false for entries that an import added
	WholeClass   bool     // stands for its class: some member, which one is not known
	MergedInto   Optional // the substance that it turned out to be; 0 for most
	Danger       Danger   // its own, where it is not that of its class; see Dictionary.Danger
	DangerSource string   // key of what the danger rests on
	ShortName    string   // of its names the one that people use, where the canonical one is long
	LineEN       string   // what it is, in one line; empty for most
	LineNL       string
	LineSource   string // key of what the line rests on
	LineReviewed bool   // only then is the line shown to a visitor
	Said         Traits // what is said of its role and effect, also where nobody has reviewed it
	Version      int32  // raised by every change and review
	ChangedBy    Optional
	Provenance
	Proposals []ServiceProposal // of the services that needed it before it was reviewed
	Names     []SubstanceName
	Salts     []Salt
}

// SubstanceName is a synonym. It may determine the stereo mark: esketamine is
// ketamine, S.
type SubstanceName struct {
	SubstanceID SubstanceID
	Name        string
	Language    string // en, nl or empty for chemical names
	Stereo      Stereo
	Provenance  // of one that was added to the entry here

	here, settled bool // added here, with its entry or to it; and reviewed since
}

// Salt is a salt of a substance, anhydrous.
type Salt struct {
	SubstanceID  SubstanceID
	Salt         string // hydrochloride, sulfate …
	Formula      string
	MolarMass    int64 // in milligrams per mole
	BasesPerSalt int32 // molecules of base in one formula unit
	Usual        bool  // powders and crystals of the substance are practically always this salt
}

// Bases are what an amount of the substance may count, its usual salt first.
func (s *Substance) Bases() []Basis {
	salts := slices.Clone(s.Salts)
	rank := func(x Salt) int {
		switch {
		case x.Usual:
			return 0
		case x.Salt == "hydrochloride": // of the rest the commonest
			return 1
		}
		return 2
	}
	slices.SortFunc(salts, func(a, b Salt) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.Salt, b.Salt)) })
	var bases []Basis
	for _, salt := range salts {
		bases = append(bases, Basis(salt.Salt))
	}
	first := 0
	for first < len(salts) && salts[first].Usual {
		first++
	}
	bases = slices.Insert(bases, first, BasisBase)
	return append(bases, BasisAsFound, BasisUnknown)
}

// OnlyBasis is what an amount of the substance counts where nobody says so: the base of a
// substance without salts. Empty where it has to be said.
func (s *Substance) OnlyBasis() Basis {
	if len(s.Salts) > 0 {
		return ""
	}
	return BasisBase
}

// Short is the name that people use.
func (s *Substance) Short() string { return cmp.Or(s.ShortName, s.Name) }

// Salt returns the named salt.
func (s *Substance) Salt(name string) (Salt, bool) {
	i := slices.IndexFunc(s.Salts, func(x Salt) bool { return x.Salt == name })
	if i < 0 {
		return Salt{}, false
	}
	return s.Salts[i], true
}

// Ceiling returns the largest mass fraction of base, in parts per million, that a
// powder or crystal of the substance can hold: that of its usual salt, or all of
// it where none is usual.
func (s *Substance) Ceiling() int64 {
	best := int64(0)
	for _, salt := range s.Salts {
		if fraction, ok := s.ToBase(1_000_000, Basis(salt.Salt)); ok && salt.Usual {
			best = max(best, fraction)
		}
	}
	if best == 0 {
		return 1_000_000
	}
	return best
}

var casForm = regexp.MustCompile(`^[1-9]\d{1,6}-\d\d-\d$`)

// ValidCAS tells whether a CAS number is well formed and its check digit right.
func ValidCAS(cas string) bool {
	if !casForm.MatchString(cas) {
		return false
	}
	digits := strings.ReplaceAll(cas, "-", "")
	sum := 0
	for i := range len(digits) - 1 {
		sum += int(digits[len(digits)-2-i]-'0') * (i + 1)
	}
	return sum%10 == int(digits[len(digits)-1]-'0')
}

// Check reports all mistakes of a dictionary entry.
func (s *Substance) Check(classes map[string]Class) error {
	var errs FieldErrors
	_, known := classes[s.Class]
	errs.Check(Fold(s.Name) != "", "name", "Give the substance a name.")
	checkSigns(&errs, "name", s.Name)
	errs.Check(known, "class", "%q is not a class of the dictionary.", s.Class)
	errs.Check(Roles.Has(s.Role) && s.Role != RoleExpected, "role", "%q is not a default role.", string(s.Role))
	errs.Check(s.Role != RoleAdulterant || s.Active, "active", "An adulterant is active.")
	errs.Check(s.Role != RoleExcipient || !s.Active, "active", "An excipient is inert.")
	errs.Check(!s.Psychoactive || s.Active, "psychoactive", "What is psychoactive is active.")
	errs.Check(s.CAS == "" || ValidCAS(s.CAS), "cas", "%q is not a CAS number.", s.CAS)
	checkDanger(&errs, "danger", s.Danger, s.DangerSource)
	isName := slices.ContainsFunc(s.allNames(), func(n SubstanceName) bool { return Fold(n.Name) == Fold(s.ShortName) })
	errs.Check(s.ShortName == "" || isName, "short_name", "The short name %q is not one of its names.", s.ShortName)
	lines := (s.LineEN == "") == (s.LineNL == "") && (s.LineEN == "") == (s.LineSource == "")
	errs.Check(lines, "line", "Give the line in both languages, with its source.")
	for _, salt := range s.Salts {
		fits := s.MolarMass > 0 && salt.BasesPerSalt > 0 && salt.MolarMass > int64(salt.BasesPerSalt)*s.MolarMass
		errs.Check(fits, "salts", "The molar mass of the %s does not hold %d × the base.", salt.Salt, salt.BasesPerSalt)
	}
	return errs.Err()
}

// Class is a class of substances. A class may lie within another.
type Class struct {
	Code         string
	Parent       string // empty at the top
	NameEN       string
	NameNL       string
	Danger       Danger // of its members that have none of their own; empty: that of the class above
	DangerSource string // key of what the danger rests on
	PlainEN      string // what a member is, in words that a worried reader understands
	PlainNL      string
}

// Plain is what a member of a class is in plain words, or of the nearest class above that
// has any; both are empty where none has.
func (d *Dictionary) Plain(class string) (en, nl string) {
	for range len(d.Classes) {
		c := d.Classes[class]
		if c.PlainEN != "" {
			return c.PlainEN, c.PlainNL
		}
		class = c.Parent
	}
	return "", ""
}

// greek spells the Greek letters that occur in names of substances.
var greek = strings.NewReplacer(
	"α", "alpha", "β", "beta", "γ", "gamma", "δ", "delta", "Δ", "delta", "ω", "omega",
	"Α", "alpha", "Β", "beta", "Γ", "gamma", "Ω", "omega",
)

// Fold reduces a name to what two spellings of it share: letters and digits in
// lower case without accents, Greek letters spelled out. Spaces, dashes and
// punctuation go.
func Fold(name string) string {
	var b strings.Builder
	for _, r := range greek.Replace(norm.NFKD.String(name)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}
