package server_test

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/labtest"
	"marquis/internal/server"
)

// drawing draws results by the embedded dictionary.
type drawing struct {
	web     *server.Server
	words   *lab.Dictionary
	file    *lab.File
	service lab.Service
	reader  map[string]*reader
}

func newDrawing(t *testing.T) *drawing {
	t.Helper()
	x := newSite(t, "sqlite")
	d := &drawing{web: x.web, words: labtest.Bench(t), service: lab.Service{Code: "UTR", Name: "Service UTR", Terms: lab.Terms{Address: "Stationsplein 1", Phone: "030 123 45 67"}}, reader: map[string]*reader{}}
	x.web.AddResult("/drawn", func() (*lab.Dictionary, *lab.File, *lab.Service) { return d.words, d.file, &d.service })
	for _, lang := range []string{"en", "nl"} {
		d.reader[lang] = x.visitor(t)
		d.reader[lang].lang = lang
	}
	return d
}

// release adds the next version of what a file says.
func (d *drawing) release(t *testing.T, f *lab.File) {
	t.Helper()
	p, err := d.words.Publish(f, lab.Because("en", "a reason"))
	noError(t, err)
	p.PublishedOn = 2024_06_07
	f.Publications = append(f.Publications, *p)
	d.file = f
}

func (d *drawing) draw(t *testing.T, lang string) page {
	t.Helper()
	return d.reader[lang].get("/drawn").want(t, http.StatusOK)
}

var firstHeading = regexp.MustCompile(`<h1>(.*?)</h1>`)

// TestWholeResultsAreHeadedAsWritten: the heading of each whole result, and its first
// substance, in both languages.
func TestWholeResultsAreHeadedAsWritten(t *testing.T) {
	d := newDrawing(t)
	for _, right := range labtest.Wholes(t) {
		t.Run(right.Name, func(t *testing.T) {
			d.release(t, right.File(t, d.words))
			for lang, want := range map[string]string{"en": right.EN, "nl": right.NL} {
				drawn := d.draw(t, lang)
				if got := firstHeading.FindStringSubmatch(drawn.body); len(got) != 2 || html.UnescapeString(got[1]) != want {
					t.Errorf("%s: %q, want %q", lang, got, want)
				}
				wantNoClaim(t, drawn.body)
			}
			told := map[string]string{"serious": "Serious", "caution": "Take care", "note": "Please note"}[right.Attention]
			en := d.draw(t, "en")
			if right.Attention == "-" && regexp.MustCompile(`is-(serious|caution|note)`).MatchString(en.body) {
				t.Error("attention is stated")
			}
			if told != "" && !strings.Contains(en.body, `<span class="tag is-`+right.Attention+`">`+told) {
				t.Errorf("%s is not stated", told)
			}
			if !strings.Contains(en.body, "A test cannot show that something is harmless.") {
				t.Error("it is not said that a test cannot show that something is harmless")
			}
		})
	}
}

// TestAResultReadsTheSameWhateverWasDrawnBefore: parts that many results share are drawn once.
func TestAResultReadsTheSameWhateverWasDrawnBefore(t *testing.T) {
	d := newDrawing(t)
	var files []*lab.File
	for _, right := range labtest.Wholes(t) {
		d.release(t, right.File(t, d.words))
		said := *d.file.Latest()
		files = append(files, d.file)
		withdrawn := *d.file
		withdrawn.Publications = append(slices.Clone(d.file.Publications), lab.Publication{Version: said.Version + 1, Kind: lab.WithdrawnResult, PublishedOn: said.PublishedOn})
		files = append(files, &withdrawn)
		for _, change := range []func(r *lab.Result){
			func(r *lab.Result) { r.CouldNotTell = r.Methods[:1] },
			func(r *lab.Result) {
				r.LeftOut = []lab.LeftOut{{MethodID: r.Methods[0], SubstanceID: 1, Why: lab.LeftReported}}
			},
			func(r *lab.Result) { r.Methods = r.Methods[:1] },
		} {
			other, p := *d.file, said
			change(&p.Result)
			other.Publications = []lab.Publication{p}
			files = append(files, &other)
		}
	}
	shared := map[string]string{}
	of := func(i int, lang string) string { return fmt.Sprint(i, " ", lang) }
	for i := range files {
		for lang := range d.reader {
			d.file = files[i]
			shared[of(i, lang)] = d.draw(t, lang).body
		}
	}
	for i := range files {
		for lang := range d.reader {
			d.file = files[i]
			d.web.Forget()
			if alone := d.draw(t, lang).body; alone != shared[of(i, lang)] {
				t.Fatalf("result %d reads in %s\n%s\nand alone\n%s", i, lang, shared[of(i, lang)], alone)
			}
		}
	}
	t.Logf("%d results", len(files))
}

