package door_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/client"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/bus/gate/gatetest"
	"github.com/openbmis/openbmis/internal/ca"
)

const holderDir = "BMIS_DOOR_HOLDER"

// TestHolder is the process that holds the door in TestKilledInTheMiddle; alone it does nothing.
func TestHolder(t *testing.T) {
	dir := os.Getenv(holderDir)
	if dir == "" {
		t.Skip("only as a child of TestKilledInTheMiddleOfAPushNothingAcknowledgedIsLost")
	}
	listen, err := os.ReadFile(filepath.Join(dir, "listen"))
	require.NoError(t, err)
	g := gatetest.Open(t, dir, string(listen), "XA")
	kept, err := os.OpenFile(filepath.Join(dir, "kept"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	d, err := door.Open(t.Context(), door.Config{
		Conn: g.Inside(t), Keeper: &diary{file: kept}, Filter: unfiltered, Now: time.Now, NewID: uuid.New, Log: gatetest.Log(t),
	})
	require.NoError(t, err)
	require.NoError(t, d.Admit(t.Context(), "XA"))
	_, err = fmt.Fprintln(os.Stdout, "holding", g.Listen)
	require.NoError(t, err)
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // until the parent goes, or kills
}

// diary keeps by writing a line and syncing it; slower than the door takes, so that much waits in the stream.
type diary struct {
	mu   sync.Mutex
	file *os.File
}

func (d *diary) Keep(_ context.Context, e apipnr.Envelope) (apipnr.Receipt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	<-time.After(2 * time.Millisecond)
	if _, err := fmt.Fprintf(d.file, "%s %x\n", e.ID, sha256.Sum256(e.Body)); err != nil {
		return apipnr.Receipt{}, err
	}
	return apipnr.Receipt{ID: e.ID, Digest: hex.EncodeToString(e.Digest[:]), Bytes: len(e.Body)}, d.file.Sync()
}

// hold starts a holder and waits until it listens.
func hold(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHolder$", "-test.v")
	c.Env = append(os.Environ(), holderDir+"="+dir)
	c.Stderr = t.Output()
	_, err := c.StdinPipe()
	require.NoError(t, err)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if addr, found := strings.CutPrefix(lines.Text(), "holding "); found {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "listen"), []byte(addr), 0o600))
			return c
		}
	}
	t.Fatal("the holder did not start")
	return nil
}

// A carrier pushes without pause while the process that holds the door, its NATS and its streams is killed again and again. Each message
// that was receipted is kept in the end, whole.
func TestKilledInTheMiddleOfAPushNothingAcknowledgedIsLost(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "listen"), []byte("127.0.0.1:0"), 0o600))
	holder := hold(t, dir)
	listen, err := os.ReadFile(filepath.Join(dir, "listen"))
	require.NoError(t, err)
	keys, err := gate.OpenKeys(filepath.Join(dir, "keys"), rand.Reader)
	require.NoError(t, err)
	g := &gatetest.Gate{Keys: keys, Listen: string(listen), CA: authority(t, dir)}
	_, file := g.Issue(t, "XA")
	c, err := client.Dial(g.Client(t, "XA", file))
	require.NoError(t, err)
	t.Cleanup(c.Close)

	receipts := make(chan string, 1<<16)
	ctx, stop := context.WithCancel(t.Context())
	var senders sync.WaitGroup
	for n := range 4 {
		senders.Go(func() { push(ctx, c, n, receipts) })
	}
	var told []string
	for range 3 {
		for range 60 { // so many are safe, many more under way
			told = append(told, <-receipts)
		}
		require.NoError(t, holder.Process.Kill())
		_ = holder.Wait() // it says that it was killed
		holder = hold(t, dir)
	}
	for range 20 {
		told = append(told, <-receipts)
	}
	stop()
	senders.Wait()
	close(receipts)
	for r := range receipts {
		told = append(told, r)
	}
	require.Eventually(t, func() bool { return len(missing(t, dir, told)) == 0 }, 2*time.Minute, 50*time.Millisecond, "receipted, and lost")
	require.NoError(t, holder.Process.Kill())
	_ = holder.Wait()
	t.Logf("%d receipts over 3 kills, all kept", len(told))
}

// push sends messages one after the other, each again until it has its receipt.
func push(ctx context.Context, c client.Sender, sender int, receipts chan<- string) {
	for i := 0; ctx.Err() == nil; i++ {
		body := []byte(fmt.Sprintf("sender %d message %d ", sender, i) + strings.Repeat("x", 20_000+i%7))
		told, err := c.Send(ctx, client.PAXLST, "", body)
		if err == nil {
			receipts <- fmt.Sprintf("%s %x", told.ID, sha256.Sum256(body))
		}
	}
}

func missing(t *testing.T, dir string, told []string) (lost []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "kept"))
	require.NoError(t, err)
	kept := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		kept[strings.TrimSpace(line)] = true
	}
	for _, one := range told {
		if !kept[one] {
			lost = append(lost, one)
		}
	}
	return lost
}

func authority(t *testing.T, dir string) *ca.Authority {
	t.Helper()
	a, err := ca.OpenOrCreate(filepath.Join(dir, "ca"), rand.Reader, time.Now)
	require.NoError(t, err)
	return a
}
