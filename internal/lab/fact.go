package lab

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Release says whether a sample's result stands in the statistics.
type Release string

// The releases; empty means not published yet.
const (
	IsReleased  Release = "released"
	IsWithdrawn Release = "withdrawn"
)

// Definitions is the number of the rules by which facts are made, raised with each rule that
// makes other facts of the same records: an upgraded registry then counts them anew.
const Definitions = 3

// SampleFact is what the statistics read of one sample. It is made by Classify
// and by nothing else. A sample that is not released yet has one too.
type SampleFact struct {
	ServiceID  ServiceID `gorm:"primaryKey;autoIncrement:false"`
	Year       int32     `gorm:"primaryKey;autoIncrement:false"` // of ReceivedOn
	SampleID   ID        `gorm:"primaryKey"`
	ReceivedOn Date
	LocationID Optional
	Region     string
	SampleClass
	UnitPrice     int64    // millionths of the currency per unit; 0 for none
	PublishedDays Optional // days from receipt to the first publication, plus one; 0 for none
	ConfirmedDays Optional // to the first confirmed result, plus one; 0 for none
	Attention     Attention
	ImportID      ID // under whose state it is seen
}

// SampleClass is the part of a sample's fact that many samples share.
type SampleClass struct {
	ProductID   ProductID
	Expected    string // tokens of Expected, sorted, with single spaces between
	Form        Form
	Channel     Channel
	Counted     bool // as registered
	State       SampleState
	StateReason string
	Release     Release
	Outcome     Outcome // empty unless released
	OutcomeEUDA Outcome
	Level       Level // empty unless released
	Recognised  bool  // by list recognition alone
	// Contains tells whether every expectation was found in any amount, and
	// ContainsMain whether as a main component.
	Contains      bool
	ContainsMain  bool
	Methods       string // numbers of the methods that were verified, sorted, with single spaces between
	PriceCurrency string // empty where no price was recorded
	PriceUnit     AmountUnit
	PriceBand     PriceBand
	PriceFree     bool // a gift, found, or priced at nothing
}

// FindingFact is what the statistics read of one finding of a released result.
type FindingFact struct {
	ServiceID ServiceID `gorm:"primaryKey;autoIncrement:false"`
	Year      int32     `gorm:"primaryKey;autoIncrement:false"`
	SampleID  ID        `gorm:"primaryKey"`
	FindingClass
	ProductID ProductID
	Form      Form
	Base      int64 // the amount as base, on its scale
	ImportID  ID
}

// FindingClass is the part of a finding's fact that many findings share.
type FindingClass struct {
	SubstanceID SubstanceID `gorm:"primaryKey;autoIncrement:false"`
	Role        Role
	Detection   Detection
	Main        bool
	MethodID    MethodID
	Scale       Scale // of the amount; empty unless quantified
	BaseKnown   bool  // whether the amount could be told as base
}

// FactRow is one sample as the statistics fold it: the classes are shared between
// rows and must not be changed.
type FactRow struct {
	*SampleClass
	Month         time.Month // of receipt
	UnitPrice     int64
	PublishedDays Optional
	ConfirmedDays Optional
	Findings      []FindingRow // valid until the next row
}

// FindingRow is one finding of a FactRow.
type FindingRow struct {
	*FindingClass
	Base int64
}

// Facts is what the statistics read of one sample.
type Facts struct {
	Sample   SampleFact
	Findings []FindingFact
}

