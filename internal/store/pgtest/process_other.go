//go:build !unix

package pgtest

import "errors"

// supported tells that servers can be started here.
const supported = false

// process stands in for a running server, where none can be started.
type process struct {
	folder string
	ended  chan struct{}
}

func launch(string, keeping) (*process, error) {
	return nil, errors.ErrUnsupported
}

func (*process) stop() {}

func (*process) output() string { return "" }
