package server

import (
	"slices"

	"marquis/internal/intake"
	"marquis/internal/lab"
)

// newerView tells that files were read by a mapping that was corrected since.
type newerView struct {
	Name            string
	Version, Newest int32
	Read            string // address of the text by which they were read
	Correct         string // address of the newest text
	Ref             string // of the newest
	Again           string // where they are read again
}

// newerMapping tells by which newer version of a mapping files are to be read, nil where they were
// read by the newest. A mapping of the program has no versions.
func (r *request) newerMapping(x *importJob) (*newerView, error) {
	if x.ref.Version == 0 {
		return nil, nil
	}
	all, err := r.server.Store.Mappings(r.Ctx(), r.Actor, r.Service.ID)
	i := slices.IndexFunc(all, func(m lab.ImportMapping) bool { return m.Name == x.ref.Name && m.Version > x.ref.Version })
	if err != nil || i < 0 {
		return nil, err
	}
	newest := mappingRef{all[i].Name, all[i].Version}
	return &newerView{
		x.ref.Name, x.ref.Version, newest.Version, r.mappingAddress(x.ref), r.mappingAddress(newest), newest.String(), r.uploadAddress(x.upload) + "/reading",
	}, nil
}

// mappingName names a mapping with its version.
func (r *request) mappingName(m mappingRef) string {
	if m.Version == 0 {
		return m.Name
	}
	return r.Texts.Text("page.imports.mapping_version", "Name", m.Name, "Version", m.Version)
}

// readers find the mappings that read what was imported, by the digest of it.
type readers struct {
	*request
	newest map[string]int32      // version of each mapping of the service
	texts  map[mappingRef]string // of those that were looked at
}

func (r *request) readers() (*readers, error) {
	all, err := r.server.Store.Mappings(r.Ctx(), r.Actor, r.Service.ID)
	found := &readers{r, map[string]int32{}, map[mappingRef]string{}}
	for _, m := range all {
		found.newest[m.Name] = m.Version
	}
	return found, err
}

// of returns the mapping that read an import; false where it is neither of the service nor of
// the program as it is now, as one of a command may be.
func (r *readers) of(i *lab.Import) (mappingRef, bool, error) {
	for version := r.newest[i.Profile]; version >= 0; version-- {
		ref := mappingRef{i.Profile, version}
		if _, known := intake.Profile(ref.Name); version == 0 && !known {
			break
		}
		text, seen := r.texts[ref]
		if !seen {
			var err error
			if text, err = r.mappingText(ref); err != nil {
				return ref, false, err
			}
			r.texts[ref] = text
		}
		if intake.HasRead(text, i) {
			return ref, true, nil
		}
	}
	return mappingRef{}, false, nil
}
