package lab

import (
	"slices"
	"strconv"
	"strings"
)

// oldKey says what an event of format 1 calls by a name of Go: the key of the field,
// and how the text of its value is read.
type oldKey struct {
	key  string
	read func(text string) Value
}

// oldKeys are the names in events of format 1, by which the program of then called its
// fields. Such events stay, so an entry is never changed or removed.
var oldKeys = map[string]oldKey{
	// Of samples, and what is expected of them.
	"ServiceID":       {"service_id", oldNumber},
	"ID":              {"id", oldMark},
	"Version":         {"version", oldNumber},
	"NumberYear":      {"number_year", oldNumber},
	"NumberRunning":   {"number_running", oldNumber},
	"VisitID":         {"visit_id", oldMark},
	"LocationID":      {"location_id", oldNumber},
	"ReceivedOn":      {"received_on", oldMark},
	"ReceivedBasis":   {"received_basis", oldText},
	"CollectedOn":     {"collected_on", oldMark},
	"ExpectedReadyOn": {"expected_ready_on", oldMark},
	"Channel":         {"channel", oldText},
	"ProductID":       {"product_id", oldNumber},
	"SoldAsText":      {"sold_as_text", oldText},
	"Form":            {"form", oldText},
	"Colours":         {"colours", oldList},
	"Logo":            {"logo", oldText},
	"Shape":           {"shape", oldText},
	"BreakLine":       {"break_line", oldText},
	"WidthUM":         {"width_um", oldNumber},
	"HeightUM":        {"height_um", oldNumber},
	"ThickUM":         {"thick_um", oldNumber},
	"WeightUG":        {"weight_ug", oldNumber},
	"ReceivedAmount":  {"received_amount", oldNumber},
	"ReceivedUnit":    {"received_unit", oldText},
	"Price.Amount":    {"price_amount", oldNumber},
	"Price.Currency":  {"price_currency", oldText},
	"Price.Quantity":  {"price_quantity", oldNumber},
	"Price.Unit":      {"price_unit", oldText},
	"AcquiredVia":     {"acquired_via", oldText},
	"AcquiredContext": {"acquired_context", oldText},
	"Region":          {"region", oldText},
	"UsedBefore":      {"used_before", oldText},
	"Reasons":         {"reasons", oldList},
	"Effects":         {"effects", oldList},
	"Complaint":       {"complaint", oldText},
	"Overdose":        {"overdose", oldText},
	"Decision":        {"decision", oldText},
	"Disposal":        {"disposal", oldText},
	"State":           {"state", oldText},
	"StateReason":     {"state_reason", oldText},
	"Stage":           {"stage", oldText},
	"Excluded":        {"excluded", oldText},
	"Overruled":       {"overruled", oldText},
	"Notes":           {"notes", oldText},
	"SourceRef":       {"source_ref", oldText},
	"SourceDigest":    {"source_digest", oldText},
	"ImportID":        {"import_id", oldMark},
	"RegisteredBy":    {"registered_by", oldNumber},
	"RegisteredAt":    {"registered_at", oldMark},
	"Expected":        {"expected", oldList},

	// Of analyses.
	"SampleID":    {"sample_id", oldMark},
	"MethodID":    {"method_id", oldNumber},
	"Level":       {"level", oldText},
	"PerformedOn": {"performed_on", oldMark},
	"Conclusion":  {"conclusion", oldText},
	"Reported":    {"reported", oldTruth},
	"Signature":   {"signature", oldText},
	"EnteredBy":   {"entered_by", oldNumber},
	"EnteredAt":   {"entered_at", oldMark},
	"TouchedBy":   {"touched_by", oldText},
	"VerifiedBy":  {"verified_by", oldNumber},
	"VerifiedAt":  {"verified_at", oldMark},
	"RetractedBy": {"retracted_by", oldNumber},
	"RetractedAt": {"retracted_at", oldMark},

	// Of findings.
	"AnalysisID":      {"analysis_id", oldMark},
	"SubstanceID":     {"substance_id", oldNumber},
	"ReportedAs":      {"reported_as", oldText},
	"Detection":       {"detection", oldText},
	"Amount.Value":    {"amount_value", oldNumber},
	"Amount.Scale":    {"amount_scale", oldText},
	"Amount.Decimals": {"amount_decimals", oldNumber},
	"Basis":           {"basis", oldText},
	"Uncertainty":     {"uncertainty", oldNumber},
	"Stereo":          {"stereo", oldText},
	"Abundance":       {"abundance", oldText},

	// Of questions.
	"AskedBy":    {"asked_by", oldNumber},
	"AskedAt":    {"asked_at", oldMark},
	"Question":   {"question", oldText},
	"AnsweredBy": {"answered_by", oldNumber},
	"AnsweredAt": {"answered_at", oldMark},
	"Answer":     {"answer", oldText},

	// Of versions of a result.
	"Kind":              {"kind", oldText},
	"Reason":            {"reason", oldText},
	"Outcome":           {"outcome", oldText},
	"OutcomeEUDA":       {"outcome_euda", oldText},
	"Result.Level":      {"publication.result.level", oldText},
	"Result.Recognised": {"publication.result.recognised", oldTruth},
	"Result.Conclusion": {"publication.result.conclusion", oldText},
	"Result.Methods":    {"publication.result.methods", oldList},
	"Result.Findings":   {"publication.result.findings", oldText},
	"Result.Signatures": {"publication.result.signatures", oldList},
	"PublishedOn":       {"published_on", oldMark},
	"PublishedBy":       {"published_by", oldNumber},
	"PublishedAt":       {"published_at", oldMark},

	// Of read-outs.
	"ToldBy": {"told_by", oldNumber},
	"ToldAt": {"told_at", oldMark},

	// Of visits.
	"VisitedOn":    {"visited_on", oldMark},
	"Samples":      {"samples", oldNumber},
	"Taken":        {"taken", oldNumber},
	"TurnedAway":   {"turned_away", oldNumber},
	"TurnAwayForm": {"turn_away_form", oldMark},

	// Of imports.
	"Profile":    {"profile", oldText},
	"Digest":     {"digest", oldText},
	"Files":      {"files", oldText},
	"RowsRead":   {"rows_read", oldNumber},
	"Accepted":   {"accepted", oldNumber},
	"Merged":     {"merged", oldNumber},
	"Rejected":   {"rejected", oldNumber},
	"ImportedAt": {"imported_at", oldMark},
	"ImportedBy": {"imported_by", oldText},

	// Of locations.
	"Name": {"name", oldText},

	// Of services.
	"Code":         {"code", oldText},
	"Country":      {"country", oldText},
	"Currency":     {"currency", oldText},
	"TimeZone":     {"time_zone", oldText},
	"SecondFactor": {"second_factor", oldTruth},

	// Of users.
	"Login":    {"login", oldText},
	"Disabled": {"disabled", oldTruth},

	// Of methods.
	"Lab":        {"lab", oldText},
	"Quantifies": {"quantifies", oldTruth},
	"OpenScope":  {"open_scope", oldTruth},

	// Of what a method sees.
	"LOD.Value":    {"lod_value", oldNumber},
	"LOD.Scale":    {"lod_scale", oldText},
	"LOD.Decimals": {"lod_decimals", oldNumber},
	"LOQ.Value":    {"loq_value", oldNumber},
	"LOQ.Scale":    {"loq_scale", oldText},
	"LOQ.Decimals": {"loq_decimals", oldNumber},

	// Of what else was told.
	"Day":               {TrailDay, oldMark},
	"ExpiresAt":         {TrailExpiresAt, oldMark},
	"Fingerprint":       {TrailFingerprint, oldText},
	"Memberships":       {TrailMemberships, oldList},
	"Months":            {TrailMonths, oldNumber},
	"ResetSecondFactor": {TrailResetSecondFactor, oldTruth},
	"StartedAt":         {TrailStartedAt, oldMark},
	"synthetic":         {TrailSynthetic, oldText},
}

