package store

// archived are the tables whose rows are what a registry holds, parents first: a backup
// has them in this order, and a restore fills them in it.
var archived = []string{
	"settings", "services", "locations", "users", "memberships", "substance_classes", "substances", "substance_names", "substance_salts",
	"products", "product_names", "product_substances", "substance_proposals", "substance_judgements", "alert_limits",
	"laboratories", "laboratory_people", "laboratory_services", "methods", "method_scopes", "method_mappings", "recovery_codes", "devices", "code_keys", "clock_marks", "clock_gaps",
	"import_mappings", "imports", "visits", "sample_counters", "samples", "sample_expectations", "analyses", "findings", "publications", "corrections", "service_years",
	"audit_heads", "audit_events", "sample_facts", "finding_facts", "analysis_questions", "record_views", "read_outs", "lookup_codes",
}

// leftOut are the tables that no backup has, each with the reason. Where nothing was
// ever registered they are empty but for write_probe.
var leftOut = map[string]string{
	"sessions":         "nobody is signed in to a copy",
	"ended_sessions":   "nobody signs in anew to a copy",
	"slips":            "a slip is for the session that gave its code out",
	"invitations":      "nobody is invited to a copy",
	"uploads":          "what is sent in ends within a day",
	"upload_parts":     "what is sent in ends within a day",
	"form_drafts":      "what is being typed ends within days, and is nobody's record",
	"drafts":           "what is being typed ends within days, and is nobody's record",
	"factor_failures":  "they end within an hour",
	"sign_in_failures": "they are told of this place",
	"half_sign_ins":    "they are told of this place",
	"registry_lives":   "how often this place was restored; the manifest has the number",
	"backups":          "which backups were made of this place",
	"write_probe":      "whether anything can be written here",
	"goose_db_version": "the schema, which the manifest has",
}
