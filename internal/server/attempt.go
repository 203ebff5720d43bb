package server

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// logins judge passwords.
type logins struct {
	pairs   *throttle // by user and network
	users   *throttle // by user
	devices *throttle
	own     *throttle // by user who is signed in
	lines   *lines    // each attempt waits for those before it that are held to the same

	// of logins that nobody has, so that made-up ones crowd no user out
	nobodyPairs, nobody *throttle
}

func newLogins(now func() time.Time) *logins {
	return &logins{
		pairs: newThrottle(now, passwordLimit), users: newThrottle(now, passwordLoginLimit),
		devices: newThrottle(now, passwordDeviceLimit), own: newThrottle(now, ownPasswordLimit),
		lines:       &lines{byKey: map[string]*line{}},
		nobodyPairs: newThrottle(now, passwordLimit), nobody: newThrottle(now, passwordLoginLimit),
	}
}

func (l *logins) all() []*throttle {
	return []*throttle{l.pairs, l.users, l.devices, l.own, l.nobodyPairs, l.nobody}
}

// attempt is one attempt to sign in with a password. A stranger cannot use up what
// lets a member of staff in: on a known device only attempts on that device count,
// from a network from which the user signed in before, only those from there, and with
// a right recovery code, only those with one.
type attempt struct {
	*request
	login    string
	user     lab.Optional // zero: nobody has the login
	known    store.Known
	recovery string // the hash of a recovery code of the user that was typed; empty: none
	judged   string // the hash by which the password was right
	taken    []taken
	leave    func() // ends the turn
}

// taken is an attempt that was taken from a limit.
type taken struct {
	from *throttle
	who  string
}

// attempt takes an attempt to sign in from its limits, before the password is looked
// at. Where one is used up it fails with errTooMany, and takes from none. Others that
// are held to the same wait until it leaves.
func (r *request) attempt(login string, user lab.Optional, recovery string) (*attempt, error) {
	known, err := r.server.Store.KnownTo(r.Ctx(), user, r.deviceHashes(), r.networkHash())
	if err != nil {
		return nil, err
	}
	a := &attempt{request: r, login: strings.ToLower(strings.TrimSpace(login)), user: user, known: known}
	if a.recovery, err = r.provenBy(recovery, user); err != nil {
		return nil, err
	}
	if a.leave, err = r.server.logins.lines.enter(r.Ctx(), a.limits()[0].who); err != nil {
		return nil, r.busy(err)
	}
	if err := a.take(); err != nil {
		a.leave()
		return nil, err
	}
	return a, nil
}

// provenBy is the hash of a recovery code, if the user has it: it has 80 random bits, so
// that looking at it needs no limit, and it proves who is there. It is not used up.
func (r *request) provenBy(recovery string, user lab.Optional) (string, error) {
	if !credential.IsRecoveryCode(recovery) {
		return "", nil
	}
	hash := credential.HashRecoveryCode(recovery)
	has, err := r.server.Store.HasRecoveryCode(r.Ctx(), user, hash)
	if err != nil || !has {
		return "", err
	}
	return hash, nil
}

// take takes the attempt from its limits, or from none.
func (a *attempt) take() error {
	for _, t := range a.limits() {
		wait := t.from.take(t.who)
		if wait == 0 {
			a.taken = append(a.taken, t)
			continue
		}
		a.giveBack()
		a.failed(a.user, a.login)
		if a.user != 0 {
			a.server.Store.NoteSignInLimit(a.user)
		}
		return a.server.refuse(t.from.limit, wait)
	}
	return nil
}

// limits are those that the attempt is held to.
func (a *attempt) limits() []taken {
	l := a.server.logins
	switch {
	case a.recovery != "":
		return []taken{{l.devices, "recovery codes of " + strconv.Itoa(int(a.user))}}
	case a.known.Device != "":
		return []taken{{l.devices, a.known.Device}}
	}
	who, pairs, budget := "login "+a.login, l.nobodyPairs, l.nobody
	if a.user != 0 {
		who, pairs, budget = strconv.Itoa(int(a.user)), l.pairs, l.users
	}
	list := []taken{{pairs, who + " from " + a.network()}}
	if !a.known.Network {
		list = append(list, taken{budget, who})
	}
	return list
}

// giveBack returns what was taken, of an attempt that was not judged.
func (a *attempt) giveBack() {
	for _, t := range a.taken {
		t.from.giveBack(t.who)
	}
	a.taken = nil
}

