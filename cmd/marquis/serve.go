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

	"marquis/internal/keyring"
	"marquis/internal/server"
	"marquis/internal/store"
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
			"Behind a proxy that speaks HTTPS set MARQUIS_ADDRESS to what the public types.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.open(cmd.Context(), func(s *store.Store) error { return p.serve(cmd.Context(), s, listen) })
		},
	}
	command.Flags().StringVar(&listen, "listen", defaultListen, "address and port to listen on")
	return command
}

// collectAt is at how much growth of the memory in use, in percent, garbage is
// collected. What the server keeps is little, some tens of megabytes, so that the
// usual 100 would have it collect all the time.
const collectAt = 400

func (p *program) serve(ctx context.Context, s *store.Store, listen string) (err error) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	keys, err := p.keys(ctx, s)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", listen, err)
	}
	address, err := p.address(listener)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	log := slog.New(slog.NewJSONHandler(p.stderr, nil))
	web, err := server.New(server.Config{
		Store: s, Keys: keys, Log: log, Now: p.now, Address: address, Proxies: p.config.Proxies, Currency: p.config.Currency,
		Program:    fullVersion(),
		CodeMonths: p.config.CodeMonths,
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	fmt.Fprintf(p.stdout, "Marquis serves %s (stop it with Ctrl+C).\n", address)
	return web.Serve(ctx, listener)
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

// keys opens the key ring. A new registry makes one; a registry that has lookup
// codes already must find its own.
func (p *program) keys(ctx context.Context, s *store.Store) (*keyring.Ring, error) {
	used, err := s.HasCodes(ctx)
	if err != nil {
		return nil, err
	}
	return keyring.Open(p.config.Keys, !used)
}
