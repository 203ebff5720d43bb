package statistics

import (
	"slices"
	"strings"

	"marquis/internal/lab"
)

// Scope says which samples a set of figures is about. The rows that were folded
// are those of the scope: nothing is filtered by it any more, but for prices,
// which are told in Currency.
type Scope struct {
	Year      int
	Services  []string // codes; empty means all
	Currency  string   // of the prices, ISO 4217
	Synthetic bool     // the samples are made up
}

// String names the services of the scope: "all", or their codes in order. After
// them it says ", synthetic" where the samples are made up.
func (s Scope) String() string {
	text := "all"
	if len(s.Services) > 0 {
		text = strings.Join(slices.Sorted(slices.Values(s.Services)), ", ")
	}
	if s.Synthetic {
		text += ", synthetic"
	}
	return text
}

// MarshalText writes the scope as String does.
func (s Scope) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Year is the figures of one year.
type Year struct {
	Year       int            `json:"year"`
	Scope      Scope          `json:"scope"`
	Registered int            `json:"registered"`
	Released   int            `json:"released"`
	Withdrawn  int            `json:"withdrawn"`
	Unreleased map[string]int `json:"unreleased"` // by reason
	Products   []Entry        `json:"products"`   // most samples first, then by name

	Recognised     int                 `json:"recognised"` // released by list recognition alone
	Level          map[lab.Level]int   `json:"level"`      // of released samples
	Outcomes       map[lab.Outcome]int `json:"outcomes"`
	OutcomesEUDA   map[lab.Outcome]int `json:"outcomes_euda"`
	Forms          map[lab.Form]int    `json:"forms"`  // of registered samples
	Months         [12]int             `json:"months"` // registered samples by month of receipt
	TurnaroundDays Turnaround          `json:"turnaround_days"`

	undivided map[lab.SubstanceID]bool // of what is told: see toldUndivided
}

// Product returns the figures of a product, or nil where no sample was sold as
// it; ComputeProduct has an answer then too.
func (y *Year) Product(id lab.ProductID) *Entry {
	i := slices.IndexFunc(y.Products, func(e Entry) bool { return e.ProductID == id })
	if i < 0 {
		return nil
	}
	return &y.Products[i]
}

// Entry is the figures of one product, or of one expected substance or class: of
// the samples in which it was among the expected, whatever they were sold as.
type Entry struct {
	Year       int    `json:"year"`
	Scope      Scope  `json:"scope"`
	Registered int    `json:"registered"` // all samples of the year and scope
	Released   int    `json:"released"`   // likewise
	Product    string `json:"product,omitempty"`
	Expected   string `json:"expected,omitempty"`

	N              int                 `json:"n"` // registered samples of the entry
	Share          Proportion          `json:"share"`
	Contains       Contains            `json:"contains"`
	Outcomes       map[lab.Outcome]int `json:"outcomes"`
	OutcomesEUDA   map[lab.Outcome]int `json:"outcomes_euda"`
	Substitutes    []Substitute        `json:"substitutes"`
	Purity         []Content           `json:"purity"`
	Dose           []Dose              `json:"dose"`
	Price          []Price             `json:"price"`
	Adulterants    []Adulterant        `json:"adulterants"`
	TurnaroundDays Turnaround          `json:"turnaround_days"`

	ShareWithoutEcstasyTablets Proportion        `json:"share_without_ecstasy_tablets"`
	ReleasedN                  int               `json:"released_n"` // released samples of the entry
	Withdrawn                  int               `json:"withdrawn"`
	Unreleased                 map[string]int    `json:"unreleased"`
	Recognised                 int               `json:"recognised"`
	Level                      map[lab.Level]int `json:"level"`
	Forms                      map[lab.Form]int  `json:"forms"`
	Months                     [12]int           `json:"months"`
	NoAdulterant               Proportion        `json:"no_adulterant"`
	OnlyTraces                 Proportion        `json:"only_traces"`    // contain adulterants, but none above a trace
	AnyAdulterant              Proportion        `json:"any_adulterant"` // above a trace
	CoOccurrence               []Pair            `json:"co_occurrence"`
	Found                      []Found           `json:"found"`
	PriceOtherCurrencies       map[string]int    `json:"price_other_currencies"`
	PriceFree                  int               `json:"price_free"`
	PricePerPureGram           []PurePrice       `json:"price_per_pure_gram"`

	ProductID lab.ProductID `json:"-"` // zero for an expected substance or class
	Token     lab.Expected  `json:"-"` // what was expected; zero for a product

	ecstasyOther int // registered samples of the year that were sold as ecstasy and are no tablets
}

// Name returns the name of the product, or of what was expected.
func (e *Entry) Name() string {
	if e.Product != "" {
		return e.Product
	}
	return e.Expected
}

// Contains tells how many samples hold all that was expected of them. For an
// expected substance or class it tells how many hold that one, whatever else was
// expected.
type Contains struct {
	Any  Proportion `json:"any"`  // in any amount, traces included
	Main Proportion `json:"main"` // as a main component
}

