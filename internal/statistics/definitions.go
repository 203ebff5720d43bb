package statistics

// Text is a text in the two languages of the figures.
type Text struct {
	English string `json:"en"`
	Dutch   string `json:"nl"`
}

// Definition says of a figure what is counted and of what. Key is its name in the
// JSON of an Entry; Of is empty for a figure that is not a share.
type Definition struct {
	Key    string `json:"key"`
	Name   Text   `json:"name"`
	Counts Text   `json:"counts"`
	Of     Text   `json:"of"`
}

// Caveat holds for every interval and every share.
var Caveat = Text{
	"Intervals are 95 %, as if submissions were a random sample; they are handed in, not the market.",
	"Intervallen zijn 95 %, alsof de inzendingen een aselecte steekproef waren; ze zijn ingeleverd, en zijn niet de markt.",
}

// Definitions lists all figures in the order in which they are told.
var Definitions = []Definition{
	{
		"registered",
		Text{"Registered samples", "Geregistreerde monsters"},
		Text{
			"All samples handed in by visitors in the year (date of receipt), those recognised from a list and those not analysed included; rejected and excluded samples are left out.",
			"Alle monsters die bezoekers in het jaar inleverden (datum van ontvangst), ook de herkende en de niet geanalyseerde; geweigerde en uitgesloten monsters tellen niet mee.",
		},
		Text{},
	},
	{
		"released",
		Text{"Released samples", "Vrijgegeven monsters"},
		Text{
			"Registered samples with a published result that is not withdrawn. Withdrawn results are counted apart, and samples without a result by the reason.",
			"Geregistreerde monsters met een vrijgegeven, niet ingetrokken uitslag. Ingetrokken uitslagen worden apart geteld, en monsters zonder uitslag naar de reden.",
		},
		Text{},
	},
	{
		"share",
		Text{"Share", "Aandeel"},
		Text{
			"Registered samples sold as the product.",
			"Geregistreerde monsters verkocht als het product.",
		},
		Text{
			"All registered samples; told also without tablets sold as ecstasy, since their number moves every other share.",
			"Alle geregistreerde monsters; ook gegeven zonder tabletten verkocht als ecstasy, omdat hun aantal elk ander aandeel verschuift.",
		},
	},
	{
		"contains",
		Text{"Contains what was expected", "Bevat wat werd verwacht"},
		Text{
			"Samples in which every expected substance was found: in any amount, traces included; and as a main component. For an expected substance: samples in which that substance was found.",
			"Monsters waarin elke verwachte stof werd gevonden: in enige hoeveelheid, ook sporen; en als hoofdbestanddeel. Voor een verwachte stof: monsters waarin die stof werd gevonden.",
		},
		Text{
			"Released samples with a preliminary or confirmatory identification and a known expectation; recognised, presumptive and inconclusive ones are left out, those in which nothing was detected are in. This denominator is our choice: published sources do not name theirs.",
			"Vrijgegeven monsters met een voorlopige of bevestigde identificatie en een bekende verwachting; herkende, indicatieve en onbesliste zijn weggelaten, die waarin niets werd aangetoond tellen mee. Deze noemer is onze keuze: gepubliceerde bronnen noemen de hunne niet.",
		},
	},
	{
		"outcomes",
		Text{"Outcome", "Uitkomst"},
		Text{
			"Released samples by outcome. Each has exactly one, the first that applies. Nothing detected: not even a trace, an indication or a peak. Inconclusive: nothing above a trace; a trace of a very strong opioid, which are fentanyls, nitazenes and orphines, is enough, an indication is not. Expectation unknown: nobody knows what to expect. Not what was expected: not everything expected is above a trace, or a trace of a very strong opioid. Expected plus adulterant: an active substance that was not expected is above a trace, or a trace of a very strong opioid. Expected, with something unclear: such a substance is a trace or only indicated, or something could not be identified. Nothing unexpected seen: all others. Above a trace is what was measured, identified, or below the limit of quantification. By-products, precursors and fillers change no outcome. The sum of the last two continues the older series of \"expected only\". What was only indicated counted as found there, and a trace of a very strong opioid as nothing.",
			"Vrijgegeven monsters naar uitkomst. Elk heeft er precies één, de eerste die geldt. Niets aangetoond: ook geen spoor, aanwijzing of piek. Niet te bepalen: niets is meer dan een spoor; een spoor van een zeer sterk opioïde, dat zijn fentanylen, nitazenen en orfinen, is genoeg, een aanwijzing niet. Verwachting onbekend: niemand weet wat te verwachten. Niet wat werd verwacht: niet alles wat werd verwacht is meer dan een spoor, of een spoor van een zeer sterk opioïde. Verwacht plus versnijding: een werkzame stof die niet werd verwacht is meer dan een spoor, of een spoor van een zeer sterk opioïde. Het verwachte met iets onduidelijks: zo'n stof is een spoor of alleen aangewezen, of iets kon niet worden herkend. Niets onverwachts gezien: alle andere. Meer dan een spoor is wat is gemeten, geïdentificeerd, of onder de bepalingsgrens ligt. Bijproducten, precursoren en vulstoffen veranderen geen uitkomst. De som van de laatste twee zet de oudere reeks van \"alleen het verwachte\" voort. Wat alleen was aangewezen, telde daar als gevonden, en een spoor van een zeer sterk opioïde als niets.",
		},
		Text{"Released samples.", "Vrijgegeven monsters."},
	},
	{
		"outcomes_euda",
		Text{"Outcome, as the European Union Drugs Agency counts", "Uitkomst, zoals het EU-Drugsagentschap telt"},
		Text{
			"By the rule that was always used for it: only psychoactive unexpected substances are adulterants, an indication counts as found, and traces and what could not be identified change no outcome. It has no outcome with something unclear, and may say nothing detected where ours says inconclusive.",
			"Naar de regel die er altijd voor gold: alleen psychoactieve onverwachte stoffen zijn versnijding, een aanwijzing telt als gevonden, en sporen en wat niet kon worden herkend veranderen geen uitkomst. Deze indeling kent geen uitkomst met iets onduidelijks, en kan niets aangetoond zeggen waar de onze niet te bepalen zegt.",
		},
		Text{"Released samples.", "Vrijgegeven monsters."},
	},
	{
		"substitutes",
		Text{"Substitution", "Vervanging"},
		Text{
			"Samples in which the substance was found above a trace: measured, identified, or below the limit of quantification. Beside these stand, in columns of their own and in no sum, those in which it was seen as a trace, and those in which it was only indicated.",
			"Monsters waarin de stof werd gevonden in meer dan een spoor: gemeten, geïdentificeerd, of onder de kwantificeringsgrens. Daarnaast staan, in eigen kolommen en in geen som, die waarin zij als spoor werd gezien, en die waarin er alleen een aanwijzing voor was.",
		},
		Text{
			"Samples of the denominator of \"contains\" that do not contain what was expected.",
			"Monsters uit de noemer van \"bevat\" die niet bevatten wat werd verwacht.",
		},
	},
	{
		"adulterants",
		Text{"Contamination", "Versnijding"},
		Text{
			"Samples in which the adulterant was found above a trace: measured, identified, or below the limit of quantification. Beside these stand, in columns of their own and in no sum, those in which it was seen as a trace, and those in which it was only indicated. An adulterant that was seen only so has a row with none. A trace of a very strong opioid is a trace here too, though it makes the outcome expected plus adulterant. Concentration is its mass fraction as base where it was quantified. By method: where that kind of method decided.",
			"Monsters waarin de versnijding werd gevonden in meer dan een spoor: gemeten, geïdentificeerd, of onder de kwantificeringsgrens. Daarnaast staan, in eigen kolommen en in geen som, die waarin zij als spoor werd gezien, en die waarin er alleen een aanwijzing voor was. Een versnijding die alleen zo werd gezien heeft een rij met nul. Een spoor van een zeer sterk opioïde is ook hier een spoor, al maakt het de uitkomst verwacht plus versnijding. Het gehalte is de massafractie als base waar het is gemeten. Per methode: waar die soort methode besliste.",
		},
		Text{
			"Samples that contain what was expected and in which the adulterant could be seen: analysed by a method whose scope covers it, or found, also as a trace or indicated. A method that sees only large amounts makes an adulterant look rare and strong.",
			"Monsters die bevatten wat werd verwacht en waarin de versnijding gezien kon worden: geanalyseerd met een methode die haar kan zien, of gevonden, ook als spoor of aanwijzing. Een methode die alleen grote hoeveelheden ziet laat een versnijding zeldzaam en sterk lijken.",
		},
	},
	{
		"no_adulterant",
		Text{"No adulterant", "Geen versnijding"},
		Text{
			"Samples in which no adulterant was found in any way, not even as a trace or indicated, by the methods that were used. What could not be identified is no adulterant. These, those with adulterants only as traces or indicated, and those with any above a trace add up to the samples that contain what was expected.",
			"Monsters waarin met de gebruikte methoden geen versnijding werd gevonden, ook niet als spoor of aanwijzing. Wat niet kon worden herkend is geen versnijding. Deze monsters, die met versnijding alleen als spoor of aanwijzing, en die met versnijding boven een spoor zijn samen de monsters die bevatten wat werd verwacht.",
		},
		Text{"Samples that contain what was expected.", "Monsters die bevatten wat werd verwacht."},
	},
	{
		"only_traces",
		Text{"Only traces or indications", "Alleen sporen of aanwijzingen"},
		Text{
			"Samples in which adulterants were seen as traces or only indicated, and none above a trace.",
			"Monsters waarin versnijding als spoor werd gezien of er alleen een aanwijzing voor was, en geen enkele boven een spoor.",
		},
		Text{"Samples that contain what was expected.", "Monsters die bevatten wat werd verwacht."},
	},
	{
		"any_adulterant",
		Text{"Any adulterant", "Enige versnijding"},
		Text{
			"Samples in which at least one adulterant was found above a trace.",
			"Monsters waarin ten minste één versnijding werd gevonden in meer dan een spoor.",
		},
		Text{"Samples that contain what was expected.", "Monsters die bevatten wat werd verwacht."},
	},
	{
		"purity",
		Text{"Purity", "Zuiverheid"},
		Text{
			"Mass fraction of the expected substance in percent, as base, per form, among quantified samples; recognised samples are left out. Below the limit of quantification counts as detected and is in no mean; an unknown basis is counted apart.",
			"Massafractie van de verwachte stof in procent, als base, per vorm, onder gekwantificeerde monsters; herkende monsters zijn weggelaten. Onder de bepalingsgrens telt als gevonden en zit in geen gemiddelde; een onbekende basis wordt apart geteld.",
		},
		Text{},
	},
	{
		"dose",
		Text{"Dose", "Dosis"},
		Text{
			"Content of the expected substance per tablet or capsule in milligrams and per blotter in micrograms, as base, among quantified samples; recognised samples are left out.",
			"Inhoud van de verwachte stof per tablet of capsule in milligram en per blotter in microgram, als base, onder gekwantificeerde monsters; herkende monsters zijn weggelaten.",
		},
		Text{},
	},
	{
		"price",
		Text{"Price", "Prijs"},
		Text{
			"What the buyer paid divided by the quantity, of released samples, in the reporting currency. Gifts, finds and prices of zero are left out; other currencies are counted, not converted. Nothing is trimmed.",
			"Wat de koper betaalde gedeeld door de hoeveelheid, van vrijgegeven monsters, in de rapportagevaluta. Giften, vondsten en prijzen van nul zijn weggelaten; andere valuta worden geteld, niet omgerekend. Niets wordt afgekapt.",
		},
		Text{},
	},
	{
		"price_per_pure_gram",
		Text{"Price of a pure gram", "Prijs per zuivere gram"},
		Text{
			"The price per gram divided by the mass fraction of the expected substance as base, of released samples in which that was quantified.",
			"De prijs per gram gedeeld door de massafractie van de verwachte stof als base, van vrijgegeven monsters waarin die is gemeten.",
		},
		Text{},
	},
	{
		"turnaround_days",
		Text{"Turnaround", "Doorlooptijd"},
		Text{
			"Days from receipt to the first publication, and to the first confirmed result, of released samples.",
			"Dagen van ontvangst tot de eerste vrijgave, en tot de eerste bevestigde uitslag, van vrijgegeven monsters.",
		},
		Text{},
	},
	{
		"found",
		Text{"Found", "Gevonden"},
		Text{
			"Samples in which the substance was found in any amount and role.",
			"Monsters waarin de stof werd gevonden, in welke hoeveelheid en rol ook.",
		},
		Text{"Released samples.", "Vrijgegeven monsters."},
	},
	{
		"co_occurrence",
		Text{"Adulterants together", "Versnijdingen samen"},
		Text{
			"Samples in which both adulterants were found above a trace. One with one of them as a trace, or only indicated, is in no pair.",
			"Monsters waarin beide versnijdingen werden gevonden in meer dan een spoor. Een monster met een van beide als spoor, of alleen als aanwijzing, zit in geen paar.",
		},
		Text{"Samples that contain what was expected.", "Monsters die bevatten wat werd verwacht."},
	},
}

// Methods says how shares and amounts are summarised.
var Methods = []Text{
	{
		"Shares have Wilson's 95 % interval. Means have Student's t interval; the standard deviation has n − 1.",
		"Aandelen hebben het 95 %-interval van Wilson. Gemiddelden hebben het t-interval van Student; de standaarddeviatie heeft n − 1.",
	},
	{
		"Quantiles are of Hyndman and Fan's type 7 (Excel's PERCENTILE.INC).",
		"Kwantielen zijn van type 7 van Hyndman en Fan (PERCENTIEL.INC in Excel).",
	},
	{
		"Means and quantiles are shown from 10 samples on, P5 and P95 from 20; the smallest and the largest amount from one on.",
		"Gemiddelden en kwantielen worden getoond vanaf 10 monsters, P5 en P95 vanaf 20; de kleinste en de grootste waarde vanaf één.",
	},
}
