package server

import "net/http"

// livez says that the program runs.
func livez(r *request) error {
	r.String(http.StatusOK, "ok\n")
	return nil
}

// readyz says that the program can work: the database answers, and the key ring is
// its own. Asked for more (?verbose), it also says what should have been destroyed.
func readyz(r *request) error {
	if err := r.server.Store.Ping(r.context()); err != nil {
		r.server.Log.Error("not ready", "error", cause(err))
		r.String(http.StatusServiceUnavailable, "the database does not answer\n")
		return nil
	}
	if err := r.server.checkKeys(r.context()); err != nil {
		r.server.Log.Error("not ready", "error", cause(err))
		r.String(http.StatusServiceUnavailable, "the key ring does not match the database\n")
		return nil
	}
	if _, verbose := r.GetQuery("verbose"); verbose && r.server.destructionIsLate(r.context()) {
		r.String(http.StatusOK, "ok\nlookup codes that ended more than 7 days ago are not removed; an administrator of all services can say at /clock that the clock is right\n")
		return nil
	}
	r.String(http.StatusOK, "ok\n")
	return nil
}
