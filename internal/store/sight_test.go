package store_test

import (
	"errors"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// asked is one method as an actor calls it about what a service has.
type asked struct {
	method string
	by     lab.Actor // who does see it
	call   func(by lab.Actor) (any, error)
}

// empty tells whether nothing is in an answer.
func empty(x any) bool {
	v := reflect.ValueOf(x)
	return !v.IsValid() || v.IsZero() || (v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.Len() == 0
}

func only(err error) (any, error) { return nil, err }

func failing[T any](_ T, err error) error { return err }

// ofOneself are the methods by which actors ask for, and change, what is their own.
var ofOneself = []string{
	"SignIn", "ChangePassword", "Habits", "Remember", "SetSecondFactor", "ConfirmSecondFactor", "UseSecondFactor", "UseRecoveryCode", "OwnSessions",
	"Slip", "Slips", "KeepForm", "RoomForForm", "FormDrafts", "OwnFormDrafts", "DropForm",
	"KeepBatchFile",
}

// ofAll are the methods on the registry as a whole: that it is there is no secret, so
// that others are refused in so many words, or find nothing.
func ofAll(t *testing.T, s *store.Store, b bench) []asked {
	ctx, ring := t.Context(), ringOf("ours", "a")
	batch := &store.ImportBatch{Service: &lab.Service{Code: "NEW"}}
	return []asked{
		{"AddService", operator, func(by lab.Actor) (any, error) { _, err := s.AddService(ctx, by, b.service); return nil, err }},
		{"AddMethod", operator, func(by lab.Actor) (any, error) { return s.AddMethod(ctx, by, *b.gcms) }},
		{"AddLaboratory", operator, func(by lab.Actor) (any, error) { return s.AddLaboratory(ctx, by, lab.Lab{Name: "Seen"}) }},
		{"ChangeLaboratory", operator, func(by lab.Actor) (any, error) {
			l := lab.Lab{ID: b.gcms.LaboratoryID, Name: "Lab", Services: []lab.ServiceID{0}}
			return only(s.ChangeLaboratory(ctx, by, l, l))
		}},
		{"AddToScope", operator, func(by lab.Actor) (any, error) {
			return s.AddToScope(ctx, by, b.gcms.ID, lab.ScopeRow{Name: "ketamine"})
		}},
		{"AddVersion", operator, func(by lab.Actor) (any, error) {
			d, err := s.Words(ctx)
			noError(t, err)
			last := b.gcms
			for next := last; next != nil; next = d.NextVersion(last.ID) {
				last = next
			}
			m := *last
			m.Version = last.ProposedVersion()
			return s.AddVersion(ctx, by, last.ID, m)
		}},
		{"RetireMethod", operator, func(by lab.Actor) (any, error) { return only(s.RetireMethod(ctx, by, b.gcms.ID, 2025_01_01)) }},
		{"AdoptRing", operator, func(by lab.Actor) (any, error) { return only(s.AdoptRing(ctx, by, ring, opens)) }},
		{"TakeRing", operator, func(by lab.Actor) (any, error) { return only(s.TakeRing(ctx, by, look(ring), opens)) }},
		{"CheckRing", operator, func(by lab.Actor) (any, error) { return only(s.CheckRing(ctx, by, look(ring))) }},
		{"ClosedMonths", operator, func(by lab.Actor) (any, error) { return s.ClosedMonths(ctx, by, look(ring)) }},
		{"NeedsRing", operator, func(by lab.Actor) (any, error) { return s.NeedsRing(ctx, by) }},
		{"EndedKeys", operator, func(by lab.Actor) (any, error) { return s.EndedKeys(ctx, by) }},
		{"PlanAdoption", operator, func(by lab.Actor) (any, error) { return s.PlanAdoption(ctx, by, ring, opens) }},
		{"ExpireCodes", operator, func(by lab.Actor) (any, error) { return s.ExpireCodes(ctx, by, 2025_06_01) }},
		{"OverdueCodes", operator, func(by lab.Actor) (any, error) { n, _, err := s.OverdueCodes(ctx, by, 2025_06_01); return n, err }},
		{"CodePeriod", operator, func(by lab.Actor) (any, error) { return s.CodePeriod(ctx, by) }},
		{"KeepCodeMonths", operator, func(by lab.Actor) (any, error) { return only(s.KeepCodeMonths(ctx, by, 6)) }},
		{"ConfirmEnding", operator, func(by lab.Actor) (any, error) {
			return only(s.ConfirmEnding(ctx, by, store.Confirmation{Day: lab.DateOf(storetest.Now, time.UTC)}))
		}},
		{"MarkClock", operator, func(by lab.Actor) (any, error) { return only(s.MarkClock(ctx, by)) }},
		{"MarkSynthetic", operator, func(by lab.Actor) (any, error) { return only(s.MarkSynthetic(ctx, by, "a test")) }},
		{"Snapshot", operator, func(by lab.Actor) (any, error) {
			return only(s.Snapshot(ctx, by, func(store.Snapshot) error { return nil }))
		}},
		{"BackUpAlone", operator, func(by lab.Actor) (any, error) { return only(s.BackUpAlone(ctx, by, func() error { return nil })) }},
		{"NoteBackup", operator, func(by lab.Actor) (any, error) {
			return only(s.NoteBackup(ctx, by, store.Backup{MadeAt: lab.At(storetest.Now)}))
		}},
		{"LastBackups", operator, func(by lab.Actor) (any, error) { return s.LastBackups(ctx, by) }},
		{"CheckFile", operator, func(by lab.Actor) (any, error) { return only(s.CheckFile(ctx, by)) }},
		{"BeginLife", operator, func(by lab.Actor) (any, error) { return s.BeginLife(ctx, by, lab.At(storetest.Now), 0) }},
		{"SweepDrafts", operator, func(by lab.Actor) (any, error) { return s.SweepDrafts(ctx, by) }},
		{"SweepUploads", operator, func(by lab.Actor) (any, error) { return only(s.SweepUploads(ctx, by)) }},
		{"SweepSlips", operator, func(by lab.Actor) (any, error) { return only(s.SweepSlips(ctx, by)) }},
		{"SweepSessions", operator, func(by lab.Actor) (any, error) { return only(s.SweepSessions(ctx, by)) }},
		{"Import", operator, func(by lab.Actor) (any, error) { return only(s.Import(ctx, by, b.dictionary, batch, func(int) {})) }},
		{"TakeBack", operator, func(by lab.Actor) (any, error) {
			return only(s.TakeBack(ctx, by, lab.Key{ServiceID: b.service.ID}, lab.Because("en", "seen"), func(int) {}))
		}},
		{"Abandon", operator, func(by lab.Actor) (any, error) {
			return only(s.Abandon(ctx, by, lab.Key{ServiceID: b.service.ID}, func(int) {}))
		}},
		{"Namesakes", operator, func(by lab.Actor) (any, error) { return only(failing(s.Namesakes(ctx, by))) }},
		{"TryMergeSubstance", operator, func(by lab.Actor) (any, error) { return only(failing(s.TryMergeSubstance(ctx, by, 1, 2))) }},
		{"MergeSubstance", operator, func(by lab.Actor) (any, error) { return only(failing(s.MergeSubstance(ctx, by, 1, 2, "the same"))) }},
		{"UnmergeSubstance", operator, func(by lab.Actor) (any, error) { return only(failing(s.UnmergeSubstance(ctx, by, 1, "two"))) }},
		{"TryMergeProduct", operator, func(by lab.Actor) (any, error) { return only(failing(s.TryMergeProduct(ctx, by, 1, 2))) }},
		{"MergeProduct", operator, func(by lab.Actor) (any, error) { return only(failing(s.MergeProduct(ctx, by, 1, 2, "the same"))) }},
		{"UnmergeProduct", operator, func(by lab.Actor) (any, error) { return only(failing(s.UnmergeProduct(ctx, by, 1, "two"))) }},
		{"Reclassify", operator, func(by lab.Actor) (any, error) { _, err := s.Reclassify(ctx, by); return nil, err }},
		{"CountAnew", operator, func(by lab.Actor) (any, error) {
			return s.CountAnew(ctx, by, store.ServiceYear{ServiceID: b.service.ID, Year: 2025})
		}},
		{"Outdated", operator, func(by lab.Actor) (any, error) { return s.Outdated(ctx, by) }},
		{"ReviewSubstanceName", operator, func(by lab.Actor) (any, error) { return only(s.ReviewSubstanceName(ctx, by, b.ketamineID, "none")) }},
		{"ReviewProductName", operator, func(by lab.Actor) (any, error) { return only(s.ReviewProductName(ctx, by, b.ketamine.ID, "none")) }},
		{"EntryHistory", operator, func(by lab.Actor) (any, error) { return s.EntryHistory(ctx, by, "substance 1") }},
		{"VerifyAudit", operator, func(by lab.Actor) (any, error) { return s.VerifyAudit(ctx, by) }},
		{"SetAlertLimit", operator, func(by lab.Actor) (any, error) { return only(s.SetAlertLimit(ctx, by, lab.AlertLimit{SubstanceID: 1})) }},
		{"Revisions", lab.Program("test"), func(by lab.Actor) (any, error) { return s.Revisions(ctx, by) }},
		{"AddUser", operator, func(by lab.Actor) (any, error) {
			_, err := s.AddUser(ctx, by, lab.User{Login: "new", Name: "New"}, []lab.Membership{{ServiceID: b.service.ID, Role: lab.Verifier}})
			return nil, err
		}},
	}
}

// ofWords are the methods on the entries of the dictionary, which are everybody's: who has no
// role at all is told that there are none. Each is called with a mistake, which who may is told.
func ofWords(t *testing.T, s *store.Store, b bench) []asked {
	ctx := t.Context()
	x, err := s.ProposeSubstance(ctx, b.analyst, b.service.ID, lab.Proposal{Name: "vurtolane", Class: "other", Why: "library match"})
	noError(t, err)
	p, err := s.ProposeProduct(ctx, b.intake, b.service.ID, lab.ProductProposal{ProductEntry: lab.ProductEntry{NameEN: "green friday", Unit: lab.Gram}, Why: "heard"})
	noError(t, err)
	noError(t, s.NameSubstance(ctx, b.verifier, x.ID, lab.NameProposal{Name: "VTL", Why: "heard"}))
	noError(t, s.NameProduct(ctx, b.verifier, p.ID, lab.NameProposal{Name: "friday", Why: "heard"}))
	noError(t, s.Judge(ctx, b.verifier, lab.SubstanceJudgement{SubstanceID: x.ID, Danger: lab.DangerHigh, Source: "a paper, 2020, p. 1"}))
	return []asked{
		{"ChangeSubstance", b.verifier, func(by lab.Actor) (any, error) { return only(s.ChangeSubstance(ctx, by, x.ID, 9, filler(), false)) }},
		{"ReviewSubstance", b.verifier, func(by lab.Actor) (any, error) { return only(s.ReviewSubstance(ctx, by, x.ID, 9)) }},
		{"ChangeProduct", b.verifier, func(by lab.Actor) (any, error) {
			return only(s.ChangeProduct(ctx, by, p.ID, 9, lab.ProductEntry{}, false))
		}},
		{"ReviewProduct", b.verifier, func(by lab.Actor) (any, error) { return only(s.ReviewProduct(ctx, by, p.ID, 9)) }},
		{"NameSubstance", b.verifier, func(by lab.Actor) (any, error) { return only(s.NameSubstance(ctx, by, x.ID, lab.NameProposal{})) }},
		{"NameProduct", b.verifier, func(by lab.Actor) (any, error) { return only(s.NameProduct(ctx, by, p.ID, lab.NameProposal{})) }},
		{"WithdrawSubstanceName", b.verifier, func(by lab.Actor) (any, error) { return only(s.WithdrawSubstanceName(ctx, by, x.ID, "VTL", "")) }},
		{"WithdrawProductName", b.verifier, func(by lab.Actor) (any, error) { return only(s.WithdrawProductName(ctx, by, p.ID, "friday", "")) }},
		{"Judge", b.verifier, func(by lab.Actor) (any, error) {
			return only(s.Judge(ctx, by, lab.SubstanceJudgement{SubstanceID: x.ID}))
		}},
		{"ReviewJudgement", b.verifier, func(by lab.Actor) (any, error) { return only(s.ReviewJudgement(ctx, by, x.ID, 9)) }},
	}
}

// ofService are the methods on what a service and its people have, with a call each on
// what is there: those that only read first.
func ofService(t *testing.T, s *store.Store, b bench) []asked {
	ctx := t.Context()
	ada := storetest.Person(t, s, "ada", b.service.ID, lab.Administrator)
	analyst := storetest.Person(t, s, "figures", b.service.ID, lab.DataAnalyst)
	place, err := s.AddLocation(ctx, ada, lab.Location{ServiceID: b.service.ID, Name: "Counter", Kind: lab.LocationKinds.Strings()[0]})
	noError(t, err)
	handed, code := b.registration(func(x *lab.Sample) { x.Channel = lab.FrontOfHouse }), hashOf("2025-02", 1)
	handed.Code = &code
	x, err := s.RegisterSample(ctx, b.intake, handed)
	noError(t, err)
	number := lab.SampleNumber{Service: b.service.Code, Year: int(x.NumberYear), Running: int(x.NumberRunning)}
	signed := b.analyse(t, s, x, "80")
	_, err = s.VerifyAnalysis(ctx, b.verifier, signed.Key, signed.Version, false)
	noError(t, err)
	b.publish(t, s, x)
	a := b.analyse(t, s, x, "79")
	q, err := s.AskAnalysis(ctx, b.verifier, a.Key, a.Version, "Was it weighed?")
	noError(t, err)
	draft, err := s.NewDraft(ctx, b.intake, b.service.ID, "{}")
	noError(t, err)
	importer := storetest.Person(t, s, "importer", b.service.ID, lab.Importer)
	sent, unsent := upload(t, s, importer, b.service.ID, "a.csv", "a"), upload(t, s, importer, b.service.ID, "b.csv", "")
	run, err := s.KeepBatchFile(ctx, b.analyst, "run.csv", url.Values{"run": {"12"}}, []byte("a"))
	noError(t, err)
	_, err = s.AddMapping(ctx, importer, lab.ImportMapping{ServiceID: b.service.ID, Name: "source", Text: "x"})
	noError(t, err)
	key, visit := lab.Key{ServiceID: b.service.ID, ID: draft}, lab.Key{ServiceID: b.service.ID, ID: x.VisitID}
	noError(t, storetest.StartSession(ctx, s, b.intake, tokenHash("a"), false))
	noError(t, storetest.StartSession(ctx, s, b.intake, tokenHash("b"), false))
	own, err := s.OwnSessions(ctx, b.intake)
	noError(t, err)
	s.NoteSignInFailure(store.FailedSignIn{UserID: b.intake.UserID, NetworkHash: "n"})
	person, program := b.intake.UserID, lab.Program("test")
	sample := func(_ lab.Sample, err error) (any, error) { return nil, err }
	analysis := func(_ lab.Analysis, err error) (any, error) { return nil, err }
	return []asked{
		{"Service", ada, func(by lab.Actor) (any, error) { return s.Service(ctx, by, b.service.Code) }},
		{"Services", ada, func(by lab.Actor) (any, error) {
			all, err := s.Services(ctx, by)
			return slices.DeleteFunc(all, func(x lab.Service) bool { return x.ID != b.service.ID }), err
		}},
		{"Locations", ada, func(by lab.Actor) (any, error) { return s.Locations(ctx, by, b.service.ID) }},
		{"AllLocations", ada, func(by lab.Actor) (any, error) { return s.AllLocations(ctx, by) }},
		{"UsualAmounts", b.analyst, func(by lab.Actor) (any, error) { return s.UsualAmounts(ctx, by, b.ketamineID, 2025) }},
		{"NameOf", b.analyst, func(by lab.Actor) (any, error) { return s.NameOf(ctx, by, b.intake.UserID) }},
		{"Life", b.intake, func(by lab.Actor) (any, error) { return s.Life(ctx, by) }},
		{"ClockGaps", ada, func(by lab.Actor) (any, error) { return s.ClockGaps(ctx, by) }},
		{"TrustedAt", ada, func(by lab.Actor) (any, error) { return s.TrustedAt(ctx, by) }},
		{"People", ada, func(by lab.Actor) (any, error) {
			all, err := s.People(ctx, by)
			return slices.DeleteFunc(all, func(p store.Person) bool { return p.ID != person }), err
		}},
		{"Person", ada, func(by lab.Actor) (any, error) { return s.Person(ctx, by, person) }},
		{"FailuresOfAll", ada, func(by lab.Actor) (any, error) {
			all, err := s.FailuresOfAll(ctx, by, storetest.Now.Add(-time.Hour))
			return all.Users, err
		}},
		{"Uploads", importer, func(by lab.Actor) (any, error) { return s.Uploads(ctx, by, b.service.ID) }},
		{"Upload", importer, func(by lab.Actor) (any, error) { return s.Upload(ctx, by, sent) }},
		{"UploadPart", importer, func(by lab.Actor) (any, error) { return s.UploadPart(ctx, by, sent, 1, 0) }},
		{"FinishUpload", importer, func(by lab.Actor) (any, error) { return only(s.FinishUpload(ctx, by, sent)) }},
		{"Mappings", importer, func(by lab.Actor) (any, error) { return s.Mappings(ctx, by, b.service.ID) }},
		{"Mapping", importer, func(by lab.Actor) (any, error) { return s.Mapping(ctx, by, b.service.ID, "source", 1) }},
		{"AddMapping", importer, func(by lab.Actor) (any, error) {
			_, err := s.AddMapping(ctx, by, lab.ImportMapping{ServiceID: b.service.ID, Name: "other", Text: "x"})
			return nil, err
		}},
		{"BeginUpload", importer, func(by lab.Actor) (any, error) {
			_, err := s.BeginUpload(ctx, by, b.service.ID, []lab.Upload{{Name: "b.csv", Bytes: 1}})
			return nil, err
		}},
		{"AddUploadPart", importer, func(by lab.Actor) (any, error) { return only(s.AddUploadPart(ctx, by, unsent, 1, 0, []byte("a"))) }},
		{"DropUpload", importer, func(by lab.Actor) (any, error) { return only(s.DropUpload(ctx, by, unsent)) }},
		{"KnownImport", operator, func(by lab.Actor) (any, error) { return s.KnownImport(ctx, by, b.service.ID, "") }},
		{"UsualFor", operator, func(by lab.Actor) (any, error) {
			_, _, err := s.UsualFor(ctx, by, b.service.ID, x.ReceivedOn)
			return nil, err
		}},
		{"Imports", operator, func(by lab.Actor) (any, error) { return s.Imports(ctx, by, b.service.ID) }},
		{"UnfinishedImports", operator, func(by lab.Actor) (any, error) { return s.UnfinishedImports(ctx, by) }},
		{"ImportUses", operator, func(by lab.Actor) (any, error) {
			return s.ImportUses(ctx, by, lab.Key{ServiceID: b.service.ID})
		}},
		{"Recorded", operator, func(by lab.Actor) (any, error) { return s.Recorded(ctx, by, b.service.ID, []string{"A1"}) }},
		{"RecordedFiles", operator, func(by lab.Actor) (any, error) {
			return s.RecordedFiles(ctx, by, b.service.ID, []string{"A1"})
		}},
		{"Elsewhere", operator, func(by lab.Actor) (any, error) {
			return s.Elsewhere(ctx, by, b.service.ID, map[string]lab.Date{"A1": 2024_03_05})
		}},
		{"FactRows", program, func(by lab.Actor) (any, error) {
			for _, err := range s.FactRows(ctx, by, b.service.ID, int(x.NumberYear)) {
				return err == nil, err
			}
			return nil, nil
		}},
		{"Sample", b.intake, func(by lab.Actor) (any, error) { x, _, err := s.Sample(ctx, by, x.Key); return x, err }},
		{"FindSample", b.intake, func(by lab.Actor) (any, error) { return s.FindSample(ctx, by, number) }},
		{"FindAnalysis", b.intake, func(by lab.Actor) (any, error) { return s.FindAnalysis(ctx, by, x.Key, a.ID) }},
		{"ReadSample", b.intake, func(by lab.Actor) (any, error) { return s.ReadSample(ctx, by, x.Key, lab.ForAudit) }},
		{"ReadSampleUnseen", b.intake, func(by lab.Actor) (any, error) { return s.ReadSampleUnseen(ctx, by, x.Key) }},
		{"Views", b.intake, func(by lab.Actor) (any, error) { return s.Views(ctx, by, x.Key) }},
		{"Proposal", b.verifier, func(by lab.Actor) (any, error) { return s.Proposal(ctx, by, x.Key) }},
		{"HeldLong", b.intake, func(by lab.Actor) (any, error) { return s.HeldLong(ctx, by) }},
		{"HeldProposal", b.verifier, func(by lab.Actor) (any, error) {
			_, err := s.HeldProposal(ctx, by, x.Key)
			return nil, err
		}},
		{"Worklist", b.intake, func(by lab.Actor) (any, error) { return s.Worklist(ctx, by, store.WorkFilter{Service: b.service.ID}) }},
		{"Numbered", b.intake, func(by lab.Actor) (any, error) {
			return s.Numbered(ctx, by, lab.SoughtNumber{Service: b.service.Code, Running: number.Running})
		}},
		{"NearNumber", b.intake, func(by lab.Actor) (any, error) {
			return s.NearNumber(ctx, by, lab.SoughtNumber{Service: b.service.Code, Year: number.Year, Running: number.Running + 1})
		}},
		{"StageCounts", b.intake, func(by lab.Actor) (any, error) { return s.StageCounts(ctx, by, b.service.ID) }},
		{"Visit", b.intake, func(by lab.Actor) (any, error) { return s.Visit(ctx, by, visit) }},
		{"LastOfVisit", b.intake, func(by lab.Actor) (any, error) { return s.LastOfVisit(ctx, by, visit) }},
		{"NumberInVisit", b.intake, func(by lab.Actor) (any, error) { return s.NumberInVisit(ctx, by, &x) }},
		{"UsualPrice", b.intake, func(by lab.Actor) (any, error) {
			return s.UsualPrice(ctx, by, b.service.ID, b.ketamine.ID, lab.Price{Currency: "EUR", Unit: lab.Gram}, x.ReceivedOn)
		}},
		{"OpenCodes", b.intake, func(by lab.Actor) (any, error) { return s.OpenCodes(ctx, by, b.service.ID, []store.CodeHash{code}) }},
		{"Draft", b.intake, func(by lab.Actor) (any, error) { return s.Draft(ctx, by, key) }},
		{"Drafts", b.intake, func(by lab.Actor) (any, error) { return s.Drafts(ctx, by, b.service.ID) }},

		{"RecordExport", analyst, func(by lab.Actor) (any, error) { return only(s.RecordExport(ctx, by, b.service.ID, "figures")) }},
		{"AddLocation", ada, func(by lab.Actor) (any, error) {
			_, err := s.AddLocation(ctx, by, lab.Location{ServiceID: b.service.ID, Name: "Van", Kind: lab.LocationKinds.Strings()[0]})
			return nil, err
		}},
		{"SetTerms", ada, func(by lab.Actor) (any, error) {
			return only(s.SetTerms(ctx, by, b.service.ID, lab.Terms{}, lab.Terms{DaysToResult: 7}))
		}},
		{"ChangeLocation", ada, func(by lab.Actor) (any, error) {
			changed := place
			changed.Name = "Desk"
			return only(s.ChangeLocation(ctx, by, place, changed))
		}},
		{"CloseLocation", ada, func(by lab.Actor) (any, error) { return only(s.CloseLocation(ctx, by, b.service.ID, place.ID, true)) }},
		{"RequireSecondFactor", ada, func(by lab.Actor) (any, error) { return only(s.RequireSecondFactor(ctx, by, b.service.ID, false)) }},
		{"KeepDraftApart", b.intake, func(by lab.Actor) (any, error) {
			_, err := s.KeepDraftApart(ctx, by, key, "window", "{}")
			return nil, err
		}},
		{"SaveDraft", b.intake, func(by lab.Actor) (any, error) { return only(s.SaveDraft(ctx, by, key, "{}", store.DraftWindow{})) }},
		{"DropDraft", b.intake, func(by lab.Actor) (any, error) { return only(s.DropDraft(ctx, by, key)) }},
		{"NewDraft", b.intake, func(by lab.Actor) (any, error) { _, err := s.NewDraft(ctx, by, b.service.ID, "{}"); return nil, err }},
		{"TurnAway", b.intake, func(by lab.Actor) (any, error) {
			_, err := s.TurnAway(ctx, by, lab.Visit{Key: visit}, lab.ID{}, 1)
			return nil, err
		}},
		{"RegisterSample", b.intake, func(by lab.Actor) (any, error) { return sample(s.RegisterSample(ctx, by, b.registration())) }},
		{"UndoSample", b.intake, func(by lab.Actor) (any, error) { return s.UndoSample(ctx, by, x.Key, keptAsDraft) }},
		{"ReplaceCode", b.intake, func(by lab.Actor) (any, error) {
			return only(s.ReplaceCode(ctx, by, x.Key, store.CodeHash{KeyID: "a", Hash: []byte("h")}, "lost", nil))
		}},
		{"TellResult", b.intake, func(by lab.Actor) (any, error) { return only(s.TellResult(ctx, by, x.Key, 1)) }},
		{"DescribeSample", b.intake, func(by lab.Actor) (any, error) {
			return sample(s.DescribeSample(ctx, by, x.Key, x.Version, nil, asItIs))
		}},
		{"MoveSample", b.verifier, func(by lab.Actor) (any, error) {
			return sample(s.MoveSample(ctx, by, x.Key, x.Version, lab.InAnalysis, ""))
		}},
		{"ExcludeSample", b.verifier, func(by lab.Actor) (any, error) {
			return sample(s.ExcludeSample(ctx, by, x.Key, x.Version, lab.Exclusions.Strings()[0]))
		}},
		{"IncludeSample", b.verifier, func(by lab.Actor) (any, error) { return sample(s.IncludeSample(ctx, by, x.Key, x.Version)) }},
		{"NotAnalyse", b.analyst, func(by lab.Actor) (any, error) {
			return only(s.NotAnalyse(ctx, by, []store.VersionedKey{{Key: x.Key, Version: x.Version}}, lab.NotAnalysedReasons.Strings()[0]))
		}},
		{"AnswerAnalysis", b.analyst, func(by lab.Actor) (any, error) {
			_, err := s.AnswerAnalysis(ctx, by, q.Key, "Twice.")
			return nil, err
		}},
		{"AskAnalysis", b.verifier, func(by lab.Actor) (any, error) {
			_, err := s.AskAnalysis(ctx, by, a.Key, a.Version, "And again?")
			return nil, err
		}},
		{"TryBatch", b.analyst, func(by lab.Actor) (any, error) {
			trials, err := s.TryBatch(ctx, by, []store.BatchEntry{b.entry(x, 800_000)})
			if err == nil {
				err = ofUnknown(trials[0].Refused)
			}
			return nil, err
		}},
		{"EnterBatch", b.analyst, func(by lab.Actor) (any, error) {
			return nil, ofUnknown(s.EnterBatch(ctx, by, []store.BatchEntry{b.entry(x, 800_000)}, ""))
		}},
		{"BatchFiles", b.analyst, func(by lab.Actor) (any, error) { return s.BatchFiles(ctx, by) }},
		{"BatchFile", b.analyst, func(by lab.Actor) (any, error) {
			u, _, err := s.BatchFile(ctx, by, run)
			return u, err
		}},
		{"DescribeBatchFile", b.analyst, func(by lab.Actor) (any, error) {
			return only(s.DescribeBatchFile(ctx, by, run, url.Values{"run": {"14"}}))
		}},
		{"DropBatchFile", b.analyst, func(by lab.Actor) (any, error) { return only(s.DropBatchFile(ctx, by, run)) }},
		{"Batches", b.analyst, func(by lab.Actor) (any, error) { return s.Batches(ctx, by) }},
		{"MappingOf", b.analyst, func(by lab.Actor) (any, error) { return s.MappingOf(ctx, by, b.gcms.ID) }},
		{"TakeWorklist", b.analyst, func(by lab.Actor) (any, error) {
			return s.TakeWorklist(ctx, by, store.WorkFilter{Service: b.service.ID})
		}},
		{"EnterAnalysis", b.analyst, func(by lab.Actor) (any, error) {
			return analysis(s.EnterAnalysis(ctx, by, lab.Analysis{Key: lab.Key{ServiceID: b.service.ID}, SampleID: x.ID}, nil))
		}},
		{"ChangeAnalysis", b.analyst, func(by lab.Actor) (any, error) {
			return analysis(s.ChangeAnalysis(ctx, by, a.Key, a.Version, a, nil, ""))
		}},
		{"ProposeSubstance", b.analyst, func(by lab.Actor) (any, error) {
			return s.ProposeSubstance(ctx, by, b.service.ID, lab.Proposal{Name: "zalpidone", Class: "other", Why: "library match"})
		}},
		{"ProposeProduct", b.intake, func(by lab.Actor) (any, error) {
			return s.ProposeProduct(ctx, by, b.service.ID, lab.ProductProposal{ProductEntry: lab.ProductEntry{NameEN: "blue monday", Unit: lab.Gram}, Why: "heard"})
		}},
		{"VerifyAnalysis", b.verifier, func(by lab.Actor) (any, error) { return analysis(s.VerifyAnalysis(ctx, by, a.Key, a.Version, false)) }},
		{"RetractAnalysis", b.verifier, func(by lab.Actor) (any, error) {
			return analysis(s.RetractAnalysis(ctx, by, a.Key, a.Version, "wrong"))
		}},
		{"ReportAnalysis", b.verifier, func(by lab.Actor) (any, error) { return analysis(s.ReportAnalysis(ctx, by, a.Key, a.Version, true)) }},
		{"SetAsideFindings", b.verifier, func(by lab.Actor) (any, error) { return analysis(s.SetAsideFindings(ctx, by, a.Key, a.Version)) }},
		{"PublishResult", b.verifier, func(by lab.Actor) (any, error) {
			_, err := s.PublishResult(ctx, by, x.Key, x.Version, "", lab.Why{})
			return nil, err
		}},
		{"PublishAmongMany", b.verifier, func(by lab.Actor) (any, error) {
			_, err := s.PublishAmongMany(ctx, by, x.Key, x.Version, "")
			return nil, err
		}},
		{"PublishHeld", b.verifier, func(by lab.Actor) (any, error) {
			_, err := s.PublishHeld(ctx, by, x.Key, x.Version, "", lab.Why{})
			return nil, err
		}},
		{"VerifyAndConfirm", b.verifier, func(by lab.Actor) (any, error) {
			_, err := s.VerifyAndConfirm(ctx, by, a.Key, a.Version, false)
			return nil, err
		}},
		{"WithdrawResult", b.verifier, func(by lab.Actor) (any, error) {
			_, err := s.WithdrawResult(ctx, by, x.Key, x.Version, lab.Because("en", "wrong"))
			return nil, err
		}},
		{"WithdrawExchanged", b.verifier, func(by lab.Actor) (any, error) {
			_, err := s.WithdrawExchanged(ctx, by, x.Key, x.Version, lab.Because("en", "wrong"), x.Key)
			return nil, err
		}},
		{"DeclineRetest", b.verifier, func(by lab.Actor) (any, error) {
			return sample(s.DeclineRetest(ctx, by, x.Key, x.Version, "nothing is left"))
		}},
		{"Closing", b.intake, func(by lab.Actor) (any, error) { _, err := s.Closing(ctx, by, x.Key); return nil, err }},
		{"Reopen", b.intake, func(by lab.Actor) (any, error) {
			return only(s.Reopen(ctx, by, store.VersionedKey{Key: x.Key, Version: x.Version}))
		}},
		{"RenameUser", ada, func(by lab.Actor) (any, error) { return only(s.RenameUser(ctx, by, person, "Other")) }},
		{"SetMemberships", ada, func(by lab.Actor) (any, error) { return only(s.SetMemberships(ctx, by, person, nil)) }},
		{"Invite", operator, func(by lab.Actor) (any, error) {
			return only(s.Invite(ctx, by, person, tokenHash("c"), lab.At(storetest.Now.Add(time.Hour)), false))
		}},
		{"EndOtherSession", b.intake, func(by lab.Actor) (any, error) { return only(s.EndOtherSession(ctx, by, own[0].ID)) }},
		{"EndOtherSessions", b.intake, func(by lab.Actor) (any, error) { return only(s.EndOtherSessions(ctx, by, own[1].ID)) }},
		{"EndSessions", operator, func(by lab.Actor) (any, error) { return only(s.EndSessions(ctx, by, person)) }},
		{"DisableUser", operator, func(by lab.Actor) (any, error) { return only(s.DisableUser(ctx, by, person, true)) }},
	}
}

// ofUnknown is lab.ErrNotFound where an entry of a batch is refused in the words for a number
// that there is not.
func ofUnknown(err error) error {
	if err != nil && strings.Contains(err.Error(), "No sample of this number is known here.") {
		return lab.ErrNotFound
	}
	return err
}

// toldToStaff are told to every member of staff, whatever the service.
var toldToStaff = []string{"ClockGaps", "TrustedAt", "Life", "UsualAmounts", "NameOf"}

// TestStrangersLearnOfNothing: to who has roles at another service alone, and to who has
// none, what a service has does not exist, and the registry as a whole is closed.
func TestStrangersLearnOfNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		other := storetest.Service(t, s, "AMS")
		strangers := []lab.Actor{{}, storetest.Person(t, s, "nobody", 0)}
		for _, role := range lab.UserRoles {
			strangers = append(strangers, storetest.Person(t, s, "stranger."+strings.ReplaceAll(string(role), "_", "."), other.ID, role))
		}
		table := map[string]bool{}
		for _, a := range ofWords(t, s, b) {
			table[a.method] = true
			for _, by := range strangers[:2] {
				if got, err := a.call(by); !errors.Is(err, lab.ErrNotFound) || !empty(got) {
					t.Errorf("%s by %q: %v, %v", a.method, by.Name, got, err)
				}
			}
			for _, by := range append(strangers[2:], b.intake) {
				var refused *lab.MoveError
				may := lab.MayReview(by) == nil || a.method == "NameProduct" && lab.MayNameProduct(by) == nil
				if _, err := a.call(by); may == errors.As(err, &refused) || may && errors.Is(err, lab.ErrNotFound) {
					t.Errorf("%s by %q: %v", a.method, by.Name, err)
				}
			}
		}
		for _, a := range ofAll(t, s, b) {
			table[a.method] = true
			for _, by := range strangers {
				got, err := a.call(by)
				var refused *lab.MoveError
				if !errors.As(err, &refused) && !errors.Is(err, lab.ErrNotFound) || !empty(got) {
					t.Errorf("%s by %q: %v, %v", a.method, by.Name, got, err)
				}
			}
		}
		own := ofService(t, s, b)
		for _, a := range own {
			table[a.method] = true
			for _, by := range strangers {
				if slices.Contains(toldToStaff, a.method) && len(by.Memberships) > 0 {
					continue
				}
				if got, err := a.call(by); err != nil && !errors.Is(err, lab.ErrNotFound) || !empty(got) || err == nil && got == nil {
					t.Errorf("%s by %q: %v, %v", a.method, by.Name, got, err)
				}
			}
		}
		for _, a := range own { // it is there
			got, err := a.call(a.by)
			nothing := []string{"HeldLong", "KnownImport", "Imports", "UnfinishedImports", "ImportUses", "Recorded", "RecordedFiles", "Elsewhere", "UsualFor", "ClockGaps", "UsualPrice", "UsualAmounts", "Life", "Batches", "MappingOf"}
			if !slices.Contains(nothing, a.method) && (errors.Is(err, lab.ErrNotFound) || err == nil && got != nil && empty(got)) {
				t.Errorf("%s by %q, who sees it: %v, %v", a.method, a.by.Name, got, err)
			}
		}
		for name, m := range methods(t) {
			if takesActor(m) == (!table[name] && !slices.Contains(ofOneself, name)) {
				t.Errorf("%s is asked by no stranger: add it to ofService, ofAll or ofOneself", name)
			}
		}
	})
}
