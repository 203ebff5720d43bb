package lab_test

import (
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/labtest"
)

// A name that another language writes otherwise is close to the known one, with its salt.
func TestNamesOfOtherLanguagesAreNear(t *testing.T) {
	d := labtest.Bench(t)
	for typed, want := range map[string]string{
		"metadona": "methadone", "cetamina": "ketamine", "Kokain": "cocaine", "cocaína": "cocaine", "Koffein": "caffeine", "cafeína": "caffeine", "eroina": "heroin", "heroína": "heroin", "fentanilo": "fentanyl", "carfentanilo": "carfentanil",
		"xilacina": "xylazine", "ossicodone": "oxycodone", "oxicodona": "oxycodone", "morfina": "morphine", "fenciclidina": "phencyclidine", "metanfetamina": "methamphetamine", "anfetamina": "amphetamine", "hidroxicina": "hydroxyzine",
		"Kokainhydrochlorid": "cocaine hydrochloride", "clorhidrato de cocaína": "cocaine hydrochloride", "Amphetaminsulfat": "amphetamine sulfate", "sulfate d'amphétamin": "amphetamine sulfate",
	} {
		a := d.AskName(typed)
		near := slices.ContainsFunc(a.Neighbours, func(n lab.Neighbour) bool {
			return strings.TrimSpace(n.Substance.Name+" "+string(n.Basis)) == want && !n.Essential
		})
		if a.Kind != lab.NearName || !near {
			t.Errorf("%q is %s, near %v, want %s", typed, a.Kind, a.Neighbours, want)
		}
	}
	for typed, want := range map[string]string{
		"Ketamine Hydrochlorid": "ketamine hydrochloride", "amphétamine sulfat": "amphetamine sulfate", "cocaïne base libre": "cocaine base", "chlorhydrate de cocaïne": "cocaine hydrochloride", "cocaine clorhidrato": "cocaine hydrochloride", "morphine solfato": "morphine sulfate",
		"kétamine chlorhydrate": "ketamine hydrochloride", "cocaïnechloorhydraat": "cocaine hydrochloride",
	} {
		a := d.AskName(typed)
		if a.Kind != lab.SaltName || a.Substance.Name+" "+a.Salt != want {
			t.Errorf("%q is %s of %v with %s, want %s", typed, a.Kind, a.Substance, a.Salt, want)
		}
	}
}

// A name that nobody knows, made as those of a dangerous class are, is not taken without a word:
// it is close to that class, and a danger.
func TestNewNamesThatAreMadeAsThoseOfADanger(t *testing.T) {
	d := labtest.Bench(t)
	for typed, class := range map[string]string{
		"o-methylfentanyl": "fentanyl_analogue", "ortho methylfentanyl": "fentanyl_analogue", "4-methylfentanyl": "fentanyl_analogue", "trefentanil": "fentanyl_analogue", "propoxynitazene": "nitazene", "propylnitazepyne": "nitazene",
		"flumetrazolam": "benzodiazepine", "pynazolam": "benzodiazepine", "5F-CUMYL-PINACA": "synthetic_cannabinoid", "MDMB-CHMINACA": "synthetic_cannabinoid", "25X-NBOH": "nboh", "hydroxybrorphine": "orphine",
		"fluorofent": "fentanyl_analogue", "fentalogue": "fentanyl_analogue", "fent/carf": "fentanyl_analogue", "fentynal": "fentanyl_analogue",
	} {
		a := d.AskName(typed)
		if a.Kind != lab.NearName || !slices.ContainsFunc(a.Neighbours, func(n lab.Neighbour) bool { return n.Substance.Class == class }) {
			t.Errorf("%q is %s, near %v, want %s", typed, a.Kind, a.Neighbours, class)
		}
		if len(d.Dangerous(typed)) == 0 {
			t.Errorf("%q is no danger", typed)
		}
		var errs lab.FieldErrors
		if a.Check(&errs, "substance", true); len(errs) > 0 {
			t.Errorf("%q is refused though somebody says that it is another: %v", typed, errs)
		}
	}
	for _, typed := range []string{"brizolamine", "weet niet goed", "noopept", "newdrug", "azepane"} {
		if a := d.AskName(typed); a.Kind != lab.NewName || len(d.Dangerous(typed)) > 0 {
			t.Errorf("%q is %s, near %v", typed, a.Kind, a.Neighbours)
		}
	}
}
