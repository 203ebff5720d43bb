package server_test

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

// waitBeside begins to wait for what ends by itself in the memory of a program, and
// returns what waits for its end: a minute, in which other proofs run.
func waitBeside(t *testing.T) (finish func()) {
	t.Helper()
	p := newProgram(t, "sqlite")
	guesser, begun := p.at("198.51.100.1"), time.Now()
	wantCounts(t, statuses(10, 1, func(int) page { return guesser.guess() }), map[int]int{404: 10})
	guesser.guess().wantWait(t, time.Minute-time.Since(begun).Round(time.Second)-time.Second, time.Minute)
	statuses(800, 16, func(i int) page { return p.at(fmt.Sprintf("100.64.%d.%d", i/256, i%256)).guess() })
	if p.counted("marquis_code_flood") != 1 {
		t.Error("the flood is not told")
	}
	flooded := time.Now()
	var all sync.WaitGroup
	for sends, after := range map[string]time.Duration{
		"GET / HT": 5 * time.Second, // of the header
		"POST /lookup HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nco": 15 * time.Second, // of the form
		"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n": time.Minute, // until another request
	} {
		all.Go(func() { p.wantClosed(sends, after) })
	}
	all.Go(func() {
		time.Sleep(time.Until(begun.Add(50 * time.Second)))
		guesser.guess().want(t, http.StatusTooManyRequests)
		time.Sleep(time.Until(begun.Add(time.Minute + 2*time.Second)))
		guesser.guess().want(t, http.StatusNotFound)
		if answer := guesser.guess(); time.Since(begun) < 2*time.Minute { // one a minute, and no more
			answer.wantWait(t, time.Second, time.Minute)
		}
	})
	return func() {
		t.Helper()
		all.Wait()
		time.Sleep(time.Until(flooded.Add(time.Minute + time.Second)))
		if p.counted("marquis_code_flood") != 0 {
			t.Error("a flood that has rested for a minute is still told")
		}
	}
}

// wantClosed fails unless the program closes a connection that sends this and then
// nothing, after its time.
func (p *program) wantClosed(sends string, after time.Duration) {
	connection, err := p.dialFrom("127.0.0.1")
	if err != nil {
		p.t.Error(err)
		return
	}
	defer connection.Close()
	begun := time.Now()
	_, _ = io.WriteString(connection, sends)
	_ = connection.SetReadDeadline(begun.Add(after + 15*time.Second))
	_, err = io.Copy(io.Discard, connection)
	if took := time.Since(begun); err != nil || took < after-100*time.Millisecond || took > after+10*time.Second {
		p.t.Errorf("a connection that sends %q is closed after %s, %v; want %s", sends, took, err, after)
	}
}
