package sqlstore_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marquis/internal/store/sqlstore"
)

// Of an address on another machine only one that checks who answers is taken, unless
// the way there is said to be open. No answer holds the password.
func TestWhatIsSentToAnotherMachineIsNotOpenToRead(t *testing.T) {
	const user = "postgres://marquis:canary@"
	for address, want := range map[string]string{
		user + "db.example.org/marquis":                                         "verified",
		user + "db.example.org/marquis?connect_timeout=3":                       "verified",
		user + "db.example.org/marquis?sslmode=verify-full":                     "verified",
		user + "db.example.org/marquis?sslrootcert=system":                      "verified",
		user + "db.example.org,db2.example.org/marquis":                         "verified",
		user + "192.0.2.1/marquis":                                              "verified",
		user + "0.0.0.0/marquis":                                                "verified",
		user + "localhost.example.org/marquis":                                  "verified",
		user + "localhost,db.example.org/marquis":                               "verified",
		"postgres://sslmode=disable:canary@db.example.org/marquis":              "verified",
		user + "db.example.org/marquis?sslmode=disable":                         "MARQUIS_DATABASE_PLAIN",
		user + "db.example.org/marquis?sslmode=allow":                           "MARQUIS_DATABASE_PLAIN",
		user + "db.example.org/marquis?sslmode=prefer":                          "MARQUIS_DATABASE_PLAIN",
		user + "db.example.org/marquis?sslmode=require":                         "MARQUIS_DATABASE_PLAIN",
		user + "db.example.org/marquis?sslmode=verify-ca":                       "MARQUIS_DATABASE_PLAIN",
		user + "localhost,db.example.org/marquis?sslmode=prefer":                "MARQUIS_DATABASE_PLAIN",
		user + "[2001:db8::1]/marquis?sslmode=disable":                          "MARQUIS_DATABASE_PLAIN",
		user + "/marquis?host=db.example.org&sslmode=disable":                   "MARQUIS_DATABASE_PLAIN",
		user + "localhost/marquis?host=db.example.org&sslmode=disable":          "MARQUIS_DATABASE_PLAIN",
		user + "db.example.org/marquis?sslmode=verify-full&sslmode=disable":     "says sslmode twice",
		user + "db.example.org/marquis?sslmode=disable&sslmode=verify-full":     "says sslmode twice",
		user + "db.example.org/marquis?sslmode=disable&%73slmode=verify-full":   "says sslmode twice",
		user + "db.example.org/marquis?sslmode=verify-full&ssl=true":            "says sslmode twice",
		user + "db.example.org/marquis?ssl=true&sslmode=verify-full":            "says sslmode twice",
		user + "db.example.org/marquis?ssl=true":                                "verified",
		user + "db.example.org/marquis?%73slmode=disable":                       "sslmode=disable",
		user + "localhost/marquis?sslmode=disable&sslmode=disable":              "says sslmode twice",
		user + "/marquis?host=localhost&host=db.example.org":                    "says host twice",
		user + "/marquis?host=db.example.org&port=1&host=localhost":             "says host twice",
		user + "db.example.org/marquis?sslrootcert=system&sslrootcert=/no/one":  "/no/one",
		user + "db.example.org/marquis?sslrootcert=/no/one&sslrootcert=system":  "says sslrootcert twice",
		user + "db.example.org/marquis?dbname=one&database=two":                 "says dbname twice",
		user + "db.example.org?sslmode=disable":                                 "sslmode=disable",
		user + "db.example.org/marquis?sslmode=disable&application_name=/x@y":   "sslmode=disable",
		"postgres://marquis:ca?sslmode=x@db.example.org/marquis":                "verified",
		"postgres://db.example.org/marquis?sslmode=disable&application_name=@":  "sslmode=disable",
		"host=db.example.org sslmode=verify-full sslmode=disable":               "cannot be read",
		"host=db.example.org dbname=marquis":                                    "cannot be read",
		"POSTGRES://db.example.org/marquis?sslmode=verify-full":                 "cannot be read",
		user + "db.example.org/marquis?sslmode=verify-full&sslrootcert=/no/one": "/no/one",
		user + "db.example.org/marquis?sslmode=nonsense":                        "cannot be read",
		user + "localhost/marquis":                                              "open",
		user + "127.0.0.1/marquis?sslmode=disable":                              "open",
		user + "127.8.8.8/marquis":                                              "open",
		user + "[::1]/marquis":                                                  "open",
		user + "[::ffff:127.0.0.1]/marquis":                                     "open",
		user + "/marquis?host=/run/postgresql":                                  "open",
	} {
		have, err := sqlstore.WayToPostgres(sqlstore.Config{DatabaseURL: address})
		if err != nil {
			have = err.Error()
		}
		if !strings.Contains(have, want) || strings.Contains(have, "canary") {
			t.Errorf("%s: %s, want %s", address, have, want)
		}
		if want != "MARQUIS_DATABASE_PLAIN" {
			continue
		}
		if have, err := sqlstore.WayToPostgres(sqlstore.Config{DatabaseURL: address, Plain: true}); err != nil || have != "open" && !strings.Contains(address, "require") && !strings.Contains(address, "verify") {
			t.Errorf("%s, where it may be open: %s, %v", address, have, err)
		}
	}
}

