package lab

// Rule is a rule by which what is told of a sample is refused or asked about, wherever it is
// told: the pages and imports ask the same. It is known by what it says.
type Rule struct {
	Name string
	// Asks tells that it may be right for all that: who types it confirms it, and an import
	// says by the rule's name why it is right (see Confirmed). What others say is refused.
	Asks bool
	// Only is why one door alone asks it; empty where pages and imports do.
	Only string
	Says []string // the formats of its sentences
}

// Rules that are spoken of by name.
const (
	privateText = "private_text"
	productNear = "product_near"
)

// Rules are all of them. A sentence by which CheckSample, Analysis.Check, Plausibility, Doubts
// or the rules of names refuse or ask belongs to one.
var Rules = []Rule{
	// Of a sample: what is refused.
	{"received_on", false, "", []string{"Give the day on which the sample was received."}},
	{"long_ago", false, "", []string{"%s is too long ago."}},
	{"in_the_future", false, "", []string{"%s lies in the future."}},
	{"collected_on", false, "no form asks for the day of collection", []string{"%s is after the day of receipt, %s."}},
	{"expected_ready_on", false, "", []string{"%s is before the day of receipt, %s."}},
	{"possible_number", false, "", []string{"This is more than is possible, or less than nothing."}},
	{"amount_and_unit", false, "", []string{"Give the amount and its unit, or neither."}},
	{"currency", false, "", []string{"%q is not a currency code of three letters, such as EUR."}},
	{"possible_price", false, "", []string{"The price must be between 0 and 1 000 000 000."}},
	{"price_quantity", false, "", []string{"Say for which quantity the price was paid."}},
	{"text_length", false, "", []string{"The text is longer than %d characters."}},
	{"text_signs", false, "", []string{"The text has characters that cannot be stored or printed."}},
	{"code", false, "", []string{"%q is not one of: %s.", "Choose one of: %s.", "%q is given twice."}},
	{"region", false, "", []string{"This looks like a postcode or an address. Give a coarse region only, such as a province."}},
	{"state", false, "a sample that is not analysed takes no analysis, and nothing is published before it is measured", []string{
		"The sample was not analysed, and yet something was found in it.", "The result was published before it was measured, %s.",
	}},
	{"product", false, "an import takes unknown where nothing is said", []string{"Choose the product it was sold as, or \"unknown\".", "Product %d is not in the dictionary."}},
	{"expected", false, "an import expects what the product lets expect", []string{"%q is not in the dictionary.", "The same substance or class is expected twice."}},
	{"price_currency", false, "an import leaves such a price out, and says so in the receipt", []string{"Give the currency of the price."}},
	{"state_reason", false, "no file can tell it otherwise", []string{"Only a rejected or not analysed sample has a reason."}},
	{"overruled", false, "limits are held against what is handed in, not against what was taken elsewhere", []string{
		"The sample is beyond the limits of the service; say why it is taken.",
		"This is more than %s g.", "This is more than %s ml.", "The tablet is not whole.", "A tablet that is weighed and not counted is not whole.", "These are more than %d samples in one visit.",
	}},

	// Of a sample: what is asked.
	{"size", true, "", []string{"A width of %s mm is unusual.", "A height of %s mm is unusual.", "A thickness of %s mm is unusual."}},
	{"weight", true, "", []string{"A weight of %s mg is unusual."}},
	{"received_amount", true, "", []string{"This amount is unusual: look at the number and its unit."}},
	{"received_unit", true, "", []string{"Pieces are unusual for this form.", "Grams are unusual for this form.", "Millilitres are unusual for this form."}},
	{"ready_late", true, "", []string{"The result is expected more than three months after the day of receipt."}},
	{"usual_price", true, "", []string{
		"This is ten times the usual price, about %s, or more.", "This is a tenth of the usual price, about %s, or less.",
		"This price is unusual: look at it and for how much it was paid.",
	}},
	{privateText, true, "", []string{"This looks like a telephone number, another number of a person or an address: nothing here may say who the visitor is."}},
	{"location", true, "no file names locations", []string{"No location is chosen: choose where the sample was handed in."}},
	{"received_long_ago", true, "an import brings what is past", []string{"The sample was received more than a month before it is registered, on %s: look at the day and the year."}},
	{"thousands_mark", true, "a mapping says which the decimal mark is, and a file that has the other is refused", []string{"This is read as %s. If %s is meant, type that."}},

	// Of an analysis and its findings: what is refused.
	{"performed_on", false, "", []string{"Give the day of the analysis, today at the latest.", "%s is before the sample was there, %s."}},
	{"twice", false, "", []string{"This substance is reported twice, by one name or by two that mean %s: leave one of the rows."}},
	{"unidentified", false, "", []string{
		"What is named is not unidentified: choose how it was found, or name it an unidentified substance.", "At most %d substances can be recorded as unidentified.",
	}},
	{"scope", false, "", []string{"The method cannot rule it out: it is not in the method's scope. Leave the row out."}},
	{"amount_of_nothing", false, "", []string{"Only a quantified finding has an amount."}},
	{"method_measures", false, "", []string{"The method does not measure amounts: leave the amount out, or choose another method."}},
	{"class_amount", false, "", []string{"A class has no amount: name the substance that was measured, or leave the amount out."}},
	{"zero", false, "", []string{"Zero is not an amount of what was found: choose not detected, below the limit of quantification, or trace."}},
	{"possible_amount", false, "", []string{
		"The amount is outside the possible range.", "The uncertainty is outside the possible range.", "The amount is more than the whole sample.",
		"The amount has more decimals than can be kept.",
	}},
	{"basis", false, "", []string{"%q is no basis for this substance: use base, as found, unknown or one of its salts."}},
	{"ceiling", false, "", []string{"%s as base is more than the purest salt holds (%s): correct the amount or its basis."}},
	{"ties", false, "of amounts that a source gives the mean is told, with how far they are apart", []string{"Two analyses of the same worth measured amounts that are more than %d %% apart: mark the one to report."}},
	{"method", false, "a mapping describes the methods, and is refused where they are not right", []string{"Choose the method that was run.", "This is not the level of the method."}},
	{"conclusion", false, "an import concludes from the rows", []string{"The conclusion does not fit the number of substances found, %d."}},
	{"unidentified_amount", false, "an import leaves the amount out, and says so in the receipt", []string{"Of what could not be identified say unidentified, without an amount."}},
	{"private_note", false, "no file has notes of the laboratory", []string{"This looks like a telephone number, another number of a person or an address: leave it out."}},
	{"instrument_run", false, "only what comes as a file from an instrument tells of it", []string{
		"%q is not the SHA-256 of a file.", "Say which instrument made the file.", "Say in which run it was made, as the laboratory calls it.", "An instrument and a run are told of a file alone.",
	}},
	{"file_number", false, "only a file of an instrument names samples by their numbers", []string{
		"This is no sample number, such as UTR-2024-00017. If it is a control or a blank, name it in blank under [findings] of the mapping.",
		"This number is written in two ways in the file, %q and %q: one of them may be another sample. Write it in one way.",
	}},
	{"file_name", false, "a page proposes it, and an import adds it", []string{"%q is not in the dictionary. Propose it first, or say in the mapping's values of substance which is meant."}},
	{"substance", false, "an import finds or adds substances by their names", []string{"Substance %d is not in the dictionary."}},

	// Of an analysis and its findings: what is asked.
	{"unit", true, "", []string{"An amount in %s is unusual for this form: look at the number and its unit."}},
	{"uncertainty", true, "", []string{"The uncertainty is larger than the amount itself: look at both numbers."}},
	{"whole", true, "", []string{
		"Up to here the amounts add up to more than 100 %%.", "Up to here the amounts add up to more than it weighs, %s mg.",
		"Up to here the amounts add up to %s of the sample, where base is counted as the salt that powders are.",
	}},
	{"blotter", true, "", []string{"More than %s in all is unusual in a blotter: look at the number and its unit."}},
	{"much_in_unit", true, "", []string{"More than %s of one substance is unusual in a tablet or a capsule: look at the number and its unit."}},
	{"usual_amount", true, "", []string{
		"This is ten times the usual amount, about %s as base, or more.", "This is a tenth of the usual amount, about %s as base, or less.",
	}},
	{"repeat", true, "a page shows the others beside the form; a file may be the same run once more", []string{
		"This sample has an analysis by this method already, of %s: confirm that this is a repeat.",
		"This sample is closed: confirm that it goes into analysis again.",
	}},
	{"late", true, "an import brings what is past", []string{"This is more than a month ago: look at the day and the year."}},

	// Of the name of a substance.
	{"name_empty", false, "", []string{
		"Name the substance.", "%q names no substance. If nothing was detected or it could not be told, say that instead; if there is nothing to say, leave the row out.",
	}},
	{"name_private", false, "", []string{"This looks like a telephone number, an address, a link or a code, which no name of a substance holds: leave it out."}},
	{"name_dose", false, "", []string{
		"%q is an amount: name the substance, and write the amount in its own field.", "%q says more than which substance it is. Write %q here, and the rest in its own field.",
	}},
	{"name_several", false, "", []string{"%q is several substances: give each a row of its own (%s)."}},
	{"name_broken", false, "", []string{
		"The text has signs of a wrong encoding, as of an ï that became Ã¯. Write the name anew, or read the file in its own encoding.",
		"Some letters are of another alphabet and look like Latin ones. Type the name anew.",
		"Write the name in Latin letters: nobody can tell whether it is one that is known here.",
		"Write the name in one line, and one substance in a name.", "This begins as a formula of a spreadsheet does: write the name itself.",
	}},
	{"name_near", false, "", []string{ // answered by the mapping's values and new_substances
		"%q may be several substances with nothing between them (%s): give each a row of its own, or confirm that this is another substance.",
		"%q differs from %s in what makes it another substance. Choose the one that is meant, or confirm that this is another.",
		"%q is close to %s. Choose the one that is meant, or confirm that this is another substance.",
		"%q is close to the name of a substance that nobody has reviewed yet. Ask the laboratory whether it is the same, or confirm that this is another substance.",
	}},
	{"name_basis", false, "", []string{
		"The name says %s: choose that, or name the substance without it.",
		"The name says a salt or a hydrate of which nobody knows how much base it is: choose unknown, or name the substance without it.",
	}},

	// Of the name of a product.
	{productNear, true, "", []string{
		"%q is close to %s. Choose the one that is meant, or confirm that this is another.", "%q is close to the name of a product that nobody has reviewed yet. Confirm that this is another.",
	}},
	{"product_taken", false, "an import takes the product that has the name", []string{
		"%q is the name of a product that nobody has reviewed yet.", "%q is the name of %s. If both are the same, merge them.",
	}},
}

// rulesBySentence finds rules by what they say.
var rulesBySentence = func() map[string]*Rule {
	found := map[string]*Rule{}
	for i := range Rules {
		for _, says := range Rules[i].Says {
			found[says] = &Rules[i]
		}
	}
	return found
}()

// Confirmable are the names of the rules that an import can confirm.
func Confirmable() (names []string) {
	for _, r := range Rules {
		if r.Asks && r.Only == "" {
			names = append(names, r.Name)
		}
	}
	return names
}

// RuleOf is the rule by which something is refused or asked, nil for none of Rules.
func RuleOf(m FieldError) *Rule { return rulesBySentence[m.Format] }
