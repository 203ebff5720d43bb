package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/pgtest"
	"marquis/internal/store/storetest"
)

// event is an entry of the trail as it stands in the table.
type event struct {
	service, seq                            int64
	actorID                                 any
	actor, action, subject, changes, reason string
}

func eventsOf(t testing.TB, s *store.Store) []event {
	t.Helper()
	var events []event
	for _, row := range sqlRows(t, s, "SELECT service_id, seq, actor_id, actor, action, subject, changes, reason FROM audit_events ORDER BY service_id, seq", 8) {
		events = append(events, event{
			row[0].(int64), row[1].(int64), row[2], row[3].(string), row[4].(string), row[5].(string), row[6].(string), row[7].(string),
		})
	}
	return events
}

// deed is a call of a writing method with the event that it leaves.
type deed struct {
	name   string
	do     func() error
	action string // empty: no event
	who    lab.Actor
	what   func() string // the subject
	says   []string      // in the changes
	why    string
}

// deeds walks through all exported writing methods in an order that works.
func deeds(t testing.TB, s *store.Store, b bench) []deed {
	var x lab.Sample
	var a, second lab.Analysis
	var question lab.Question
	ctx, operator := t.Context(), lab.Operator("test")
	importer := storetest.Person(t, s, "importer", b.service.ID, lab.Importer)
	fresh := func(key lab.Key) int32 {
		now, _, err := s.Sample(ctx, storetest.Reader, key)
		if err != nil {
			t.Fatal(err)
		}
		return now.Version
	}
	analysis := func() (lab.Analysis, []lab.Finding) {
		a := lab.Analysis{SampleID: x.ID, MethodID: b.gcms.ID, Level: lab.Confirmatory, PerformedOn: x.ReceivedOn, Conclusion: lab.HasFindings}
		a.ServiceID = x.ServiceID
		return a, []lab.Finding{{SubstanceID: b.ketamineID, Detection: lab.Quantified, Amount: lab.Amount{Value: 795_000, Scale: lab.MassFraction, Decimals: 1}, Basis: lab.BasisBase}}
	}
	var place lab.Location
	var north lab.Lab
	var imported lab.Key
	var newer *lab.Method
	other, last, ofFile := b.register(t, s), b.register(t, s), b.register(t, s)
	there := storetest.Service(t, s, "XTR")
	elsewhere, reviewer := storetest.Person(t, s, "elsewhere", there.ID, lab.Verifier), storetest.Person(t, s, "reviewer", there.ID, lab.Laboratory)
	third := b.analyse(t, s, last, "80")
	ftir := lab.Method{Kind: lab.FTIR, Lab: "Lab", Level: lab.Preliminary, OpenScope: true, Scope: []lab.MethodScope{
		{SubstanceID: b.ketamineID, LOQ: lab.Amount{Value: 5000, Scale: lab.MassFraction, Decimals: 1}},
	}}
	sampleID := func() string { return x.ID.String() }
	analysisID := func() string { return a.ID.String() }
	return []deed{
		{"AddService", func() error {
			_, err := s.AddService(ctx, operator, lab.Service{Code: "AMS", Name: "Amsterdam", Country: "NL", Currency: "EUR", TimeZone: "Europe/Amsterdam"})
			return err
		}, "add service", operator, func() string { return "AMS" }, []string{`"field":"code","new":"AMS","old":""`}, ""},
		{"AddUser", func() error {
			_, err := s.AddUser(ctx, operator, lab.User{Login: "new", Name: "New"}, []lab.Membership{{ServiceID: b.service.ID, Role: lab.Intake}})
			return err
		}, "add user", operator, func() string { return "new" }, []string{`"field":"login","new":"new","old":""`}, ""},
		{"AddMethod", func() error {
			_, err := s.AddMethod(ctx, operator, ftir)
			return err
		}, "add method", operator, func() string { return "ftir Lab" }, []string{
			`"field":"level","new":"preliminary","old":""`, fmt.Sprintf(`"field":"scope.%d.loq_value","new":5000,"old":0`, b.ketamineID),
		}, ""},
		{"AddMethod again", func() error {
			_, err := s.AddMethod(ctx, operator, ftir)
			return err
		}, "", operator, nil, nil, ""},
		{"AddLaboratory", func() (err error) {
			north, err = s.AddLaboratory(ctx, operator, lab.Lab{Code: "NORTH", Name: "North", People: []lab.Optional{b.analyst.UserID}})
			return err
		}, "add laboratory", operator, func() string { return "NORTH" }, []string{fmt.Sprintf(`"field":"people","new":[%d],"old":[]`, b.analyst.UserID)}, ""},
		{"ChangeLaboratory", func() error {
			after := north
			after.Services = []lab.ServiceID{b.service.ID}
			return s.ChangeLaboratory(ctx, operator, north, after)
		}, "change laboratory", operator, func() string { return "NORTH" }, []string{fmt.Sprintf(`"field":"services","new":[%d],"old":[]`, b.service.ID)}, ""},
		{"RetireMethod", func() error {
			m, err := s.AddMethod(ctx, operator, ftir)
			return errors.Join(err, s.RetireMethod(ctx, operator, m.ID, 2025_02_01))
		}, "retire method", operator, func() string { return "ftir Lab" }, []string{`"field":"retired_on","new":"2025-02-01","old":null`}, ""},
		{"RetireMethod, and again in use", func() error {
			m, err := s.AddMethod(ctx, operator, ftir)
			return errors.Join(err, s.RetireMethod(ctx, operator, m.ID, 0))
		}, "reinstate method", operator, func() string { return "ftir Lab" }, nil, ""},
		{"AddVersion", func() error {
			m, err := s.AddMethod(ctx, operator, ftir)
			if err != nil {
				return err
			}
			next := *m
			next.Version = "2"
			newer, err = s.AddVersion(ctx, operator, m.ID, next)
			return err
		}, "add method+retire method", operator, func() string { return "ftir Lab" }, []string{`"field":"version","new":"2","old":""`}, ""},
		{"AddToScope", func() error {
			_, err := s.AddToScope(ctx, operator, newer.ID, lab.ScopeRow{Name: "cocaine"})
			return err
		}, "add method+retire method", operator, func() string { return "ftir Lab" }, []string{`"field":"version","new":"3","old":""`}, ""},
		{"RegisterSample", func() (err error) {
			r := b.registration()
			r.Code = &store.CodeHash{KeyID: "2025-02", Hash: []byte{1, 2, 3}, Month: "2025-02"}
			x, err = s.RegisterSample(ctx, b.intake, r)
			return err
		}, "register sample", b.intake, sampleID, []string{`"field":"state","new":"registered","old":""`}, ""},
		{"NewDraft, SaveDraft, DropDraft and SweepDrafts", func() error {
			key := lab.Key{ServiceID: b.service.ID}
			var err error
			if key.ID, err = s.NewDraft(ctx, b.intake, b.service.ID, "{}"); err != nil {
				return err
			}
			_, err = s.SweepDrafts(ctx, lab.Operator("test"))
			return errors.Join(err, s.SaveDraft(ctx, b.intake, key, "[]", store.DraftWindow{}), s.DropDraft(ctx, b.intake, key))
		}, "", b.intake, nil, nil, ""},
		{"AddLocation", func() error {
			_, err := s.AddLocation(ctx, operator, lab.Location{ServiceID: b.service.ID, Name: "Office", Kind: "office"})
			return err
		}, "add location", operator, func() string { return "Office" }, []string{`"field":"kind","new":"office","old":""`}, ""},
		{"TurnAway", func() error {
			_, err := s.TurnAway(ctx, b.intake, lab.Visit{Key: lab.Key{ServiceID: b.service.ID, ID: x.VisitID}}, lab.ID{}, 2)
			return err
		}, "turn away", b.intake, func() string { return x.VisitID.String() }, []string{`"field":"turned_away","new":2,"old":0`}, ""},
		{"ReplaceCode", func() error {
			return s.ReplaceCode(ctx, b.intake, x.Key, store.CodeHash{KeyID: "2025-01", Hash: []byte{4, 5, 6}, Month: "2025-01"}, "slip lost", nil)
		}, "replace code", b.intake, sampleID, nil, "slip lost"},
		{"KeepCodeMonths where nobody knows the time", func() error {
			return s.KeepCodeMonths(ctx, operator, 1)
		}, "", operator, nil, nil, ""},
		{"ConfirmEnding", func() error {
			return s.ConfirmEnding(ctx, operator, store.Confirmation{Day: 2025_03_03, Months: 1})
		}, "set code months", operator, func() string { return "code months" }, []string{`"field":"months","new":1,"old":null`}, ""},
		{"ExpireCodes with none to expire", func() error {
			_, err := s.ExpireCodes(ctx, operator, 2025_01_01)
			return err
		}, "", operator, nil, nil, ""},
		{"ExpireCodes", func() error {
			_, err := s.ExpireCodes(ctx, operator, 2025_02_01)
			return err
		}, "expire codes", operator, func() string { return "before 2025-02" }, nil, ""},
		{"KeepCodeMonths", func() error {
			return s.KeepCodeMonths(ctx, operator, 2)
		}, "set code months", operator, func() string { return "code months" }, []string{`"field":"months","new":2,"old":1`}, ""},
		{"SetExpectations", func() error {
			_, err := s.DescribeSample(ctx, b.intake, x.Key, fresh(x.Key), []lab.Expected{{Class: "benzodiazepine"}}, asItIs)
			return err
		}, "change sample", b.intake, sampleID, []string{`"field":"expected","new":["benzodiazepine"]`}, ""},
		{"SetExpectations back", func() error {
			_, err := s.DescribeSample(ctx, b.intake, x.Key, fresh(x.Key), b.ketamine.Expected(), asItIs)
			return err
		}, "change sample", b.intake, sampleID, []string{`"old":["benzodiazepine"]`}, ""},
		{"ChangeSample", func() error {
			_, err := s.DescribeSample(ctx, b.intake, x.Key, fresh(x.Key), b.ketamine.Expected(), func(x *lab.Sample) { x.Logo = "crown" })
			return err
		}, "change sample", b.intake, sampleID, []string{`,{"field":"logo","new":"crown","old":""}]`}, ""},
		{"MoveSample", func() error {
			_, err := s.MoveSample(ctx, b.intake, x.Key, fresh(x.Key), lab.NotAnalysed, "capacity")
			return err
		}, "move sample", b.intake, sampleID, []string{`"field":"state","new":"not_analysed","old":"registered"`}, "capacity"},
		{"MoveSample back", func() error {
			_, err := s.MoveSample(ctx, b.analyst, x.Key, fresh(x.Key), lab.InAnalysis, "")
			return err
		}, "move sample", b.analyst, sampleID, []string{`"field":"state","new":"in_analysis","old":"not_analysed"`}, ""},
		{"ExcludeSample", func() error {
			_, err := s.ExcludeSample(ctx, b.verifier, x.Key, fresh(x.Key), "duplicate")
			return err
		}, "exclude sample", b.verifier, sampleID, []string{`,{"field":"excluded","new":"duplicate","old":""}]`}, "duplicate"},
		{"IncludeSample", func() error {
			_, err := s.IncludeSample(ctx, b.verifier, x.Key, fresh(x.Key))
			return err
		}, "exclude sample", b.verifier, sampleID, []string{`,{"field":"excluded","new":"","old":"duplicate"}]`}, ""},
		{"EnterBatch", func() error {
			return s.EnterBatch(ctx, b.analyst, []store.BatchEntry{b.entry(ofFile, 800_000)}, "")
		}, "enter analysis+move sample", b.analyst, nil, []string{`"field":"raw_file","new":"` + rawFile, `"field":"instrument","new":"QP2020","old":""`, `"field":"run","new":"12","old":""`}, ""},
		{"TakeWorklist", func() error {
			_, err := s.TakeWorklist(ctx, b.analyst, store.WorkFilter{Service: b.service.ID, Stage: lab.StageToVerify})
			return err
		}, "export", b.analyst, func() string { return "worklist to_verify, 2 samples" }, nil, ""},
		{"EnterAnalysis", func() (err error) {
			entered, findings := analysis()
			a, err = s.EnterAnalysis(ctx, b.analyst, entered, findings)
			return err
		}, "enter analysis", b.analyst, analysisID, []string{`"field":"conclusion","new":"findings","old":""`, `amount_value","new":795000,"old":0`}, ""},
		{"ChangeAnalysis", func() (err error) {
			entered, findings := analysis()
			entered.Notes = "diluted"
			a, err = s.ChangeAnalysis(ctx, b.analyst, a.Key, 1, entered, findings, "")
			return err
		}, "change analysis", b.analyst, analysisID, []string{`,{"field":"notes","new":"diluted","old":""}]`}, ""},
		{"AskAnalysis", func() (err error) {
			question, err = s.AskAnalysis(ctx, b.verifier, a.Key, 2, "Which vial?")
			return err
		}, "ask about analysis", b.verifier, analysisID, []string{`"field":"question","new":"Which vial?","old":""`}, ""},
		{"AnswerAnalysis", func() error {
			_, err := s.AnswerAnalysis(ctx, b.intake, question.Key, "The second.")
			return err
		}, "answer question", b.intake, analysisID, []string{`"field":"answer","new":"The second.","old":""`}, ""},
		{"VerifyAnalysis", func() error {
			_, err := s.VerifyAnalysis(ctx, b.verifier, a.Key, 2, true)
			return err
		}, "verify analysis", b.verifier, analysisID, []string{`"field":"state","new":"verified","old":"entered"`}, ""},
		{"ProposeSubstance", func() error {
			_, err := s.ProposeSubstance(ctx, b.analyst, b.service.ID, lab.Proposal{Name: "zalpidone", Class: "other", Why: "library match"})
			return err
		}, "propose substance", b.analyst, func() string { return "substance 1000000" }, []string{`"field":"class","new":"other"`, `"field":"name","new":"zalpidone"`}, "library match"},
		{"ProposeSubstance again", func() error {
			_, err := s.ProposeSubstance(ctx, b.analyst, b.service.ID, lab.Proposal{Name: "Zalpidone"})
			return err
		}, "", b.analyst, nil, nil, ""},
		{"ProposeSubstance at another service", func() error {
			_, err := s.ProposeSubstance(ctx, elsewhere, there.ID, lab.Proposal{Name: "Zalpidone", Class: "other", Why: "ours too"})
			return err
		}, "propose substance", elsewhere, func() string { return "substance 1000000" }, []string{`"field":"name","new":"zalpidone"`}, "ours too"},
		{"ChangeSubstance", func() error {
			return s.ChangeSubstance(ctx, b.verifier, lab.LocalEntries, 1, filler(), false)
		}, "change substance", b.verifier, func() string { return "substance 1000000" }, []string{`"field":"role","new":"excipient","old":"adulterant"`, `"field":"cas","new":"123456-78-0","old":""`}, ""},
		{"ReviewSubstance", func() error {
			return s.ReviewSubstance(ctx, reviewer, lab.LocalEntries, 2)
		}, "review substance", reviewer, func() string { return "substance 1000000" }, nil, ""},
		{"ProposeProduct", func() error {
			_, err := s.ProposeProduct(ctx, b.intake, b.service.ID, lab.ProductProposal{ProductEntry: lab.ProductEntry{NameEN: "blue monday", Unit: lab.Gram}, Why: "heard"})
			return err
		}, "propose product", b.intake, func() string { return "product 1000000" }, []string{`"field":"name_en","new":"blue monday","old":""`}, "heard"},
		{"ProposeProduct again", func() error {
			_, err := s.ProposeProduct(ctx, b.intake, b.service.ID, lab.ProductProposal{ProductEntry: lab.ProductEntry{NameEN: "Blue Monday"}})
			return err
		}, "", b.intake, nil, nil, ""},
		{"ChangeProduct", func() error {
			return s.ChangeProduct(ctx, b.verifier, lab.LocalEntries, 1, lab.ProductEntry{NameEN: "blue monday", NameNL: "blue monday", Unit: lab.Gram, Expected: b.ketamine.Expected()}, false)
		}, "change product", b.verifier, func() string { return "product 1000000" }, []string{`"field":"expected`}, ""},
		{"ReviewProduct", func() error {
			return s.ReviewProduct(ctx, reviewer, lab.LocalEntries, 2)
		}, "review product", reviewer, func() string { return "product 1000000" }, nil, ""},
		{"NameSubstance", func() error {
			return s.NameSubstance(ctx, b.verifier, b.ketamineID, lab.NameProposal{Name: "zwolse K1000", Why: "heard"})
		}, "propose name", b.verifier, func() string { return fmt.Sprint("substance ", b.ketamineID) }, []string{`"field":"name","new":"zwolse K1000","old":""`}, "heard"},
		{"ReviewSubstanceName", func() error {
			return s.ReviewSubstanceName(ctx, reviewer, b.ketamineID, "zwolse K1000")
		}, "review name", reviewer, func() string { return fmt.Sprint("substance ", b.ketamineID) }, []string{`"field":"name","new":"zwolse K1000","old":""`}, ""},
		{"WithdrawSubstanceName", func() error {
			return s.WithdrawSubstanceName(ctx, reviewer, b.ketamineID, "zwolse K1000", "it is another")
		}, "withdraw name", reviewer, func() string { return fmt.Sprint("substance ", b.ketamineID) }, []string{`"field":"name","new":"","old":"zwolse K1000"`}, "it is another"},
		{"NameProduct", func() error {
			return s.NameProduct(ctx, b.intake, b.ketamine.ID, lab.NameProposal{Name: "grisaille horse", Why: "heard"})
		}, "propose name", b.intake, func() string { return fmt.Sprint("product ", b.ketamine.ID) }, []string{`"field":"name","new":"grisaille horse","old":""`}, "heard"},
		{"ReviewProductName", func() error {
			return s.ReviewProductName(ctx, reviewer, b.ketamine.ID, "grisaille horse")
		}, "review name", reviewer, func() string { return fmt.Sprint("product ", b.ketamine.ID) }, []string{`grisaille horse`}, ""},
		{"WithdrawProductName", func() error {
			return s.WithdrawProductName(ctx, reviewer, b.ketamine.ID, "grisaille horse", "a joke")
		}, "withdraw name", reviewer, func() string { return fmt.Sprint("product ", b.ketamine.ID) }, nil, "a joke"},
		{"Judge", func() error {
			return s.Judge(ctx, b.verifier, lab.SubstanceJudgement{SubstanceID: b.levamisole, Danger: lab.DangerHigh, Source: "a paper, 2020, p. 1"})
		}, "judge substance", b.verifier, func() string { return fmt.Sprint("substance ", b.levamisole) }, []string{`"field":"danger","new":"high","old":""`, `"field":"source","new":"a paper, 2020, p. 1","old":""`}, ""},
		{"ReviewJudgement", func() error {
			return s.ReviewJudgement(ctx, reviewer, b.levamisole, 1)
		}, "review judgement", reviewer, func() string { return fmt.Sprint("substance ", b.levamisole) }, []string{`"field":"reviewer_id","new":`}, ""},
		{"ReportAnalysis", func() error {
			_, err := s.ReportAnalysis(ctx, b.verifier, a.Key, 3, false)
			return err
		}, "report analysis", b.verifier, analysisID, []string{`"field":"reported","new":false,"old":true`}, ""},
		{"SetAsideFindings", func() error {
			_, findings := analysis()
			_, err := s.SetAsideFindings(ctx, b.verifier, a.Key, 4, lab.Aside{SubstanceID: findings[0].SubstanceID, Why: lab.NegativeOnDilution})
			return err
		}, "set aside findings", b.verifier, analysisID, []string{`.set_aside","new":"negative_on_dilution","old":""`}, ""},
		{"SetAsideFindings, and let stand again", func() error {
			_, findings := analysis()
			_, err := s.SetAsideFindings(ctx, b.verifier, a.Key, 5, lab.Aside{SubstanceID: findings[0].SubstanceID})
			return err
		}, "set aside findings", b.verifier, analysisID, []string{`.set_aside","new":"","old":"negative_on_dilution"`}, ""},
		{"PublishResult", func() error {
			_, err := s.PublishResult(ctx, b.verifier, x.Key, fresh(x.Key), seen(t, s, b.verifier, x.Key), lab.Why{})
			return err
		}, "publish result", b.verifier, sampleID, []string{`"field":"state","new":"completed","old":"in_analysis"`, `"field":"publication.kind","new":"confirmed","old":""`, `"field":"publication.result_sha256","new":"`}, ""},
		{"TellResult", func() error { return s.TellResult(ctx, b.intake, x.Key, 1) }, "tell result", b.intake, sampleID, []string{`"field":"version","new":1,"old":0`}, ""},
		{"ReadSample", func() error {
			_, err := s.ReadSample(ctx, b.intake, x.Key, lab.ForIntake)
			return err
		}, "", b.intake, nil, nil, ""},
		{"WithdrawResult", func() error {
			_, err := s.WithdrawResult(ctx, b.verifier, x.Key, fresh(x.Key), lab.Because("en", "vials exchanged"))
			return err
		}, "withdraw result", b.verifier, sampleID, []string{`"field":"publication.kind","new":"withdrawn","old":""`}, "vials exchanged"},
		{"RetractAnalysis", func() error {
			_, err := s.RetractAnalysis(ctx, b.verifier, a.Key, 6, "vials exchanged")
			return err
		}, "retract analysis", b.verifier, analysisID, []string{`"field":"state","new":"retracted","old":"verified"`}, "vials exchanged"},
		{"EnterAnalysis again", func() (err error) {
			entered, findings := analysis()
			second, err = s.EnterAnalysis(ctx, b.analyst, entered, findings)
			return err
		}, "enter analysis", b.analyst, func() string { return second.ID.String() }, []string{`"field":"state","new":"entered","old":""`}, ""},
		{"Habits and Remember", func() error {
			h, err := s.Habits(ctx, b.analyst)
			h.Worklist = "stage=to_verify"
			return errors.Join(err, s.Remember(ctx, b.analyst, h))
		}, "", b.analyst, nil, nil, ""},
		{"SetTerms", func() error {
			return s.SetTerms(ctx, operator, b.service.ID, lab.Terms{}, lab.Terms{MostGrams: 500})
		}, "set terms of service", operator, func() string { return b.service.Code }, []string{`"field":"most_grams","new":500,"old":0`}, ""},
		{"SetTerms again", func() error {
			return s.SetTerms(ctx, operator, b.service.ID, lab.Terms{}, lab.Terms{MostGrams: 500})
		}, "", operator, nil, nil, ""},
		{"AddLocation again", func() (err error) {
			place, err = s.AddLocation(ctx, operator, lab.Location{ServiceID: b.service.ID, Name: "Tent", Kind: "event"})
			return err
		}, "add location", operator, func() string { return "Tent" }, nil, ""},
		{"ChangeLocation", func() error {
			seen := place
			place.Name = "Big tent"
			return s.ChangeLocation(ctx, operator, seen, place)
		}, "change location", operator, func() string { return "Tent" }, []string{`"field":"name","new":"Big tent","old":"Tent"`}, ""},
		{"CloseLocation", func() error {
			return s.CloseLocation(ctx, operator, b.service.ID, place.ID, true)
		}, "close location", operator, func() string { return "Big tent" }, []string{`"field":"closed_on","new":"2025-03-03","old":null`}, ""},
		{"CloseLocation again", func() error {
			return s.CloseLocation(ctx, operator, b.service.ID, place.ID, true)
		}, "", operator, nil, nil, ""},
		{"OpenLocation", func() error {
			return s.CloseLocation(ctx, operator, b.service.ID, place.ID, false)
		}, "open location", operator, func() string { return "Big tent" }, []string{`"field":"closed_on","new":null,"old":"2025-03-03"`}, ""},
		{"NotAnalyse", func() error {
			return s.NotAnalyse(ctx, b.analyst, []store.VersionedKey{{Key: other.Key, Version: other.Version}}, "capacity")
		}, "move sample", b.analyst, func() string { return other.ID.String() }, []string{`"field":"state","new":"not_analysed","old":"registered"`}, "capacity"},
		{"Reopen", func() error {
			return s.Reopen(ctx, b.analyst, store.VersionedKey{Key: other.Key, Version: other.Version + 1})
		}, "reopen sample", b.analyst, func() string { return other.ID.String() }, []string{`"field":"state","new":"registered","old":"not_analysed"`}, ""},
		{"VerifyAnalysis again", func() error {
			_, err := s.VerifyAnalysis(ctx, b.verifier, third.Key, 1, true)
			return err
		}, "verify analysis", b.verifier, func() string { return third.ID.String() }, nil, ""},
		{"AddMapping", func() error {
			_, err := s.AddMapping(ctx, importer, lab.ImportMapping{ServiceID: b.service.ID, Name: "source", Text: "profile = \"source\""})
			return err
		}, "add mapping", importer, func() string { return "source" }, []string{`"field":"version","new":1,"old":0`}, ""},
		{"AddMapping again", func() error {
			_, err := s.AddMapping(ctx, importer, lab.ImportMapping{ServiceID: b.service.ID, Name: "source", Version: 1, Text: "profile = \"source\""})
			return err
		}, "", importer, nil, nil, ""},
		{"Import", func() error {
			batch := &store.ImportBatch{Import: newImport("digest"), Samples: store.Arrivals(storetest.Generate(storetest.AddMethods(t, s), 1, 20, 2020, 2021))}
			batch.Import.ServiceID = b.service.ID
			d, err := s.Dictionary(ctx)
			if err != nil {
				return err
			}
			err = s.Import(ctx, lab.Operator("import"), d, batch, func(int) {})
			imported = batch.Import.Key
			return err
		}, "import", lab.Operator("import"), nil, []string{`"field":"results_sha256","new":"`, `"field":"digest","new":"digest","old":""`, `"field":"state","new":"taken","old":""`}, "generated"},
		{"Imports and ImportUses", func() error {
			_, listed := s.Imports(ctx, operator, b.service.ID)
			_, left := s.UnfinishedImports(ctx, operator)
			_, uses := s.ImportUses(ctx, operator, imported)
			return errors.Join(listed, left, uses)
		}, "", operator, nil, nil, ""},
		{"TakeBack", func() error {
			return s.TakeBack(ctx, operator, imported, lab.Because("en", "wrong column"), func(int) {})
		}, "take back import+clear import", operator, func() string { return imported.ID.String() }, []string{
			`"field":"state","new":"undoing","old":"taken"`, `"field":"reason","new":"wrong column","old":""`, `"field":"ended_on","new":"2025-03-03","old":null`,
		}, "wrong column"},
		{"Abandon", func() error {
			stopped, stop := context.WithCancel(ctx)
			batch := &store.ImportBatch{Import: newImport("cut off"), Samples: func(func(*lab.Arrival, error) bool) { stop() }}
			batch.Import.ServiceID = b.service.ID
			d, err := s.Dictionary(ctx)
			if err != nil {
				return err
			}
			if err := s.Import(stopped, operator, d, batch, func(int) {}); !errors.Is(err, store.ErrUnfinished) {
				return fmt.Errorf("the load ends with %w", err)
			}
			imported = batch.Import.Key
			return s.Abandon(ctx, operator, imported, func(int) {})
		}, "abandon import", operator, func() string { return imported.ID.String() }, []string{`"field":"state","new":"abandoned","old":"loading"`}, ""},
		{"Reclassify", func() error {
			_, err := s.Reclassify(ctx, operator)
			return err
		}, "", operator, nil, nil, ""},
		{"Reclassify after a correction", func() error {
			err := store.Exec(s, "UPDATE sample_facts SET region = 'elsewhere' WHERE service_id = ? AND sample_id = ?", b.service.ID, x.ID)
			if err != nil {
				return err
			}
			_, err = s.Reclassify(ctx, operator)
			return err
		}, "reclassify", operator, func() string { return "facts" }, nil, "1 samples moved"},
	}
}

func TestEveryWritingMethodLeavesItsEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		storetest.AddMethods(t, s)
		all, seen := deeds(t, s, b), map[string]bool{}
		for _, e := range eventsOf(t, s) {
			seen[fmt.Sprint(e.service, " ", e.seq)] = true
		}
		for _, d := range all {
			if err := d.do(); err != nil {
				t.Fatalf("%s: %v", d.name, err)
			}
			var added []event
			for _, e := range eventsOf(t, s) {
				if key := fmt.Sprint(e.service, " ", e.seq); !seen[key] {
					seen[key] = true
					added = append(added, e)
				}
			}
			var actions []string
			for _, e := range added {
				actions = append(actions, e.action)
			}
			if got := strings.Join(actions, "+"); got != d.action {
				t.Fatalf("%s left the events %q instead of %q", d.name, got, d.action)
			}
			if len(added) == 0 {
				continue
			}
			e := added[0]
			if id, _ := e.actorID.(int64); e.actor != d.who.Name || id != int64(d.who.UserID) {
				t.Errorf("%s: by %q (%v)", d.name, e.actor, e.actorID)
			}
			if d.what != nil && e.subject != d.what() {
				t.Errorf("%s: subject %q instead of %q", d.name, e.subject, d.what())
			}
			for _, x := range added {
				wantKnownKeys(t, d.name, x)
			}
			for _, text := range d.says {
				if !strings.Contains(e.changes, text) {
					t.Errorf("%s: changes %s\nlack %s", d.name, e.changes, text)
				}
			}
			if e.reason != d.why {
				t.Errorf("%s: reason %q instead of %q", d.name, e.reason, d.why)
			}
		}
		for _, row := range sqlRows(t, s, "SELECT count(*) FROM audit_events WHERE at <> "+at(storetest.Now), 1) {
			if row[0] != int64(0) {
				t.Errorf("%v events at another time", row[0])
			}
		}
		if _, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil {
			t.Error(err)
		}
	})
}

