package server

import (
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// bookkeeping are the fields of records that staff are told of in other ways, or
// that only the program needs.
var bookkeeping = []string{
	"service_id", "id", "version", "sample_id", "analysis_id", "substance_id", "number_year", "number_running", "number_series", "visit_id", "received_basis", "stage", "held_since",
	"source_ref", "source_key", "source_digest", "import_id", "registered_by", "registered_at", "level", "entered_by", "entered_at", "touched_by", "verified_by",
	"verified_at", "retracted_by", "retracted_at", "asked_by", "asked_at", "answered_by", "answered_at", "amount_value", "amount_scale",
	"amount_decimals", "publication.service_id", "publication.id", "publication.sample_id", "publication.version", "publication.reason",
	"publication.outcome_euda", "publication.result", "publication.result_sha256", "publication.published_on", "publication.published_by",
	"publication.published_at", "publication.import_id",
}

// elsewhere are the fields of records that have no page with their trail.
var elsewhere = []string{
	"accepted", "address", "corrected", "ended_by", "ended_on", "loader", "purpose", "text", "reason_code", "reason_lang", "reason_translation", "written", "another", "at", "author_id", "confirmed_rules", "accepted_left_out", "reviewer_id", "language", "why", "closed_on", "code", "country", "days_to_result", "most_grams", "most_millilitres", "most_samples", "opening_hours", "phone", "currency", "day", "digest", "disabled", "expires_at", "files", "fingerprint", "imported_at", "imported_by", "kind", "lab", "laboratory_id", "people", "replaces", "retired_on", "services",
	"lod_decimals", "lod_scale", "lod_value", "login", "loq_decimals", "loq_scale", "loq_value", "memberships", "merged", "merged_into", "months", "name", "open_scope", "outcome", "outcome_euda", "profile", "published_at", "published_by",
	"published_on", "quantifies", "reason", "rejected", "reset_second_factor", "results_sha256", "rows_read", "samples", "scope", "second_factor", "started_at",
	"synthetic", "taken", "time_zone", "told_at", "told_by", "turn_away_form", "turned_away", "visited_on",
}

// TestEveryFieldOfARecordHasAName: nothing that the trail tells vanishes from the page
// without a word.
func TestEveryFieldOfARecordHasAName(t *testing.T) {
	for _, key := range lab.TrailKeys() {
		name := strings.TrimPrefix(key, "findings.*.")
		_, named := fieldNames[name]
		if _, ofEntry := entryFields[name]; ofEntry {
			continue
		}
		if strings.HasPrefix(key, "scope.") || strings.HasPrefix(key, "publication.result.") || slices.Contains(elsewhere, name) {
			continue
		}
		if !named && !slices.Contains(bookkeeping, name) {
			t.Errorf("%s has no name for readers", key)
		}
	}
}

// TestEveryActionOnARecordHasAText: the page names what was done, in each language.
func TestEveryActionOnARecordHasAText(t *testing.T) {
	for _, language := range []string{"nl", "en"} {
		texts, err := locale.New(language)
		if err != nil {
			t.Fatal(err)
		}
		for _, action := range lab.RecordActions {
			if key := actions[action]; key == "" || texts.Text(key) == key {
				t.Errorf("%s: %q has no text", language, action)
			}
		}
	}
	for action := range actions {
		if !lab.RecordActions.Has(action) {
			t.Errorf("%q has a text and is on no record", action)
		}
	}
}

func TestChangesAreToldAsPeopleReadThem(t *testing.T) {
	dutch, err := locale.New("nl")
	if err != nil {
		t.Fatal(err)
	}
	ketamine := &lab.Substance{ID: 7, Name: "ketamine", NameNL: "ketamine", Class: "other", Role: lab.RoleAdulterant, Active: true}
	words, err := lab.NewDictionary([]lab.Class{{Code: "other", NameEN: "other"}}, []*lab.Substance{ketamine}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := naming{words: words, texts: dutch, places: map[string]string{"3": "Kantoor"}}
	finding := lab.Finding{SubstanceID: 7, Amount: lab.Amount{Value: 795_000, Scale: lab.MassFraction, Decimals: 1}}
	for _, test := range []struct {
		change lab.Difference
		want   page.ChangeView
	}{
		{lab.Difference{Field: "colours", Old: `["white","off_white"]`, New: "[]"}, page.ChangeView{Field: "Kleuren", Old: "wit, gebroken wit", New: ""}},
		{lab.Difference{Field: "received_on", Old: "null", New: `"2025-02-03"`}, page.ChangeView{Field: "Ontvangen op", Old: "", New: "3 februari 2025"}},
		{lab.Difference{Field: "confirmed", Old: "[]", New: `["received_on=2020-01-01","price_amount=2500000EUR/1000g"]`}, page.ChangeView{Field: "Bevestigd als juist", Old: "", New: "Ontvangen op, Prijs"}},
		{lab.Difference{Field: "weight_ug", Old: "0", New: "350500"}, page.ChangeView{Field: "Gewicht", Old: "", New: "350,5 mg"}},
		{lab.Difference{Field: "location_id", Old: "null", New: "3"}, page.ChangeView{Field: "Locatie", Old: "", New: "Kantoor"}},
		{lab.Difference{Field: "state", Old: `"entered"`, New: `"verified"`}, page.ChangeView{Field: "Stand", Old: "ingevoerd", New: "geverifieerd"}},
		{lab.Difference{Field: "state", Old: `"registered"`, New: `"rejected"`}, page.ChangeView{Field: "Stand", Old: "geregistreerd", New: "geweigerd"}},
		{lab.Difference{Field: "reported", Old: "false", New: "true"}, page.ChangeView{Field: "Gerapporteerd onder gelijken", Old: "nee", New: "ja"}},
		{lab.Difference{Field: "expected", Old: "[]", New: `[7,"other"]`}, page.ChangeView{Field: "Verwacht", Old: "", New: "ketamine, other"}},
		{lab.Difference{Field: "logo", Old: `""`, New: `"[a \"b\"]"`}, page.ChangeView{Field: "Logo", Old: "", New: `[a "b"]`}},
		{lab.Difference{Field: "notes"}, page.ChangeView{Field: "Notities", Old: "", New: ""}},
		{lab.Difference{Field: "findings.7.amount_value", Old: "600000", New: "795000"}, page.ChangeView{Field: "ketamine: Gehalte", Old: "60,0%", New: "79,5%"}},
		{lab.Difference{Field: "findings.7.uncertainty", Old: "0", New: "12000"}, page.ChangeView{Field: "ketamine: Onzekerheid ±", Old: "0%", New: "1,2%"}},
	} {
		got := n.changeViews([]lab.Difference{test.change}, []lab.Finding{finding})
		if len(got) != 1 || got[0] != test.want {
			t.Errorf("%+v is told as %+v, want %+v", test.change, got, test.want)
		}
	}
	whole := []lab.Difference{
		{Field: "findings.7.amount_value", Old: "0", New: "120000000"},
		{Field: "findings.7.amount_scale", Old: `""`, New: `"ng"`},
		{Field: "findings.7.amount_decimals", Old: "0", New: "1"},
		{Field: "version", Old: "1", New: "2"},
	}
	if got := n.changeViews(whole, nil); len(got) != 1 || got[0].New != "120,0 mg" || got[0].Old != "" {
		t.Errorf("an amount that is new is told as %+v", got)
	}
}
