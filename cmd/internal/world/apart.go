package world

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/central"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/config"
)

// apartEnv makes the test binary the centre; its settings stand in the environment.
const apartEnv = "BMIS_WORLD_CENTRE"

// Apart lets the centre run as a process of its own from its next start on, so that it can be killed; its clock is the machine's. TestMain
// has to ask IsCentre first.
func (c *Central) Apart() { c.run = c.runApart }

// IsCentre runs the centre where the process was started as one, and then gives its exit status.
func IsCentre() (status int, is bool) {
	if os.Getenv(apartEnv) == "" {
		return 0, false
	}
	log := node.Log(os.Stderr, slog.LevelDebug, "world", central.Name)
	if err := serveApart(log); node.Quiet(err) != nil {
		log.Error("stopped", "error", err)
		return 1, true
	}
	return 0, true
}

// serveApart is the centre until its standard input ends: whoever started it is done with it, or gone.
func serveApart(log *slog.Logger) error {
	cfg, err := config.LoadCentral(os.Getenv)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // its end is all there is to it
		stop()
	}()
	tools := node.Tools{Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: log, Hash: auth.Params{MemoryKiB: 64, Passes: 1, Lanes: 1}}
	return central.Run(ctx, cfg, tools, func(a central.Addresses) {
		if err := json.NewEncoder(os.Stdout).Encode(a); err != nil {
			stop()
		}
	})
}

// runApart runs the centre in a process of its own until ctx ends.
func (c *Central) runApart(ctx context.Context, _ node.Tools, started func()) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), self) //nolint:gosec // ourselves; it ends when its input does
	cmd.Env = append(os.Environ(), apartEnv+"=1")
	for name, value := range c.settings {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	input, inErr := cmd.StdinPipe()
	output, outErr := cmd.StdoutPipe()
	words, wordsErr := cmd.StderrPipe()
	if err := errors.Join(inErr, outErr, wordsErr); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	c.process = cmd.Process
	said := make(chan error, 1)
	go func() { said <- c.copyLog(words) }()
	var a central.Addresses
	if err = json.NewDecoder(output).Decode(&a); err == nil {
		c.at(a.HTTPS, a.Metrics)
		c.NATS, c.Carriers = a.NATS, a.Carriers
		started()
		stop := context.AfterFunc(ctx, func() { _ = input.Close() }) // the process may have gone by itself
		defer stop()
	}
	return errors.Join(err, <-said, cmd.Wait())
}

// copyLog keeps what the process logs, line by line: others write to the same log.
func (c *Central) copyLog(words io.Reader) error {
	lines := bufio.NewScanner(words)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if _, err := fmt.Fprintln(c.Logs, lines.Text()); err != nil {
			return err
		}
	}
	return lines.Err()
}

// Kill ends the centre's process, which must run apart, as a power failure does. Start starts it again.
func (c *Central) Kill(t testing.TB) {
	t.Helper()
	require.NotNil(t, c.stop, "%s does not run", c.Name)
	require.NoError(t, c.process.Kill())
	err := <-c.ended
	c.stop()
	c.stop = nil
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "%s has ended by itself", c.Name)
	require.Equal(t, -1, exit.ExitCode(), "%s was not killed but ended by itself", c.Name)
}
