package lab_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"marquis/internal/lab"
)

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func TestLookupCodeRoundTrip(t *testing.T) {
	seen := map[lab.LookupCode]bool{}
	for range 2000 {
		code := lab.NewLookupCode()
		shown := code.Print()
		if len(shown) != 14 || shown[4] != '-' || shown[9] != '-' {
			t.Fatalf("shown as %q", shown)
		}
		if strings.Trim(strings.ReplaceAll(shown, "-", ""), crockford) != "" {
			t.Fatalf("%q has other symbols", shown)
		}
		if parsed, err := lab.ParseLookupCode(shown); err != nil || parsed != code {
			t.Fatalf("%q was not read back: %v", shown, err)
		}
		if seen[code] {
			t.Fatalf("%q was drawn twice", shown)
		}
		seen[code] = true
	}
}

func TestLookupCodeUsesAllSymbols(t *testing.T) {
	counts := map[rune]int{}
	for range 2000 {
		for _, r := range bare(lab.NewLookupCode())[:11] {
			counts[r]++
		}
	}
	for _, r := range crockford { // 22 000 draws of 32 symbols: 688 of each, give or take 26
		if counts[r] < 500 || counts[r] > 900 {
			t.Errorf("%c was drawn %d times", r, counts[r])
		}
	}
}

func TestLookupCodeForgives(t *testing.T) {
	code := codeWith("01")
	shown := code.Print()
	for name, typed := range map[string]string{
		"as shown":        shown,
		"no dashes":       bare(code),
		"small letters":   strings.ToLower(shown),
		"spaces":          " " + strings.ReplaceAll(shown, "-", " ") + "\r\n",
		"dashes anywhere": strings.Join(strings.Split(bare(code), ""), "-"),
		"en dashes":       strings.ReplaceAll(shown, "-", "\u2013"),
		"hard spaces":     strings.ReplaceAll(shown, "-", "\u00a0"),
		"O for 0":         strings.ReplaceAll(shown, "0", "O"),
		"o for 0":         strings.ReplaceAll(shown, "0", "o"),
		"I for 1":         strings.ReplaceAll(shown, "1", "I"),
		"l for 1":         strings.ReplaceAll(shown, "1", "l"),
		"L for 1":         strings.ReplaceAll(shown, "1", "L"),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := lab.ParseLookupCode(typed); err != nil || got != code {
				t.Errorf("%q was not read as %q: %v", typed, shown, err)
			}
		})
	}
}

// bare returns the twelve symbols.
func bare(c lab.LookupCode) string { return strings.ReplaceAll(c.Print(), "-", "") }

// codeWith draws a code that holds each of the symbols.
func codeWith(symbols string) lab.LookupCode {
	for {
		code := lab.NewLookupCode()
		if strings.Contains(bare(code), symbols[:1]) && strings.Contains(bare(code), symbols[1:]) {
			return code
		}
	}
}

