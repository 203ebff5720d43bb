package lab_test

import (
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/labtest"
)

// What says nothing of a substance is no name of one: words for nothing, of a table, and those that
// lead elsewhere, in the languages of the services.
func TestWordsThatSayNothing(t *testing.T) {
	d := labtest.Bench(t)
	for _, typed := range strings.Split(`no controlled substance detected|no compounds of interest|nothing of note|all clear|see attachment|same as above|dito|ditto|retest|QC|matrix|solvent|TOTAL|Subtotal|Average|pending|unknown powder|none of the above|
		geen bijzonderheden|zie bijlage|zie boven|idem|opnieuw|Totaal|subtotaal|Gemiddelde|bindmiddel|uitslag volgt|onbekende pil|geen werkzame stoffen|WAAR|
		rien|aucun|aucune substance|négatif|non détecté|inconnu|voir annexe|en attente|résultat négatif|VRAI|FAUX|keine|nichts|unbekannt|nicht nachgewiesen|kein Befund|k.A.|keine Angabe|siehe oben|ausstehend|Summe|WAHR|
		nada|ninguna|no detectado|sin resultado|pendiente|desconocido|ver arriba|VERDADERO|niente|nessuna sostanza|sconosciuto|vedi allegato|totale|nenhuma|não detectado|desconhecido|#¡REF!|#¿NOMBRE?|#¡VALOR!|Err:502|[object Object]`, "|") {
		if a := d.AskName(typed); a.Kind != lab.EmptyName {
			t.Errorf("%q is %s", typed, a.Kind)
		}
	}
	// Names, though they hold such words, and words that are perhaps one.
	for _, typed := range []string{"gips", "matrine", "norketamine", "noscapine", "SIN-1", "totarol", "sugar", "sinomenine", "nilutamide", "free base MDMA", "non-specific sugars", "magnesium stearate"} {
		if a := d.AskName(typed); a.Kind == lab.EmptyName {
			t.Errorf("%q is no name", typed)
		}
	}
}

// That a substance was not there is no finding of it, in whatever language it is said and wherever
// it stands; it is no danger either.
func TestDenialsOfASubstance(t *testing.T) {
	d := labtest.Bench(t)
	for _, typed := range strings.Split(`fentanylnegatief|fentanylvrij|fentanyl-vrij|fentanyl-free|fentanylfree|nofentanyl|geenfentanyl|nietfentanyl|no fentanyl|not fentanyl|geen fentanyl aangetoond|fentanyl niet aangetoond|fentanyl: n.d.|no evidence of fentanyl|
		negative for fentanyl|fentanyl was not detected|free of fentanyl|vrij van fentanyl|geen ketamin|sin fentanilo|sans fentanyl|pas de fentanyl|fentanyl négatif|n'est pas du fentanyl|absence de fentanyl|fentanyl non détecté|ohne Fentanyl|kein Fentanyl|
		Fentanyl negativ|Fentanyl nicht nachgewiesen|fentanylfrei|no se detecta fentanyl|fentanyl negativo|fentanyl no detectado|non fentanyl|senza fentanyl|fentanyl non rilevato|sem fentanyl|niet coke|geencoke|geen speedball|geen blurbine|blurbine negatief`, "|") {
		typed = strings.TrimSpace(typed)
		if a := d.AskName(typed); a.Kind != lab.EmptyName {
			t.Errorf("%q is %s of %v", typed, a.Kind, a.Substance)
		}
		if dangers := d.Dangerous(typed); len(dangers) > 0 {
			t.Errorf("%q names %q", typed, dangers)
		}
	}
	// What denies something else, or takes back what it denies, or says that it is like one, names a
	// danger for all that.
	for _, typed := range []string{"fentanyl not negative", "fentanyl not excluded", "fentanyl niet uitgesloten", "fentanyl not quantified", "fentanyl not tested", "geen cocaïne maar fentanyl", "no cocaine; fentanyl", "fentanyl, no xylazine", "free fentanyl", "fentanyl-like", "fentanylachtig"} {
		if a := d.AskName(typed); a.Substance != nil || a.Kind == lab.NewName {
			t.Errorf("%q is %s of %v", typed, a.Kind, a.Substance)
		}
		if dangers := d.Dangerous(typed); !slices.Contains(dangers, "fentanyl") {
			t.Errorf("%q names %q", typed, dangers)
		}
	}
}

// A word of a table, or one that leads elsewhere, does not say what something is; a word for nothing
// says that nobody knows.
func TestWordsThatLeadElsewhere(t *testing.T) {
	for text, want := range map[string]bool{
		"idem": true, "dito": true, `"`: true, "″": true, "〃": true, ",,\"": true, "↑": true, "same as above": true, "zie boven": true, "siehe oben": true, "Totaal": true, "QC": true, "see attachment": true, "gemiddelde": true,
		"": false, "-": false, "?": false, "n/a": false, "unknown": false, "onbekend": false, "nichts": false, "see notes": false, "cocaine": false, "same as cocaine": false, "nothing": false,
	} {
		if lab.PointsElsewhere(text) != want {
			t.Errorf("%q leads elsewhere: %t", text, !want)
		}
	}
}
