package lab_test

import (
	"strings"
	"testing"

	"marquis/internal/lab"
)

func TestWhatSaysWhoSomebodyIs(t *testing.T) {
	for text, want := range map[string]bool{
		"jan@example.org": true, "mail to Jan.de.Vries+x@post.example.nl please": true, "J@x.nl.": true,
		"06-12345678": true, "bel 06 12345678 na vijven": true, "06 12 34 56 78": true, "06.12.34.56.78": true, "06–12345678": true,
		"+31 6 12 34 56 78": true, "+31(0)6-12345678": true, "0031 6 12345678": true, "(030) 123 45 67": true, "030-1234567": true, "+49 151 23456789": true,
		"tel.0612345678": true, "tel: 0612345678.": true, "31612345678": true, "twice 06-12345678": true, "2 tablets, 06 12345678": true, "call 2 06 12345678": true,
		"Call 06-12345678?": true, "“06-12345678”!": true, "06-12345678...": true, "BSN 123456782": true, "1234.56.782": true, "(06-12345678)": true,
		"NL91ABNA0417164300": true, "to NL91 ABNA 0417 1643 00 please": true, "be68-5390-0754-7034": true, "NL92ABNA0417164300": false, "XX91ABNA0417164300": false, "LOT NL91 is empty": false,
		// Of neighbours.
		"0470/12 34 56": true, "02 123 45 67": true, "0032 470/12.34.56": true, "+32 470 12 34 56": true, "gsm 0470 12 34 56": true,
		"030 - 1234567": true, "0151 / 23456789": true, "0151 23456789": true, "+49 (0) 151 23456789": true, "+33 6 12 34 56 78": true, "01 23 45 67 89": true, "Tél. 01.23.45.67.89": true,
		"+44 (0)20 7946 0958": true, "020 7946 0958": true, "07700 900123": true, "+34 612 34 56 78": true, "Tel. 612 345 678": true, "tel 612 34 56 78": true, "Teléfono: 612345678": true, "Tel. 4711 2233": true,
		"jan＠example.org": true, "jan(at)example.org": true, "jan [at] example [dot] org": true, "jan (AT) example.org": true, "jan(at)example(punt)nl": true,

		// Where somebody lives.
		"woont Kerkstraat 12": true, "Kerkstraat 12a, 2e verdieping": true, "Hauptstraße 5": true, "Hoofdweg 101": true, "op de Prinsengracht 263": true, "Postbus 1234": true, "KERKSTRAAT 12": true,
		"onderweg 2 pillen": false, "in de Kerkstraat gekocht": false, "straat 2": false, "half weg 3": false, "strak 5": false, "street price 25": false, "vanaf 2 hof": false, "Amsterdam 2024": false, "3-weg 2": false,

		"0,5-1 g": false, "0,5 - 1 g": false, "2 x 250 mg": false, "2024-0012": false, "4-4-DMAR": false, "25I": false, "10 000 000": false, "measured (at) 254 nm": false, "peak (at) 3.2 min": false, "peak [at] 3.25.": false,
		"Tel. 112": false, "GC-MS 0012/2024": false, "batch 12 / 2026": false, "tel 12": false, "0,05 / 1000": false, "01 / 2026": false, "05 - 150 mg": false, "hotel 12345678": false, "0312 34567890": false, "0.25 - 1000": false,

		"": false, "UT-2026-00026": false, "as UTR-2024-00017 and UTR-2024-00018": false, "2026-00026": false,
		"28-11-2026": false, "2026-11-28": false, "28-11-2026 29-11-2026": false, "01-11-26 150 mg": false, "28/11/2026 14:30": false, "on 28-11-2026 at 14:30 and 15:45": false,
		"50-36-2": false, "50-36-2 42542-10-9 33286-22-5": false, "2762435-08-9": false, "CAS 1867-66-9, 6740-88-1": false,
		"1 500 000": false, "1.500.000": false, "12 500 000 counts": false, "0,123456789": false, "0.1234567 mg": false, "area 0.123 0.456 0.789": false,
		"14:30": false, "12 14 16 18 20 22": false, "peaks 412 415 409": false, "123 456 789": false, "112": false, "1234 AB": false, "m/z 238.0993": false,
		"20261129_101500.raw": false, "LOT123456789": false, "lot 123456789": false, "run 20261129001": false, "area 1234567890": false, "2-5 mg @ 9 min": false, "reads 7K3M-9QXD-2RTW": false, "0 10 20 30 40 50": false, "00 01 02 03 04": false,
	} {
		if got := lab.Identifies(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// At the counter it is a question, which one box confirms; of what was confirmed no text is
// kept.
func TestATextThatSaysWhoTheVisitorIsIsAskedAbout(t *testing.T) {
	at := lab.Counter{Today: today, HandedIn: true}
	for field, set := range map[string]func(*lab.Sample, string){
		"sold_as_text": func(s *lab.Sample, text string) { s.SoldAsText = text },
		"logo":         func(s *lab.Sample, text string) { s.Logo = text },
		"overruled":    func(s *lab.Sample, text string) { s.Overruled = text },
		"notes":        func(s *lab.Sample, text string) { s.Notes = text },
	} {
		s := newSample(func(s *lab.Sample) { set(s, "call 06-12345678") })
		wantFields(t, s.Confirm(at), field, "confirmed")
		s.Confirmed = s.Confirmation(lab.Doubts(s, at))
		if len(s.Confirmed) != 1 || strings.ContainsAny(s.Confirmed[0], " -") || strings.Contains(s.Confirmed[0], "1234") {
			t.Errorf("confirmed as %q", s.Confirmed)
		}
		if err := s.Confirm(at); err != nil {
			t.Error(err)
		}
		set(s, "call 06-12345679")
		wantFields(t, s.Confirm(at), field, "confirmed")
		set(s, "a number on it: 50-36-2")
		wantFields(t, s.Confirm(at))
	}
}

// What others write is refused, in the field where it stands.
func TestAFreeTextThatSaysWhoSomebodyIsIsRefused(t *testing.T) {
	d := newDictionary(t)
	const who = "told to jan@example.org"
	e := verified(d, gcms, finding(ketamine, lab.Trace))
	e.Analysis.Notes, e.Analysis.Overruled = who, who
	wantFields(t, e.Analysis.Check(d, e.Findings, e.Analysis.PerformedOn, today), "notes", "overruled")
	e.Analysis.Notes, e.Analysis.Overruled = "run of 28-11-2026, CAS 6740-88-1", "as UTR-2024-00017"
	wantFields(t, e.Analysis.Check(d, e.Findings, e.Analysis.PerformedOn, today))

	entered := e.Analysis
	entered.State, entered.ServiceID = lab.Entered, 1
	analyst, checker := person(enterer, lab.Laboratory), person(other, lab.Verifier)
	_, err := entered.Ask(checker, noon, who)
	wantFields(t, err, "question")
	wantFields(t, (&lab.Question{Key: lab.Key{ServiceID: 1}}).Reply(analyst, noon, who), "answer")
	e.Analysis.ServiceID = 1
	wantFields(t, e.Analysis.Retract(checker, noon, who), "reason")
	wantFields(t, lab.CheckReplacement(who), "reason")
	f := soldAs(soldAsKetamine, nil, verified(d, gcms, finding(ketamine, lab.Identified)))
	first, err := d.Publish(f, lab.Why{})
	if err != nil {
		t.Fatal(err)
	}
	f.Publications = append(f.Publications, *first)
	f.Evidence[0].Findings[0].Detection = lab.Trace
	_, err = d.Publish(f, lab.Because("en", who))
	wantFields(t, err, "reason")
	_, err = f.Withdraw(lab.Because("en", who))
	wantFields(t, err, "reason")
}
