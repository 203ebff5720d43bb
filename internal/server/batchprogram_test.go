package server_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// signedInAs is a browser of somebody who is signed in with the second factor.
func (p *program) signedInAs(actor lab.Actor) *browser {
	p.t.Helper()
	token, hash := credential.NewToken()
	if err := storetest.StartSession(p.t.Context(), p.store, actor, hash, true); err != nil {
		p.t.Fatal(err)
	}
	b := p.at(somewhere())
	b.client.Jar.SetCookies(p.address, []*http.Cookie{{Name: "marquis-session", Value: token, Path: "/"}})
	return b
}

// sendFile sends a file of an instrument and returns the address of what it would enter.
func (b *browser) sendFile(t *testing.T, fields url.Values, content []byte) string {
	t.Helper()
	kind, body := withFile(t, fields, "run.csv", content)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.p.address.String()+"/batches/new", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", kind)
	answer, err := b.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("status %d", answer.StatusCode)
	}
	return answer.Header.Get("Location")
}

// filledIn is a worklist as the laboratory fills it in.
func filledIn(t *testing.T, worklist string) []byte {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(worklist)).ReadAll()
	if err != nil || len(lines) != 41 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	var file bytes.Buffer
	out := csv.NewWriter(&file)
	for i, line := range lines {
		if i > 0 {
			line[9], line[10], line[11], line[12] = "ketamine", fmt.Sprintf("%d.5", 40+i), "%", "base"
		}
		if err := out.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	out.Flush()
	return file.Bytes()
}

// A run of forty samples through the program as it is built: the worklist leaves, comes back
// filled in, the program is killed while it is entered, and is entered whole or not at all.
func TestARunOfFortyThroughTheProgram(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		p := newProgram(t, kind)
		service := storetest.Service(t, p.store, "UTR")
		intake := storetest.Person(t, p.store, "intake", service.ID, lab.Intake)
		analyst := p.signedInAs(storetest.Person(t, p.store, "analyst", service.ID, lab.Laboratory))
		verifier := p.signedInAs(storetest.Person(t, p.store, "verifier", service.ID, lab.Verifier))
		storetest.Benches(t, p.store, "Lab")
		gcms := must(p.store.AddMethod(t.Context(), lab.Operator("test"), lab.Method{Kind: lab.GCMS, Lab: "Lab", Level: lab.Confirmatory, Quantifies: true, OpenScope: true}))
		product := storetest.Product(t, must(p.store.Dictionary(t.Context())), "ketamine")
		var samples []lab.Sample
		for range 40 {
			samples = append(samples, must(p.store.RegisterSample(t.Context(), intake, store.Registration{
				File: lab.File{Sample: storetest.Sample(service.ID, product.ID), Expected: product.Expected()},
			})))
		}
		file := filledIn(t, analyst.get("/work/list.csv?stage=to_analyse").want(t, http.StatusOK).body)
		run := url.Values{"method": {itoa(lab.Optional(gcms.ID))}, "performed_on": {"today"}, "instrument": {"QP2020"}, "run": {"12"}}
		enter := func() (address string, form url.Values) {
			address = analyst.sendFile(t, run, file)
			return address, analyst.get(address).want(t, http.StatusOK, "UTR-2025-00040").entry(t)
		}

		address, form := enter()
		if n := len(form["samples"]); n != 40 {
			t.Fatalf("%d samples would be entered", n)
		}
		done := make(chan struct{})
		go func() { // whose answer nobody gets
			defer close(done)
			request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, p.address.String()+address+"/entry", strings.NewReader(form.Encode()))
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if answer, err := analyst.client.Do(request); err == nil {
				_ = answer.Body.Close()
			}
		}()
		time.Sleep(30 * time.Millisecond)
		_ = p.process.Process.Kill()
		_ = p.process.Wait()
		<-done
		p.start()
		cookies := analyst.client.Jar.Cookies(p.address)
		analyst.client.Jar.SetCookies(p.address, cookies)
		var entered int
		pool := storetest.Pool(t, p.config)
		defer func() { _ = pool.Close() }()
		count := func() int {
			if err := pool.QueryRowContext(t.Context(), "SELECT count(*) FROM analyses WHERE service_id > 0 AND state = 'entered' AND instrument = 'QP2020'").Scan(&entered); err != nil {
				t.Fatal(err)
			}
			return entered
		}
		switch count() {
		case 0:
			form = analyst.get(address).want(t, http.StatusOK, "UTR-2025-00040").entry(t) // the file outlives the program
			analyst.send(http.MethodPost, address+"/entry", strings.NewReader(form.Encode())).want(t, http.StatusSeeOther)
		case 40:
			t.Log("it was entered before it was killed")
		default:
			t.Fatalf("%d of 40 are entered", entered)
		}
		if count() != 40 {
			t.Fatalf("%d of 40 are entered", entered)
		}
		again := analyst.sendFile(t, run, file)
		analyst.get(again).want(t, http.StatusOK, "This file was entered already: by analyst")
		for _, x := range samples {
			e := must(p.store.ReadSampleUnseen(t.Context(), intake, x.Key)).Evidence
			verifier.post(sampleAddressOf(x)+"/analyses/"+e[0].Analysis.ID.String()+"/verify", "version", "1").want(t, http.StatusSeeOther)
		}
		if count() != 0 {
			t.Errorf("%d wait still", entered)
		}
	})
}

func sampleAddressOf(x lab.Sample) string { return "/samples/" + x.Number("UTR").String() }