// Lesser counts the samples in which a substance was seen as a trace or only indicated. They
// stand beside those of a figure that counts what is above a trace, and never among them.
type Lesser struct {
	Trace     int  `json:"trace"`
	Indicated int  `json:"indicated"`
	withheld  bool // from the public
}

func (l Lesser) total() int { return l.Trace + l.Indicated }

// Substitute is a substance that was found, above a trace, in samples that do not
// hold what was expected; of those samples. It stands also where it was only seen as less.
type Substitute struct {
	Substance string `json:"substance"`
	Proportion
	Lesser
	SubstanceID lab.SubstanceID `json:"-"`
}

// Found is a substance that was found in released samples, in any amount.
type Found struct {
	Substance string `json:"substance"`
	Proportion
	Main        int              `json:"main"`  // samples with it as a main component
	Trace       int              `json:"trace"` // samples with a trace of it
	Roles       map[lab.Role]int `json:"roles"`
	SubstanceID lab.SubstanceID  `json:"-"`
}

// Content is how much of an expected substance the samples of one form hold, as
// base: a mass fraction in percent.
type Content struct {
	Substance string `json:"substance"`
	Form      string `json:"form"` // a form, or powder+crystal for both together
	Unit      string `json:"unit"`
	Basis     string `json:"basis"`
	N         int    `json:"n"`        // quantified, with a known base: these are summarised
	Detected  int    `json:"detected"` // samples in which it was found in any way
	BelowLOQ  int    `json:"below_loq"`
	Summary
	UnknownBasis  int             `json:"unknown_basis"`  // quantified, but nobody knows as what
	OtherUnit     int             `json:"other_unit"`     // quantified in another unit
	NotQuantified int             `json:"not_quantified"` // identified, indicated or a trace
	SubstanceID   lab.SubstanceID `json:"-"`
}

// Dose is how much of an expected substance one tablet, capsule or blotter holds,
// as base in milligrams.
type Dose struct {
	Content
	Bands []Band `json:"bands"` // of MDMA only
}

// Band is the share of the quantified units whose dose lies in a band.
type Band struct {
	Band string `json:"band"` // in mg
	Proportion
}

// Price is what buyers paid per gram, millilitre or piece.
type Price struct {
	Currency string         `json:"currency"`
	Unit     lab.AmountUnit `json:"unit"`
	Quantity string         `json:"quantity"` // all, or a band of the quantity bought
	N        int            `json:"n"`
	Mean     *float64       `json:"mean"`
	Median   *float64       `json:"median"`
	P25      *float64       `json:"p25"`
	P75      *float64       `json:"p75"`
	MeanCI95 *Interval      `json:"mean_ci95"`
	SD       *float64       `json:"sd"`
	Min      *float64       `json:"min"`
	Max      *float64       `json:"max"`
}

// PurePrice is the price per gram of a substance as base: the price per gram of
// the sample, divided by its purity.
type PurePrice struct {
	Substance string `json:"substance"`
	Price
	SubstanceID lab.SubstanceID `json:"-"`
}

// Adulterant is an active substance that was found, unexpected, above a trace in samples
// that hold what was expected. It stands also where it was only seen as less. Of counts the
// samples in which it could be seen: those that had a method whose scope covers it, and those
// in which it was found in any way.
type Adulterant struct {
	Substance string `json:"substance"`
	Proportion
	Concentration Concentration `json:"concentration"`
	Quantified    int           `json:"quantified"`
	BelowLOQ      int           `json:"below_loq"`
	Identified    int           `json:"identified"`
	Lesser
	Methods     []AdulterantMethod `json:"methods"`
	SubstanceID lab.SubstanceID    `json:"-"`
}

// Concentration is the mass fraction of an adulterant in percent, as base, where
// it was quantified.
type Concentration struct {
	Unit  string `json:"unit"`
	Basis string `json:"basis"`
	N     int    `json:"n"`
	Summary
	UnknownBasis int `json:"unknown_basis"`
	OtherUnit    int `json:"other_unit"`
}

// AdulterantMethod is what one kind of method, at one level, saw of an
// adulterant.
type AdulterantMethod struct {
	Method lab.MethodKind `json:"method"`
	Level  lab.Level      `json:"level"`
	Proportion
	Lesser
}

// Pair is two adulterants that were found in the same samples, both above a trace, of those
// that hold what was expected.
type Pair struct {
	Substances [2]string `json:"substances"`
	Proportion
	SubstanceIDs [2]lab.SubstanceID `json:"-"`
}

// Turnaround is the time from receipt to the first publication, in days.
type Turnaround struct {
	Delay
	Confirmed Delay `json:"confirmed"` // from receipt to the first confirmed result
}

// Delay summarises a number of days.
type Delay struct {
	N      int      `json:"n"`
	Median *float64 `json:"median"`
	P90    *float64 `json:"p90"`
}
