package demo

import "marquis/internal/lab"

// goods is what is sold as one product. Shares and rates are in percent.
type goods struct {
	product string
	form    lab.Form // where its published figures are of this form alone
	share   trend    // of registered samples
	fills   bool     // its share is a weight, by which the goods that fill share what is left
	soldAs  []string // what visitors call it
	lots    []lot
}

// lot is a part of the goods that is alike: of one unit, price and content.
type lot struct {
	portion    float64 // of the goods
	forms      []lab.Form
	looks      look
	recognised trend // tablets that are found on the list
	contains   trend // of the samples that are identified
	holds      []ingredient
	cuts       []cut
	instead    []string    // what is in it where it is not what it should be; empty for nothing at all
	price      trend       // mean a gram, millilitre or piece, in euros
	heldBack   trend       // not analysed, for want of capacity
	colours    []lab.Codes // where they are not those of the form
}

// ingredient is an expected substance. Mean and shape are as base: in percent, or in
// milligrams a piece or millilitre. Without them the amount follows from the substance.
type ingredient struct {
	substance string
	mean      trend
	shape     shape
}

// cut is what is mixed in: the share of samples that hold it of those that are what
// they should be, and from how much to how much, in percent or milligrams a piece.
type cut struct {
	substance string
	rate      trend
	low, high float64
}

// look is how the pieces of a lot look.
type look int

const (
	plain    look = iota
	stamped       // tablets of illegal makers: coloured, with a logo
	medicine      // white tablets with a break line
)

// Forms, where one that stands several times is as often more common.
var (
	powders  = []lab.Form{lab.Powder}
	crystals = []lab.Form{lab.Crystal}
	chunks   = []lab.Form{lab.Powder, lab.Powder, lab.Powder, lab.Crystal}
	tablets  = []lab.Form{lab.Tablet}
	capsules = []lab.Form{lab.Capsule}
	blotters = []lab.Form{lab.Blotter}
	liquids  = []lab.Form{lab.Liquid}
)

// Rates that are common to many goods.
var (
	usually = always(94)
	mostly  = always(88)
)

// simple is a lot of one substance without published figures.
func simple(portion float64, forms []lab.Form, contains, price trend, substance string, instead ...string) lot {
	return lot{
		portion: portion, forms: forms, contains: contains, price: price,
		holds: []ingredient{{substance: substance}}, instead: instead,
	}
}

// rare is a product of which few samples come in, all in one lot.
func rare(product string, share trend, l lot, soldAs ...string) goods {
	l.portion = 1
	return goods{product: product, share: share, fills: true, soldAs: soldAs, lots: []lot{l}}
}

// pills makes a lot tablets as a pharmacy sells them, or as somebody copies them.
func pills(l lot) lot {
	l.looks, l.recognised = medicine, always(12)
	return l
}

