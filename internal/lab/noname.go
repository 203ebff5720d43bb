package lab

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wordSet are folded words.
type wordSet map[string]bool

func setOf(lists ...string) wordSet {
	set := wordSet{}
	for _, list := range lists {
		for word := range strings.FieldsSeq(list) {
			set[word] = true
		}
	}
	return set
}

// elsewhereNames are words of a table, and words that lead to another row or place, folded.
var elsewhereNames = setOf(
	`idem ditto dito same zelfde dezelfde hetzelfde ibid ibidem above boven hierboven bovenstaand bovenstaande attachment attachments attached appendix annex bijlage bijlagen
	total totals subtotal sum average mean median totaal totalen subtotaal som gemiddelde gemiddeld mediaan qc qa kwaliteitscontrole retest retested rerun hertest herhaling opnieuw`,
	`dessus annexe somme moyenne mediane oben anhang anlage dasselbe dieselbe derselbe ebenso gleich summe gesamt zwischensumme durchschnitt mittelwert
	arriba anexo adjunto igual mismo misma suma promedio sopra allegato stesso stessa totale subtotale somma media acima`)

// emptyNames are the words that people write where there is nothing to name, folded. What
// holds no other words names nothing either.
var emptyNames = setOf(`geen none nothing niets nihil nil nul null nan no nee yes ja neg negative negatief pos positive positief
	na nvt nietvantoepassing notapplicable nb nbk nietbekend not niet known bekend unknown onbekend onbekende unk onb tbd tba ntb nader todo wo
	nd nq bdl blq lod loq below onder detected gedetecteerd found gevonden aangetoond tested getest analysed analyzed geanalyseerd measured gemeten
	bepaald determined identified identifiable geidentificeerd identificeerbaar unidentified inconclusive unclear onduidelijk failed mislukt done gedaan
	insufficient onvoldoende material available beschikbaar applicable toepassing van
	result results resultaat resultaten match hit hits peak peaks piek pieken trace traces spoor sporen
	see zie note notes comment comments opmerking opmerkingen pending volgt in behandeling deleted verwijderd
	empty leeg blank blanco void missing ontbreekt test testing tests asdf qwerty foo bar dummy example voorbeeld sample monster
	other overig overige anders andere various diverse diversen several meerdere all alles any mix mixed mixture mengsel
	cut cutting agent adulterant adulterants versnijding versnijdingsmiddel inert filler vulstof vulmiddel binder bindmiddel control controle standard standaard
	at rt min cas unii einecs
	something iets substance substances stof stoffen name naam drug drugs false true waar onwaar vrai faux wahr falsch verdadero falso vero undefined error fout`,
	`nondetect nondetected undetected undetectable detectable present seen observed absent compound compounds analyte analytes interest concern controlled illicit illegal
	active psychoactive psychotropic ingredient ingredients significant relevant clear zero unspecified undetermined unconfirmed undisclosed withheld redacted confidential
	pure clean dirty dangerous danger toxic poison warning alert risk etc qns quantity quality sufficient rejected impure
	schoon zuiver vuil vies gevaarlijk gevaar giftig gif vergif waarschuwing risico enz enzovoort hoeveelheid kwaliteit niks noppes afgekeurd
	repeat repeated matrix solvent solvents background noise baseline calibrator calibration rest remainder lost awaiting waiting ok okay invalid normal particulars
	aanwezig afwezig aantoonbaar waargenomen gezien verbinding verbindingen bijzonderheden bijzonders verboden strafbare werkzaam werkzame bestanddeel bestanddelen psychoactieve relevante
	herhalen oplosmiddel oplosmiddelen achtergrond ruis restant kwijt verloren wacht wachten uitslag uitslagen ongeldig normaal onbepaald`,
	`rien neant aucun aucune pas sans inconnu inconnue inconnus inconnues indetermine indeterminee detecte detectee trouve trouvee decele negatif positif resultat resultats attente vide manquant
	solvant solvants voir autre autres divers melange suivre nonspecifie objet`,
	`nichts kein keine keinen keiner ohne nicht unbekannt unbekannte unbekannter unbekanntes negativ positiv nachgewiesen nachweisbar gefunden ergebnis ergebnisse befund befunde ausstehend leer fehlt siehe
	losungsmittel losemittel sonstige sonstiges verschiedene gemisch mischung stoffe substanz substanzen wirkstoff wirkstoffe streckmittel fullstoff probe angabe angaben ka besonderheiten bestimmt`,
	`nada ninguna ninguno ningun desconocido desconocida desconocidos desconocidas indeterminado pendiente pendientes resultado resultados negativo negativa positivo positiva detectado detectada detectados encontrado
	encontrada vacio vacia falta ver otro otra otros otras varios varias mezcla sustancia sustancias solvente disolvente`,
	`niente nulla nessuno nessuna nessun senza sconosciuto sconosciuta ignoto ignota rilevato rilevata trovato trovata risultato risultati vuoto vedi altro altra altri vari miscela sostanza sostanze attesa campione
	nenhum nenhuma desconhecido desconhecida pendente vazio nao`)

