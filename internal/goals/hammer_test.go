package goals

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// connections is how many visitors there are at once.
const connections = 64

// request is what is sent over and over, and the page that answers it.
type request struct {
	text string
	want []byte
}

func pageRequest(path string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: marquis\r\nAccept-Language: en\r\n\r\n"
}

func formRequest(path string, fields url.Values) string {
	body := fields.Encode()
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: marquis\r\nAccept-Language: en\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
}

// result is what a measurement took: the time of each answer.
type result struct {
	took    []time.Duration
	elapsed time.Duration
}

func (r result) rate() float64 { return float64(len(r.took)) / r.elapsed.Seconds() }

// at is the percentile of the times.
func (r result) at(percent int) time.Duration {
	if len(r.took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r.took))
	return sorted[min(len(sorted)*percent/100, len(sorted)-1)].Round(10 * time.Microsecond)
}

// hammer sends the requests over and over on all connections, each by a client that
// does as little as it can, because it shares the processors with the server.
func hammer(t *testing.T, host string, requests []request) result {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), load())
	defer stop()
	took := make([][]time.Duration, connections)
	begun := time.Now()
	var all sync.WaitGroup
	for i := range connections {
		all.Go(func() {
			var err error
			if took[i], err = hammerOne(ctx, host, requests, i); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	return result{slices.Concat(took...), time.Since(begun)}
}

func hammerOne(ctx context.Context, host string, requests []request, first int) ([]time.Duration, error) {
	connection, err := (&net.Dialer{Timeout: patience}).DialContext(context.WithoutCancel(ctx), "tcp", host)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	in := bufio.NewReaderSize(connection, 64<<10)
	var took []time.Duration
	var body []byte
	for i := first; ctx.Err() == nil; i++ {
		r := requests[i%len(requests)]
		begun := time.Now()
		if body, err = ask(connection, in, r.text, body[:0]); err != nil {
			return took, err
		}
		took = append(took, time.Since(begun))
		if !bytes.Equal(body, r.want) {
			return took, fmt.Errorf("a page of %d bytes answers, and not that of %d bytes", len(body), len(r.want))
		}
	}
	return took, nil
}

// ask sends a request, goes on to where it leads, and reads the page at the end of it
// into the bytes given.
func ask(out io.Writer, in *bufio.Reader, text string, body []byte) ([]byte, error) {
	if _, err := io.WriteString(out, text); err != nil {
		return body, err
	}
	body, on, err := readAnswer(in, body)
	if err != nil || on == "" {
		return body, err
	}
	if _, err := io.WriteString(out, pageRequest(on)); err != nil {
		return body, err
	}
	body, _, err = readAnswer(in, body[:0])
	return body, err
}

// readAnswer reads an answer of the status 200 or 303 to its end, into the bytes
// given, and where it leads on to.
func readAnswer(in *bufio.Reader, body []byte) (_ []byte, on string, err error) {
	lines := textproto.NewReader(in)
	status, err := lines.ReadLine()
	if err != nil {
		return body, "", err
	}
	if !strings.HasPrefix(status, "HTTP/1.1 200") && !strings.HasPrefix(status, "HTTP/1.1 303") {
		return body, "", fmt.Errorf("answered %s", status)
	}
	length := -1
	for {
		line, err := lines.ReadLineBytes()
		if err != nil {
			return body, "", err
		}
		if len(line) == 0 {
			break
		}
		if to, found := strings.CutPrefix(string(line), "Location: "); found {
			on = to
		}
		if rest, found := strings.CutPrefix(string(line), "Content-Length: "); found {
			if length, err = strconv.Atoi(rest); err != nil {
				return body, "", err
			}
		}
	}
	if length >= 0 {
		body, err = readMore(in, body, length)
	} else {
		body, err = readChunks(lines, in, body)
	}
	return body, on, err
}

// readMore reads so many bytes more.
func readMore(in *bufio.Reader, body []byte, length int) ([]byte, error) {
	had := len(body)
	body = slices.Grow(body, length)[:had+length]
	_, err := io.ReadFull(in, body[had:])
	return body, err
}

// readChunks reads a body that comes in chunks.
func readChunks(lines *textproto.Reader, in *bufio.Reader, body []byte) ([]byte, error) {
	for {
		line, err := lines.ReadLine()
		if err != nil {
			return body, err
		}
		size, err := strconv.ParseInt(line, 16, 32)
		if err != nil {
			return body, err
		}
		if body, err = readMore(in, body, int(size)); err != nil {
			return body, err
		}
		if _, err := in.Discard(len("\r\n")); err != nil || size == 0 {
			return body, err
		}
	}
}