// listener stands where PostgreSQL would be: it offers TLS with a certificate, or
// none, and tells what it was sent after that.
func listener(t *testing.T, certificate *tls.Certificate) (port string, sent <-chan string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	heard := make(chan string, 9)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			heard <- hear(c, certificate)
			_ = c.Close()
		}
	}()
	return strings.TrimPrefix(l.Addr().String(), "127.0.0.1:"), heard
}

func hear(c net.Conn, certificate *tls.Certificate) string {
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	request := make([]byte, 8)
	if _, err := io.ReadFull(c, request); err != nil || request[4] != 4 || request[5] != 210 { // 1234 << 16 + 5679: TLS is asked for
		return "no request for TLS"
	}
	if certificate == nil {
		_, _ = c.Write([]byte("N"))
	} else {
		_, _ = c.Write([]byte("S"))
		c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12})
	}
	said := make([]byte, 500)
	n, _ := c.Read(said)
	return string(said[:n])
}

// selfSigned is a certificate of its own for an address, and the file with its root.
func selfSigned(t *testing.T, address string) (*tls.Certificate, string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.ParseIP(address)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "root.crt")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}, path
}

// Nothing is said to a server off this machine before it has shown who it is. The
// address 0.0.0.0 leads to this machine, but does not say so.
func TestNothingIsSaidToAServerThatDoesNotShowWhoItIs(t *testing.T) {
	right, root := selfSigned(t, "0.0.0.0")
	other, _ := selfSigned(t, "0.0.0.0")
	elsewhere, elsewhereRoot := selfSigned(t, "192.0.2.1")
	for name, test := range map[string]struct {
		certificate *tls.Certificate
		query       string
		hears       bool
	}{
		"no TLS":                          {nil, "", false},
		"a certificate that nobody knows": {right, "", false},
		"another's certificate":           {other, "?sslrootcert=" + root, false},
		"a certificate of another name":   {elsewhere, "?sslrootcert=" + elsewhereRoot, false},
		"its certificate":                 {right, "?sslrootcert=" + root, true},
		"its certificate, said in full":   {right, "?sslmode=verify-full&sslrootcert=" + root, true},
	} {
		t.Run(name, func(t *testing.T) {
			port, sent := listener(t, test.certificate)
			_, err := sqlstore.Open(t.Context(), sqlstore.Config{DatabaseURL: "postgres://marquis:canary@0.0.0.0:" + port + "/marquis" + test.query}, sqlstore.Tables{}, time.Now)
			var heard string
			select {
			case heard = <-sent:
			case <-time.After(10 * time.Second):
				t.Fatalf("nobody asked the server: %v", err)
			}
			if strings.Contains(heard, "marquis") != test.hears {
				t.Errorf("the server heard %q", heard)
			}
			if err == nil || strings.Contains(err.Error(), "canary") || !test.hears && !strings.Contains(err.Error(), "sslrootcert=FILE") {
				t.Errorf("%v", err)
			}
		})
	}
}
