package lab

import "slices"

// FieldsOf returns the fields that only samples of some forms have, of those that
// one of the form has.
func FieldsOf(form Form) []string {
	var keys []string
	for _, f := range SampleFields {
		if f.forms != nil && slices.Contains(f.forms, form) {
			keys = append(keys, f.Key)
		}
	}
	return keys
}

// SeenInLaboratory is what the table lets the laboratory see.
func (t sampleTable) SeenInLaboratory(s *Sample) Sample { return t.only(s, seen) }

// TakenOver is what the table lets another sample take over.
func (t sampleTable) TakenOver(s *Sample) Sample { return t.only(s, ofVisit|ofLook) }

// OldTrailNames are the names of fields that events of format 1 have, with their keys.
func OldTrailNames() map[string]string {
	names := map[string]string{}
	for name, old := range oldKeys {
		names[name] = old.key
	}
	return names
}
