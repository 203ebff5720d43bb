package server

import (
	"slices"
	"strings"
	"testing"

	"marquis/internal/chart"
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// A chart of adulterants says that it is of what was found above a trace. What never was is named
// and not drawn, and how all samples divide is no bar.
func TestChartOfAdulterantsCountsWhatIsAboveATrace(t *testing.T) {
	texts, err := locale.New("en")
	if err != nil {
		t.Fatal(err)
	}
	half := 50.0
	found := func(name string, n, trace int) statistics.Adulterant {
		share, percent := statistics.Proportion{N: n, Of: 20}, half
		if n == 0 {
			percent = 0
		}
		share.Percent, share.CI95 = &percent, &statistics.Interval{0, 60}
		return statistics.Adulterant{Substance: name, Proportion: share, Lesser: statistics.Lesser{Trace: trace}}
	}
	all := statistics.Proportion{N: 10, Of: 20, Percent: &half, CI95: &statistics.Interval{0, 60}}
	spec, err := statistics.FindTable("adulterants")
	if err != nil {
		t.Fatal(err)
	}
	table, err := spec.Staff(&statistics.Source{Dictionary: &lab.Dictionary{}, Entries: []*statistics.Entry{{
		NoAdulterant: all, OnlyTraces: all, AnyAdulterant: all,
		Adulterants: []statistics.Adulterant{found("caffeine", 10, 0), found("protonitazene", 0, 3)},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	pictures := grid{table, &teller{texts: texts}}.pictures()
	if len(pictures) != 1 || pictures[0].Title != "Adulterants, above a trace" {
		t.Fatalf("the charts are %+v", pictures)
	}
	bars := pictures[0].chart.(chart.Bars)
	labels := make([]string, len(bars.Bars))
	for i, b := range bars.Bars {
		labels[i] = b.Label
	}
	if !slices.Equal(labels, []string{"Caffeine"}) || !strings.Contains(bars.Description, "not drawn: Protonitazene.") {
		t.Errorf("it draws %q and says %q", labels, bars.Description)
	}
}
