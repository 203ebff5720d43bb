package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// TestAJobThatIsGoneLeadsOn: back to the files, which are still there, and to what was cut off; the
// page that waits for it finds out. Whose it was is told to nobody.
func TestAJobThatIsGoneLeadsOn(t *testing.T) {
	i := newImporting(t, oneSite(t))
	const gone = "/imports/UTR/jobs/GONE"
	i.r.get(gone).want(t, http.StatusNotFound, "This is not here any more", "No files of yours wait here", `href="/imports/UTR"`).lacks(t, "cut off")

	upload := i.upload(t, clinic(t))
	job, _ := i.read(t, upload, said(i, t, upload))
	i.r.get(gone).want(t, http.StatusNotFound, "Your files are still there", `href="`+upload+`"`)
	i.r.get(gone+"/take").want(t, http.StatusNotFound, "This is not here any more")
	i.r.post(gone+"/take", url.Values{"purpose": {"figures"}}).want(t, http.StatusNotFound, "This is not here any more")
	i.r.post(gone+"/names", nil).want(t, http.StatusNotFound, "This is not here any more")
	if p := i.r.get(gone+"/progress").want(t, http.StatusOK); !strings.Contains(p.body, `"href":"`+gone+`"`) {
		t.Errorf("a page that waits is told %s", p.body)
	}

	// What was cut off while it was written is named, with how much of it lies there.
	pool := storetest.Pool(t, i.config)
	defer pool.Close()
	_, err := pool.ExecContext(t.Context(), "INSERT INTO imports (service_id, id, profile, digest, files, rows_read, accepted, merged, rejected, samples, imported_at, imported_by, state, written) "+
		"VALUES ($1, $2, 'of-the-east', 'd', '', 1, 1, 0, 0, 9, $3, 'importer', 'loading', 4)", i.service.ID, i.store.NewID(), lab.At(storetest.Now))
	noError(t, err)
	i.r.lang = "nl"
	i.r.get(gone).want(t, http.StatusNotFound, "Afgebroken imports", "of-the-east", "4 monsters liggen er")

	colleague := i.staff(t, storetest.Person(t, i.store, "colleague", i.service.ID, lab.Importer))
	colleague.get(job).want(t, http.StatusNotFound, "This is not here any more").lacks(t, upload)
}
