package server_test

import (
	"encoding/csv"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// told is what somebody types into the fields of a form, or a file says in its columns.
type told map[string]string

// law is a rule at both doors: what it refuses, and what stands next to it and is right.
type law struct {
	rule           string
	form           told // into the form of an ordinary powder, or of an analysis of one
	right          told // besides, where it is right
	field          string
	file           []told // what each row says besides what an ordinary one does
	fileRight      []told
	column         string
	page, imported string                                                     // what a door says in words of its own, before the rule is asked
	of             string                                                     // form of the sample that is analysed
	sent           func(t *testing.T, b *bench, typed told) map[string]string // of what is sent otherwise: mistakes by their fields
}

// laws has a row for each of lab.Rules that both doors ask.
var laws = []law{
	{rule: "received_on", form: told{"received_on": ""}, field: "received_on", file: []told{{"received": ""}}, column: "received_on"},
	{
		rule: "long_ago", form: told{"received_on": "31-12-1959"}, field: "received_on", file: []told{{"received": "1959-12-31"}}, column: "received_on",
		fileRight: []told{{"received": "1960-01-01"}},
	},
	{
		rule: "in_the_future", form: told{"received_on": "2025-03-04"}, right: told{"received_on": "2025-03-03"}, field: "received_on",
		file: []told{{"received": "2025-03-04", "analysed": "2025-03-04"}}, fileRight: []told{{"received": "2025-03-03", "analysed": "2025-03-03"}}, column: "received_on",
	},
	{
		rule: "expected_ready_on", form: told{"expected_ready_on": "2025-03-02"}, right: told{"expected_ready_on": "2025-03-03"}, field: "expected_ready_on",
		file: []told{{"ready": "2025-02-02"}}, fileRight: []told{{"ready": "2025-02-03"}}, column: "expected_ready_on",
	},
	{
		rule: "ready_late", form: told{"expected_ready_on": "2025-06-04"}, right: told{"expected_ready_on": "2025-06-03"}, field: "expected_ready_on",
		file: []told{{"ready": "2025-05-07"}}, fileRight: []told{{"ready": "2025-05-06"}}, column: "expected_ready_on",
	},
	{
		rule: "possible_number", form: told{"form": "tablet", "received_amount": "1", "width_um": "101"}, right: told{"width_um": "30"}, field: "width_um",
		file: []told{{"form": "tablet", "per": "piece", "width": "101"}}, fileRight: []told{{"form": "tablet", "per": "piece", "width": "30"}}, column: "width",
	},
	{
		rule: "amount_and_unit", form: told{"received_amount": "", "received_unit": "g"}, right: told{"received_unit": ""}, field: "received_unit",
		file: []told{{"handed in": "0,3", "in": ""}}, fileRight: []told{{"handed in": "0,3", "in": "g"}}, column: "received_unit",
	},
	{
		rule: "currency", form: told{"price_currency": "EURO"}, right: told{"price_currency": "EUR"}, field: "price_currency",
		file: []told{{"currency": "EURO"}}, fileRight: []told{{"currency": "EUR"}}, column: "price_currency",
	},
	{
		rule: "possible_price", form: told{"price_amount": "2000000000"}, right: told{"price_amount": "30"}, field: "price_amount", page: "is not a price",
		file: []told{{"paid": "2000000000"}}, fileRight: []told{{"paid": "30"}}, column: "price", imported: "outside the possible range",
	},
	{
		rule: "price_quantity", form: told{"price_quantity": "0"}, right: told{"price_quantity": "1"}, field: "price_quantity",
		file: []told{{"for": "0"}}, fileRight: []told{{"for": "1"}}, column: "price_quantity",
	},
	{
		rule: "text_length", form: told{"region": strings.Repeat("x", 201)}, right: told{"region": strings.Repeat("x", 200)}, field: "region",
		file: []told{{"region": strings.Repeat("x", 201)}}, fileRight: []told{{"region": strings.Repeat("x", 200)}}, column: "region",
	},
	{
		rule: "text_signs", form: told{"region": "U\u202etrecht"}, right: told{"region": "Utrecht"}, field: "region",
		file: []told{{"region": "U\u202etrecht"}}, fileRight: []told{{"region": "Utrecht"}}, column: "region",
	},
	{rule: "code", form: told{"form": "blob"}, right: told{"form": "powder"}, field: "form", file: []told{{"form": "blob"}}, column: "form", imported: "is none of"},
	{
		rule: "region", form: told{"region": "3511 AB"}, right: told{"region": "Utrecht"}, field: "region",
		file: []told{{"region": "3511 AB"}}, fileRight: []told{{"region": "Utrecht"}}, column: "region", imported: "only a coarse region is recorded",
	},

	{
		rule: "size", form: told{"form": "tablet", "received_amount": "1", "thick_um": "15,1"}, right: told{"thick_um": "15"}, field: "thick_um",
		file: []told{{"form": "tablet", "per": "piece", "thick": "15,1"}}, fileRight: []told{{"form": "tablet", "per": "piece", "thick": "15"}}, column: "thickness",
	},
	{
		rule: "weight", form: told{"form": "tablet", "received_amount": "1", "weight_ug": "0,412"}, right: told{"weight_ug": "412"}, field: "weight_ug",
		file: []told{{"form": "tablet", "per": "piece", "weight": "0,412"}}, fileRight: []told{{"form": "tablet", "per": "piece", "weight": "412"}}, column: "weight",
	},
	{
		rule: "received_amount", form: told{"received_amount": "51", "overruled": "of the police"}, right: told{"received_amount": "50"}, field: "received_amount",
		file: []told{{"handed in": "51", "in": "g"}}, fileRight: []told{{"handed in": "50", "in": "g"}}, column: "received_amount",
	},
	{
		rule: "received_unit", form: told{"received_amount": "1", "received_unit": "piece"}, right: told{"received_unit": "g"}, field: "received_unit",
		file: []told{{"handed in": "1", "in": "piece"}}, fileRight: []told{{"handed in": "1", "in": "g"}}, column: "received_unit",
	},
	{
		rule: "usual_price", form: told{"price_amount": "250"}, right: told{"price_amount": "249"}, field: "price_amount",
		file: []told{{"paid": "250"}}, fileRight: []told{{"paid": "249"}}, column: "price",
	},
	{
		rule: "private_text", form: told{"form": "tablet", "received_amount": "1", "logo": "06 12 34 56 78"}, right: told{"logo": "123"}, field: "logo",
		file: []told{{"form": "tablet", "per": "piece", "logo": "06 12 34 56 78"}}, fileRight: []told{{"form": "tablet", "per": "piece", "logo": "123"}}, column: "logo",
	},

	{
		rule: "performed_on", form: told{"performed_on": "2025-02-02"}, right: told{"performed_on": "2025-02-03"}, field: "performed_on",
		file: []told{{"analysed": "2025-02-02"}}, fileRight: []told{{"analysed": "2025-02-03"}}, column: "performed_on",
	},
	{
		rule: "twice", form: told{"findings.1.substance": "esketamine", "findings.1.amount": "5", "findings.1.unit": "%", "findings.1.basis": "base"},
		right: told{"findings.1.substance": "caffeine"}, field: "findings.1.substance",
		file: []told{{}, {"substance": "esketamine", "amount": "5"}}, fileRight: []told{{}, {"substance": "caffeine", "amount": "5"}}, column: "amount", imported: "The same substance has another amount",
	},
	{
		rule: "unidentified", form: told{"findings.0.amount": "", "findings.0.basis": "", "findings.0.detection": "unidentified"}, right: told{"findings.0.detection": "identified"},
		field: "findings.0.detection", file: []told{{"amount": "", "basis": "", "how": "unidentified"}}, fileRight: []told{{"amount": "", "basis": "", "how": "identified"}}, column: "detection",
	},
	{
		rule: "scope", form: told{"method": "strip", "conclusion": "nothing_detected", "findings.0.substance": "caffeine", "findings.0.amount": "", "findings.0.basis": "", "findings.0.detection": "not_detected"},
		right: told{"findings.0.substance": "ketamine"}, field: "findings.0.substance",
		file:      []told{{"method": "strip", "substance": "caffeine", "amount": "", "basis": "", "how": "not_detected"}},
		fileRight: []told{{"method": "strip", "substance": "ketamine", "amount": "", "basis": "", "how": "not_detected"}}, column: "substance",
	},
	{
		rule: "amount_of_nothing", form: told{"findings.0.detection": "trace"}, right: told{"findings.0.detection": "quantified"}, field: "findings.0.amount",
		file: []told{{"how": "trace"}}, fileRight: []told{{"how": "quantified"}}, column: "amount", imported: "It has an amount, although it was found as",
	},
	{
		rule: "method_measures", form: told{"method": "strip"}, right: told{"method": "gcms"}, field: "findings.0.amount",
		file: []told{{"method": "strip"}}, fileRight: []told{{"method": "gcms"}}, column: "amount",
	},
	{
		rule: "class_amount", form: told{"findings.0.substance": "nitazenes", "findings.0.basis": "unknown"},
		right: told{"findings.0.amount": "", "findings.0.basis": "", "findings.0.detection": "identified"}, field: "findings.0.amount",
		file: []told{{"substance": "nitazenes", "basis": "unknown"}}, fileRight: []told{{"substance": "nitazenes", "amount": "", "basis": "", "how": "identified"}}, column: "amount",
	},
	{
		rule: "zero", form: told{"findings.0.amount": "0,00004"}, right: told{"findings.0.amount": "8,1"}, field: "findings.0.amount",
		file: []told{{"amount": "0,00004"}}, fileRight: []told{{"amount": "8,1"}}, column: "amount", imported: "Zero is no amount of what was found",
	},
	{
		rule: "zero", form: told{"findings.0.amount": "0"}, right: told{"findings.0.amount": "8,1"}, field: "findings.0.amount",
		file: []told{{"amount": "0"}}, fileRight: []told{{"amount": "8,1"}}, column: "amount", imported: "Zero is no amount of what was found",
	},
	{
		rule: "possible_amount", form: told{"findings.0.amount": "101"}, right: told{"findings.0.amount": "86"}, field: "findings.0.amount", page: "is not a possible amount",
		file: []told{{"amount": "101"}}, fileRight: []told{{"amount": "86"}}, column: "amount", imported: "is outside the possible range",
	},
	{
		rule: "basis", form: told{"findings.0.basis": "tartrate"}, right: told{"findings.0.basis": "hydrochloride"}, field: "findings.0.basis",
		file: []told{{"basis": "tartrate"}}, fileRight: []told{{"basis": "hydrochloride"}}, column: "basis",
	},
	{
		rule: "ceiling", form: told{"findings.0.amount": "86,8"}, right: told{"findings.0.amount": "86,7"}, field: "findings.0.amount",
		file: []told{{"amount": "86,8"}}, fileRight: []told{{"amount": "86,7"}}, column: "amount",
	},
	{
		rule: "unit", form: told{"findings.0.unit": "mg"}, right: told{"findings.0.unit": "%"}, field: "findings.0.unit",
		file: []told{{"unit": "mg"}}, fileRight: []told{{"unit": "%"}}, column: "unit",
	},
	{
		rule: "uncertainty", form: told{"findings.0.amount": "10", "findings.0.uncertainty": "10,1"}, right: told{"findings.0.uncertainty": "10"}, field: "findings.0.uncertainty",
		file: []told{{"amount": "10", "half": "10,1"}}, fileRight: []told{{"amount": "10", "half": "10"}}, column: "uncertainty",
	},
	{
		rule: "whole", form: told{"findings.0.substance": "cocaine", "findings.0.amount": "85", "findings.0.basis": "unknown", "findings.1.substance": "caffeine", "findings.1.amount": "40", "findings.1.unit": "%", "findings.1.basis": "base"},
		right: told{"findings.1.amount": "15"}, field: "findings.1.amount",
		file:      []told{{"substance": "cocaine", "amount": "85", "basis": "unknown"}, {"substance": "caffeine", "amount": "40"}},
		fileRight: []told{{"substance": "cocaine", "amount": "85", "basis": "unknown"}, {"substance": "caffeine", "amount": "15"}}, column: "amount",
	},
	{
		rule: "whole", form: told{"findings.0.amount": "86", "findings.1.substance": "caffeine", "findings.1.amount": "10", "findings.1.unit": "%", "findings.1.basis": "base"},
		right: told{"findings.0.amount": "77"}, field: "findings.1.amount",
		file:      []told{{"amount": "86"}, {"substance": "caffeine", "amount": "10"}},
		fileRight: []told{{"amount": "77"}, {"substance": "caffeine", "amount": "10"}}, column: "amount",
	},
	{
		rule: "whole", of: "tablet", form: told{"findings.0.substance": "MDMA", "findings.0.amount": "251", "findings.0.unit": "mg"}, right: told{"findings.0.amount": "249"}, field: "findings.0.amount",
		file:      []told{{"form": "tablet", "per": "piece", "weight": "250", "substance": "MDMA", "amount": "251", "unit": "mg"}},
		fileRight: []told{{"form": "tablet", "per": "piece", "weight": "250", "substance": "MDMA", "amount": "249", "unit": "mg"}}, column: "amount",
	},
	{
		rule: "blotter", of: "blotter", form: told{"findings.0.substance": "LSD", "findings.0.amount": "110", "findings.0.unit": "mg"}, right: told{"findings.0.unit": "µg"}, field: "findings.0.amount",
		file:      []told{{"form": "blotter", "per": "piece", "substance": "LSD", "amount": "110", "unit": "mg"}},
		fileRight: []told{{"form": "blotter", "per": "piece", "substance": "LSD", "amount": "110", "unit": "µg"}}, column: "amount",
	},
	{
		rule: "much_in_unit", of: "capsule", form: told{"findings.0.substance": "MDMA", "findings.0.amount": "1001", "findings.0.unit": "mg"}, right: told{"findings.0.amount": "1000"}, field: "findings.0.amount",
		file:      []told{{"form": "capsule", "per": "piece", "substance": "MDMA", "amount": "1001", "unit": "mg"}},
		fileRight: []told{{"form": "capsule", "per": "piece", "substance": "MDMA", "amount": "1000", "unit": "mg"}}, column: "amount",
	},
	{
		rule: "usual_amount", form: told{"findings.0.amount": "8"}, right: told{"findings.0.amount": "8,1"}, field: "findings.0.amount",
		file: []told{{"amount": "8"}}, fileRight: []told{{"amount": "8,1"}}, column: "amount",
	},

	{rule: "name_empty", form: told{"findings.0.substance": "n/a"}, field: "findings.0.substance", file: []told{{"substance": "n/a"}}, column: "substance", imported: "This is a word for nothing, and no substance"},
	{rule: "name_private", form: told{"findings.0.substance": "Damstraat 12"}, field: "findings.0.substance", file: []told{{"substance": "Damstraat 12"}}, column: "substance"},
	{rule: "name_dose", form: told{"findings.0.substance": "MDMA 120 mg"}, field: "findings.0.substance", file: []told{{"substance": "MDMA 120 mg"}}, column: "substance"},
	{rule: "name_several", form: told{"findings.0.substance": "heroin; fentanyl"}, field: "findings.0.substance", file: []told{{"substance": "heroin; fentanyl"}}, column: "substance", imported: "This is several substances (heroin; fentanyl)"},
	{rule: "name_broken", form: told{"findings.0.substance": "coca%C3%AFne"}, field: "findings.0.substance", file: []told{{"substance": "coca%C3%AFne"}}, column: "substance"},
	{rule: "name_near", form: told{"findings.0.substance": "ketamene"}, field: "findings.0.substance", file: []told{{"substance": "ketamene"}}, column: "substance", imported: "This is close to"},
	{
		rule: "name_basis", form: told{"findings.0.substance": "ketamine hydrochloride"}, right: told{"findings.0.basis": "hydrochloride"}, field: "findings.0.basis",
		file: []told{{"substance": "ketamine hydrochloride"}}, fileRight: []told{{"substance": "ketamine hydrochloride", "basis": "hydrochloride"}}, column: "basis", imported: "the name of the substance says hydrochloride",
	},
	{
		rule: "product_near", form: told{"name_en": "ketamene", "unit": "g", "why": "heard"}, right: told{"name_en": "pink cloud"}, field: "name_en", sent: sendProduct,
		file: []told{{"sold as": "ketamene"}}, fileRight: []told{{"sold as": "blue cloud"}}, column: "sold_as",
	},
}

// lawMapping reads a file with a column for all that the rules are about.
const lawMapping = `
profile = "law"
decimal = ","
[[file]]
holds = "both"
[samples]
id = "nr"
received_on = "received"
expected_ready_on = "ready"
sold_as = "sold as"
form = "form"
logo = "logo"
region = "region"
width = "width"
thickness = "thick"
weight = "weight"
received_amount = "handed in"
received_unit = "in"
price = "paid"
price_currency = "currency"
price_quantity = "for"
price_unit = "per"
[findings]
layout = "rows"
[findings.fields]
substance = "substance"
method = "method"
performed_on = "analysed"
detection = "how"
amount = "amount"
unit = "unit"
basis = "basis"
uncertainty = "half"
[method.gcms]
kind = "gc_ms"
lab = "Lab"
level = "confirmatory"
quantifies = true
[method.strip]
kind = "strip"
lab = "Counter"
level = "presumptive"
scope = ["ketamine"]
`

var lawColumns = []string{
	"nr", "received", "ready", "sold as", "form", "logo", "region", "width", "thick", "weight", "handed in", "in", "paid", "currency", "for", "per",
	"substance", "method", "analysed", "how", "amount", "unit", "basis", "half",
}

// lawRow is what a row says about which there is nothing to ask.
var lawRow = told{
	"received": "2025-02-03", "sold as": "ketamine", "form": "powder", "paid": "25", "currency": "EUR", "for": "1", "per": "g",
	"substance": "ketamine", "method": "gcms", "analysed": "2025-02-04", "amount": "80", "unit": "%", "basis": "base",
}

// lawDoor reads and takes files beside the pages of a bench.
type lawDoor struct{ *bench }

// read reads rows of one sample, by the mapping with something added.
func (x *lawDoor) read(t *testing.T, more, nr string, rows []told) (*intake.Plan, *intake.Mapping, *lab.Dictionary, lab.Usual) {
	t.Helper()
	dir := t.TempDir()
	text := &strings.Builder{}
	out := csv.NewWriter(text)
	out.Comma = ';'
	records := [][]string{lawColumns}
	for i := range rows {
		row := maps.Clone(lawRow)
		maps.Copy(row, rows[0]) // all rows of a sample describe it the same
		for _, own := range []string{"substance", "method", "analysed", "how", "amount", "unit", "basis", "half"} {
			if i > 0 {
				row[own] = lawRow[own]
			}
		}
		maps.Copy(row, rows[i])
		row["nr"] = nr
		cells := make([]string, len(lawColumns))
		for j, name := range lawColumns {
			cells[j] = row[name]
		}
		records = append(records, cells)
	}
	if err := out.WriteAll(records); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"law.toml": lawMapping + more, "law.csv": text.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mapping, err := intake.LoadMapping(filepath.Join(dir, "law.toml"))
	if err != nil {
		t.Fatal(err)
	}
	words := must(x.store.Dictionary(t.Context()))
	today := lab.Date(2025_03_03)
	usual, failed, err := x.store.UsualFor(t.Context(), lab.Operator("import"), x.service.ID, today)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := intake.Read(mapping, []string{filepath.Join(dir, "law.csv")}, intake.Known{Dictionary: words, Today: today, Usual: usual}, nil)
	if err != nil || failed() != nil {
		t.Fatal(err, failed())
	}
	t.Cleanup(func() { _ = plan.Close() })
	return plan, mapping, words, plan.Usual
}

// take writes what was read.
func (x *lawDoor) take(t *testing.T, plan *intake.Plan, arrivals []lab.Arrival, mapping *intake.Mapping, words *lab.Dictionary, usual lab.Usual) error {
	t.Helper()
	batch := &store.ImportBatch{
		Import:     lab.Import{Key: lab.Key{ServiceID: x.service.ID}, Profile: "law", Digest: plan.Digest, Files: "law.csv"},
		Substances: plan.Substances, Products: plan.Products, Methods: plan.Methods, Samples: store.Arrivals(arrivals), Usual: usual, Confirmed: mapping.Confirmed,
	}
	return x.store.Import(t.Context(), lab.Operator("import"), words, batch, func(int) {})
}

// arrivalsOf are all samples of a plan.
func arrivalsOf(t *testing.T, plan *intake.Plan) (all []lab.Arrival) {
	t.Helper()
	for a, err := range plan.Arrivals() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, *a)
	}
	return all
}