// market is what is sold. Its figures are invented, but where published ones stand
// in their place; some follow what was published in words or for one service.
var market = []goods{
	{
		product: "ecstasy", form: lab.Tablet, share: trend{{2013, 55}, {2015, 60}, {2017, 58}, {2018, 56}, {2021, 53}, {2024, 59}},
		soldAs: []string{"xtc", "pil", "ecstasy", "pilletje", "XTC pil"},
		lots: []lot{{
			portion: 1, forms: tablets, looks: stamped, contains: trend{{2013, 93}, {2018, 95}, {2024, 94}},
			recognised: trend{{2013, 60}, {2015, 58}, {2017, 75}, {2019, 66}, {2020, 62}, {2022, 54}, {2024, 57}},
			holds: []ingredient{{
				"MDMA", trend{{2013, 135}, {2014, 142}, {2015, 149}, {2019, 169}, {2020, 163}, {2021, 150}, {2024, 141}}, nil,
			}},
			cuts: []cut{
				{"caffeine", always(2.5), 10, 60},
				{"MDA", always(1.5), 3, 40},
				{"amphetamine", always(0.9), 2, 20},
				{"lactose", always(1), 60, 150},
				{"N-formyl-MDMA", always(0.6), 0.5, 2},
				{"PMMA", trend{{2013, 0.3}, {2016, 0.05}}, 10, 40},
			},
			instead: []string{"2C-B", "2C-B", "caffeine", "amphetamine", "4-FA", "mCPP", "MDA", "ketamine", "", "3-MMC", "PMMA"},
			price:   trend{{2013, 3.8}, {2019, 3.3}, {2024, 3.6}}, heldBack: trend{{2018, 0.3}, {2019, 3}, {2020, 0.3}, {2022, 1}, {2024, 0.3}},
		}},
	},
	{
		product: "ecstasy", form: lab.Capsule, share: always(0.3), soldAs: []string{"xtc capsule", "MDMA capsule"},
		lots: []lot{{
			portion: 1, forms: capsules, contains: usually, price: always(6), holds: []ingredient{{substance: "MDMA"}},
			instead: []string{"caffeine", "amphetamine", "methylone", ""},
		}},
	},
	{
		product: "MDMA", share: trend{{2013, 6}, {2016, 6.5}, {2018, 6}, {2019, 7}, {2020, 8.5}, {2021, 9.5}, {2023, 8}, {2024, 7.5}},
		soldAs: []string{"mdma", "MD", "emma", "kristallen", "MDMA kristal"},
		lots: []lot{{
			portion: 1, forms: []lab.Form{lab.Crystal, lab.Crystal, lab.Powder}, contains: always(95),
			holds: []ingredient{{"MDMA", trend{{2013, 74}, {2019, 78}, {2024, 77}}, shape{{0, 18}, {0.05, 58}, {1, 83.6}}}},
			cuts: []cut{
				{"caffeine", always(1), 3, 30}, {"N,N-dimethyl-MDA", always(1.5), 0.3, 2}, {"dimethyl sulfone", always(0.7), 5, 40}, {"MDA", always(0.5), 1, 10},
			},
			instead: []string{"methylone", "4-MMC", "amphetamine", "caffeine", "ketamine", "4-FA", "3-CMC", ""},
			price:   trend{{2013, 24}, {2019, 18}, {2024, 16}},
		}},
	},
	{
		product: "cocaine", share: trend{{2013, 8}, {2016, 9}, {2017, 10}, {2023, 5.5}, {2024, 6}},
		soldAs: []string{"coke", "coca", "sos", "cocaïne", "wit", "sosa"},
		lots: []lot{{
			portion: 1, forms: []lab.Form{lab.Powder, lab.Powder, lab.Powder, lab.Powder, lab.Powder, lab.Powder, lab.Powder, lab.Powder, lab.Powder, lab.Rock},
			contains: trend{{2013, 93}, {2018, 95}, {2022, 97}, {2024, 97}},
			holds:    []ingredient{{"cocaine", trend{{2013, 60}, {2015, 67}, {2024, 76}}, shape{{0, 2}, {1, 89}}}},
			cuts: []cut{
				{"levamisole", trend{{2013, 62}, {2015, 52}, {2017, 41}, {2018, 35}, {2020, 21}, {2022, 10}, {2024, 7}}, 0.7, 16},
				{"phenacetin", trend{{2013, 13}, {2018, 8}, {2024, 4}}, 1, 38},
				{"caffeine", trend{{2013, 9}, {2024, 6}}, 0.8, 25},
				{"lidocaine", always(5), 1, 25},
				{"procaine", always(2), 1, 30},
				{"hydroxyzine", trend{{2013, 3}, {2024, 0.7}}, 0.5, 6},
				{"benzoylecgonine", always(3), 0.3, 3},
				{"mannitol", always(4), 5, 40},
				{"paracetamol", always(1), 2, 30},
			},
			instead:  []string{"caffeine", "lidocaine", "phenacetin", "amphetamine", "3-MMC", "ketamine", "4-CMC", "", "mannitol"},
			price:    trend{{2013, 52}, {2019, 51}, {2024, 50}},
			heldBack: trend{{2020, 0.4}, {2021, 13}, {2022, 14}, {2023, 0.5}},
		}},
	},
	{
		product: "speed", share: trend{{2013, 11}, {2016, 9.5}, {2019, 7}, {2020, 8}, {2021, 6.5}, {2022, 4.5}, {2024, 5}},
		soldAs: []string{"speed", "snelle", "pep", "sjoeperke", "speedpasta"},
		lots: []lot{{
			portion: 1, forms: []lab.Form{lab.Powder, lab.Powder, lab.Paste}, contains: always(96),
			holds: []ingredient{{"amphetamine", trend{{2013, 37}, {2016, 44}, {2018, 48}, {2024, 52}}, shape{{0, 1.5}, {1, 73}}}},
			cuts: []cut{
				{"caffeine", trend{{2013, 62}, {2019, 50}, {2024, 44}}, 3, 55},
				{"creatine", always(6), 5, 50},
				{"N-formylamphetamine", always(4), 0.3, 3},
				{"4-methyl-5-phenylpyrimidine", always(3), 0.3, 2},
				{"methamphetamine", always(0.8), 0.5, 8},
				{"lactose", always(4), 5, 50},
			},
			instead: []string{"caffeine", "caffeine", "4-FA", "methamphetamine", "3-MMC", "cocaine", ""},
			price:   trend{{2013, 8}, {2024, 9}},
		}},
	},
	{
		product: "ketamine", share: trend{{2013, 2}, {2015, 2.5}, {2018, 3.9}, {2021, 4.6}, {2023, 3}, {2024, 3.4}},
		soldAs: []string{"keta", "ket", "ketamine", "k", "ketje", "special k"},
		lots: []lot{{
			portion: 1, forms: chunks, contains: trend{{2013, 82}, {2016, 85}, {2019, 88.5}, {2021, 89.6}, {2024, 89}},
			holds: []ingredient{{"ketamine", trend{{2013, 76.8}, {2016, 77.6}, {2019, 79}, {2021, 79.9}, {2024, 79.2}}, shape{{0, 20}, {0.06, 66}, {1, 86.6}}}},
			cuts: []cut{
				{"levamisole", trend{{2018, 0}, {2019, 1.9}, {2020, 3.1}, {2022, 3.6}, {2024, 4.4}}, 20, 45},
				{"caffeine", always(2.6), 3, 22},
				{"norketamine", always(1), 0.3, 2},
				{"lidocaine", always(0.5), 2, 15},
				{"mannitol", always(1), 5, 30},
			},
			instead: []string{
				"2-fluoro-deschloroketamine", "2-fluoro-deschloroketamine", "cocaine", "amphetamine", "caffeine", "3-MMC", "", "",
				"methoxetamine", "deschloroketamine", "paracetamol", "MDMA", "4-FA",
			},
			price: trend{{2013, 24.6}, {2018, 24.8}, {2019, 24.2}, {2021, 23.9}, {2024, 23.4}},
		}},
	},
	{
		product: "2C-B", share: trend{{2013, 1.2}, {2016, 2}, {2018, 2.6}, {2019, 3.2}, {2020, 6}, {2023, 4.5}},
		soldAs: []string{"2cb", "2C-B", "twee-c-b", "nexus"},
		lots: []lot{
			{
				portion: 0.93, forms: tablets, looks: stamped, recognised: always(32), contains: always(93),
				holds: []ingredient{{"2C-B", trend{{2013, 12}, {2024, 14}}, shape{{0, 2}, {0.1, 7}, {1, 29}}}},
				cuts:  []cut{{"caffeine", always(1.5), 5, 40}, {"2C-H", always(1), 0.2, 1}, {"lactose", always(1), 60, 150}},
				instead: []string{
					"MDMA", "MDMA", "4-FA", "25B-NBOMe", "mCPP", "caffeine", "2C-E", "DOB", "", "2C-D",
				},
				price: trend{{2013, 6}, {2024, 4.5}},
			},
			simple(0.05, powders, mostly, always(65), "2C-B", "2C-E", "MDMA", "ketamine", ""),
			simple(0.02, capsules, mostly, always(6), "2C-B", "MDMA", "2C-D", ""),
		},
	},
	{
		product: "4-FA", share: trend{{2013, 3}, {2015, 6}, {2016, 6}, {2017, 5}, {2019, 2}, {2020, 1.5}, {2021, 0.8}, {2022, 0.4}, {2024, 0.2}},
		soldAs: []string{"4fa", "4-FMP", "4-fluor", "vier fa"},
		lots: []lot{
			simple(0.6, powders, usually, always(15), "4-FA", "amphetamine", "caffeine", "4-FMA", "2-FA", ""),
			{
				portion: 0.4, forms: tablets, looks: stamped, recognised: always(35), contains: usually, price: always(4),
				holds: []ingredient{{substance: "4-FA"}}, instead: []string{"MDMA", "caffeine", "4-FMA"}, cuts: []cut{{"caffeine", always(3), 5, 40}},
			},
		},
	},
	{
		product: "3-MMC", share: trend{{2013, 0.3}, {2016, 0.5}, {2018, 0.7}, {2019, 0.8}, {2020, 1.6}, {2021, 1.7}, {2022, 1.6}, {2023, 4.3}, {2024, 4}},
		soldAs: []string{"3mmc", "poes", "miauw", "drie", "3-MMC"},
		lots: []lot{{
			portion: 1, forms: chunks, contains: trend{{2013, 84}, {2019, 90}, {2021, 82}, {2022, 58}, {2023, 33}, {2024, 38}},
			holds:   []ingredient{{"3-MMC", always(70), shape{{0, 10}, {0.05, 50}, {1, 82}}}},
			cuts:    []cut{{"caffeine", always(2), 2, 20}, {"4-CMC", trend{{2021, 0.5}, {2023, 5}}, 1, 15}},
			instead: []string{"3-CMC", "3-CMC", "3-CMC", "2-MMC", "2-MMC", "4-CMC", "4-CMC", "4-MMC", "N-ethylhexedrone", "caffeine"},
			price:   trend{{2013, 16}, {2021, 15}, {2024, 17}},
		}},
	},
	{
		product: "4-MMC", share: trend{{2013, 1}, {2016, 1.4}, {2018, 1.5}, {2020, 1.3}, {2022, 0.5}, {2023, 0.3}},
		soldAs: []string{"4mmc", "mef", "mephedrone", "miauw miauw"},
		lots:   []lot{simple(1, chunks, trend{{2013, 80}, {2020, 72}, {2024, 60}}, always(22), "4-MMC", "3-MMC", "3-MMC", "4-CMC", "4-MEC", "caffeine", "")},
	},
	{
		product: "LSD", share: always(2.2), fills: true, soldAs: []string{"trip", "lsd", "papertrip", "zegel"},
		lots: []lot{
			simple(0.85, blotters, usually, always(8), "LSD", "1P-LSD", "25I-NBOMe", "DOB", "DOC", "", ""),
			simple(0.15, liquids, always(90), always(75), "LSD", "1P-LSD", "", ""),
		},
	},
	rare("GHB", always(0.9), simple(1, liquids, always(93), always(0.3), "GHB", "GBL", "1,4-butanediol", ""), "g", "ghb", "buisje"),
	rare("GBL", always(0.2), simple(1, liquids, usually, always(0.25), "GBL", "GHB", "1,4-butanediol"), "gbl"),
	rare("2C-E", always(0.15), simple(1, powders, mostly, always(70), "2C-E", "2C-B", ""), "2ce"),
	rare("methamphetamine", trend{{2013, 0.3}, {2024, 0.6}}, simple(1, crystals, always(95), always(85), "methamphetamine", "dimethyl sulfone", "N-isopropylbenzylamine"), "tina", "crystal meth", "meth"),
	rare("DMT", always(0.45), simple(1, []lab.Form{lab.Powder, lab.Crystal, lab.Paste}, usually, always(65), "DMT", "5-MeO-DMT", ""), "dmt"),
	rare("tucibi", trend{{2016, 0}, {2018, 0.1}, {2021, 0.4}, {2024, 1.6}}, lot{
		forms: powders, contains: always(68), price: always(62),
		holds:   []ingredient{{"ketamine", always(36), shape{{0, 4}, {1, 60}}}, {"MDMA", always(8), shape{{0, 0.6}, {1, 22}}}},
		cuts:    []cut{{"caffeine", always(55), 3, 30}, {"lidocaine", always(4), 1, 8}, {"levamisole", always(3), 1, 6}},
		instead: []string{"ketamine", "ketamine", "MDMA", "cocaine", "2C-B", "caffeine"}, colours: []lab.Codes{{"pink"}},
	}, "tuci", "roze coke", "tusibi"),
	rare("6-APB", always(0.3), simple(1, powders, mostly, always(28), "6-APB", "5-APB", "5-MAPB", ""), "6apb", "benzo fury"),
	rare("alprazolam", trend{{2013, 0.15}, {2018, 0.3}, {2024, 0.5}}, pills(simple(1, tablets, always(70), always(2.5), "alprazolam", "bromazolam", "etizolam", "flualprazolam", "protonitazene")), "xanax", "bars"),
	rare("diazepam", always(0.3), pills(simple(1, tablets, always(84), always(1), "diazepam", "bromazolam", "etizolam", "flubromazepam", "")), "diazepam", "valium", "pammetje"),
	rare("oxycodone", trend{{2013, 0.05}, {2019, 0.15}, {2024, 0.45}}, pills(simple(1, tablets, always(75), always(3), "oxycodone", "protonitazene", "metonitazene", "paracetamol")), "oxy", "oxycodon"),
	rare("mushrooms", always(0.2), lot{
		forms: []lab.Form{lab.Plant}, contains: always(92), price: always(6), instead: []string{""},
		holds: []ingredient{{"psilocybin", nil, shape{{0, 0.05}, {1, 1.6}}}}, cuts: []cut{{"psilocin", always(70), 0.02, 0.5}},
	}, "paddo's", "truffels"),
	rare("heroin", always(0.3), lot{
		forms: powders, contains: usually, price: trend{{2013, 36}, {2024, 28}}, instead: []string{"paracetamol", "caffeine", "methadone", "morphine"},
		colours: []lab.Codes{{"brown"}, {"brown"}, {"beige"}},
		holds:   []ingredient{{"heroin", always(42), shape{{0, 3}, {1, 78}}}},
		cuts: []cut{
			{"caffeine", always(62), 3, 35},
			{"paracetamol", always(55), 3, 35},
			{"6-MAM", always(80), 0.5, 7},
			{"noscapine", always(60), 0.5, 8},
			{"papaverine", always(40), 0.3, 4},
			{"acetylcodeine", always(50), 0.4, 5},
			{"morphine", always(12), 0.3, 3},
		},
	}, "bruin", "heroïne", "bruine"),
	rare("crack", always(0.2), simple(1, []lab.Form{lab.Rock}, usually, always(55), "cocaine", "levamisole", "phenacetin", "caffeine"), "gekookte", "basecoke"),
	rare("3-CMC", trend{{2018, 0}, {2021, 0.6}, {2024, 1.1}}, simple(1, chunks, mostly, always(12), "3-CMC", "4-CMC", "3-MMC"), "3cmc"),
	rare("4-CMC", trend{{2014, 0}, {2018, 0.2}, {2024, 0.3}}, simple(1, chunks, mostly, always(11), "4-CMC", "3-CMC", "4-MMC"), "4cmc", "clephedrone"),
	rare("2-MMC", trend{{2020, 0}, {2022, 0.4}, {2024, 0.7}}, simple(1, powders, mostly, always(15), "2-MMC", "3-MMC", "3-CMC"), "2mmc"),
	rare("2-FDCK", trend{{2015, 0}, {2019, 0.25}, {2024, 0.2}}, simple(1, chunks, usually, always(19), "2-fluoro-deschloroketamine", "ketamine", "deschloroketamine"), "2fdck"),
	rare("methoxetamine", trend{{2013, 0.5}, {2016, 0.1}, {2024, 0.04}}, simple(1, powders, mostly, always(26), "methoxetamine", "ketamine", ""), "mxe"),
	rare("MDA", always(0.15), simple(1, powders, always(82), always(26), "MDA", "MDMA", "6-APB"), "mda", "sass"),
	rare("5-MeO-DMT", trend{{2013, 0.03}, {2024, 0.2}}, simple(1, powders, usually, always(90), "5-MeO-DMT", "DMT"), "5-meo"),
	rare("1P-LSD", trend{{2014, 0}, {2017, 0.3}, {2024, 0.15}}, simple(1, blotters, usually, always(6), "1P-LSD", "LSD", ""), "1p"),
	rare("mescaline", always(0.1), simple(1, powders, mostly, always(45), "mescaline", "2C-E", ""), "mescaline"),
	rare("methylphenidate", always(0.2), pills(simple(1, tablets, usually, always(1.5), "methylphenidate", "caffeine", "")), "ritalin", "rita"),
	rare("dexamphetamine", always(0.2), pills(simple(1, tablets, usually, always(1.5), "amphetamine", "caffeine")), "dex", "dexamfetamine"),
	rare("erection pill", always(0.12), pills(simple(1, tablets, mostly, always(3), "sildenafil", "tadalafil", "")), "kamagra", "erectiepil"),
	rare("unknown", always(1.3), lot{
		forms: []lab.Form{lab.Powder, lab.Powder, lab.Crystal, lab.Tablet, lab.Liquid, lab.OtherForm}, price: always(15), contains: always(0),
		instead: []string{
			"MDMA", "ketamine", "amphetamine", "cocaine", "caffeine", "3-MMC", "lactose", "paracetamol", "", "2C-B", "4-FA", "GHB", "sodium chloride", "DMT",
		},
	}, "onbekend", "gevonden", "?"),
}

