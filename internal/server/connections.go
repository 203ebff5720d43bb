package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"

	"github.com/gin-gonic/gin"
)

// connections counts those that wait: for a request, for the rest of one, or for the
// next. Who opens very many and sends little would keep others out.
type connections struct {
	refused func()

	mu      sync.Mutex
	waiting map[string]int // by network
}

// add counts one more of a network, unless it is one too many.
func (c *connections) add(network string) bool {
	if c.full(network) {
		return false
	}
	c.count(network, true)
	return true
}

// full tells that no more of a network may wait.
func (c *connections) full(network string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waiting[network] >= connectionsOfOne
}

func (c *connections) count(network string, waits bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if waits {
		c.waiting[network]++
	} else if c.waiting[network]--; c.waiting[network] <= 0 {
		delete(c.waiting, network)
	}
}

// limit closes connections of addresses of which too many wait. Those of a known
// proxy carry the requests of many: of them only requests count whose form has not
// come yet, under the address that the proxy names.
func (c *connections) limit(listener net.Listener, proxies []netip.Prefix) net.Listener {
	return &limitedListener{listener, c, proxies}
}

type limitedListener struct {
	net.Listener
	connections *connections
	proxies     []netip.Prefix
}

// Accept returns the next connection that is not one too many.
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		tcp, ok := conn.(*net.TCPConn)
		if err != nil || !ok {
			return conn, err
		}
		x := &connection{TCPConn: tcp, all: l.connections}
		address := tcp.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().Unmap()
		if !slices.ContainsFunc(l.proxies, func(p netip.Prefix) bool { return p.Contains(address) }) {
			x.network = networkOfAddress(address.String())
			if x.waits = l.connections.add(x.network); !x.waits {
				l.connections.refused()
				_ = tcp.Close() // of a stranger who opens too many
				continue
			}
		}
		return x, nil
	}
}

// connection is one of those that are counted.
type connection struct {
	*net.TCPConn
	all     *connections
	network string // empty: of a proxy

	mu     sync.Mutex
	waits  bool
	closed bool
}

// wait notes whether the connection waits.
func (x *connection) wait(waits bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed || x.network == "" || x.waits == waits {
		return
	}
	x.waits = waits
	x.all.count(x.network, waits)
}

// Close closes the connection, which counts no more.
func (x *connection) Close() error {
	x.wait(false)
	x.mu.Lock()
	x.closed = true
	x.mu.Unlock()
	return x.TCPConn.Close()
}

type connectionKey struct{}

// inContext lets the requests of a connection find it.
func inContext(ctx context.Context, conn net.Conn) context.Context {
	if x, ok := conn.(*connection); ok {
		return context.WithValue(ctx, connectionKey{}, x)
	}
	return ctx
}

// limitWaiting lets a connection wait no more once its request has come in full, and
// wait again when that is answered; or end then, where too many wait.
func (s *Server) limitWaiting(c *gin.Context) {
	x, ok := c.Request.Context().Value(connectionKey{}).(*connection)
	if !ok {
		return
	}
	if x.network == "" {
		s.limitForwarded(c)
		return
	}
	if s.connections.full(x.network) {
		c.Header("Connection", "close")
	}
	if c.Request.ContentLength == 0 {
		x.wait(false)
	} else {
		c.Request.Body = &countedBody{c.Request.Body, func() { x.wait(false) }}
	}
	c.Next()
	x.wait(true)
}

// limitForwarded counts a request that a proxy has passed on as one that waits, until
// its form has come in full.
func (s *Server) limitForwarded(c *gin.Context) {
	if c.Request.ContentLength == 0 {
		return
	}
	network := networkOf(c)
	if !s.connections.add(network) {
		s.connections.refused()
		c.Header("Connection", "close")
		c.AbortWithStatus(http.StatusTooManyRequests)
		return
	}
	come := sync.OnceFunc(func() { s.connections.count(network, false) })
	defer come()
	c.Request.Body = &countedBody{c.Request.Body, come}
	c.Next()
}

// countedBody tells when a body has come in full.
type countedBody struct {
	io.ReadCloser
	come func()
}

// Read tells at the end that all has come.
func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.come()
	}
	return n, err
}