// fillers say nothing beside such words, folded.
var fillers = setOf(`a about an and approx approximately as be by ca circa for from further is it its more nor of on or page report stuff the there these this to was were with yet
	aan bij circa dan de deze die dit een en er het hier is met nog op pagina rapport spul te uit voor was wordt
	au aux ce ci d du est et il la le les l n ne non ou page un une am auf dem der des die ein eine es ist keine noch und von wurde zu
	al con del el en es esta han ha hay lo los las por se un una y di il e in non si
	powder powders poeder crystal crystals kristal kristallen tablet tablets tabletten pill pills pil pillen capsule capsules liquid vloeistof`)

var cellError = regexp.MustCompile(`^(?:#[¡¿]?[\p{Lu}/0]+[!?A]?|Err:\d+|\[object \w+\])$`) // of a program, such as #REF!

// isEmptyName tells that a text names no substance: a word for nothing, a number, a letter,
// signs, the error of a spreadsheet, or a substance that was not there.
func (d *Dictionary) isEmptyName(typed string) bool {
	folded := Fold(typed)
	first, _ := utf8.DecodeRuneInString(folded)
	if utf8.RuneCountInString(folded) < 2 || isNumber(folded) || strings.Trim(folded, string(first)) == "" {
		return true
	}
	_, sold := d.productNames[folded]
	if emptyNames[folded] || elsewhereNames[folded] || cellError.MatchString(typed) || isSalt(folded) && !sold {
		return true
	}
	return isEmptyText(typed) || d.deniedName(typed) != "" || d.likened(typed) != "" || d.deniesUnknown(typed)
}

// isEmptyText tells that a text holds no other words than those that name nothing.
func isEmptyText(typed string) bool {
	numbers, empty := true, false
	for _, word := range wordsOf(typed) {
		number := isNumber(word)
		says := emptyNames[word] || elsewhereNames[word]
		if !number && !says && !fillers[word] {
			return false
		}
		numbers, empty = numbers && number, empty || says
	}
	return numbers || empty
}

// PointsElsewhere tells that a text is a word of a table, such as total, or leads to another row
// or place, such as ditto: what is meant does not stand in it.
func PointsElsewhere(text string) bool {
	if Fold(text) == "" {
		return strings.ContainsFunc(text, func(r rune) bool {
			return unicode.Is(unicode.Quotation_Mark, r) || strings.ContainsRune("〃″‴′^", r) || '←' <= r && r <= '⇿'
		})
	}
	return isEmptyText(text) && slices.ContainsFunc(wordsOf(text), func(word string) bool { return elsewhereNames[word] })
}

// Words that say of a substance that it was not there, folded: alone before its name, joined to
// it, or behind it; and what may stand beside them.
var (
	deniersBefore = setOf(`geen no not niet zonder without nil`, `aucun aucune pas sans kein keine keinen keinem keiner ohne nicht ningun ninguna ninguno sin nessun nessuna nessuno senza nenhum nenhuma sem nao non`)
	deniersBehind = setOf(`nee nein neg negative negatief negatieve nd absent afwezig free vrij nondetect undetected undetectable`,
		`negatif absente negativ frei abwesend negativo negativa ausente assente`)
	setFree      = setOf("free vrij frei") // before a name only as free of: a free base is there
	setOff       = setOf("of from van von")
	deniersApart = setOf(`absence afwezigheid ausencia assenza abwesenheit nietaangetoond notdetected notfound nietgevonden nietgedetecteerd`)
	besideDenial = setOf(`any at been detectable detected evidence for found has have identified in is it no observed of on present presence seen sign signs the trace traces was were
		aangetoond aantoonbaar aanwezig aanwijzing aanwijzingen er gedetecteerd gevonden gezien het is op spoor sporen van voor waargenomen werd geidentificeerd
		a d de decele detecte detectee du est ete l la le n ne pas presence present presente trace traces trouve trouvee
		detektiert der festgestellt gefunden im nachgewiesen nachweisbar spuren vorhanden von wurde
		detecta detectado detectada detecto encontrado encontrada encontro ha han hay presente presencia se rastro rastros
		di e presente rilevato rilevata stato stata tracce trovato trovata foi detetado`)
)

