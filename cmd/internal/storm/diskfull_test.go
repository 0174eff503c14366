package storm

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
)

// smallDisk holds a station's database with its log and leaves some hundred megabytes, in bytes.
const smallDisk = 512 << 20

// disk is the file system of a program's database.
func (p *program) disk() string { return filepath.Dir(p.database) }

// moveTo puts the program's database, before it is made, on a file system in memory of so many bytes, which takes root.
func (p *program) moveTo(t *testing.T, size int64) {
	t.Helper()
	dir := p.database + ".disk"
	p.database = filepath.Join(dir, "pg")
	p.settings["BMIS_PG_DIR"] = p.database
	if os.Geteuid() != 0 {
		t.Skip("a small disk is mounted by root only")
	}
	require.NoError(t, os.Mkdir(dir, 0o711))
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0711", size)); err != nil {
		t.Skipf("this machine mounts no tmpfs: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, 0)) })
}

// fill takes all that is left of a disk.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	path := filepath.Join(dir, "filler")
	file, err := os.Create(path)
	require.NoError(t, err)
	_, err = io.Copy(file, zeros{})
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.NoError(t, file.Close())
	return func() { require.NoError(t, os.Remove(path)) }
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// The station's disk is full: the counter still shows its page and what the checks say, and says why it cannot record. Nothing that was
// acknowledged is lost, also when the database or the program is killed meanwhile, and with room again it goes on.
func TestStormDiskFull(t *testing.T) {
	w := newWorld(t, smallDisk)
	l := newLedger()
	o := w.officer(t, 1)
	require.NoError(t, o.signIn(t.Context()))
	serveSome(t, o, l, 5)
	texts, err := text.Load()
	require.NoError(t, err)
	says := texts.Printer(text.English).Problem(problem.New(problem.Unavailable, "storage_full"))

	free := fill(t, w.station.disk())
	refused := func() {
		t.Helper()
		require.NoError(t, until(t.Context(), func() error { // the first moments are the supervisor's to notice
			page, err := o.look(t.Context())
			if err != nil || page.status != http.StatusOK {
				return errors.Join(err, fmt.Errorf("page answered %s", page))
			}
			return nil
		}), "the page opens")
		document := l.next()
		zone, err := zoneOf(document)
		require.NoError(t, err)
		a, err := o.scan(t.Context(), zone)
		require.NoError(t, err)
		require.True(t, a.done(), "%s", a)
		var page answer
		require.NoError(t, until(t.Context(), func() (err error) {
			if page, err = o.look(t.Context()); err == nil && (page.traveller() == "" || page.pending()) {
				err = errors.New("the checks have not answered")
			}
			return err
		}), "the checks answer")
		require.Contains(t, page.body, `id="check-alerts.national"`)
		a, err = o.admit(t.Context(), page)
		require.NoError(t, err)
		require.Equal(t, http.StatusServiceUnavailable, a.status)
		require.Contains(t, a.body, says)
		require.NotRegexp(t, internals, a.body)
	}
	for range map[bool]int{false: 5, true: 300}[long()] {
		refused()
	}
	require.NoError(t, w.station.killPostmaster(t.Context()), "a full disk does not keep the database from starting")
	refused()
	require.NoError(t, w.station.kill())
	require.NoError(t, w.station.start(t.Context()), "nor the station")
	refused()
	free()
	require.NoError(t, until(t.Context(), func() error {
		page, err := o.look(t.Context())
		if err != nil {
			return err
		}
		if page.traveller() == "" {
			return nil
		}
		a, err := o.admit(t.Context(), page)
		if err == nil && a.done() {
			l.acknowledge(page.traveller())
		}
		return errors.Join(err, fmt.Errorf("%s stands at the counter: %s", page.traveller(), a))
	}), "with room again, those who wait are served")
	serveSome(t, o, l, 5)

	require.NoError(t, until(t.Context(), func() error { return w.settled(t.Context()) }))
	free = fill(t, w.central.disk())
	serveSome(t, o, l, 5)
	require.NoError(t, until(t.Context(), func() error { return w.central.says("storage_full") }))
	waiting, err := w.backlog(t.Context())
	require.NoError(t, err)
	require.Equal(t, 5, waiting, "what the centre has no room for waits at the station")
	free()
	w.exact(t, l)
}