// wantKnownKeys wants the keys of an event among those that stay known.
func wantKnownKeys(t testing.TB, name string, e event) {
	t.Helper()
	if !slices.Contains(lab.Actions, lab.Action(e.action)) {
		t.Errorf("%s: the trail knows no %q", name, e.action)
	}
	var changes []lab.Difference
	if err := json.Unmarshal([]byte(e.changes), &changes); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	for _, c := range changes {
		if key := regexp.MustCompile(`\.\d+\.`).ReplaceAllString(c.Field, ".*."); !slices.Contains(lab.TrailKeys(), key) {
			t.Errorf("%s: the trail knows no %s", name, c.Field)
		}
	}
}

func at(t time.Time) string { return "'" + lab.At(t).String() + "'" }

func TestTheDatabaseRefusesToChangeWhatIsOnlyAddedTo(t *testing.T) {
	eachKind(t, func(t *testing.T, s *store.Store, kind string) {
		publishOne(t, s)
		judgeOne(t, s)
		why := map[string]string{"sqlite": "only added to", "postgres": "permission denied"}[kind]
		for _, statement := range []string{"UPDATE substance_judgements SET danger = 'none'", "DELETE FROM substance_judgements", "DELETE FROM substance_judgements WHERE version = 1"} {
			if err := store.Exec(s, statement); err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("%s: %v", statement, err)
			}
		}
		for _, statement := range []string{"UPDATE alert_limits SET amount_value = 1", "DELETE FROM alert_limits"} {
			if err := store.Exec(s, statement); err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("%s: %v", statement, err)
			}
		}
		if kind == "sqlite" {
			if err := store.Exec(s, "INSERT OR REPLACE INTO alert_limits SELECT substance_id, form, version, 1, amount_scale, amount_decimals, basis, source, author_id, at FROM alert_limits"); err == nil {
				t.Error("limits were replaced")
			}
			err := store.Exec(s, "INSERT OR REPLACE INTO substance_judgements SELECT substance_id, version, 'none', source, line_en, line_nl, line_source, author_id, reviewer_id, at FROM substance_judgements")
			if err == nil {
				t.Error("judgements were replaced")
			}
		} else if err := store.Exec(s, "TRUNCATE substance_judgements"); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("judgements were removed: %v", err)
		}
		for _, table := range []string{"audit_events", "publications"} {
			statements := []string{"UPDATE " + table + " SET reason = 'other'", "DELETE FROM " + table, "DELETE FROM " + table + " WHERE service_id = 1"}
			if kind == "postgres" {
				statements = append(statements, "TRUNCATE "+table, "UPDATE "+table+" SET reason = reason WHERE service_id = 1")
			}
			for _, statement := range statements {
				statement += " -- service_id"
				if err := store.Exec(s, statement); err == nil || !strings.Contains(err.Error(), why) {
					t.Errorf("%s: %v", statement, err)
				}
			}
			if n := sqlRows(t, s, "SELECT count(*) FROM "+table, 1)[0][0].(int64); n == 0 {
				t.Errorf("%s is empty", table)
			}
		}
		if kind == "sqlite" { // REPLACE deletes without asking the triggers, unless they are recursive
			err := store.Exec(s, "INSERT OR REPLACE INTO audit_events SELECT service_id, seq, at, actor_id, actor, action, subject, changes, 'other', hash, format, actor_kind FROM audit_events")
			if err == nil {
				t.Error("events were replaced")
			}
			err = store.Exec(s, "INSERT OR REPLACE INTO publications SELECT service_id, id, sample_id, version, kind, 'other', outcome, "+
				"outcome_euda, result, published_on, published_by, published_at, import_id FROM publications")
			if err == nil {
				t.Error("publications were replaced")
			}
		}
		if _, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil {
			t.Error(err)
		}
	})
}

