package browsertest

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/realdata"
	"marquis/internal/store/storetest"
)

var importer = func(x *site, t testing.TB) *browser { t.Helper(); return x.staff(t, x.importer) }

// attach puts a file into a field, as somebody chooses it from the disk.
func (b *browser) attach(field, name, content string) {
	b.t.Helper()
	read[bool](b, `(field, name, content) => {
		const list = new DataTransfer();
		list.items.add(new File([content], name));
		document.getElementById('field-' + field).files = list.files;
		return true;
	}`, field, name, content)
}

// importers counts those who send files in: each has one thing done at a time.
var importers atomic.Int32

// mappings counts those that are made: of what a mapping has read nothing is taken once it has a newer
// version.
var mappings atomic.Int32

// clinic is the file of a clinic.
func clinic(t testing.TB) string {
	t.Helper()
	content, err := os.ReadFile("../testdata/clinic.csv")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// sentIn opens the page of a file that was sent in, in parts.
func sentIn(t testing.TB, x *site) *browser { t.Helper(); return sending(t, x, clinic(t)) }

func sending(t testing.TB, x *site, content string) *browser {
	t.Helper()
	b := x.staff(t, storetest.Person(t, x.store, fmt.Sprintf("importer-%d", importers.Add(1)), x.service.ID, lab.Importer))
	b.open("/imports/UTR")
	b.attach("files", "clinic.csv", content)
	b.follow("Send")
	return b
}

// mapped opens the form of a new mapping.
func mapped(t testing.TB, x *site) *browser {
	t.Helper()
	b := sentIn(t, x)
	b.follow("Make a new mapping")
	return b
}

// choosing chooses what a value of the file stands for.
func (b *browser) choosing(field, value, code string) {
	b.t.Helper()
	name := read[string](b, `(field, value) => {
		const from = [...document.querySelectorAll('input[type=hidden]')].find(e => e.name.startsWith(field + '.from.') && e.value === value);
		return from ? from.name.replace('.from.', '.to.') : '';
	}`, field, value)
	if name == "" {
		b.t.Fatalf("nothing asks what %q stands for", value)
	}
	b.choose(name, code)
}

// describe says of the clinic's file what could not be guessed.
func (b *browser) describe() {
	b.t.Helper()
	b.fill("profile", fmt.Sprintf("clinic-%d", mappings.Add(1)))
	for value, code := range map[string]string{"poeder": "powder", "kristallen": "crystal"} {
		b.choosing("samples.form", value, code)
	}
	for value, code := range map[string]string{"wit": "white", "roze": "pink", "bruin": "brown"} {
		b.choosing("samples.colours", value, code)
	}
	b.fill("findings.nothing", "niets gevonden")
	b.choose("method.0.kind", "gc_ms")
	b.fill("method.0.lab", "Clinic")
	b.choose("method.0.level", "confirmatory")
	b.choose("method.0.quantifies", "yes")
}

// dryRun opens the dry run of a file.
func dryRun(t testing.TB, x *site) *browser {
	t.Helper()
	return described(mapped(t, x))
}

// described says how a file is read, and does a dry run.
func described(b *browser) *browser {
	b.t.Helper()
	b.describe()
	b.follow("Save, and do a dry run")
	b.until("read", `() => !document.querySelector('[data-progress]') && document.readyState === 'complete'`)
	return b
}

// toTake opens the page on which an import is taken.
func toTake(t testing.TB, x *site) *browser {
	t.Helper()
	b := dryRun(t, x)
	b.follow("Go on to import")
	return b
}

// superseded opens a dry run of which the mapping was corrected since.
func superseded(t testing.TB, x *site) *browser {
	t.Helper()
	b := dryRun(t, x)
	old := b.place()
	b.choose("names.0", "known.0")
	b.follow("Save, and read again")
	b.until("read", `() => !document.querySelector('[data-progress]') && document.readyState === 'complete'`)
	b.open(old)
	return b
}

// corrects opens the page on which a file is taken that says otherwise of a recorded sample.
func corrects(t testing.TB, x *site) *browser {
	t.Helper()
	b := sending(t, x, strings.Replace(clinic(t), "K-002;14-02-2024;xtc;tablet;roze;MDMA;152,4;mg;21-02-2024", "G3;08-08-2024;xtc;tablet;roze;MDMA;152,4;mg;12-08-2024", 1))
	b.follow("Make a new mapping")
	described(b).follow("Go on to import")
	b.choose("corrections", "amend")
	return b
}

// imported opens the page of an import that was taken.
func imported(t testing.TB, x *site) *browser {
	t.Helper()
	list, err := x.store.Imports(t.Context(), x.importer, x.service.ID)
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	return at(importer, "/imports/UTR/taken/"+list[0].ID.String())(t, x)
}

// TestAFileIsMappedInTheBrowser: what nobody has seen before goes from the disk to a dry run and
// into the registry; the page of the job is closed meanwhile.
func TestAFileIsMappedInTheBrowser(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := dryRun(t, x)
		b.see("Nothing was written", "1 of 5 samples would be left out", "amfetamien")
		b.choose("names.0", "known.0")
		b.follow("Save, and read again")
		b.until("read", `() => !document.querySelector('[data-progress]') && document.readyState === 'complete'`)
		b.lacks("would be left out")
		b.follow("Go on to import")
		b.fill("purpose", "Results of 2024")
		b.follow("Import these samples")
		job := b.place()
		b.open("/staff")
		b.open(job)
		b.until("taken", `() => document.body.innerText.includes('This was imported.')`)
		list, err := x.store.Imports(t.Context(), x.importer, x.service.ID)
		if err != nil || list[0].Samples != 5 || !strings.Contains(list[0].Purpose, "2024") {
			t.Errorf("imports: %+v, %v", list, err)
		}
	})
}

