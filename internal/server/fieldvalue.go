package server

import (
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

func plainValue(_ naming, value lab.Value) string { return value.Text() }

// codeOf names codes, one or several, of the first vocabulary that knows them.
func codeOf(vocabularies ...locale.Vocabulary) func(naming, lab.Value) string {
	return func(n naming, value lab.Value) string {
		codes := value.List()
		if codes == nil {
			return codeName(n, value.Text(), vocabularies...)
		}
		names := make([]string, len(codes))
		for i, code := range codes {
			names[i] = codeName(n, code.Text(), vocabularies...)
		}
		return strings.Join(names, ", ")
	}
}

// codeName names a code of the first vocabulary that knows it.
func codeName(n naming, code string, vocabularies ...locale.Vocabulary) string {
	for _, v := range vocabularies {
		if known := n.texts.Code(v, code); known != code {
			return known
		}
	}
	return code
}

func dayValue(n naming, value lab.Value) string {
	d, err := lab.ParseDate(value.Text())
	if err != nil {
		return ""
	}
	return n.texts.Date(d)
}

func yesNoValue(n naming, value lab.Value) string {
	if value.True() {
		return n.texts.Code(locale.YesNoUnknown, "yes")
	}
	return n.texts.Code(locale.YesNoUnknown, "no")
}

func productValue(n naming, value lab.Value) string {
	return n.recordedProduct(lab.ProductID(value.Number()))
}

func locationValue(n naming, value lab.Value) string {
	number := strconv.FormatInt(value.Number(), 10)
	if name, ok := n.places[number]; ok {
		return name
	}
	return strings.TrimPrefix(number, "0")
}

func methodValue(n naming, value lab.Value) string { return n.method(lab.MethodID(value.Number())) }

func expectedValue(n naming, value lab.Value) string {
	var list []lab.Expected
	for _, token := range value.List() {
		list = append(list, lab.ParseExpected(token.String()))
	}
	return n.expected(list)
}

func thousandthsOf(unit string) func(naming, lab.Value) string {
	return func(n naming, value lab.Value) string {
		if value.Number() == 0 {
			return ""
		}
		return n.thousandths(value.Number(), unit)
	}
}

// fieldName is how people call a field of a record, and how its values are written.
type fieldName struct {
	label string // a key of the texts
	write func(n naming, value lab.Value) string
}