// says tells whether a text is what one of a rule's sentences says.
func says(rule *lab.Rule, text string) bool {
	return slices.ContainsFunc(rule.Says, func(format string) bool {
		quoted := regexp.QuoteMeta(strings.ReplaceAll(format, "%%", "%"))
		return regexp.MustCompile("^" + regexp.MustCompile(`%[sqd]`).ReplaceAllString(quoted, `(?s:.*)`)).MatchString(text)
	})
}

// typedAs is what was typed with something else.
func typedAs(typed told, other told) told {
	all := maps.Clone(typed)
	maps.Copy(all, other)
	return all
}

// mistakes sends a form as a program does, and lists by fields what is wrong.
func mistakes(by *reader, address string, typed url.Values) map[string]string {
	var list []string
	for name := range typed {
		list = append(list, name, typed.Get(name))
	}
	found := map[string]string{}
	for _, f := range by.asProblem(http.MethodPost, address, list...).Fields {
		found[f.Field] += f.Detail + "\n"
	}
	return found
}

// send sends what a law is about by its page, and lists what is wrong, nothing where it is taken.
func (x law) send(t *testing.T, b *bench, typed told) map[string]string {
	t.Helper()
	if x.sent != nil {
		return x.sent(t, b, typed)
	}
	values, by, address := powder(), b.intake, ""
	if _, analysis := typed["findings.0.substance"]; analysis || strings.HasPrefix(x.field, "findings.") || x.field == "performed_on" {
		address, _ = b.sample(t, func(s *lab.Sample) {
			if s.Form = lab.Form(x.of); x.of == "" {
				s.Form = lab.Powder
			}
			if s.Form == lab.Tablet {
				s.WeightUG = 250_000
			}
		})
		values, by, address = b.typed("80"), b.analyst, address+"/analyses/new"
	}
	for name, value := range typed {
		switch {
		case name == "method" && value == "strip":
			value = b.method(b.strip)[len("/methods/"):]
		case name == "method":
			value = b.method(b.gcms)[len("/methods/"):]
		}
		values.Set(name, value)
	}
	if address == "" {
		address = b.intake.post("/counter/UTR/new", nil).want(t, http.StatusSeeOther).header.Get("Location")
	}
	if answer := by.post(address, values); answer.status == http.StatusSeeOther {
		return nil
	}
	return mistakes(by, address, values)
}