// deniedName is the part of a text that is a name, where all the rest says that it was not there;
// empty where there is none. Two words that deny may take each other back: not negative.
func (d *Dictionary) deniedName(typed string) string {
	words := denialWords(typed)
	deny := func(from, to int) (times int, only bool) {
		for i := from; i < to; i++ {
			word := words[i]
			denies := deniersBefore[word] || deniersBehind[word] || deniersApart[word]
			freeOf := from > 0 || !setFree[word] || setOff[words[i+1]]
			if !freeOf || !denies && !besideDenial[word] {
				return 0, false
			}
			if denies {
				times++
			}
		}
		return times, true
	}
	for from := range words {
		before, only := deny(0, from)
		if !only {
			break
		}
		for to := len(words); to > from; to-- {
			behind, only := deny(to, len(words))
			if !only {
				break
			}
			if name := strings.Join(words[from:to], " "); before+behind == 1 && d.nearlyNames(name) {
				return name
			}
		}
	}
	return d.joinedToDenial(Fold(typed))
}

// joinedToDenial is the known name to which a word that denies it is joined: fentanylvrij.
func (d *Dictionary) joinedToDenial(folded string) string {
	for word := range deniersBefore {
		name, ok := strings.CutPrefix(folded, word)
		if ok && len(name) >= leastDenied && !(word == "no" && name[0] == 'r') && d.isNameOrProduct(name) { // norketamine is no R-ketamine
			return name
		}
	}
	for _, words := range []wordSet{deniersBehind, deniersApart} {
		for word := range words {
			if name, ok := strings.CutSuffix(folded, word); ok && len(name) >= leastDenied && d.isNameOrProduct(name) {
				return name
			}
		}
	}
	return ""
}

// leastDenied are the letters of a name to which a word that denies it can be joined.
const leastDenied = 3

// deniesUnknown tells that a text denies what nobody knows: geen bijzonder spul. A known name in
// it is told otherwise.
func (d *Dictionary) deniesUnknown(typed string) bool {
	apart, words := strings.Fields(typed), denialWords(typed)
	if len(words) < 2 {
		return false
	}
	first, last := Fold(apart[0]), words[len(words)-1] // no 5 denies; NO-711 is a name
	denies := deniersBefore[first] && first != "non" || deniersBehind[last] && (len(last) > 3 || last == Fold(apart[len(apart)-1]))
	return denies && len(d.neighbours(typed)) == 0
}

// likened is the known name of which a text says that something is like it: fentanyl-achtig.
func (d *Dictionary) likened(typed string) string {
	for _, word := range []string{"like", "achtig", "achtige"} {
		if name, ok := strings.CutSuffix(Fold(typed), word); ok && len(name) >= leastDenied && d.isNameOrProduct(name) {
			return name
		}
	}
	return ""
}

// denialWords are the words of a text, folded.
func denialWords(typed string) (words []string) {
	for word := range strings.FieldsFuncSeq(typed, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.Dash, r) || strings.ContainsRune(":,;()[]=/|'’", r)
	}) {
		if word = Fold(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}

// isNameOrProduct tells that a text is the name of a substance, or that of a product.
func (d *Dictionary) isNameOrProduct(text string) bool {
	_, sold := d.FindProduct(text)
	return sold || d.names(text)
}

// nearlyNames tells that a text is such a name, or one misspelled.
func (d *Dictionary) nearlyNames(text string) bool {
	if d.isNameOrProduct(text) {
		return true
	}
	folded := Fold(text)
	if utf8.RuneCountInString(folded) < leastPart || emptyNames[folded] {
		return false
	}
	for name := range d.substanceNames {
		if _, near := stepsBetween(folded, name, stepsAllowed(folded)); near || d.soundsLike(folded, name) {
			return true
		}
	}
	return false
}