// Words of a claim that no test can make, in both languages, and the sentences in which they
// may stand.
var (
	claims  = regexp.MustCompile(`(?i)(^|[^\pL])(safe|safely|safer|pure|purely|good|only|nothing else|harmless|veilige?|veiliger|zuivere?|goede?|alleen|slechts|enkel|niets anders|ongevaarlijk|onschuldig)([^\pL]|$)`)
	allowed = []string{
		"A test cannot show that something is harmless.", "Een test kan niet laten zien dat iets ongevaarlijk is.", "Gebruik nooit alleen.",
	}
	folds = regexp.MustCompile(`(?s)<style.*?</style>`)
)

// wantNoClaim fails where a page claims what no test can show.
func wantNoClaim(t *testing.T, body string) {
	t.Helper()
	text := html.UnescapeString(tags.ReplaceAllString(folds.ReplaceAllString(body, ""), " "))
	for _, phrase := range allowed {
		text = strings.ReplaceAll(text, phrase, "")
	}
	if at := claims.FindStringIndex(text); at != nil {
		t.Errorf("the page says %q", text[max(0, at[0]-60):min(len(text), at[1]+60)])
	}
	for _, o := range []string{"Nothing unexpected seen", "Niets onverwachts gezien", "plus adulterant", "versnijding"} {
		if strings.Contains(text, o) {
			t.Errorf("the page names the outcome: %q", o)
		}
	}
}

// TestNoPageOfTheGridClaimsWhatNoTestShows draws a page of each cell.
func TestNoPageOfTheGridClaimsWhatNoTestShows(t *testing.T) {
	d := newDrawing(t)
	drawn := 0
	for _, danger := range lab.Dangers {
		id := labtest.Named(t, d.words, labtest.Substances[danger])
		for _, detection := range lab.Detections {
			if detection == lab.Unidentified {
				continue
			}
			for _, expectation := range labtest.Expectations {
				for _, method := range labtest.Kinds {
					d.release(t, labtest.Cell(t, d.words, id, detection, expectation, method))
					for _, lang := range []string{"en", "nl"} {
						wantNoClaim(t, d.draw(t, lang).body)
						drawn++
					}
				}
			}
		}
	}
	t.Logf("%d pages", drawn)
}

// TestAResultStaysSmall: it is sent as it is drawn, never compressed.
func TestAResultStaysSmall(t *testing.T) {
	d := newDrawing(t)
	for _, test := range []struct{ findings, most int }{{5, 20 << 10}, {40, 40 << 10}} {
		var findings []lab.Finding
		for id := lab.SubstanceID(1); len(findings) < test.findings; id++ {
			if s := d.words.Substances[id]; s != nil && s.Class != lab.UnidentifiedClass && !s.WholeClass {
				findings = append(findings, lab.Finding{SubstanceID: id, Detection: lab.Quantified, Amount: lab.Amount{Value: 10_000, Scale: lab.MassFraction}, Basis: lab.BasisBase})
			}
		}
		f := labtest.File(1, lab.Powder, []lab.Expected{{SubstanceID: 1}}, labtest.Verified(d.words, labtest.Methods["gcms"], findings...))
		d.release(t, f)
		for _, lang := range []string{"en", "nl"} {
			body := d.draw(t, lang).body
			if len(body) > test.most || strings.Count(body, `class="name"`) != test.findings {
				t.Errorf("%d findings in %s: %d bytes", test.findings, lang, len(body))
			}
			t.Log(fmt.Sprint(test.findings, " findings: ", len(body), " bytes"))
		}
	}
}