// doses is how much a piece usually holds, in milligrams from low to high, where it
// is not said otherwise.
var doses = map[string][2]float64{
	"MDMA": {70, 180}, "MDA": {30, 90}, "2C-B": {8, 22}, "2C-E": {6, 18}, "2C-D": {10, 30}, "amphetamine": {5, 25}, "methamphetamine": {5, 25},
	"4-FA": {70, 140}, "4-FMA": {50, 120}, "2-FA": {20, 60}, "mCPP": {20, 60}, "PMMA": {30, 90}, "caffeine": {30, 150}, "ketamine": {20, 90}, "3-MMC": {60, 140},
	"methylone": {80, 160}, "25B-NBOMe": {0.3, 1.2}, "25I-NBOMe": {0.3, 1.2}, "DOB": {0.8, 3}, "DOC": {0.8, 4}, "LSD": {0.04, 0.18}, "1P-LSD": {0.05, 0.15},
	"alprazolam": {0.4, 2.2}, "diazepam": {4, 11}, "bromazolam": {0.7, 4}, "etizolam": {0.7, 3}, "flualprazolam": {0.3, 1.5}, "flubromazepam": {3, 9},
	"oxycodone": {8, 75}, "protonitazene": {0.4, 3}, "metonitazene": {0.4, 4}, "paracetamol": {80, 450}, "methylphenidate": {7, 32}, "sildenafil": {20, 95}, "tadalafil": {8, 38},
	"lactose": {80, 200}, "sodium chloride": {50, 150}, "GHB": {200, 700}, "DMT": {20, 60}, "cocaine": {20, 80},
}

// strengths is how much a millilitre holds, in milligrams.
var strengths = map[string][2]float64{
	"GHB": {320, 640}, "GBL": {950, 1120}, "1,4-butanediol": {700, 1010}, "LSD": {0.6, 2.2}, "1P-LSD": {0.7, 2}, "caffeine": {1, 15},
}
