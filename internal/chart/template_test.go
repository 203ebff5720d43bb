package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden drawings anew")

func render(t *testing.T, name string, data any) string {
	t.Helper()
	parsed, err := template.ParseFiles("../../web/templates/parts/chart.html")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := parsed.ExecuteTemplate(&b, name, data); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGoldenDrawings(t *testing.T) {
	for _, name := range []string{"lines", "bars", "quartiles"} {
		got := render(t, "chart", draw(t, samples()[name], Wide)) + "\n"
		file := filepath.Join("testdata", name+".svg")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; look at it, then run go test ./internal/chart -update\n%s", file, got)
		}
	}
}

// element is what a browser or a drawing program makes of an element.
type element struct {
	name  string
	attrs map[string]string
	text  string
}

// parseXML reads a drawing as strictly as a program would that opens the file.
func parseXML(t *testing.T, text string) (elements []element) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	var open []int
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return elements
		}
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{name: token.Name.Local, attrs: map[string]string{}}
			for _, a := range token.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			open = append(open, len(elements))
			elements = append(elements, e)
		case xml.CharData:
			if len(open) > 0 {
				elements[open[len(open)-1]].text += string(token)
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}

func TestPageAndFileShowWhatWasComputed(t *testing.T) {
	for name, c := range samples() {
		d := draw(t, c, Wide)
		for _, form := range []string{"chart", "chart.svg"} {
			var marks []element
			for _, e := range parseXML(t, render(t, form, d)) {
				switch e.name {
				case Rect, Path, Circle, Text:
					marks = append(marks, e)
				}
			}
			if len(marks) != len(d.Marks) {
				t.Fatalf("%s as %s: %d marks of %d", name, form, len(marks), len(d.Marks))
			}
			for i, m := range d.Marks {
				got := marks[i]
				if got.name != m.Kind || got.attrs["class"] != m.Class || got.attrs["d"] != m.D || got.text != m.Text {
					t.Errorf("%s as %s: %+v became %+v", name, form, m, got)
				}
				if m.Kind == Rect && (parse(t, got.attrs["x"]) != m.X || parse(t, got.attrs["width"]) != m.Width || parse(t, got.attrs["height"]) != m.Height) {
					t.Errorf("%s as %s: %+v became %+v", name, form, m, got)
				}
			}
		}
	}
}

func TestNamedForThoseWhoCannotSee(t *testing.T) {
	f, err := Responsive(samples()["stack"])
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	var named []string
	for _, e := range parseXML(t, render(t, "chart-responsive", f)) {
		if id := e.attrs["id"]; id != "" {
			if _, twice := ids[id]; twice {
				t.Errorf("id %q occurs twice", id)
			}
			ids[id] = e.text
		}
		if e.name == "svg" {
			if e.attrs["role"] != "img" {
				t.Errorf("role %q, want img", e.attrs["role"])
			}
			named = append(named, strings.Fields(e.attrs["aria-labelledby"])...)
		}
	}
	want := []string{frame.Title, frame.Description, frame.Title, frame.Description}
	for i, id := range named {
		if ids[id] != want[i] {
			t.Errorf("%s says %q, want %q", id, ids[id], want[i])
		}
	}
	if len(named) != len(want) {
		t.Errorf("named by %v", named)
	}
}

func TestHostileTextIsInert(t *testing.T) {
	hostile := "\"><script>alert(1)</script><style>*{}</style>' onload='x' &amp; \x00\x08]]>"
	c := Bars{
		Frame: Frame{ID: "a", Title: hostile, Description: hostile},
		Bars:  []Bar{{Label: hostile, Text: "5 %", Note: hostile, Value: 5}},
	}
	d := draw(t, c, 1500)
	allowed := map[string]bool{"svg": true, "style": true, "title": true, "desc": true, Rect: true, Path: true, Circle: true, Text: true}
	for _, form := range []string{"chart", "chart.svg"} {
		text := render(t, form, d)
		styles := 0
		said := false
		for _, e := range parseXML(t, text) {
			if !allowed[e.name] || e.attrs["onload"] != "" || e.attrs["style"] != "" {
				t.Errorf("%s: became the element %+v", form, e)
			}
			if e.name == "style" {
				styles++
			}
			said = said || e.name == "desc" && e.text == clean(hostile)
		}
		if want := map[string]int{"chart": 0, "chart.svg": 1}[form]; styles != want {
			t.Errorf("%s: %d style elements, want %d", form, styles, want)
		}
		if !said {
			t.Errorf("%s: the description is not what was given:\n%s", form, text)
		}
	}
}

// classesOf finds the classes of a stylesheet.
func classesOf(css string) map[string]bool {
	classes := map[string]bool{}
	for _, m := range regexp.MustCompile(`\.(chart[a-z0-9-]*)`).FindAllStringSubmatch(css, -1) {
		classes[m[1]] = true
	}
	return classes
}

func TestEveryClassHasAStyleOnPagesAndInFiles(t *testing.T) {
	css, err := os.ReadFile("../../web/static/chart.css")
	if err != nil {
		t.Fatal(err)
	}
	all := samples()
	seven := Lines{Frame: frame, Labels: []string{"2019", "2020"}}
	for range colours {
		seven.Series = append(seven.Series, Series{Points: []Point{{At: 0, Value: 1}, {At: 1, Value: 2}}})
	}
	all["seven lines"] = seven
	page := classesOf(string(css))
	for name, c := range all {
		d := draw(t, c, Wide).WithTitle()
		file := classesOf(render(t, "chart.svg", d))
		for _, m := range d.Marks {
			for _, class := range strings.Fields(m.Class) {
				if m.Kind != Text && (!page[class] || !file[class]) && class != "chart-dash1" {
					t.Errorf("%s: %s without style on pages (%v) or in files (%v)", name, class, page[class], file[class])
				}
			}
		}
	}
}

func TestColoursStandOutFromTheGround(t *testing.T) {
	css, err := os.ReadFile("../../web/static/chart.css")
	if err != nil {
		t.Fatal(err)
	}
	light, rest, _ := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	dark, _, _ := strings.Cut(rest, ".chart-frame")
	for ground, sheet := range map[string]string{"#ffffff": light, "#16181b": dark} {
		found := regexp.MustCompile(`--chart-(\d): (#[0-9a-f]{6})`).FindAllStringSubmatch(sheet, -1)
		if len(found) != colours {
			t.Fatalf("%d colours on %s, want %d", len(found), ground, colours)
		}
		for _, f := range found {
			if c := contrast(t, f[2], ground); c < 3 { // as WCAG 2.2 asks of graphics
				t.Errorf("--chart-%s %s on %s: contrast %.2f, want 3", f[1], f[2], ground, c)
			}
		}
	}
}
