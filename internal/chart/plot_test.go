package chart

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestTicks(t *testing.T) {
	tests := []struct {
		max      float64
		want     []float64
		decimals int
	}{
		{100, []float64{0, 20, 40, 60, 80, 100}, 0},
		{101, []float64{0, 50, 100, 150}, 0},
		{5.2, []float64{0, 2, 4, 6}, 0},
		{1, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}, 1},
		{0.3, []float64{0, 0.1, 0.2, 0.3}, 1},
		{0.02, []float64{0, 0.005, 0.01, 0.015, 0.02}, 3},
		{232, []float64{0, 50, 100, 150, 200, 250}, 0},
		{18102, []float64{0, 5000, 10000, 15000, 20000}, 0},
		{0, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}, 1},
	}
	for _, tt := range tests {
		got, decimals := ticks(tt.max, 5)
		if !slices.Equal(got, tt.want) || decimals != tt.decimals {
			t.Errorf("ticks(%v) = %v with %d decimals, want %v with %d", tt.max, got, decimals, tt.want, tt.decimals)
		}
	}
}

func TestTicksReachTheHighestValueInFewSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top := math.Pow(10, rapid.Float64Range(-11, 15).Draw(t, "power of ten"))
		most := rapid.IntRange(1, 12).Draw(t, "most")
		got, decimals := ticks(top, most)
		last := got[len(got)-1]
		if got[0] != 0 || len(got) < 2 || len(got) > most+1 || last < top*(1-1e-8) || !slices.IsSorted(got) {
			t.Errorf("ticks(%v, %d) = %v", top, most, got)
		}
		if shown := math.Round(got[1]*math.Pow10(decimals)) / math.Pow10(decimals); math.Abs(shown-got[1]) > got[1]*1e-9 {
			t.Errorf("%d decimals do not show a step of %v", decimals, got[1])
		}
	})
}

func TestSpreadKeepsOrderAndDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var blocks []block
		sum := 0.0
		for range rapid.IntRange(1, 8).Draw(t, "blocks") {
			b := block{rapid.Float64Range(0, 300).Draw(t, "centre"), rapid.Float64Range(10, 40).Draw(t, "height")}
			blocks = append(blocks, b)
			sum += b.height
		}
		slices.SortFunc(blocks, func(a, b block) int { return int(a.centre*1e6 - b.centre*1e6) })
		before := slices.Clone(blocks)
		high := math.Max(sum, 300)
		spread(blocks, 0, high)
		edge := 0.0
		for i, b := range blocks {
			if b.height != before[i].height || b.centre-b.height/2 < edge-1e-6 {
				t.Errorf("block %d of %v overlaps or changed: %v", i, before, blocks)
			}
			edge = b.centre + b.height/2
		}
		if edge > high+1e-6 {
			t.Errorf("%v leaves the room up to %v", blocks, high)
		}
	})
}

func TestWrap(t *testing.T) {
	tests := []struct {
		text  string
		width float64
		most  int
		want  []string
		whole bool
	}{
		{"", 100, 2, nil, true},
		{"ketamine", 100, 2, []string{"ketamine"}, true},
		{"powder and crystal", 60, 3, []string{"powder", "and", "crystal"}, true},
		{"powder and crystal", 200, 3, []string{"powder and crystal"}, true},
		{"powder and crystal", 60, 1, []string{"powde…"}, false},
		{"n\u00a0=\u00a07", 25, 3, []string{"n…"}, false}, // no-break spaces hold together
		{"a\tb\nc\x00\x1b", 100, 1, []string{"a b c"}, true},
		{"\xff\xfe", 100, 1, nil, true},
	}
	for _, tt := range tests {
		got, whole := wrap(tt.text, tt.width, tt.most)
		if !slices.Equal(got, tt.want) || whole != tt.whole {
			t.Errorf("wrap(%q, %v, %d) = %q, %v; want %q, %v", tt.text, tt.width, tt.most, got, whole, tt.want, tt.whole)
		}
	}
}

func TestWrappedLinesFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, w := label().Draw(t, "text"), rapid.Float64Range(20, 300).Draw(t, "width")
		most := rapid.IntRange(1, 4).Draw(t, "most")
		lines, _ := wrap(text, w, most)
		if len(lines) > most {
			t.Errorf("%d lines of at most %d", len(lines), most)
		}
		for _, line := range lines {
			if textWidth(line) > w {
				t.Errorf("%q is wider than %v", line, w)
			}
		}
	})
}
