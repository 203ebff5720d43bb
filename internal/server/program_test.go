package server_test

import (
	"bufio"
	"context"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"marquis/internal/credential"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// buildProgram builds the program as it is shipped, once for all tests.
var buildProgram = sync.OnceValues(func() (path string, err error) {
	folder, err := os.MkdirTemp("", "marquis-test-")
	if err != nil {
		return "", err
	}
	path = filepath.Join(folder, "marquis")
	build := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-tags", "nomsgpack", "-ldflags", "-s -w", "-o", path, "marquis/cmd/marquis")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	return path, build.Run()
})

// program is the program as it is built, that serves a registry behind a proxy at
// 127.0.0.1, on the real clock and with the limits as they are shipped.
type program struct {
	t       *testing.T
	config  store.Config
	store   *store.Store // the registry, past the program
	keys    *keyring.Ring
	folder  string // of the key ring
	process *exec.Cmd
	address *url.URL
	metrics string
}

func newProgram(t *testing.T, kind string) *program {
	t.Helper()
	p := &program{t: t, config: storetest.Config(t, kind), folder: t.TempDir()}
	p.store = storetest.OpenAt(t, p.config, time.Now)
	var err error
	if p.keys, err = keyring.Open(filepath.Join(p.folder, "keys.json"), true); err != nil {
		t.Fatal(err)
	}
	p.start()
	t.Cleanup(p.stop)
	return p
}

var servedAt = regexp.MustCompile(`http://[0-9.]+:[0-9]+(/metrics)?`)

func (p *program) start() {
	p.t.Helper()
	path, err := buildProgram()
	if err != nil {
		p.t.Fatal(err)
	}
	p.process = exec.CommandContext(context.WithoutCancel(p.t.Context()), path, "serve", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0")
	p.process.Env = []string{
		"MARQUIS_DATA=" + p.config.Folder, "MARQUIS_KEYS=" + filepath.Join(p.folder, "keys.json"),
		"MARQUIS_PROXIES=127.0.0.1/32",
	}
	if p.config.DatabaseURL != "" {
		p.process.Env[0] = "MARQUIS_DATABASE_URL=" + p.config.DatabaseURL
	}
	log, err := os.Create(filepath.Join(p.t.TempDir(), "log"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer log.Close()
	p.process.Stderr = log
	said, err := p.process.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.process.Start(); err != nil {
		p.t.Fatal(err)
	}
	lines := bufio.NewScanner(said)
	var places []string
	for len(places) < 2 && lines.Scan() {
		if place := servedAt.FindString(lines.Text()); place != "" {
			places = append(places, place)
		}
	}
	if len(places) < 2 {
		text, _ := os.ReadFile(log.Name())
		p.t.Fatalf("the program serves nothing:\n%s", text)
	}
	if p.address, err = url.Parse(places[0]); err != nil {
		p.t.Fatal(err)
	}
	p.metrics = places[1]
}

// stop ends the program as an operator does.
func (p *program) stop() {
	if p.process == nil {
		return
	}
	_ = p.process.Process.Signal(syscall.SIGTERM)
	if err := p.process.Wait(); err != nil {
		p.t.Errorf("the program ends with %v", err)
	}
	p.process = nil
}

func (p *program) restart() {
	p.t.Helper()
	p.stop()
	p.start()
}

// resident is the memory that the program holds, in bytes; 0 where the system does
// not tell.
func (p *program) resident() int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(p.process.Process.Pid) + "/status")
	if err != nil {
		return 0
	}
	found := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(text)
	if found == nil {
		return 0
	}
	n, _ := strconv.ParseInt(string(found[1]), 10, 64)
	return n << 10
}

func (p *program) counted(series string) float64 {
	p.t.Helper()
	answer, err := http.Get(p.metrics)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return readMetrics(p.t, string(text))[series]
}

func (p *program) refused(kind string) float64 {
	return p.counted(`marquis_attempts_refused_total{kind="` + kind + `"}`)
}

// browser is somebody at an address who keeps cookies.
type browser struct {
	p       *program
	client  *http.Client
	network string // that the proxy says; empty: whatever the connection says
}

var transport = &http.Transport{MaxIdleConnsPerHost: 100}

// at is a browser in a network, behind the proxy.
func (p *program) at(network string) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return &browser{p, &http.Client{
		Jar: jar, Transport: transport, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, network}
}

// somewhere is a network that nobody was in before.
func somewhere() string {
	return net.IPv4(byte(11+rand.IntN(80)), byte(rand.IntN(256)), byte(rand.IntN(256)), byte(rand.IntN(256))).String()
}

// moved is the same browser in another network.
func (b *browser) moved(network string) *browser { return &browser{b.p, b.client, network} }

func (b *browser) get(path string) page { return b.send(http.MethodGet, path, nil) }

func (b *browser) post(path string, fields ...string) page {
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return b.send(http.MethodPost, path, strings.NewReader(values.Encode()))
}

func (b *browser) send(method, path string, body io.Reader) page {
	request, err := http.NewRequestWithContext(context.Background(), method, b.p.address.String()+path, body)
	if err != nil {
		b.p.t.Error(err)
		return page{}
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.Header.Set("X-Forwarded-For", b.network)
	answer, err := b.client.Do(request)
	if err != nil {
		b.p.t.Error(err)
		return page{}
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.p.t.Error(err)
	}
	return page{answer.StatusCode, answer.Header, string(text)}
}

const theirPassword = "zeven sloten en een roestige sleutel"

// signIn types a login and a password.
func (b *browser) signIn(login, password string) page {
	return b.post("/sign-in", "login", login, "password", password)
}

// person makes a member of staff who has a password, and may do nothing.
func (p *program) person(login string, memberships ...lab.Membership) lab.Actor {
	p.t.Helper()
	actor, err := p.store.AddUser(p.t.Context(), lab.Operator("test"), lab.User{Login: login, Name: login}, memberships)
	if err != nil {
		p.t.Fatal(err)
	}
	token, hash := credential.NewToken()
	if err := p.store.Invite(p.t.Context(), lab.Operator("test"), actor.UserID, hash, lab.At(time.Now().Add(time.Hour)), false); err != nil {
		p.t.Fatal(err)
	}
	password, err := credential.HashPassword(theirPassword)
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.store.AcceptInvitation(p.t.Context(), credential.HashToken(token), password, store.Device{}); err != nil {
		p.t.Fatal(err)
	}
	return actor
}

// withFactor makes a member of staff who has an authenticator, and returns its
// secret and the recovery codes.
func (p *program) withFactor(login string, memberships ...lab.Membership) (actor lab.Actor, secret string, recovery []string) {
	p.t.Helper()
	actor = p.person(login, memberships...)
	secret, _ = credential.NewTOTP("Marquis", login)
	sealed, err := credential.Seal(p.keys.Secret(), actor.UserID, credential.SecondFactor, secret)
	if err != nil {
		p.t.Fatal(err)
	}
	recovery, hashes := credential.NewRecoveryCodes()
	if err := p.store.SetSecondFactor(p.t.Context(), actor, sealed, 0, hashes); err != nil {
		p.t.Fatal(err)
	}
	return actor, secret, recovery
}

// shown is what the authenticator shows now.
func (p *program) shown(secret string) string {
	p.t.Helper()
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		p.t.Fatal(err)
	}
	return code
}

// wrongShown is a code that the authenticator does not show for a while.
func (p *program) wrongShown(secret string) string {
	right := map[string]bool{}
	for step := -2; step < 20; step++ {
		code, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(step)*30*time.Second))
		if err != nil {
			p.t.Fatal(err)
		}
		right[code] = true
	}
	for {
		if code := strconv.Itoa(100_000 + rand.IntN(900_000)); !right[code] {
			return code
		}
	}
}

// statuses sends many at once, some at a time, and counts the answers.
func statuses(n, atOnce int, send func(i int) page) map[int]int {
	var mu sync.Mutex
	counted, next := map[int]int{}, make(chan int)
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			mine := map[int]int{}
			for i := range next {
				mine[send(i).status]++
			}
			mu.Lock()
			defer mu.Unlock()
			for status, n := range maps.All(mine) {
				counted[status] += n
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
	return counted
}
