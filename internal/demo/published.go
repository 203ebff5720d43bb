package demo

import (
	"slices"

	"marquis/internal/lab"
)

// measure is what a published figure is about.
type measure string

// The measures. Shares are of all registered samples; purity and dose are as base.
const (
	samplesOf  measure = "samples"   // registered samples of the product
	shareOf    measure = "share"     // in percent
	containsOf measure = "contains"  // what was expected, in any amount, in percent
	purityOf   measure = "purity"    // mean of powders, and of crystals, in percent
	doseOf     measure = "dose"      // mean, in mg
	priceOf    measure = "price"     // mean a gram, in euros
	dose100Of  measure = "dose <100" // share of the tablets with less, in percent
	dose150Of  measure = "dose >150" // with more
	dose200Of  measure = "dose >200"
	doseMaxOf  measure = "dose max" // of the strongest tablet, in mg
	doseP25Of  measure = "dose p25" // quartiles, in mg
	doseP75Of  measure = "dose p75"
)

// figure is a published national figure.
type figure struct {
	measure  measure
	product  string
	form     lab.Form // empty for all forms of the product
	year     int
	value    float64
	decimals int // with which it was published
	source   string
}

// Where the figures were published.
const (
	ndmKetamine     = "https://www.nationaledrugmonitor.nl/ketamine-aanbod-en-markt/"
	ndmKetamine2020 = "https://www.nationaledrugmonitor.nl/ketamine-laatste-feiten-en-trends/"
	ndmCocaine      = "https://www.nationaledrugmonitor.nl/cocaine-aanbod-en-markt/"
	ndmNPS          = "https://www.nationaledrugmonitor.nl/nps-kwaliteit/"
	ndmEcstasy      = "https://www.nationaledrugmonitor.nl/ecstasy-aanbod-en-markt/"
	dims2016        = "https://www.trimbos.nl/actueel/nieuws/dims-jaarbericht-2016-verschenen/"
	dims2017        = "https://www.vice.com/nl/article/hoe-staat-het-ervoor-met-de-kwaliteit-van-partydrugs-in-nederland/"
	dims2018        = "DIMS 2018: trimbos.nl; abstract at lisbonaddictions.eu, 2019"
	dims2023        = "https://zorgkrant.nl/anders/18667-verdubbeling-ingeleverde-3-mmc-bij-de-testservices"
	emcdda2018      = "EMCDDA, Country Drug Report 2018, the Netherlands"
	trimbos2020     = "Trimbos-instituut, factsheet ketamine: the check values of 2020"
	nrc2019         = "nrc.nl, 14 February 2019"
	at52017         = "at5.nl, on DIMS 2017"
)