// judgeOne has a substance judged, and given an alert limit.
func judgeOne(t testing.TB, s *store.Store) {
	t.Helper()
	by := storetest.Person(t, s, "judge", 0, lab.Coordinator)
	noError(t, s.Judge(t.Context(), by, lab.SubstanceJudgement{SubstanceID: 1, Danger: lab.DangerHigh, Source: "a paper, 2020, p. 1"}))
	limit := lab.AlertLimit{SubstanceID: 1, Amount: lab.Amount{Value: 1_000_000, Scale: lab.PerUnit}, Basis: lab.BasisUnknown, Source: "a paper, 2020, p. 1"}
	noError(t, s.SetAlertLimit(t.Context(), by, limit))
}

// publishOne takes one sample through its life.
func publishOne(t testing.TB, s *store.Store) {
	t.Helper()
	b := newBench(t, s)
	x := b.register(t, s)
	a := b.analyse(t, s, x, "80")
	if _, err := s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false); err != nil {
		t.Fatal(err)
	}
	b.publish(t, s, x)
}

func TestRolesThatCouldChangeTheTrailAreRefused(t *testing.T) {
	server := pgtest.Start(t)
	url := storetest.Config(t, "postgres").DatabaseURL
	opened := func(url string) error {
		s, err := store.Open(t.Context(), store.Config{DatabaseURL: url}, func() time.Time { return storetest.Now })
		if err == nil {
			err = s.Close()
		}
		return err
	}
	if err := opened(server.As(t, url, "postgres")); err == nil || !strings.Contains(err.Error(), "CREATE ROLE marquis LOGIN") {
		t.Errorf("as superuser: %v", err)
	}
	for table, column := range map[string]string{"audit_events": "reason", "publications": "reason", "substance_judgements": "source", "alert_limits": "source", "import_mappings": "text"} {
		for _, right := range []string{"UPDATE", "DELETE", "TRUNCATE", "UPDATE (" + column + ")"} {
			asSuperuser(t, url, "GRANT "+right+" ON "+table+" TO marquis")
			err := opened(url)
			if err == nil || !strings.Contains(err.Error(), "REVOKE UPDATE, DELETE, TRUNCATE ON "+table+` FROM PUBLIC, "marquis"`) {
				t.Errorf("with %s on %s: %v", right, table, err)
			}
			asSuperuser(t, url, "SET ROLE marquis; REVOKE UPDATE, DELETE, TRUNCATE ON "+table+" FROM PUBLIC, CURRENT_USER")
			asSuperuser(t, url, "REVOKE ALL ("+column+") ON "+table+" FROM marquis")
		}
	}
	if err := opened(url); err != nil {
		t.Errorf("as the program's role: %v", err)
	}
}