func TestLookupCodeRefuses(t *testing.T) {
	code := bare(lab.NewLookupCode())
	for _, test := range []struct {
		name, typed string
		want        error
	}{
		{"nothing", "", lab.ErrCodeLength},
		{"dashes only", "----", lab.ErrCodeLength},
		{"one too few", code[:11], lab.ErrCodeLength},
		{"one too many", code + "0", lab.ErrCodeLength},
		{"100 000 symbols", strings.Repeat(code, 8333), lab.ErrCodeLength},
		{"U", "U" + code[1:], lab.ErrCodeSymbol},
		{"a dot", code[:11] + ".", lab.ErrCodeSymbol},
		{"an accent", "é" + code[1:], lab.ErrCodeSymbol},
		{"full width", "Ａ" + code[1:], lab.ErrCodeSymbol},
		{"Arabic digits", "٠" + code[1:], lab.ErrCodeSymbol},
		{"a zero byte", code + "\x00", lab.ErrCodeSymbol},
		{"invalid UTF-8", code[:11] + "\xff", lab.ErrCodeSymbol},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := lab.ParseLookupCode(test.typed)
			if !errors.Is(err, test.want) || got != (lab.LookupCode{}) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

// TestLookupCodeDetectsEverySingleError tries all other symbols at all places.
func TestLookupCodeDetectsEverySingleError(t *testing.T) {
	for range 50 {
		code := bare(lab.NewLookupCode())
		for at := range code {
			for _, wrong := range crockford {
				typed := code[:at] + string(wrong) + code[at+1:]
				if _, err := lab.ParseLookupCode(typed); typed != code && !errors.Is(err, lab.ErrCodeCheck) {
					t.Fatalf("%s for %s: %v", typed, code, err)
				}
			}
		}
	}
}

// TestLookupCodeDetectsEveryExchange tries all pairs of places, not only adjacent ones.
func TestLookupCodeDetectsEveryExchange(t *testing.T) {
	for range 500 {
		code := bare(lab.NewLookupCode())
		for i := range code {
			for j := range code[:i] {
				typed := []byte(code)
				typed[i], typed[j] = typed[j], typed[i]
				if _, err := lab.ParseLookupCode(string(typed)); string(typed) != code && !errors.Is(err, lab.ErrCodeCheck) {
					t.Fatalf("%s for %s: %v", typed, code, err)
				}
			}
		}
	}
}

func TestLookupCodeIsNeverPrinted(t *testing.T) {
	code := lab.NewLookupCode()
	type slip struct {
		Code lab.LookupCode
		Page int
	}
	whole := slip{Code: code, Page: 1}
	printed := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%10.3s", "%T %[1]v", "%!"} {
		printed["code by "+verb] = fmt.Sprintf(verb, code)
		printed["struct by "+verb] = fmt.Sprintf(verb, whole)
		printed["pointer by "+verb] = fmt.Sprintf(verb, &whole)
		printed["list by "+verb] = fmt.Sprintf(verb, []lab.LookupCode{code})
		printed["map by "+verb] = fmt.Sprintf(verb, map[lab.LookupCode]int{code: 1})
	}
	printed["error"] = fmt.Errorf("cannot open %v: %w", code, lab.ErrNotFound).Error()
	for name, value := range map[string]any{"code": code, "struct": whole, "map": map[lab.LookupCode]int{code: 1}} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		printed[name+" as JSON"] = string(text)
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", value)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "value", value)
		printed[name+" in a log"] = log.String()
	}
	for how, text := range printed {
		for _, leak := range []string{bare(code)[:4], bare(code)[8:], fmt.Sprintf("%x", bare(code)), fmt.Sprintf("%X", bare(code))} {
			if strings.Contains(text, leak) {
				t.Errorf("%s: %s", how, text)
			}
		}
	}
}

func TestLookupCodeHash(t *testing.T) {
	code, other := lab.NewLookupCode(), lab.NewLookupCode()
	january, february := []byte("january's key"), []byte("february's key")
	if len(code.Hash(january)) != 32 || !bytes.Equal(code.Hash(january), code.Hash(january)) {
		t.Error("the hash of one code under one key is not one of 256 bits")
	}
	if bytes.Equal(code.Hash(january), code.Hash(february)) {
		t.Error("two keys give one hash")
	}
	if bytes.Equal(code.Hash(january), other.Hash(january)) {
		t.Error("two codes give one hash")
	}
	// Computed independently: HMAC-SHA-256 of the twelve symbols.
	fixed, err := lab.ParseLookupCode("ABCD-EFGH-JKMC")
	if got := fmt.Sprintf("%x", fixed.Hash([]byte("key"))); err != nil || got != wantHash {
		t.Errorf("got %s, %v", got, err)
	}
}

const wantHash = "ce82714dac33e308db7420f7c26d1a430c5c16d4f9c39ce4e2fc32cc9a9122b5"

func FuzzParseLookupCode(f *testing.F) {
	for _, seed := range []string{"", "0000-0000-0000", "oooo oooo oooo", "ILIL-ILIL-ILIL", "UUUU-UUUU-UUUU", "\xff\x00", "ſ\u212aı"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, err := lab.ParseLookupCode(typed)
		if err != nil {
			if code != (lab.LookupCode{}) {
				t.Fatalf("%q gave an error and a code", typed)
			}
			return
		}
		again, err := lab.ParseLookupCode(code.Print())
		if err != nil || again != code {
			t.Fatalf("%q was read as %q, and that not at all: %v", typed, code.Print(), err)
		}
	})
}

func TestCodesWorkForWholeMonths(t *testing.T) {
	for _, c := range []struct {
		today  lab.Date
		months int
		want   lab.Date
	}{
		{2026_11_21, 3, 2026_08_01},
		{2026_11_01, 1, 2026_10_01},
		{2026_03_31, 1, 2026_02_01},
		{2026_02_28, 3, 2025_11_01},
		{2026_01_01, 120, 2016_01_01},
		{2026_11_21, 0, 2026_11_01},
	} {
		if got := lab.CodesSince(c.today, c.months); got != c.want {
			t.Errorf("on %s, for %d months: since %s, want %s", c.today, c.months, got, c.want)
		}
	}
}
