package store_test

import (
	"bytes"
	"errors"
	"net/url"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// batchFile keeps a file of an instrument for somebody.
func batchFile(t *testing.T, s *store.Store, by lab.Actor, content string) lab.ID {
	t.Helper()
	return must[lab.ID](t)(s.KeepBatchFile(t.Context(), by, "run.csv", url.Values{"run": {"12"}, "mapping": {"decimal = \",\""}}, []byte(content)))
}

// TestAFileOfAnInstrumentWaitsForWhoSentIt: what comes out is what went in, with what was typed
// beside it, and no other chemist of the service reads or drops it.
func TestAFileOfAnInstrumentWaitsForWhoSentIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := storetest.Service(t, s, "UTR")
		analyst, colleague := storetest.Person(t, s, "analyst", service.ID, lab.Laboratory), storetest.Person(t, s, "colleague", service.ID, lab.Verifier)
		content := bytes.Repeat([]byte("\x00a;ä\r\n"), 200_000) // two parts, the last not full
		id := batchFile(t, s, analyst, string(content))
		u, back, err := s.BatchFile(t.Context(), analyst, id)
		noError(t, err)
		if u.Name != "run.csv" || u.Typed != "mapping=decimal+%3D+%22%2C%22&run=12" || !bytes.Equal(back, content) {
			t.Errorf("%+v with %d bytes of %d", u, len(back), len(content))
		}
		noError(t, s.DescribeBatchFile(t.Context(), analyst, id, url.Values{"run": {"13"}}))
		if u, _, err = s.BatchFile(t.Context(), analyst, id); err != nil || u.Typed != "run=13" {
			t.Errorf("%+v, %v", u, err)
		}
		_, _, read := s.BatchFile(t.Context(), colleague, id)
		for name, err := range map[string]error{
			"read": read, "described": s.DescribeBatchFile(t.Context(), colleague, id, url.Values{"run": {"14"}}), "dropped": s.DropBatchFile(t.Context(), colleague, id),
		} {
			if !errors.Is(err, lab.ErrNotFound) {
				t.Errorf("%s by a colleague: %v", name, err)
			}
		}
		if list, err := s.BatchFiles(t.Context(), colleague); err != nil || len(list) > 0 {
			t.Errorf("a colleague sees %v, %v", list, err)
		}
		noError(t, s.DropBatchFile(t.Context(), analyst, id))
		if _, _, err := s.BatchFile(t.Context(), analyst, id); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("after it was dropped: %v", err)
		}
	})
}

// TestAFileOfAnInstrumentIsNoImport, to who may both enter and import, nor the other way round; and
// neither is counted among the other.
func TestAFileOfAnInstrumentIsNoImport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := storetest.Service(t, s, "UTR")
		both := storetest.Person(t, s, "both", service.ID, lab.Laboratory, lab.Importer)
		id, sent := batchFile(t, s, both, "a"), upload(t, s, both, service.ID, "a.csv", "a")
		key := lab.Key{ServiceID: service.ID, ID: id}
		_, part := s.UploadPart(t.Context(), both, key, 1, 0)
		_, whole := s.Upload(t.Context(), both, key)
		_, _, read := s.BatchFile(t.Context(), both, sent.ID)
		for name, err := range map[string]error{"its files": whole, "a part of it": part, "an import as a file": read, "dropped": s.DropUpload(t.Context(), both, key)} {
			if !errors.Is(err, lab.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		imports, batches := must[[]lab.Upload](t)(s.Uploads(t.Context(), both, service.ID)), must[[]lab.Upload](t)(s.BatchFiles(t.Context(), both))
		if len(imports) != 1 || imports[0].ID != sent.ID || len(batches) != 1 || batches[0].ID != id {
			t.Errorf("imports %v, files of instruments %v", imports, batches)
		}
	})
}

// TestTheOldestFileOfAnInstrumentGoes where somebody has as many as may be, and all after a day.
func TestTheOldestFileOfAnInstrumentGoes(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		now := storetest.Now
		s := storetest.OpenAt(t, storetest.Config(t, kind), func() time.Time { return now })
		service := storetest.Service(t, s, "UTR")
		analyst, colleague := storetest.Person(t, s, "analyst", service.ID, lab.Laboratory), storetest.Person(t, s, "colleague", 0, lab.Laboratory)
		first, of := batchFile(t, s, analyst, "a"), batchFile(t, s, colleague, "a")
		for range lab.MaxBatchFiles {
			now = now.Add(time.Second)
			batchFile(t, s, analyst, "a")
		}
		if _, _, err := s.BatchFile(t.Context(), analyst, first); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("the oldest: %v", err)
		}
		if list := must[[]lab.Upload](t)(s.BatchFiles(t.Context(), analyst)); len(list) != lab.MaxBatchFiles {
			t.Errorf("%d wait", len(list))
		}
		if _, _, err := s.BatchFile(t.Context(), colleague, of); err != nil {
			t.Errorf("that of a colleague of all services: %v", err)
		}
		now = now.Add(lab.UploadAge)
		noError(t, s.SweepUploads(t.Context(), lab.Operator("serve")))
		if _, _, err := s.BatchFile(t.Context(), colleague, of); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("after a day: %v", err)
		}
	})
}

func TestWhatIsNoFileOfAnInstrumentIsRefused(t *testing.T) {
	s := storetest.Open(t, storetest.Config(t, "sqlite"))
	service := storetest.Service(t, s, "UTR")
	analyst := storetest.Person(t, s, "analyst", service.ID, lab.Laboratory)
	for name, c := range map[string]struct {
		file, run, content, field string
	}{
		"an empty file":  {"run.csv", "12", "", "file"},
		"a file unnamed": {"", "12", "a", "file"},
		"a lookup code":  {"run.csv", "sample 9A22-6JWM-WTYS", "a", "run"},
	} {
		var mistakes lab.FieldErrors
		_, err := s.KeepBatchFile(t.Context(), analyst, c.file, url.Values{"run": {c.run}}, []byte(c.content))
		if !errors.As(err, &mistakes) || mistakes[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list := must[[]lab.Upload](t)(s.BatchFiles(t.Context(), analyst)); len(list) > 0 {
		t.Errorf("it is kept: %v", list)
	}
}