// asSuperuser runs statements past the rights of the program's role.
func asSuperuser(t testing.TB, database string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), pgtest.Start(t).As(t, database, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, statement := range statements {
		if _, err := conn.PgConn().Exec(t.Context(), statement).ReadAll(); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// TestTamperingIsFoundAndLocated changes the trail as somebody could who gets past
// all rules: with the file in hand, or as superuser.
func TestTamperingIsFoundAndLocated(t *testing.T) {
	type tampering struct {
		statement    string
		service, seq int64
	}
	set := func(column, value string) tampering {
		return tampering{"UPDATE audit_events SET " + column + " = " + value + " WHERE service_id = 1 AND seq = 2", 1, 2}
	}
	cases := []tampering{
		set("actor_id", "77"), set("actor_id", "NULL"), set("actor", "actor || ' '"), set("actor", "'íntake'"), set("action", "upper(action)"),
		set("subject", "substr(subject, 2)"), set("changes", "replace(changes, '5', '6')"), set("changes", "'[]'"), set("changes", "changes || chr(10)"),
		set("reason", "'because'"), set("reason", "reason || chr(9)"), set("hash", "upper(hash)"), set("hash", "''"),
		set("hash", "(SELECT hash FROM audit_events WHERE service_id = 1 AND seq = 1)"),
		set("at", "'2025-03-03T10:00:00.000001Z'"), set("at", "'1999-12-31T23:59:59.000000Z'"),
		set("seq", "200"),
		{"UPDATE publications SET result = result || ' ' WHERE service_id = 1", 1, 5},
		{"UPDATE publications SET result = replace(result, '800000', '810000') WHERE service_id = 1", 1, 5},
		{"DELETE FROM publications WHERE service_id = 1", 1, 5},
		{"UPDATE publications SET kind = 'preliminary', outcome = 'nothing_detected', outcome_euda = 'nothing_detected' WHERE service_id = 1", 1, 5},
		{"UPDATE publications SET published_on = '2020-01-01', reason = 'forged', version = 7 WHERE service_id = 1", 1, 5},
		{"INSERT INTO publications (service_id, id, sample_id, version, kind, reason, outcome, outcome_euda, result, published_on, published_by, published_at, import_id) " +
			"SELECT service_id, '01955b72-b900-7fff-8000-000000000001', sample_id, 2, 'amended', 'forged', outcome, outcome_euda, result, published_on, published_by, published_at, import_id " +
			"FROM publications WHERE service_id = 1", 1, 5},
		set("format", "1"), set("format", "3"), set("actor_kind", "''"), set("actor_kind", "'operator'"),
		{"UPDATE audit_events SET action = action || reason, reason = 'x' WHERE service_id = 1 AND seq = 3", 1, 3},
		{"DELETE FROM audit_events WHERE service_id = 1 AND seq = 1", 1, 1},
		{"DELETE FROM audit_events WHERE service_id = 1 AND seq = 3", 1, 3},
		{"DELETE FROM audit_events WHERE service_id = 1 AND seq >= 4", 1, 4},
		{"DELETE FROM audit_events WHERE service_id = 1", 1, 1},
		{"UPDATE audit_events SET seq = 5 - seq + 1000 WHERE service_id = 1 AND seq IN (2, 3); " +
			"UPDATE audit_events SET seq = seq - 1000 WHERE service_id = 1 AND seq > 1000", 1, 2},
		{"UPDATE audit_events SET service_id = 9 WHERE service_id = 1 AND seq = 4", 1, 4},
		{"INSERT INTO audit_events SELECT service_id, 500, at, actor_id, actor, action, subject, changes, reason, hash, format, actor_kind FROM audit_events WHERE service_id = 1 AND seq = 2", 1, 6},
		{"DELETE FROM audit_heads WHERE service_id = 1", 1, 0},
		{"DELETE FROM audit_heads WHERE service_id = 1; DELETE FROM audit_events WHERE service_id = 1", 1, 0},
		{"DELETE FROM audit_heads WHERE service_id = 1; DELETE FROM audit_events WHERE service_id = 1; DELETE FROM service_years WHERE service_id = 1", 1, 0},
		{"DELETE FROM audit_events WHERE service_id = 1; DELETE FROM service_years WHERE service_id = 1; UPDATE audit_heads SET seq = 0, hash = '' WHERE service_id = 1", 1, 1},
		{"DELETE FROM audit_events WHERE service_id = 0; UPDATE audit_heads SET seq = 0, hash = '' WHERE service_id = 0", 0, 1},
		{"DELETE FROM audit_heads WHERE service_id = 0; DELETE FROM audit_events WHERE service_id = 0", 0, 0},
		{"UPDATE audit_heads SET seq = 4, hash = (SELECT hash FROM audit_events WHERE service_id = 1 AND seq = 4) WHERE service_id = 1", 1, 5},
		{"UPDATE audit_heads SET hash = '' WHERE service_id = 1", 1, 6},
		{"UPDATE audit_events SET reason = 'x' WHERE service_id = 0 AND seq = 3", 0, 3},
	}
	onlySQLite := []tampering{
		set("at", "'yesterday'"), set("at", "''"), set("actor_id", "'x'"), set("reason", "x'00ff'"), set("actor", "actor || x'00'"),
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := storetest.Config(t, kind)
			s := storetest.Open(t, c)
			publishOne(t, s)
			if n := len(sqlRows(t, s, "SELECT 1 FROM audit_events WHERE service_id = 1", 1)); n != 5 {
				t.Fatalf("%d events", n)
			}
			all := cases
			if kind == "sqlite" {
				all = append(all, onlySQLite...)
			}
			for _, x := range all {
				restore := tamper(t, s, c, x.statement)
				_, err := s.VerifyAudit(t.Context(), lab.Operator("test"))
				if !located(err, x.service, x.seq) {
					t.Errorf("%s\nshould be found in trail %d at event %d: %v", x.statement, x.service, x.seq, err)
				}
				restore()
				if n, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil || n == 0 {
					t.Fatalf("%s\nnot restored: %d, %v", x.statement, n, err)
				}
			}
		})
	}
}

