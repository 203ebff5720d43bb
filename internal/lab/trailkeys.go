package lab

import (
	"maps"
	"slices"
)

// Keys of what the trail tells that is no field of a record.
const (
	TrailDay               = "day" // that the clock showed
	TrailExpiresAt         = "expires_at"
	TrailFingerprint       = "fingerprint" // of a key ring
	TrailMemberships       = "memberships" // as role@service
	TrailMonths            = "months"      // for which a lookup code works
	TrailResetSecondFactor = "reset_second_factor"
	TrailStartedAt         = "started_at" // of a session
	TrailSynthetic         = "synthetic"  // what made up the registry

	// TrailVersion is that of the record, which a change raises.
	TrailVersion = "version"
	// TrailResultSum is the SHA-256 of the text of a released result, and TrailResultsSum
	// that of all results of an import.
	TrailResultSum  = "publication.result_sha256"
	TrailResultsSum = "results_sha256"
	// TrailConfirmed is what an import confirms that looks implausible: rules, reasons, ids.
	TrailConfirmed = "confirmed_rules"
	// TrailLeftOut is what was left out of an import because somebody accepted it: how many
	// samples, and which dangers (AcceptedLoss).
	TrailLeftOut = "accepted_left_out"
)

// trailRecords are the records of which the trail tells, with what stands before their
// keys; a star stands for the number of a substance.
var trailRecords = []struct {
	part   string
	record any
}{
	{"", Sample{}},
	{"", expectations{}},
	{"", Analysis{}},
	{"findings.*.", Finding{}},
	{"", Question{}},
	{"publication.", Publication{}},
	{"", ReadOut{}},
	{"", Visit{}},
	{"", Import{}},
	{"", ImportMapping{}},
	{"", Location{}},
	{"", Service{}},
	{"", User{}},
	{"", Lab{}},
	{"", Method{}},
	{"scope.*.", MethodScope{}},
	{"", Merge{}},
	{"", Proposal{}},
	{"", SubstanceEntry{}},
	{"", ProductEntry{}},
	{"", SubstanceJudgement{}},
	{"", AlertLimit{}},
	{"", NameProposal{}},
}

// TrailKeys are all keys of fields that an event can have, those of earlier formats
// among them, in order.
func TrailKeys() []string {
	keys := map[string]bool{TrailResultSum: true, TrailResultsSum: true, TrailConfirmed: true, TrailLeftOut: true}
	for _, r := range trailRecords {
		for _, key := range FieldKeys(r.record) {
			keys[r.part+key] = true
		}
	}
	for _, old := range oldKeys {
		keys[old.key] = true
	}
	return slices.Sorted(maps.Keys(keys))
}
