//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package sqlstore

// presence is that this process has a SQLite file open, which cannot be shown here.
type presence struct{}

func showPresence(string) *presence { return nil }

// beside cannot tell here, so that whoever may be there is thought of.
func (*presence) beside() bool { return true }

// wait cannot be shown here, and awaited not be told: whoever may wait is thought of.
func (*presence) wait() (over func()) { return func() {} }
func (*presence) awaited() bool       { return true }

func (*presence) end() error { return nil }
