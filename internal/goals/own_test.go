package goals

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestWhetherAGoalIsMet(t *testing.T) {
	const unjudged = -1
	for _, c := range []struct {
		work               work
		sqlite, postgreSQL float64
		want               string
	}{
		{setUpRatio, 0.4, 0.41, "yes"},
		{setUpRatio, 0.39, 0, "no"},
		{lookUp, 0.2, 0.2, "no, yes"},
		{allPercentile, 1.9, 1.9, "yes, no"},
		{listPage, 1.3, 0.7, "yes"},
		{setUpTime, 59, unjudged, "yes, –"},
		{firstFigures, 3, 3, "–"},
	} {
		var readings [2]reading
		for i, n := range []float64{c.sqlite, c.postgreSQL} {
			readings[i] = reading{number: n, judged: n != unjudged}
		}
		if got := goals[c.work].met(readings); got != c.want {
			t.Errorf("%s, %v and %v: met %q, want %q", goals[c.work].what, c.sqlite, c.postgreSQL, got, c.want)
		}
	}
}

func TestReadAnswer(t *testing.T) {
	for _, c := range []struct{ name, answer, want, mistake string }{
		{"length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP", "abc", ""},
		{"empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", ""},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n", "abc0123456789", ""},
		{"cut off", "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nabc", "", "unexpected EOF"},
		{"leads on", "HTTP/1.1 303 See Other\r\nLocation: /result/x\r\nContent-Length: 0\r\n\r\n", "", ""},
		{"another status", "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n", "", "answered HTTP/1.1 429"},
		{"nothing", "", "", "EOF"},
	} {
		body, on, err := readAnswer(bufio.NewReader(strings.NewReader(c.answer)), nil)
		switch {
		case c.mistake != "" && (err == nil || !strings.Contains(err.Error(), c.mistake)):
			t.Errorf("%s: %v, want %q", c.name, err, c.mistake)
		case c.mistake == "" && (err != nil || !bytes.Equal(body, []byte(c.want))):
			t.Errorf("%s: %q, %v, want %q", c.name, body, err, c.want)
		case (on == "/result/x") != (c.name == "leads on"):
			t.Errorf("%s: leads on to %q", c.name, on)
		}
	}
}

func TestMedian(t *testing.T) {
	if got := median([]float64{3, 1, 2}); got != 2 {
		t.Errorf("the median of 3, 1 and 2 is %v", got)
	}
	times := make([]time.Duration, 100)
	for i := range times {
		times[i] = time.Duration(100-i) * time.Millisecond
	}
	r := result{times, time.Second}
	if r.rate() != 100 || r.at(50) != 51*time.Millisecond || r.at(99) != 100*time.Millisecond || (result{}).at(99) != 0 {
		t.Errorf("%v a second, p50 %s, p99 %s", r.rate(), r.at(50), r.at(99))
	}
}
