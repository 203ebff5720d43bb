package store_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// upload sends a file in, whole where there is something in it.
func upload(t *testing.T, s *store.Store, by lab.Actor, service lab.ServiceID, name, content string) lab.Key {
	t.Helper()
	id, err := s.BeginUpload(t.Context(), by, service, []lab.Upload{{Name: name, Bytes: int64(max(1, len(content)))}})
	noError(t, err)
	key := lab.Key{ServiceID: service, ID: id}
	if content == "" {
		return key
	}
	part := 0
	for piece := range slices.Chunk([]byte(content), lab.UploadPart) {
		noError(t, s.AddUploadPart(t.Context(), by, key, 1, part, piece))
		part++
	}
	noError(t, s.FinishUpload(t.Context(), by, key))
	return key
}

// TestAFileIsSentInParts: what comes out is what went in, and its digest names it.
func TestAFileIsSentInParts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := storetest.Service(t, s, "UTR")
		importer := storetest.Person(t, s, "importer", service.ID, lab.Importer)
		content := strings.Repeat("\x00a;ä\r\n", 400_000) // three parts, the last not full
		key := upload(t, s, importer, service.ID, "samples.csv", content)
		files, err := s.Upload(t.Context(), importer, key)
		noError(t, err)
		sum := sha256.Sum256([]byte(content))
		if len(files) != 1 || files[0].Digest != hex.EncodeToString(sum[:]) || files[0].Parts() != 3 {
			t.Fatalf("%+v", files)
		}
		var back bytes.Buffer
		for part := range files[0].Parts() {
			some, err := s.UploadPart(t.Context(), importer, key, 1, part)
			noError(t, err)
			back.Write(some)
		}
		if back.String() != content {
			t.Errorf("%d bytes came back of %d", back.Len(), len(content))
		}
		// A file that is whole is not replaced, not by a part of it either.
		if err := s.AddUploadPart(t.Context(), importer, key, 1, 0, []byte(content[:lab.UploadPart])); !errors.Is(err, lab.ErrConflict) {
			t.Errorf("a part of a whole file: %v", err)
		}
	})
}

func TestWhatIsNotWholeIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := storetest.Service(t, s, "UTR")
		importer := storetest.Person(t, s, "importer", service.ID, lab.Importer)
		id, err := s.BeginUpload(t.Context(), importer, service.ID, []lab.Upload{{Name: "a.csv", Bytes: lab.UploadPart + 3}})
		noError(t, err)
		key := lab.Key{ServiceID: service.ID, ID: id}
		noError(t, s.AddUploadPart(t.Context(), importer, key, 1, 1, []byte("end")))
		for name, err := range map[string]error{
			"too short":     s.AddUploadPart(t.Context(), importer, key, 1, 0, []byte("short")),
			"behind it":     s.AddUploadPart(t.Context(), importer, key, 1, 2, []byte("x")),
			"another file":  s.AddUploadPart(t.Context(), importer, key, 2, 0, []byte("x")),
			"a part misses": s.FinishUpload(t.Context(), importer, key),
		} {
			if err == nil {
				t.Errorf("%s: taken", name)
			}
		}
		files, err := s.Upload(t.Context(), importer, key)
		noError(t, err)
		if files[0].Digest != "" {
			t.Errorf("it counts as whole: %+v", files)
		}
	})
}

// TestOnlyWhoeverSentAFileReadsIt: not another importer of the same service either.
func TestOnlyWhoeverSentAFileReadsIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := storetest.Service(t, s, "UTR")
		importer := storetest.Person(t, s, "importer", service.ID, lab.Importer)
		colleague := storetest.Person(t, s, "colleague", service.ID, lab.Importer)
		key := upload(t, s, importer, service.ID, "a.csv", "abc")
		_, read := s.Upload(t.Context(), colleague, key)
		_, part := s.UploadPart(t.Context(), colleague, key, 1, 0)
		for name, err := range map[string]error{"Upload": read, "UploadPart": part, "DropUpload": s.DropUpload(t.Context(), colleague, key)} {
			if !errors.Is(err, lab.ErrNotFound) {
				t.Errorf("%s by a colleague: %v", name, err)
			}
		}
		if list, err := s.Uploads(t.Context(), colleague, service.ID); err != nil || len(list) > 0 {
			t.Errorf("a colleague sees %v, %v", list, err)
		}
		noError(t, s.DropUpload(t.Context(), importer, key))
		if _, err := s.Upload(t.Context(), importer, key); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("after it was dropped: %v", err)
		}
	})
}

func TestSoManyImportsAreInHandAtMost(t *testing.T) {
	s := storetest.Open(t, storetest.Config(t, "sqlite"))
	service := storetest.Service(t, s, "UTR")
	importer := storetest.Person(t, s, "importer", service.ID, lab.Importer)
	for range lab.MaxUploads {
		upload(t, s, importer, service.ID, "a.csv", "a")
	}
	var mistakes lab.FieldErrors
	if _, err := s.BeginUpload(t.Context(), importer, service.ID, []lab.Upload{{Name: "a.csv", Bytes: 1}}); !errors.As(err, &mistakes) {
		t.Errorf("one more: %v", err)
	}
}

// TestFilesThatWereSentInGoAfterADay by the rounds, with their parts.
func TestFilesThatWereSentInGoAfterADay(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		now := storetest.Now
		s := storetest.OpenAt(t, storetest.Config(t, kind), func() time.Time { return now })
		service := storetest.Service(t, s, "UTR")
		importer := storetest.Person(t, s, "importer", service.ID, lab.Importer)
		old := upload(t, s, importer, service.ID, "old.csv", "a")
		now = now.Add(lab.UploadAge)
		young := upload(t, s, importer, service.ID, "young.csv", "a")
		now = now.Add(time.Second)
		noError(t, s.SweepUploads(t.Context(), lab.Operator("serve")))
		if _, err := s.Upload(t.Context(), importer, old); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("after a day: %v", err)
		}
		if _, err := s.UploadPart(t.Context(), importer, young, 1, 0); err != nil {
			t.Errorf("within a day: %v", err)
		}
	})
}

// TestAMappingIsKeptInVersions: the one before stays, and two people do not overwrite each other.
func TestAMappingIsKeptInVersions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := storetest.Service(t, s, "UTR")
		importer := storetest.Person(t, s, "importer", service.ID, lab.Importer)
		add := func(version int32, text string) (lab.ImportMapping, error) {
			return s.AddMapping(t.Context(), importer, lab.ImportMapping{ServiceID: service.ID, Name: "clinic", Version: version, Text: text})
		}
		_, err := add(0, "one")
		noError(t, err)
		if m, err := add(0, "one"); err != nil || m.Version != 1 { // sent twice
			t.Errorf("the same again: %+v, %v", m, err)
		}
		if _, err := add(0, "two"); !errors.Is(err, lab.ErrConflict) {
			t.Errorf("on a version that somebody has changed meanwhile: %v", err)
		}
		_, err = add(1, "two")
		noError(t, err)
		list, err := s.Mappings(t.Context(), importer, service.ID)
		noError(t, err)
		if len(list) != 1 || list[0].Version != 2 || list[0].Text != "two" {
			t.Errorf("the newest: %+v", list)
		}
		if first, err := s.Mapping(t.Context(), importer, service.ID, "clinic", 1); err != nil || first.Text != "one" || first.AuthorID != importer.UserID {
			t.Errorf("the first: %+v, %v", first, err)
		}
	})
}
