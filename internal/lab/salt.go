package lab

import (
	"regexp"
	"slices"
	"strings"
)

// The salts that people write and their words: English, Dutch, German, French, Spanish and Italian
// ones and abbreviations, folded.
// A code is the name of the salt in the dictionary, whether a substance lists it or not.
var saltVocabulary = map[string]string{
	string(BasisBase):      "base freebase vrijebase freebaseform vrijebasevorm baseform basevorm basis freiebase baselibre baselibera",
	"hydrochloride":        "hydrochloride monohydrochloride hcl waterstofchloride chloorhydraat chlorhydrate hydrochlorid hydrogenchloride chloorwaterstof zoutzuur zoutzuurzout muriate clorhidrato clorhydrate chlorhydrat cloridrato",
	"dihydrochloride":      "dihydrochloride 2hcl dihcl",
	"hydrobromide":         "hydrobromide monohydrobromide hbr waterstofbromide hydrogenbromide broomhydraat hydrobromid bromhydrate bromhidrato bromidrato",
	"hydriodide":           "hydriodide hydroiodide hydrojodide waterstofjodide",
	"chloride":             "chloride chlorid cloruro chlorure",
	"bromide":              "bromide bromid bromuro bromure",
	"iodide":               "iodide jodide iodid jodid yoduro iodure",
	"carbonate":            "carbonate carbonaat carbonat karbonat carbonato",
	"hydrogen_carbonate":   "hydrogencarbonate waterstofcarbonaat bicarbonate bicarbonaat",
	"trifluoroacetate":     "trifluoroacetate trifluoracetaat tfa",
	"triflate":             "triflate triflaat",
	"sulfate":              "sulfate sulphate sulfaat hemisulfate hemisulphate hemisulfaat h2so4 so4 zwavelzuurzout sulfat sulfato solfato",
	"hydrogen_sulfate":     "hydrogensulfate hydrogensulphate waterstofsulfaat bisulfate bisulphate bisulfaat",
	"phosphate":            "phosphate fosfaat h3po4 po4 phosphat fosfato",
	"dihydrogen_phosphate": "dihydrogenphosphate diwaterstoffosfaat",
	"hydrogen_phosphate":   "hydrogenphosphate waterstoffosfaat hemiphosphate hemifosfaat",
	"nitrate":              "nitrate nitraat hno3 no3 nitrat nitrato",
	"fumarate":             "fumarate fumaraat fumarat fumarato",
	"hydrogen_fumarate":    "hydrogenfumarate waterstoffumaraat bifumarate bifumaraat",
	"hemifumarate":         "hemifumarate hemifumaraat",
	"maleate":              "maleate maleaat maleat maleato",
	"hydrogen_maleate":     "hydrogenmaleate waterstofmaleaat bimaleate",
	"succinate":            "succinate succinaat succinat succinato",
	"hemisuccinate":        "hemisuccinate hemisuccinaat",
	"citrate":              "citrate citraat citrat citrato",
	"acetate":              "acetate acetaat acetat acetato",
	"tartrate":             "tartrate tartraat tartrat tartrato",
	"hydrogen_tartrate":    "hydrogentartrate waterstoftartraat bitartrate bitartraat bitartrat bitartrato hydrogentartrat",
	"hemitartrate":         "hemitartrate hemitartraat",
	"mesylate":             "mesylate mesilate mesylaat mesilaat methanesulfonate methanesulphonate methaansulfonaat mesilat mesilato",
	"besylate":             "besylate besilate besylaat besilaat",
	"tosylate":             "tosylate tosilate tosylaat tosilaat",
	"oxalate":              "oxalate oxalaat",
	"lactate":              "lactate lactaat",
	"malate":               "malate malaat",
	"gluconate":            "gluconate gluconaat",
	"benzoate":             "benzoate benzoaat",
	"salicylate":           "salicylate salicylaat",
	"saccharate":           "saccharate saccharaat",
	"aspartate":            "aspartate aspartaat",
	"pamoate":              "pamoate pamoaat embonate embonaat",
	"sodium":               "sodium natrium natriumzout sodiumsalt",
	"potassium":            "potassium kalium kaliumzout potassiumsalt",
	"calcium":              "calcium calciumzout",
	"magnesium":            "magnesium magnesiumzout",
	"lithium":              "lithium lithiumzout",
}

// metals are the salts of acids; all others need a base, and so nitrogen.
var metals = []string{"sodium", "potassium", "calcium", "magnesium", "lithium"}

// separateSalts are abbreviations too short to be found within a word. The last letter of
// HCl is often read as a capital I or a 1.
var separateSalts = map[string]string{"hi": "hydriodide", "hci": "hydrochloride", "hc1": "hydrochloride", "na": "sodium", "k": "potassium", "fb": string(BasisBase)}

// saltWord is one way of writing a salt.
type saltWord struct {
	folded, code string
}

// saltWords are all words of salts, the longest first: bisulfate is no sulfate.
var saltWords = func() []saltWord {
	var all []saltWord
	for code, words := range saltVocabulary {
		for word := range strings.FieldsSeq(words) {
			all = append(all, saltWord{word, code})
		}
	}
	slices.SortFunc(all, func(a, b saltWord) int {
		if len(a.folded) != len(b.folded) {
			return len(b.folded) - len(a.folded)
		}
		return strings.Compare(a.folded, b.folded)
	})
	return all
}()

