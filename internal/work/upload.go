package work

import (
	"context"
	"io"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// uploaded reads a file that was sent in, a part at a time.
type uploaded struct {
	ctx   context.Context
	store *store.Store
	by    lab.Actor
	file  lab.Upload
	part  int // that is read next
	rest  []byte
}

// OpenUpload opens a file that the actor has sent in.
func OpenUpload(ctx context.Context, s *store.Store, by lab.Actor, file lab.Upload) io.ReadCloser {
	return &uploaded{ctx: ctx, store: s, by: by, file: file}
}

// Len is how much there is to read.
func (u *uploaded) Len() int {
	return int(max(0, u.file.Bytes-int64(u.part)*lab.UploadPart)) + len(u.rest)
}

func (u *uploaded) Read(into []byte) (n int, err error) {
	if len(u.rest) == 0 {
		if u.part == u.file.Parts() {
			return 0, io.EOF
		}
		if u.rest, err = u.store.UploadPart(u.ctx, u.by, u.file.Key, u.file.File, u.part); err != nil {
			return 0, err
		}
		u.part++
	}
	n = copy(into, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}

// Close is for who expects a file.
func (u *uploaded) Close() error { return nil }
