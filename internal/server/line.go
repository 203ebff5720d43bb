package server

import (
	"context"
	"sync"

	"marquis/internal/credential"
)

// lines let the attempts of each of many follow one another, so that right ones which
// come at once are not refused because of each other.
type lines struct {
	mu    sync.Mutex
	byKey map[string]*line
}

// line is who waits, and who is judged.
type line struct {
	in   int           // how many are in it
	turn chan struct{} // holds one while somebody is judged
}

// enter waits for the turn of who, which leave ends. It fails with credential.ErrBusy
// where many wait already, and with the context's error where the caller has gone.
func (l *lines) enter(ctx context.Context, who string) (leave func(), err error) {
	x, err := l.join(who)
	if err != nil {
		return nil, err
	}
	select {
	case x.turn <- struct{}{}:
		return func() { <-x.turn; l.quit(who, x) }, nil
	case <-ctx.Done():
		l.quit(who, x)
		return nil, ctx.Err()
	}
}

func (l *lines) join(who string) (*line, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.byKey[who]
	if x == nil {
		x = &line{turn: make(chan struct{}, 1)}
		l.byKey[who] = x
	}
	if x.in > credential.PlacesToWait {
		return nil, credential.ErrBusy
	}
	x.in++
	return x, nil
}

func (l *lines) quit(who string, x *line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if x.in--; x.in == 0 {
		delete(l.byKey, who)
	}
}
