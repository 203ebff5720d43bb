package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

const (
	healthTime = 3 * time.Second
	healthSays = 200 // bytes of an answer that are shown
)

func (p *program) healthCommand() *cobra.Command {
	var listen string
	command := &cobra.Command{
		Use:   "health",
		Short: "Ask the server whether it is ready",
		Long: "Asks the server on this machine whether it can work, and waits at most three seconds for its answer.\n" +
			"Exit code 0 means ready, 1 not: for the health check of a container or a service manager.",
		Args:              cobra.NoArgs,
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil }, // no setting is needed, so none can be wrong
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := askReady(cmd.Context(), listen); err != nil {
				return fmt.Errorf("not ready: %w", err)
			}
			_, err := fmt.Fprintln(p.stdout, "ready")
			return err
		},
	}
	command.Flags().StringVar(&listen, "listen", defaultListen, "address and port where the server listens")
	return command
}

// askReady asks the server itself, past any proxy, whether it can work.
func askReady(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", http.NoBody)
	if err != nil {
		return err
	}
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, healthSays))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d, %q", answer.StatusCode, strings.TrimSpace(string(said)))
	}
	return nil
}
