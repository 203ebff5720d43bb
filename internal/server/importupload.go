package server

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/work"
)

const (
	// uploadTime is how long files may take to arrive at once.
	uploadTime = 15 * time.Minute
	// uploadBytes is what a form with files may send: the files, and what stands around them.
	uploadBytes = lab.MaxUpload + page.BodyBytes
)

// sentFile is a file that came with a form. It has no name on the disk.
type sentFile struct {
	lab.Upload
	file *os.File
}

// sendFiles takes files from a form at once, for who has no scripts.
func sendFiles(r *request) error {
	files, err := r.readFiles()
	for _, f := range files {
		defer work.Discard(f.file)
	}
	var id lab.ID
	if err == nil {
		id, err = r.takeFiles(files)
	}
	return r.End(err, r.uploadAddress(id), "imports.html", func() (any, *page.Form, error) {
		shown, err := r.importsPage()
		if err != nil {
			return nil, nil, err
		}
		return shown, shown.Form, nil
	})
}

// readFiles reads the files of a form as they come.
func (r *request) readFiles() (files []sentFile, err error) {
	control, until := http.NewResponseController(r.Writer), time.Now().Add(uploadTime)
	for _, err := range []error{control.SetReadDeadline(until), control.SetWriteDeadline(until.Add(turnWait))} {
		if err != nil && !errors.Is(err, http.ErrNotSupported) {
			return nil, err
		}
	}
	if r.Request.ContentLength > uploadBytes { // nothing of it is read
		return nil, tooLargeFiles()
	}
	parts, err := r.Request.MultipartReader()
	if err != nil {
		return nil, page.ErrBadForm
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return files, sendingError(err)
		}
		if part.FileName() == "" || part.FormName() != "files" && part.FormName() != "second" {
			continue
		}
		f, err := keepFile(part)
		if f != nil {
			files = append(files, *f)
		}
		if err != nil {
			return files, sendingError(err)
		}
	}
}

// sendingError is what is told of files that did not arrive.
func sendingError(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return tooLargeFiles()
	}
	return page.ErrBadForm
}

func tooLargeFiles() error {
	return lab.CheckUploads([]lab.Upload{{Name: "-", Bytes: lab.MaxUpload + 1}})
}

// keepFile writes a file of a form where only this program can read it.
func keepFile(part *multipart.Part) (*sentFile, error) {
	file, err := os.CreateTemp("", "marquis-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(file.Name()) // nothing stays behind, even when the program is killed
	f := &sentFile{lab.Upload{Name: lab.FileName(part.FileName())}, file}
	f.Bytes, err = io.Copy(file, part)
	return f, err
}

// takeFiles keeps files that came with a form.
func (r *request) takeFiles(files []sentFile) (lab.ID, error) {
	list := make([]lab.Upload, len(files))
	for i, f := range files {
		list[i] = f.Upload
	}
	id, err := r.server.Store.BeginUpload(r.Ctx(), r.Actor, r.Service.ID, list)
	if err != nil {
		return id, err
	}
	key, content := lab.Key{ServiceID: r.Service.ID, ID: id}, make([]byte, lab.UploadPart)
	for i := range files {
		f := &files[i]
		if _, err := f.file.Seek(0, io.SeekStart); err != nil {
			return id, err
		}
		for part := range f.Parts() {
			some := content[:f.PartSize(part)]
			if _, err := io.ReadFull(f.file, some); err != nil {
				return id, err
			}
			if err := r.server.Store.AddUploadPart(r.Ctx(), r.Actor, key, int16(i+1), part, some); err != nil {
				return id, err
			}
		}
	}
	return id, r.server.Store.FinishUpload(r.Ctx(), r.Actor, key)
}

// beginUpload answers a script that is about to send files in parts: where to.
func beginUpload(r *request) error {
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	var files []lab.Upload
	for i, name := range typed["name"] {
		size := int64(0)
		if i < len(typed["bytes"]) {
			size, _ = strconv.ParseInt(typed["bytes"][i], 10, 64)
		}
		files = append(files, lab.Upload{Name: lab.FileName(name), Bytes: size})
	}
	id, err := r.server.Store.BeginUpload(r.Ctx(), r.Actor, r.Service.ID, files)
	if err != nil {
		return err
	}
	r.JSON(http.StatusOK, map[string]any{"address": r.uploadAddress(id), "part": lab.UploadPart})
	return nil
}

func (r *request) uploadKey() (lab.Key, error) {
	id, err := lab.ParseID(r.Param("upload"))
	if err != nil {
		err = lab.ErrNotFound
	}
	return lab.Key{ServiceID: r.Service.ID, ID: id}, err
}

// addUploadPart keeps a part that a script sends: FILE-PART, the file from 1 and the part from 0.
func addUploadPart(r *request) error {
	key, err := r.uploadKey()
	if err != nil {
		return err
	}
	first, second, _ := strings.Cut(r.Param("part"), "-")
	file, failed := strconv.ParseInt(first, 10, 16)
	part, wrong := strconv.ParseInt(second, 10, 32)
	if failed != nil || wrong != nil {
		return lab.ErrNotFound
	}
	if r.Request.ContentLength > lab.UploadPart {
		return page.ErrTooLarge
	}
	content, err := io.ReadAll(r.Request.Body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return page.ErrTooLarge
	case err != nil:
		return page.ErrBadForm
	}
	if err := r.server.Store.AddUploadPart(r.Ctx(), r.Actor, key, int16(file), int(part), content); err != nil {
		return err
	}
	r.JSON(http.StatusOK, map[string]any{})
	return nil
}

// finishUpload answers a script that has sent all parts: where the files are read.
func finishUpload(r *request) error {
	key, err := r.uploadKey()
	if err == nil {
		err = r.server.Store.FinishUpload(r.Ctx(), r.Actor, key)
	}
	if err != nil {
		return err
	}
	r.JSON(http.StatusOK, map[string]any{"address": r.uploadAddress(key.ID)})
	return nil
}

// dropUpload removes files that were sent in; what is gone already is no mistake.
func dropUpload(r *request) error {
	key, err := r.uploadKey()
	if err == nil {
		err = r.server.Store.DropUpload(r.Ctx(), r.Actor, key)
	}
	if err != nil && !errors.Is(err, lab.ErrNotFound) {
		return err
	}
	return r.See(importPlace(r.Service))
}
