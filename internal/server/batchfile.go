package server

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/page"
)

// batchUpload is a file of an instrument that waits, with what was typed beside it.
type batchUpload struct {
	lab.Upload
	content []byte
	typed   url.Values
}

// file reads it from its beginning.
func (u *batchUpload) file() intake.BatchFile {
	return intake.BatchFile{Name: u.Name, Data: bytes.NewReader(u.content)}
}

// batchAddress is where is seen what a file would enter.
func batchAddress(id lab.ID) string { return batchesPath + "/" + id.String() }

// errBatchGone tells that a file is not here any more, or was never the reader's.
var errBatchGone = errors.New("the file of an instrument is gone")

// upload is the file of the address, or errBatchGone.
func (r *request) upload() (*batchUpload, error) {
	id, err := lab.ParseID(r.Param("batch"))
	if err != nil {
		return nil, lab.ErrNotFound
	}
	u := &batchUpload{}
	if u.Upload, u.content, err = r.server.Store.BatchFile(r.Ctx(), r.Actor, id); errors.Is(err, lab.ErrNotFound) {
		return nil, errBatchGone
	} else if err != nil {
		return nil, err
	}
	u.typed, err = url.ParseQuery(u.Typed)
	return u, err
}

// unlessBatchGone leads to the list, where it is told that a file is not here any more.
func unlessBatchGone(handle func(r *request) error) func(r *request) error {
	return func(r *request) error {
		err := handle(r)
		if errors.Is(err, errBatchGone) {
			return r.See(batchesPath + "?done=batch_gone")
		}
		return err
	}
}

// batchContent is the file that came with a form, and its name.
func (r *request) batchContent(in *page.Reader) (name string, content []byte, err error) {
	file, head, err := r.Request.FormFile(batchFile)
	if none := errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart); none || err == nil && head.Size == 0 {
		in.Mistakes.Check(false, batchFile, "Choose a file first.")
		return "", nil, nil
	} else if err != nil {
		return "", nil, page.ErrBadForm
	}
	defer file.Close()
	content, err = io.ReadAll(file)
	return lab.FileName(head.Filename), content, err
}

// keepBatch keeps a file with the run that was typed and a first mapping.
func (r *request) keepBatch(n naming, in *page.Reader, name string, content []byte) (lab.ID, error) {
	u := &batchUpload{Upload: lab.Upload{Name: name}, content: content}
	text, err := r.firstMapping(n, u, lab.MethodID(in.Whole("method")))
	if err != nil {
		return lab.ID{}, err
	}
	in.Typed.Set("mapping", text)
	return r.server.Store.KeepBatchFile(r.Ctx(), r.Actor, name, ofRun(in.Typed), content)
}

// dropEntered removes a file that is entered. It goes by itself where that fails, and is refused
// as entered until then.
func (r *request) dropEntered(u *batchUpload) {
	err := r.server.Store.DropBatchFile(r.Ctx(), r.Actor, u.ID)
	if err != nil && !errors.Is(err, lab.ErrNotFound) {
		r.server.Log.Warn("a file that was entered is kept until its day is over", "error", page.Cause(err))
	}
}

// batchesWaiting are the files that the reader has sent and not entered.
func (r *request) batchesWaiting() (list []uploadView, err error) {
	files, err := r.server.Store.BatchFiles(r.Ctx(), r.Actor)
	for _, f := range files {
		list = append(list, uploadView{
			Address: batchAddress(f.ID), Names: f.Name, When: r.moment(f.BegunAt), Until: r.moment(lab.At(f.BegunAt.Time().Add(lab.UploadAge))), Whole: true,
		})
	}
	return list, err
}

// dropBatch removes a file that was sent; what is gone already is no mistake.
func dropBatch(r *request) error {
	u, err := r.upload()
	if err != nil {
		return err
	}
	if err := r.server.Store.DropBatchFile(r.Ctx(), r.Actor, u.ID); err != nil && !errors.Is(err, lab.ErrNotFound) {
		return err
	}
	return r.See(batchesPath)
}