// located tells whether one of the joined errors names the place.
func located(err error, service, seq int64) bool {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return slices.ContainsFunc(joined.Unwrap(), func(err error) bool { return located(err, service, seq) })
	}
	var fault *store.AuditError
	return errors.As(err, &fault) && int64(fault.ServiceID) == service && fault.Seq == seq
}

// tamper runs a statement past all rules and returns what undoes it.
func tamper(t testing.TB, s *store.Store, c store.Config, statement string) (restore func()) {
	t.Helper()
	if c.DatabaseURL != "" {
		copies := "DROP TABLE IF EXISTS e, h, p; CREATE TABLE e AS TABLE audit_events; CREATE TABLE h AS TABLE audit_heads; CREATE TABLE p AS TABLE publications"
		asSuperuser(t, c.DatabaseURL, copies, statement)
		return func() {
			asSuperuser(t, c.DatabaseURL, "TRUNCATE audit_events, audit_heads, publications; INSERT INTO audit_events TABLE e; INSERT INTO audit_heads TABLE h; INSERT INTO publications TABLE p")
		}
	}
	run := func(statements ...string) {
		for _, statement := range statements {
			if _, err := store.Pool(t, s).ExecContext(t.Context(), statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	}
	statement = strings.NewReplacer("chr(", "char(").Replace(statement)
	run("DROP TABLE IF EXISTS e", "DROP TABLE IF EXISTS h", "CREATE TABLE e AS SELECT * FROM audit_events", "CREATE TABLE h AS SELECT * FROM audit_heads",
		"DROP TABLE IF EXISTS p", "CREATE TABLE p AS SELECT * FROM publications", "DROP TRIGGER IF EXISTS publications_no_update", "DROP TRIGGER IF EXISTS publications_no_delete",
		"DROP TRIGGER IF EXISTS audit_events_no_update", "DROP TRIGGER IF EXISTS audit_events_no_delete", statement)
	return func() {
		run("DELETE FROM audit_events", "DELETE FROM audit_heads", "DELETE FROM publications", "INSERT INTO audit_events SELECT * FROM e", "INSERT INTO audit_heads SELECT * FROM h",
			"INSERT INTO publications SELECT * FROM p")
	}
}