// Classify makes the facts of a sample from its file: the sample, its expectations and
// all versions of its result.
func (d *Dictionary) Classify(file *File) Facts {
	file = d.Read(file)
	s := &file.Sample
	f := SampleFact{
		ServiceID: s.ServiceID, Year: int32(s.ReceivedOn.Year()), SampleID: s.ID, ReceivedOn: s.ReceivedOn,
		LocationID: s.LocationID, Region: s.Region, ImportID: s.ImportID,
		SampleClass: SampleClass{
			ProductID: s.ProductID, Expected: setKey(file.Expected), Form: s.Form, Channel: s.Channel,
			Counted: s.Counted(), State: s.State, StateReason: s.StateReason,
		},
	}
	f.setPrice(s)
	counted := file.Counted()
	if len(counted) == 0 {
		return Facts{Sample: f}
	}
	f.setTurnaround(s.SourcePublishedOn, counted)
	latest := file.Latest()
	if latest.Kind == WithdrawnResult {
		f.Release = IsWithdrawn
		return Facts{Sample: f}
	}
	return d.classifyResult(f, file, &latest.Result)
}

func (f *SampleFact) setPrice(s *Sample) {
	if !s.Price.Recorded() {
		return
	}
	f.PriceCurrency, f.PriceUnit, f.PriceBand = s.Price.Currency, s.Price.Unit, s.Price.Band()
	f.UnitPrice, _ = s.Price.PerUnit()
	f.PriceFree = f.UnitPrice == 0 || s.AcquiredVia == "gift" || s.AcquiredVia == "found"
}

// setTurnaround counts the days from receipt to the versions of a result. The first that a source
// brought is of the day on which it gave that, as it says now; any other of the day on which it
// was released here.
func (f *SampleFact) setTurnaround(source Date, publications []Publication) {
	first := slices.IndexFunc(publications, func(p Publication) bool { return !p.ImportID.IsZero() })
	confirmed := true // by the source, as it says now
	for _, p := range publications {
		if !p.ImportID.IsZero() {
			confirmed = p.Result.Level == Confirmatory
		}
	}
	for i, p := range publications {
		on := p.PublishedOn
		if i == first {
			on = cmp.Or(source, on)
		}
		if on == 0 || f.ReceivedOn == 0 {
			continue // not known
		}
		days := Optional(max(0, f.ReceivedOn.DaysUntil(on)) + 1)
		if p.Kind != WithdrawnResult {
			f.PublishedDays = cmp.Or(f.PublishedDays, days)
		}
		if p.Kind != WithdrawnResult && p.Result.Level == Confirmatory && (confirmed || p.ImportID.IsZero()) {
			f.ConfirmedDays = cmp.Or(f.ConfirmedDays, days)
		}
	}
}

// classifyResult adds what a released result says. Roles, main components and
// amounts as base are worked out anew from the dictionary as it is now, so that
// a corrected role or salt reaches the figures by reclassification.
func (d *Dictionary) classifyResult(f SampleFact, file *File, released *Result) Facts {
	r := d.assessed(released, file)
	f.Release, f.Level, f.Recognised = IsReleased, r.Level, r.Recognised
	f.Outcome, f.OutcomeEUDA = d.outcomes(r, file.Expected)
	f.Attention = d.Weigh(file).Attention
	f.Contains = d.contains(r, file.Expected, (*Released).found)
	f.ContainsMain = d.contains(r, file.Expected, func(x *Released) bool { return x.Main })
	methods := make([]string, len(r.Methods))
	for i, m := range r.Methods {
		methods[i] = strconv.Itoa(int(m))
	}
	f.Methods = strings.Join(methods, " ")
	facts := Facts{Sample: f, Findings: make([]FindingFact, 0, len(r.Findings))}
	for _, x := range r.Findings {
		fact := FindingFact{
			ImportID:  f.ImportID,
			ServiceID: f.ServiceID, Year: f.Year, SampleID: f.SampleID, ProductID: f.ProductID, Form: f.Form,
			FindingClass: FindingClass{
				SubstanceID: x.SubstanceID, Role: x.Role, Detection: x.Detection, Main: x.Main, MethodID: x.MethodID,
			},
		}
		if x.Detection == Quantified {
			fact.Scale, fact.Base, fact.BaseKnown = x.Amount.Scale, x.Base, x.BaseKnown
		}
		facts.Findings = append(facts.Findings, fact)
	}
	return facts
}
