package server

import (
	"context"

	"marquis/internal/credential"
)

// readOrigin reads whether the samples are made up. That is decided before there is
// anything in a registry, and stays.
func (s *Server) readOrigin() error {
	origin, err := s.Store.Synthetic(context.Background())
	s.synthetic = origin != ""
	return err
}

// fileName names a download, whose name outlives the page that it came from.
func (s *Server) fileName(name string) string {
	if s.synthetic {
		return "synthetic-" + name
	}
	return name
}

// knows tells whether a password is that of a user. Everybody knows the passwords of
// demo logins: where samples are real they are as wrong as any other, and found out
// no sooner.
// It fails as Caller.Check does.
func (s *Server) knows(ctx context.Context, from credential.Caller, passwordHash, password string) (bool, error) {
	right, err := from.Check(ctx, passwordHash, password)
	return right && (s.synthetic || !credential.IsDemoPassword(password)), err
}

// shows tells whether a code is what the authenticator with the secret shows, and
// returns the step that it was for. The secrets of demo logins are public too.
func (s *Server) shows(secret, code string, lastStep int64) (step int64, ok bool) {
	step, ok = credential.CheckTOTP(secret, code, s.Now(), lastStep)
	return step, ok && (s.synthetic || !credential.IsDemoSecret(secret))
}