// published are the national figures that the demo data comes out with, to the
// decimals that they were published with. All else is invented.
var published = []figure{
	{shareOf, "ketamine", "", 2016, 2.7, 1, trimbos2020},
	{samplesOf, "ketamine", "", 2017, 404, 0, nrc2019},
	{shareOf, "ketamine", "", 2019, 4.2, 1, trimbos2020},
	{shareOf, "ketamine", "", 2020, 5.2, 1, ndmKetamine2020},
	{shareOf, "ketamine", "", 2022, 2.7, 1, ndmKetamine},
	{containsOf, "ketamine", "", 2020, 89.3, 1, trimbos2020},
	{containsOf, "ketamine", "", 2022, 87.8, 1, ndmKetamine},
	{purityOf, "ketamine", "", 2020, 79.5, 1, trimbos2020},
	{purityOf, "ketamine", "", 2022, 78.7, 1, ndmKetamine},
	{priceOf, "ketamine", "", 2020, 23.80, 2, trimbos2020},

	{shareOf, "ecstasy", lab.Tablet, 2016, 56, 0, dims2016},
	{shareOf, "ecstasy", lab.Tablet, 2019, 60.7, 1, ndmEcstasy},
	{shareOf, "ecstasy", lab.Tablet, 2020, 48.4, 1, ndmEcstasy},
	{shareOf, "ecstasy", lab.Tablet, 2022, 65, 0, ndmEcstasy},
	{shareOf, "ecstasy", lab.Tablet, 2023, 60, 0, dims2023},
	{doseOf, "ecstasy", lab.Tablet, 2016, 156, 0, dims2016},
	{doseOf, "ecstasy", lab.Tablet, 2017, 167, 0, dims2017},
	{doseOf, "ecstasy", lab.Tablet, 2018, 171, 0, dims2018},
	{doseOf, "ecstasy", lab.Tablet, 2022, 136, 0, dims2023},
	{doseOf, "ecstasy", lab.Tablet, 2023, 138, 0, dims2023},
	{dose100Of, "ecstasy", lab.Tablet, 2017, 6, 0, dims2017},
	{dose150Of, "ecstasy", lab.Tablet, 2017, 65, 0, dims2017},
	{doseMaxOf, "ecstasy", lab.Tablet, 2017, 278, 0, dims2017},
	{dose150Of, "ecstasy", lab.Tablet, 2018, 72, 0, dims2018},
	{dose200Of, "ecstasy", lab.Tablet, 2018, 17, 0, dims2018},
	{doseMaxOf, "ecstasy", lab.Tablet, 2018, 296, 0, dims2018},
	{doseP25Of, "ecstasy", lab.Tablet, 2023, 117, 0, dims2023},
	{doseP75Of, "ecstasy", lab.Tablet, 2023, 163, 0, dims2023},

	{shareOf, "cocaine", "", 2018, 11, 0, dims2018},
	{samplesOf, "cocaine", "", 2019, 1334, 0, ndmCocaine},
	{samplesOf, "cocaine", "", 2020, 892, 0, ndmCocaine},
	{samplesOf, "cocaine", "", 2021, 810, 0, ndmCocaine},
	{samplesOf, "cocaine", "", 2022, 905, 0, ndmCocaine},
	{containsOf, "cocaine", "", 2020, 94.2, 1, ndmCocaine},
	{containsOf, "cocaine", "", 2021, 96.9, 1, ndmCocaine},
	{purityOf, "cocaine", "", 2016, 69, 0, emcdda2018},
	{purityOf, "cocaine", "", 2017, 68, 0, at52017},
	{purityOf, "cocaine", "", 2018, 65.4, 1, ndmCocaine},
	{purityOf, "cocaine", "", 2019, 68.9, 1, ndmCocaine},
	{purityOf, "cocaine", "", 2020, 68.9, 1, ndmCocaine},
	{purityOf, "cocaine", "", 2021, 71.3, 1, ndmCocaine},
	{purityOf, "cocaine", "", 2022, 74.3, 1, ndmCocaine},

	{shareOf, "speed", "", 2018, 8, 0, dims2018},
	{shareOf, "4-FA", "", 2018, 4, 0, dims2018},
	{shareOf, "2C-B", "", 2021, 8.5, 1, ndmNPS},
	{shareOf, "2C-B", "", 2022, 5, 0, ndmEcstasy},
	{shareOf, "MDMA", "", 2022, 9, 0, ndmEcstasy},
}

// registered is the number of samples of the country that count as registered, by
// year: of 2018 and 2021 as published, of the others about.
var registered = trend{
	{2013, 9000},
	{2014, 10600},
	{2015, 12000},
	{2016, 11000},
	{2017, 12000},
	{2018, 12634},
	{2019, 18200},
	{2020, 8100},
	{2021, 10302},
	{2022, 18100},
	{2023, 14000},
	{2024, 15000},
}

// uncounted is the part of them that comes on top and counts nowhere: found, from
// the police, from behind the counter, excluded or rejected.
const uncounted = 0.02

// knot is a value in a year.
type knot struct {
	year  int
	value float64
}

// trend is a course over the years, interpolated between its knots.
type trend []knot

// at is the value of a year; before the first and after the last knot it stays.
func (t trend) at(year int) float64 {
	for i, k := range t {
		if year > k.year {
			continue
		}
		if i == 0 || year == k.year {
			return k.value
		}
		before := t[i-1]
		return before.value + (k.value-before.value)*float64(year-before.year)/float64(k.year-before.year)
	}
	return t[len(t)-1].value
}

// always is a trend that never changes.
func always(value float64) trend { return trend{{FirstYear, value}} }

// with puts a knot into the trend, in place of the one of the same year.
func (t trend) with(k knot) trend {
	t = slices.DeleteFunc(slices.Clone(t), func(x knot) bool { return x.year == k.year })
	t = append(t, k)
	slices.SortFunc(t, func(a, b knot) int { return a.year - b.year })
	return t
}

// publish puts the published figures into an invented trend, in place of its own of
// the same years.
func (t trend) publish(m measure, product string, form lab.Form) trend {
	for _, f := range published {
		if f.measure == m && f.product == product && f.form == form {
			t = t.with(knot{f.year, f.value})
		}
	}
	return t
}

// publishedOf is the figure of a year, where one was published.
func publishedOf(m measure, product string, form lab.Form, year int) (figure, bool) {
	i := slices.IndexFunc(published, func(f figure) bool {
		return f.measure == m && f.product == product && f.form == form && f.year == year
	})
	if i < 0 {
		return figure{}, false
	}
	return published[i], true
}
