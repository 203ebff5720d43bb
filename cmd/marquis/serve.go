package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"marquis/internal/lab"
	"marquis/internal/server"
	"marquis/internal/store"
	"marquis/internal/work"
)

// defaultListen is where the program listens when nothing else is said: on this
// machine alone.
const defaultListen = "127.0.0.1:8080"

func (p *program) serveCommand() *cobra.Command {
	var listen string
	command := &cobra.Command{
		Use:   "serve",
		Short: "Serve the pages",
		Long: "Serves the pages to the public and to staff until it is stopped (Ctrl+C), and then lets requests under way finish.\n" +
			"Behind a proxy that speaks HTTPS set MARQUIS_ADDRESS to what the public types.\n" +
			"With --metrics it also tells Prometheus how it does, at /metrics of an address that the public cannot reach.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error { return p.serve(cmd.Context(), s, listen, p.tellAddress) })
		},
	}
	command.Flags().StringVar(&listen, "listen", defaultListen, "address and port to listen on")
	command.Flags().String("metrics", "", "private address and port for metrics, such as 127.0.0.1:9090 (MARQUIS_METRICS; default none)")
	return command
}

// collectAt is at how much growth of the memory in use, in percent, garbage is
// collected. What the server keeps is little, some tens of megabytes, so that the
// usual 100 would have it collect all the time.
const collectAt = 300

// serve serves the pages. What there is to say is told once the address is taken.
func (p *program) serve(ctx context.Context, s *store.Store, listen string, tell func(address *url.URL) error) (err error) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	limitMemory(p.config.Memory)
	keys, err := work.OpenKeys(ctx, s, p.config.Keys, lab.Operator("serve"))
	if err != nil {
		return err
	}
	listener, err := listenOn(ctx, listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	address, err := p.address(listener)
	if err != nil {
		return err
	}
	var private net.Listener
	if p.config.Metrics != "" {
		if private, err = listenPrivately(ctx, p.config.Metrics, listener.Addr()); err != nil {
			return err
		}
		defer private.Close()
	}
	log := slog.New(slog.NewJSONHandler(p.stderr, nil))
	web, err := server.New(server.Config{
		Store: s, Keys: keys, Log: log, Now: p.now, Address: address, Proxies: p.config.Proxies, Currency: p.config.Currency,
		Program:    fullVersion(),
		CodeMonths: p.config.CodeMonths, Security: p.config.Security,
	})
	if err != nil {
		return err
	}
	left, err := s.UnfinishedImports(ctx, lab.Operator("serve"))
	if err != nil {
		return err
	}
	for i := range left {
		log.Warn("an import was cut off", "what", unfinishedText(&left[i]))
	}
	if p.config.Address != nil && len(p.config.Security) == 0 {
		log.Warn("nobody is named to whom faults in security are reported: set MARQUIS_SECURITY_CONTACT")
	}
	if err := tell(address); err != nil {
		return err
	}
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return web.Serve(ctx, listener) })
	if private != nil {
		fmt.Fprintf(p.stdout, "Metrics are at http://%s/metrics.\n", private.Addr())
		all.Go(func() error { return web.ServeMetrics(ctx, private) })
	}
	return all.Wait()
}

// tellAddress says where the pages are.
func (p *program) tellAddress(address *url.URL) error {
	_, err := fmt.Fprintf(p.stdout, "Marquis serves %s (stop it with Ctrl+C).\n", address)
	return err
}

func listenOn(ctx context.Context, address string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}

// listenPrivately listens where only this machine or its own network can reach,
// and not where the public is served. What a name leads to is looked up once, so
// that no other address is listened on than the one that was judged.
func listenPrivately(ctx context.Context, address string, public net.Addr) (net.Listener, error) {
	at, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, usageError{fmt.Errorf("metrics: %s leads nowhere: %w", address, err)}
	}
	if !at.IP.IsLoopback() && !at.IP.IsPrivate() && !at.IP.IsLinkLocalUnicast() {
		return nil, usageError{fmt.Errorf("metrics: others than this machine and its own network could reach %s; give one loopback or private address, such as 127.0.0.1:9090", at)}
	}
	if pages, ok := public.(*net.TCPAddr); ok && pages.Port == at.Port && (pages.IP.Equal(at.IP) || pages.IP.IsUnspecified()) {
		return nil, usageError{fmt.Errorf("metrics: the public is served at %s; give metrics another port", at)}
	}
	return listenOn(ctx, at.String())
}

// address is what the public types: as set, else where the program listens. In the
// open, sign-ins need HTTPS: without an address set, only this machine is served.
func (p *program) address(listener net.Listener) (*url.URL, error) {
	if p.config.Address != nil {
		return p.config.Address, nil
	}
	at, ok := listener.Addr().(*net.TCPAddr)
	if !ok || !at.IP.IsLoopback() {
		return nil, usageError{errors.New("to serve others than this machine set MARQUIS_ADDRESS to the public address, such as https://results.example.org, and put a proxy that speaks HTTPS before the program")}
	}
	return &url.URL{Scheme: "http", Host: at.String()}, nil
}
