package server

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/page"
)

const importsAddress = "/imports"

// importsPage lists what one service has imported, and takes files for the next import.
type importsPage struct {
	page.View
	Service  lab.Service
	Address  string
	Places   []link // the other services for which the reader may import, and this one
	Form     *page.Form
	Most     int // MB
	Jobs     []importJobView
	InHand   []uploadView
	Imports  []importView
	Mappings []mappingView
}

// uploadView is what the reader has sent in and not finished with.
type uploadView struct {
	Address, Names, When, Until string
	Whole                       bool
}

// mappingView is a way of reading files.
type mappingView struct {
	Ref, Name, Who, When string
	Address              string // of its text
	Version              int32
	Own                  bool // the service's; else the program brings it along
}

// importServices are the services for which the actor may import.
func (r *request) importServices() ([]lab.Service, error) {
	all, err := r.server.Store.Services(r.Ctx(), r.Actor)
	return slices.DeleteFunc(all, func(s lab.Service) bool { return lab.MayImport(r.Actor, s.ID) != nil }), err
}

// importPlace is where a service imports.
func importPlace(service lab.Service) string {
	return importsAddress + "/" + url.PathEscape(service.Code)
}

// uploadAddress is where the files of an upload are read.
func (r *request) uploadAddress(id lab.ID) string {
	return importPlace(r.Service) + "/files/" + id.String()
}

func showImportsOfAll(r *request) error {
	services, err := r.importServices()
	if err != nil {
		return err
	}
	if len(services) == 0 {
		return lab.ErrNotFound
	}
	return r.See(importPlace(services[0]))
}

func (r *request) importsPage() (*importsPage, error) {
	shown := &importsPage{View: r.View(r.Texts.Text("page.imports.title")), Service: r.Service, Address: importPlace(r.Service), Most: lab.MaxUpload >> 20}
	services, err := r.importServices()
	if err != nil {
		return nil, err
	}
	for _, s := range services {
		shown.Places = append(shown.Places, link{Text: s.Name, Address: importPlace(s)})
	}
	files := r.Hint(r.Input("files", page.FileField, "page.imports.file"), "page.imports.file_hint")
	second := r.Optional(r.Hint(r.Input("second", page.FileField, "page.imports.second"), "page.imports.second_hint"))
	shown.Form = page.NewForm(files, second)
	shown.Jobs = r.importJobs()
	if shown.InHand, err = r.uploadsInHand(); err != nil {
		return nil, err
	}
	if shown.Imports, err = r.importViews(); err != nil {
		return nil, err
	}
	shown.Mappings, err = r.mappingViews()
	return shown, err
}

func (r *request) uploadsInHand() (list []uploadView, err error) {
	files, err := r.server.Store.Uploads(r.Ctx(), r.Actor, r.Service.ID)
	for _, f := range files {
		if f.File > 1 {
			last := &list[len(list)-1]
			last.Names, last.Whole = last.Names+", "+f.Name, last.Whole && f.Digest != ""
			continue
		}
		list = append(list, uploadView{
			Address: r.uploadAddress(f.ID), Names: f.Name, When: r.moment(f.BegunAt),
			Until: r.moment(lab.At(f.BegunAt.Time().Add(lab.UploadAge))), Whole: f.Digest != "",
		})
	}
	return list, err
}

// mappingViews are the mappings of the service, and then those of the program.
func (r *request) mappingViews() (list []mappingView, err error) {
	own, err := r.server.Store.Mappings(r.Ctx(), r.Actor, r.Service.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range own {
		who, err := r.server.Store.NameOf(r.Ctx(), r.Actor, m.AuthorID)
		if err != nil {
			return nil, err
		}
		ref := mappingRef{m.Name, m.Version}
		list = append(list, mappingView{Ref: ref.String(), Name: m.Name, Version: m.Version, Who: who, When: r.moment(m.At), Own: true, Address: r.mappingAddress(ref)})
	}
	for _, name := range intake.Profiles() {
		ref := mappingRef{Name: name}
		list = append(list, mappingView{Ref: ref.String(), Name: name, Address: r.mappingAddress(ref)})
	}
	return list, nil
}

func showImports(r *request) error {
	shown, err := r.importsPage()
	if err != nil {
		return err
	}
	shown.Notice = r.notice()
	return r.Show("imports.html", shown)
}

// mappingRef names a mapping: a version of one of the service, or with version 0 a profile of
// the program.
type mappingRef struct {
	Name    string
	Version int32
}

func (m mappingRef) String() string { return m.Name + "." + strconv.Itoa(int(m.Version)) }

func readMappingRef(text string) mappingRef {
	name, version, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(version, 10, 32)
	if err != nil || n < 0 {
		return mappingRef{}
	}
	return mappingRef{name, int32(n)}
}

func (r *request) mappingAddress(m mappingRef) string {
	return importPlace(r.Service) + "/mappings/" + url.PathEscape(m.String())
}

// mappingText is the text of a mapping, or lab.ErrNotFound.
func (r *request) mappingText(m mappingRef) (string, error) {
	if m.Version == 0 {
		text, known := intake.Profile(m.Name)
		if !known {
			return "", lab.ErrNotFound
		}
		return text, nil
	}
	kept, err := r.server.Store.Mapping(r.Ctx(), r.Actor, r.Service.ID, m.Name, m.Version)
	return kept.Text, err
}

// serveMapping sends a mapping as the command reads it.
func serveMapping(r *request) error {
	ref := readMappingRef(r.Param("mapping"))
	text, err := r.mappingText(ref)
	if err != nil {
		return err
	}
	r.Header("Content-Disposition", `attachment; filename="`+ref.Name+`.toml"`)
	r.Data(200, "application/toml; charset=utf-8", []byte(text))
	return nil
}

// keepMapping adds a version to a mapping of the service, on top of the newest: one on which it
// builds, or that it is to replace.
func (r *request) keepMapping(name, text string, on basis) (mappingRef, error) {
	all, err := r.server.Store.Mappings(r.Ctx(), r.Actor, r.Service.ID)
	if err != nil {
		return mappingRef{}, err
	}
	m, newest := lab.ImportMapping{ServiceID: r.Service.ID, Name: name, Text: text}, ""
	if i := slices.IndexFunc(all, func(x lab.ImportMapping) bool { return x.Name == name }); i >= 0 {
		m.Version, newest = all[i].Version, all[i].Text
	}
	if newest != text && m.Version > 0 && m.Version != on.over && (on.from.Name != name || on.from.Version < m.Version) {
		return mappingRef{}, &newerVersionError{mappingRef{name, m.Version}}
	}
	m, err = r.server.Store.AddMapping(r.Ctx(), r.Actor, m)
	return mappingRef{m.Name, m.Version}, err
}

// uploadFiles finds the files that the address names, all of them whole.
func (r *request) uploadFiles() ([]lab.Upload, error) {
	id, err := lab.ParseID(r.Param("upload"))
	if err != nil {
		return nil, lab.ErrNotFound
	}
	return r.wholeFiles(id)
}

func (r *request) wholeFiles(id lab.ID) ([]lab.Upload, error) {
	files, err := r.server.Store.Upload(r.Ctx(), r.Actor, lab.Key{ServiceID: r.Service.ID, ID: id})
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(files, func(f lab.Upload) bool { return f.Digest == "" }) {
		return nil, lab.ErrNotFound
	}
	return files, nil
}