// What may stand between a substance and its salt, and after both.
var (
	beforeSalts = []string{"", "as", "als", "asthe", "alshet"}
	afterSalts  = []string{"saltof", "zoutvan", "vormvan", "of", "van", "von", "de", "di", ""}
	saltEndings = []string{"saltform", "zoutvorm", "salts", "zouten", "salt", "zout", "form", "vorm"}
	dryWords    = []string{"anhydrous", "watervrije", "watervrij"}

	proportion = regexp.MustCompile(`\(?\b[1-9]\s*:\s*[1-9]\b\)?`)
	oldSalt    = regexp.MustCompile(`(?:chl?oo?r|clor|broo?m)(?:hydrate|hydraat)$`) // an acid, and no water
	hydrate    = regexp.MustCompile(`(?:(?:hemi|mono|sesqui|di|tri|tetra|penta|hexa|hepta)?(?:hydrate|hydraat)|[1-9]?h2o)$`)
)

// salted is a name that a salt, or base, was read from.
type salted struct {
	rest  string // folded: the name without it
	code  string // of the salt; empty where the name says no more than that it is one
	same  bool   // the salt itself, and not a hydrate or another proportion of it
	short bool   // said by the sign of its metal alone, which may mean something else
}

// readSalt lists the ways in which a name can be a name and a salt, the likeliest first.
func readSalt(typed string) []salted {
	text := proportion.ReplaceAllString(typed, " ")
	folded, same := Fold(text), text == typed
	if wet := hydrate.FindString(folded); wet != "" && !oldSalt.MatchString(folded) {
		folded, same = strings.TrimSuffix(folded, wet), false
	}
	folded = dried(folded)
	var ways []salted
	add := func(rest, code string) {
		if rest != "" {
			ways = append(ways, salted{rest: rest, code: code, same: same})
		}
	}
	bare := folded
	for _, ending := range saltEndings {
		bare = strings.TrimSuffix(bare, ending)
	}
	for _, body := range slices.Compact([]string{folded, bare}) {
		for _, w := range saltWords {
			if rest, ok := strings.CutSuffix(body, w.folded); ok {
				for _, between := range beforeSalts {
					if shorter, ok := strings.CutSuffix(rest, between); ok {
						add(shorter, w.code)
					}
				}
			}
			if rest, ok := strings.CutPrefix(body, w.folded); ok {
				for _, between := range afterSalts {
					if shorter, ok := strings.CutPrefix(rest, between); ok {
						add(shorter, w.code)
					}
				}
			}
		}
	}
	if words := wordsOf(typed); len(words) > 1 {
		from, last := len(ways), words[len(words)-1]
		if code, ok := separateSalts[last]; ok {
			add(strings.TrimSuffix(folded, last), code)
		}
		if code, ok := separateSalts[words[0]]; ok {
			add(strings.TrimPrefix(folded, words[0]), code)
		}
		for i := from; i < len(ways); i++ {
			ways[i].short = slices.Contains(metals, ways[i].code)
		}
	}
	if !same || bare != folded {
		add(bare, "")
	}
	return ways
}

// dried leaves out of a folded name that there is no water in the substance, which says
// nothing of a salt.
func dried(folded string) string {
	for _, dry := range dryWords {
		folded = strings.TrimPrefix(strings.TrimSuffix(folded, dry), dry)
	}
	return folded
}

// saltOf reads a known substance with a salt in its name, and what an amount of it then
// counts: the salt as the dictionary lists it for the substance, or unknown.
func (d *Dictionary) saltOf(typed string) (NameAnswer, bool) {
	for _, way := range readSalt(typed) {
		n, known := d.substanceNames[way.rest]
		if !known {
			n, known = d.saidTwice(way)
		}
		if !known || d.isSeveral(typed, n) {
			continue
		}
		s := d.Substances[n.SubstanceID]
		if !s.hasSalt(way.code) || way.short && !s.isAcid() {
			continue
		}
		return NameAnswer{Kind: SaltName, Substance: s, Stereo: n.Stereo, Salt: way.code, Basis: s.basisOf(way)}, true
	}
	return NameAnswer{}, false
}

// saidTwice finds the name of which the rest says the same salt again: ketamine
// hydrochloride (HCl).
func (d *Dictionary) saidTwice(way salted) (SubstanceName, bool) {
	for _, again := range readSalt(way.rest) {
		if n, known := d.substanceNames[again.rest]; known && again.code == way.code && again.same {
			return n, true
		}
	}
	return SubstanceName{}, false
}

// isSalt tells that a folded text is the word for a salt, or base, and no more.
func isSalt(folded string) bool {
	code, short := separateSalts[folded]
	is := func(w saltWord) bool { return w.folded == folded && !slices.Contains(metals, w.code) }
	return short && !slices.Contains(metals, code) || slices.Contains(saltEndings, folded) || slices.ContainsFunc(saltWords, is)
}

// isAcid tells that the dictionary lists a salt of the substance with a metal.
func (s *Substance) isAcid() bool {
	return slices.ContainsFunc(s.Salts, func(x Salt) bool { return slices.Contains(metals, x.Salt) })
}

// hasSalt tells whether the substance can have a salt: with an acid only what holds
// nitrogen, since with other substances acids make esters, which are other substances.
func (s *Substance) hasSalt(code string) bool {
	_, listed := s.Salt(code)
	return listed || code == "" || code == string(BasisBase) || slices.Contains(metals, code) || s.Formula == "" || nitrogen.MatchString(s.Formula)
}

var nitrogen = regexp.MustCompile(`N(?:[^a]|$)`)

// basisOf is what an amount of the substance counts, whose name says so.
func (s *Substance) basisOf(way salted) Basis {
	_, listed := s.Salt(way.code)
	switch {
	case way.same && (listed || way.code == string(BasisBase)):
		return Basis(way.code)
	default:
		return BasisUnknown
	}
}
