package lab

// FieldsOf returns the fields that describe a sample of the form.
func FieldsOf(form Form) []string { return formFields[form] }