// sendProduct proposes a product.
func sendProduct(t *testing.T, b *bench, typed told) map[string]string {
	values := url.Values{}
	for name, value := range typed {
		values.Set(name, value)
	}
	values.Set("service", strconv.Itoa(int(b.service.ID)))
	if b.analyst.post("/dictionary/products/new", values).status == http.StatusSeeOther {
		return nil
	}
	return mistakes(b.analyst, "/dictionary/products/new", values)
}

// TestOneLawAtBothDoors: what a rule refuses or asks about at a page, it does in an import, and
// the other way round; what stands next to it and is right is taken by both.
func TestOneLawAtBothDoors(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		door := &lawDoor{bench: newBench(t, x)}
		for i := range 20 { // what is usual is known of twenty
			plan, mapping, words, usual := door.read(t, "", "usual "+string(rune('a'+i)), []told{{}})
			if err := door.take(t, plan, arrivalsOf(t, plan), mapping, words, usual); err != nil {
				t.Fatal(err)
			}
		}
		for i, law := range laws {
			t.Run(law.rule+" "+string(rune('a'+i%26)), func(t *testing.T) {
				at := slices.IndexFunc(lab.Rules, func(r lab.Rule) bool { return r.Name == law.rule })
				if at < 0 {
					t.Fatal("there is no such rule")
				}
				law.holds(t, door, &lab.Rules[at], law.rule+string(rune('a'+i%26)))
			})
		}
	})
	for _, r := range lab.Rules {
		if tried := slices.ContainsFunc(laws, func(x law) bool { return x.rule == r.Name }); tried == (r.Only != "") {
			t.Errorf("the rule %s is tried at both doors: %v; it is asked at one alone, because %q", r.Name, tried, r.Only)
		}
	}
}

