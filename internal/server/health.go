package server

import "net/http"

// livez says that the program runs.
func livez(r *request) error {
	r.String(http.StatusOK, "ok\n")
	return nil
}

// readyz says that the program can work: the database answers.
func readyz(r *request) error {
	if err := r.server.Store.Ping(r.context()); err != nil {
		r.server.Log.Error("not ready", "error", cause(err))
		r.String(http.StatusServiceUnavailable, "the database does not answer\n")
		return nil
	}
	r.String(http.StatusOK, "ok\n")
	return nil
}