// FirstFormat reads the changes of an event of format 1 as they would be written today.
func FirstFormat(action Action, changes []Difference) []Difference {
	read := make([]Difference, len(changes))
	for i, c := range changes {
		part, name := oldPart(c.Field)
		old, ok := oldKeys[name]
		if !ok {
			old = oldKey{name, oldText}
		}
		if part == "" && ofPublication(action, old.key) {
			part = "publication."
		}
		read[i] = Difference{Field: part + old.key, Old: old.read(c.Old.Text()), New: old.read(c.New.Text())}
	}
	return read
}

// oldPart cuts off what a field is of, as in "Findings.7.Amount.Value".
func oldPart(field string) (part, name string) {
	for old, now := range map[string]string{"Findings.": "findings.", "Scope.": "scope."} {
		if rest, ok := strings.CutPrefix(field, old); ok {
			number, name, _ := strings.Cut(rest, ".")
			return now + number + ".", name
		}
	}
	return "", field
}

// ofPublication tells that a field is of the version of the result that an event is
// about, and not of its sample: format 1 did not tell them apart.
func ofPublication(action Action, key string) bool {
	return (action == PublishResult || action == WithdrawResult) && slices.Contains(FieldKeys(Publication{}), key)
}

func oldText(text string) Value { return ValueOf(text) }

func oldTruth(text string) Value { return ValueOf(text == "true") }

func oldNumber(text string) Value {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return ValueOf(text)
	}
	return ValueOf(number)
}

// oldMark reads a day, a moment or an id.
func oldMark(text string) Value {
	if text == "" || text == (ID{}).String() {
		return "null"
	}
	return ValueOf(text)
}

// oldList reads codes and numbers with spaces between, mostly in brackets.
func oldList(text string) Value {
	list := []Value{}
	for _, part := range strings.Fields(strings.Trim(text, "[]")) {
		list = append(list, oldNumber(part))
	}
	return ValueOf(list)
}