// holds tries a law at both doors.
func (x law) holds(t *testing.T, door *lawDoor, rule *lab.Rule, nr string) {
	wrong := x.send(t, door.bench, x.form)
	if found := wrong[x.field]; found == "" || !says(rule, found) && (x.page == "" || !strings.Contains(found, x.page)) {
		t.Errorf("the page says of %s: %q, in all %q", x.field, found, wrong)
	}
	if right := x.right; right != nil {
		if found := x.send(t, door.bench, typedAs(x.form, right)); found != nil {
			t.Errorf("the page refuses the neighbour: %q", found)
		}
	}
	plan, _, _, _ := door.read(t, "", nr, x.file)
	if plan.Samples > 0 || !slices.ContainsFunc(slices.Collect(plan.Receipt.Lines()), func(l intake.Line) bool {
		return l.Fate == intake.Rejected && l.Field == x.column && (says(rule, l.Reason) || x.imported != "" && strings.Contains(l.Reason, x.imported))
	}) {
		t.Errorf("the import says of %s: %+v", x.column, slices.Collect(plan.Receipt.Lines()))
	}
	if x.fileRight != nil {
		plan, mapping, words, usual := door.read(t, "", nr, x.fileRight)
		if plan.Receipt.Total().Rejected > 0 {
			t.Fatalf("the import refuses the neighbour: %+v", slices.Collect(plan.Receipt.Lines()))
		}
		if err := door.take(t, plan, arrivalsOf(t, plan), mapping, words, usual); err != nil {
			t.Errorf("the store refuses the neighbour: %v", err)
		}
	}
	if rule.Asks {
		x.confirmed(t, door, rule, nr+" confirmed")
	}
}

