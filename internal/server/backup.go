package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"marquis/internal/lab"
)

// backupsView tells an administrator of all services when the registry was last backed
// up.
type backupsView struct {
	Made, Proven         string
	MadeLate, ProvenLate bool
}

// backups is what is told of backups: nothing to others, and nothing of a registry whose
// samples nobody has handed in.
func (r *request) backups() (*backupsView, error) {
	if !lab.AdministratesAll(r.Actor.Memberships) {
		return nil, nil
	}
	if origin, err := r.server.Store.Synthetic(r.Ctx()); err != nil || origin != "" {
		return nil, err
	}
	last, err := r.server.Store.LastBackups(r.Ctx(), r.Actor)
	if err != nil {
		return nil, err
	}
	v := &backupsView{Made: r.ago(last.MadeAt), Proven: r.ago(last.ProvenAt)}
	v.MadeLate, v.ProvenLate = last.Due(r.server.Now())
	return v, nil
}

// ago writes a moment, and how long ago it was.
func (r *request) ago(at lab.Instant) string {
	if at.IsZero() {
		return r.Texts.Text("page.backup.never")
	}
	hours := int(r.server.Now().Sub(at.Time()).Hours())
	return r.Texts.Text("page.backup.ago", "When", r.Texts.Instant(at.Time()), "Count", hours)
}

// restoredNotice tells staff that slips are about which open nothing, for as long as they
// would; empty where the registry was not restored.
func (r *request) restoredNotice() (string, error) {
	life, err := r.server.Store.Life(r.Ctx(), r.Actor)
	if err != nil || life.RestoredAt.IsZero() {
		return "", err
	}
	if r.server.codesSince(r.server.Now()) > lab.DateOf(life.RestoredAt.Time(), time.UTC) {
		return "", nil
	}
	return r.Texts.Text("page.backup.restored", "Restored", r.moment(life.RestoredAt), "Copied", r.moment(life.CopiedAt), "Letter", lab.SeriesLetter(life.Series)), nil
}

// backupsText tells monitoring when the registry was last backed up and proven.
func (s *Server) backupsText(ctx context.Context) string {
	last, err := s.Store.LastBackups(ctx, keeper)
	if err != nil {
		return "it is not known when the last backup was made"
	}
	backup, proof := last.Due(s.Now())
	return s.backupText("the last backup", "made", last.MadeAt, backup) + "\n" + s.backupText("the last proven backup", "made", last.ProvenAt, proof)
}

func (s *Server) backupText(what, done string, at lab.Instant, due bool) string {
	text := "there is no " + strings.TrimPrefix(what, "the last ")
	if !at.IsZero() {
		text = fmt.Sprintf("%s was %s %d hours ago", what, done, int(s.Now().Sub(at.Time()).Hours()))
	}
	if due {
		text += ": one is due, type: marquis backup"
	}
	return text
}

// serveUpkeep says what serveReadyz says, and what else the operator should know, where
// only the operator's own programs come.
func (s *Server) serveUpkeep(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	said, status := s.missing(r.Context()), http.StatusOK
	if len(said) > 0 {
		status = http.StatusServiceUnavailable
	} else {
		said = []string{"ok"}
		if left := s.notDestroyed(r.Context()); left != "" {
			said = append(said, left)
		}
	}
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, strings.Join(append(said, s.backupsText(r.Context())), "\n")) // who has gone away is told nothing
}