// importGone opens the page of a job that is gone, while files wait.
func importGone(t testing.TB, x *site) *browser {
	t.Helper()
	b := sentIn(t, x)
	b.open("/imports/UTR/jobs/GONE")
	return b
}

// TestARealFileIsMappedInTheBrowser: the file of a laboratory that nobody has mapped before, with
// what the form guesses, and a person says, of its columns.
func TestARealFileIsMappedInTheBrowser(t *testing.T) {
	content, err := os.ReadFile(realdata.Path(t, "unc/unc_gcms_2023-02.csv"))
	if err != nil {
		t.Fatal(err)
	}
	x := newSite(t, "sqlite")
	b := sending(t, x, string(content))
	b.follow("Make a new mapping")
	read[bool](b, `() => { for (const e of document.querySelectorAll("details")) e.open = true; return true; }`)
	b.fill("profile", "unc-early")
	b.choose("decimal", ".")
	for field, value := range map[string]string{"samples.sold_as": "unknown", "samples.form": "other", "samples.received_basis": "analysed"} {
		b.choose(field+".column", "=value")
		b.set(field+".value", value)
	}
	for field, column := range map[string]string{"method": "method", "performed_on": "date_complete", "detection": "abundance"} {
		b.choose("findings.fields."+field+".column", column)
	}
	b.follow("Look at the columns again")
	b.set("findings.fields.detection.default", "identified")
	b.choosing("findings.fields.detection", "trace", "trace")
	b.set("findings.fields.abundance.column", "")
	b.fill("findings.nothing", "no compounds of interest detected")
	b.set("method.0.kind", "gc_ms")
	b.set("method.0.lab", "UNC Street Drug Analysis Lab")
	b.set("method.0.level", "confirmatory")
	b.follow("Save, and do a dry run")
	b.until("read", `() => !document.querySelector('[data-progress]') && document.readyState === 'complete'`)
	b.see("New samples 94", "Rows read 232 Accepted 231 Merged 1 Rejected 0", "unc-early")
	b.lacks("would be left out")
}

// set gives a field its content, whether it is a text or a choice.
func (b *browser) set(field, value string) {
	b.t.Helper()
	read[bool](b, `(field, value) => { document.querySelector('main [name="' + field + '"]').value = value; return true; }`, field, value)
}