// confirmed takes what is asked about where the mapping says why it is right, and not otherwise.
func (x law) confirmed(t *testing.T, door *lawDoor, rule *lab.Rule, nr string) {
	confirm := "[[confirmed]]\nrule = \"" + rule.Name + "\"\nreason = \"looked at twice\"\n"
	if rule.Name != "product_near" {
		other, _, _, _ := door.read(t, confirm+"ids = [\"another\"]\n", nr, x.file)
		if other.Samples > 0 {
			t.Error("what is confirmed of another sample is taken")
		}
		confirm += "ids = [\"" + nr + "\"]\n"
	}
	plan, mapping, words, usual := door.read(t, confirm, nr, x.file)
	if plan.Samples != 1 {
		t.Fatalf("what was confirmed is refused: %+v", slices.Collect(plan.Receipt.Lines()))
	}
	arrivals := arrivalsOf(t, plan)
	sample, runs := arrivals[0].Sample, arrivals[0].Evidence
	kept := len(sample.Confirmed) > 0 || rule.Name == "product_near"
	for _, e := range runs {
		kept = kept || e.Analysis.Overruled == "looked at twice"
	}
	if !kept {
		t.Errorf("nothing is kept of what was confirmed: %+v", arrivals)
	}
	if rule.Name != "product_near" {
		bare := arrivalsOf(t, plan)
		bare[0].Sample.Confirmed = nil
		for i := range bare[0].Evidence {
			bare[0].Evidence[i].Analysis.Overruled = ""
		}
		if err := door.take(t, plan, bare, mapping, words, usual); err == nil || !says(rule, afterField(err.Error())) {
			t.Errorf("the store takes what nobody confirmed: %v", err)
		}
	}
	if err := door.take(t, plan, arrivals, mapping, words, usual); err != nil {
		t.Errorf("the store refuses what was confirmed: %v", err)
	}
}

// afterField is what an import says of a sample, without the sample and the field.
func afterField(text string) string {
	_, text, _ = strings.Cut(text, ": ")
	_, text, _ = strings.Cut(text, ": ")
	return text
}