// succeed forgives what failed before a whole sign-in, on this device or from this
// network. What failed from everywhere else stays. A right password alone forgives
// nothing: whoever has stolen it does not have the code.
func (a *attempt) succeed() {
	l := a.server.logins
	for _, t := range a.taken {
		if t.from == l.pairs || t.from == l.devices {
			t.from.forget(t.who)
		} else {
			t.from.giveBack(t.who)
		}
	}
	a.taken = nil
}

// forgive forgives what failed before the code that was given now, as succeed does.
func (r *request) forgive() error {
	user := r.session.Account.ID
	known, err := r.server.Store.KnownTo(r.Ctx(), user, r.deviceHashes(), r.networkHash())
	if err != nil {
		return err
	}
	a := &attempt{request: r, user: user, known: known}
	a.taken = a.limits()
	a.succeed()
	return nil
}

// caller is who waits for a password to be looked at.
func (a *attempt) caller() credential.Caller {
	return credential.Caller{Known: a.recovery != "" || a.known.Device != "" || a.known.Network, Network: a.network()}
}

// right tells whether the password is that of the account, or of nobody where the
// account is none or may not sign in: that takes as long.
func (a *attempt) right(account store.Account, password string) (bool, error) {
	hash := account.PasswordHash
	if account.Disabled {
		hash = ""
	}
	level := time.NewTimer(levelTime)
	defer level.Stop()
	ok, err := a.server.knows(a.Ctx(), a.caller(), hash, password)
	switch {
	case err != nil:
		a.giveBack()
		return false, a.busy(err)
	case !ok:
		a.failed(a.user, a.login)
		return false, a.waitForLevel(level.C)
	}
	a.judged = account.PasswordHash
	a.rehash(account, password)
	return true, nil
}

// levelTime is longer than a hash of any parameters takes, where the machine is not
// busy.
const levelTime = 300 * time.Millisecond

// waitForLevel lets every wrong password take as long, while some hashes have other
// parameters than today's: else time would tell which logins have one.
func (a *attempt) waitForLevel(level <-chan time.Time) error {
	outdated, err := a.server.Store.HasOtherHashes(a.Ctx(), credential.HashForm())
	if err != nil || !outdated {
		return err
	}
	select {
	case <-level:
	case <-a.Ctx().Done():
	}
	return nil
}

// rehash makes a hash of the parameters of today, where there is place to. Where
// not, the next sign-in does.
func (a *attempt) rehash(account store.Account, password string) {
	if !credential.Outdated(account.PasswordHash) {
		return
	}
	hash, err := a.caller().Hash(a.Ctx(), password)
	if err == nil {
		err = a.server.Store.Rehash(a.Ctx(), account.ID, account.PasswordHash, hash)
	}
	if err != nil {
		a.server.Log.Warn("hash a password anew", "error", page.Cause(err))
		return
	}
	a.judged = hash
}

// A flood that is answered at once sends the next at once, and takes the processor
// from those who look up. So whoever is sent away learns it after a moment; no more
// than a few hundred are kept waiting.
const (
	busyPause = time.Second
	busyMost  = 256
)

// busy counts whoever is sent away because too many wait, and lets a moment pass.
func (r *request) busy(err error) error {
	if !errors.Is(err, credential.ErrBusy) {
		return err
	}
	r.server.metrics.refused.WithLabelValues(hashingLimit.kind).Inc()
	select {
	case r.server.sentAway <- struct{}{}:
		defer func() { <-r.server.sentAway }()
	default:
		return err
	}
	select {
	case <-r.Ctx().Done():
	case <-time.After(busyPause):
	}
	return err
}

// ownCaller is whoever is signed in, or was invited: a place is kept for them.
var ownCaller = credential.Caller{Known: true}

// knowsOwnPassword tells whether a password is that of whoever is signed in. Too many
// wrong ones end this, but keep nobody from signing in elsewhere.
func (r *request) knowsOwnPassword(password string) (bool, error) {
	own, who := r.server.logins.own, strconv.Itoa(int(r.session.Account.ID))
	if wait := own.take(who); wait > 0 {
		r.failed(r.session.Account.ID, "")
		return false, r.server.refuse(ownPasswordLimit, wait)
	}
	ok, err := r.server.knows(r.Ctx(), ownCaller, r.session.Account.PasswordHash, password)
	switch {
	case err != nil:
		own.giveBack(who)
		return false, r.busy(err)
	case ok:
		own.forget(who)
	default:
		r.failed(r.session.Account.ID, "")
	}
	return ok, nil
}

// hashPassword hashes a new password of whoever is signed in, or was invited.
func (r *request) hashPassword(password string) (string, error) {
	hash, err := ownCaller.Hash(r.Ctx(), password)
	return hash, r.busy(err)
}
