package folder_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/api_pnr/intake/folder"
)

// place is a folder that is watched, with a door that takes what it is given or refuses.
type place struct {
	*folder.Watch
	dir   string
	now   time.Time
	taken []string
	fail  error
	// during runs while a file is being taken, after it was read.
	during func()
}

func open(t *testing.T) *place {
	t.Helper()
	p := &place{dir: t.TempDir(), now: time.Now()}
	for _, carrier := range []string{"XA", "XB", "ZZ", "other"} {
		require.NoError(t, os.MkdirAll(filepath.Join(p.dir, carrier), 0o755))
	}
	p.Watch = folder.New(folder.Config{
		Dir: p.dir, Take: p.take, Known: func(carrier string) bool { return carrier != "ZZ" }, Settle: 10 * time.Second, Kept: time.Hour,
		Raw: 48 * time.Hour, Filter: func(b []byte) ([]byte, int) { return bytes.ReplaceAll(b, []byte("KSML"), []byte("XXXX")), 0 },
		Now: func() time.Time { return p.now }, Log: slog.New(slog.DiscardHandler),
	})
	return p
}

func (p *place) take(_ context.Context, a door.Arrival) (apipnr.Receipt, error) {
	if p.fail != nil {
		return apipnr.Receipt{}, p.fail
	}
	body, err := door.Decode(a.Encoding, a.Body, 1<<20)
	if err != nil {
		return apipnr.Receipt{}, err
	}
	if p.during != nil {
		p.during()
	}
	p.taken = append(p.taken, strings.Join([]string{a.Carrier, string(a.Gateway), a.ContentType, a.Subject, string(body)}, "|"))
	return apipnr.Receipt{ID: uuid.UUID{1}, Bytes: len(body)}, nil
}

func (p *place) write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600))
}

func (p *place) look(t *testing.T, later time.Duration) {
	t.Helper()
	p.now = p.now.Add(later)
	require.NoError(t, p.Look(t.Context()))
}

func (p *place) has(t *testing.T, name string) bool {
	t.Helper()
	_, err := os.Stat(filepath.Join(p.dir, name))
	return err == nil
}

func TestAFileIsTakenWhenItIsWhole(t *testing.T) {
	p := open(t)
	p.write(t, "XA/a.edi", "UNB+half")
	p.look(t, 0)
	p.look(t, 9*time.Second)
	require.Empty(t, p.taken, "it may still be written")
	p.write(t, "XA/a.edi", "UNB+half and more'")
	require.NoError(t, os.Chtimes(filepath.Join(p.dir, "XA/a.edi"), p.now, p.now))
	p.look(t, 9*time.Second)
	require.Empty(t, p.taken, "it was")
	p.look(t, time.Second)
	require.Equal(t, []string{"XA|folder|application/edifact|a.edi|UNB+half and more'"}, p.taken)
	require.False(t, p.has(t, "XA/a.edi"))
	require.False(t, p.has(t, "XA/done/a.edi"), "it is as it came, before the law's filter")
	text, err := os.ReadFile(filepath.Join(p.dir, "XA/done/a.edi"+folder.Receipt))
	require.NoError(t, err)
	var told apipnr.Receipt
	require.NoError(t, json.Unmarshal(text, &told))
	require.Equal(t, uuid.UUID{1}, told.ID)
	require.Contains(t, string(text), `"name":"a.edi"`)
	for _, key := range []string{`"sha256"`, `"bytes"`, `"received_at"`} {
		require.Contains(t, string(text), key)
	}
}

func TestAFileRenamedWhenItIsWholeIsTakenAtOnce(t *testing.T) {
	p := open(t)
	p.write(t, "XA/b.xml.part", "<x/>")
	old := p.now.Add(-time.Minute)
	require.NoError(t, os.Chtimes(filepath.Join(p.dir, "XA/b.xml.part"), old, old))
	p.look(t, 0)
	require.Empty(t, p.taken)
	require.NoError(t, os.Rename(filepath.Join(p.dir, "XA/b.xml.part"), filepath.Join(p.dir, "XA/b.xml")))
	p.look(t, 0)
	require.Equal(t, []string{"XA|folder|text/xml|b.xml|<x/>"}, p.taken)
}

func TestWhatIsNotTaken(t *testing.T) {
	p := open(t)
	for _, name := range []string{"XA/.hidden", "XA/x.tmp", "XA/x.part", "XA/x.receipt.json", "ZZ/shut.edi", "other/x.edi", "loose.edi"} {
		p.write(t, name, "x")
	}
	outside := filepath.Join(t.TempDir(), "outside")
	require.NoError(t, os.WriteFile(outside, []byte("secret"), 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(p.dir, "XA/link.edi")))
	p.look(t, 0)
	p.look(t, time.Hour)
	require.Empty(t, p.taken)
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := io.WriteString(w, text)
	require.NoError(t, errors.Join(err, w.Close()))
	return out.String()
}

func TestARefusedFileIsPutAsideFilteredWithItsReason(t *testing.T) {
	p := open(t)
	long := "SSR+KSML'" + strings.Repeat("0123456789abcdef'", 70_000)
	p.write(t, "XA/a.edi.gz", "no gzip SSR+KSML'")
	broken := packed(t, long[:800_000])
	p.write(t, "XA/b.edi.gz", broken[:len(broken)-100])
	p.write(t, "XA/c.edi", long)
	p.write(t, "XA/d.edi", "")
	p.write(t, "XB/b.edi", "UNB'")
	p.look(t, 0)
	p.look(t, time.Minute)
	require.Len(t, p.taken, 1, "and holds nobody up")
	for name, code := range map[string]string{"a.edi.gz": "encoding_broken", "b.edi.gz": "encoding_broken", "c.edi": "too_large", "d.edi": "empty"} {
		require.False(t, p.has(t, "XA/"+name))
		reason, err := os.ReadFile(filepath.Join(p.dir, "XA/quarantine", name+folder.Reason))
		require.NoError(t, err)
		require.Contains(t, string(reason), code)
		require.Contains(t, string(reason), `"sha256"`)
		if code == "empty" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(p.dir, "XA/quarantine", name))
		require.NoError(t, err)
		require.Contains(t, string(text), "SSR+XXXX'", name)
		require.NotContains(t, string(text), "KSML", name)
	}
}

func TestWhatIsRefusedOrNeverTakenEndsWithTheLawsTime(t *testing.T) {
	p := open(t)
	p.write(t, "XA/a.edi.gz", "no gzip")
	p.write(t, "XA/half.part", "UNB+")
	p.write(t, "ZZ/shut.edi", "UNB'")
	require.NoError(t, os.MkdirAll(filepath.Join(p.dir, "ZZ/done"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(p.dir, "ZZ/quarantine"), 0o755))
	p.write(t, "ZZ/done/x.edi"+folder.Receipt, "{}")
	p.write(t, "ZZ/quarantine/y.edi", "UNB'")
	p.write(t, "other/x.edi", "x")
	p.look(t, 0)
	p.look(t, 47*time.Hour)
	all := []string{"XA/quarantine/a.edi.gz", "XA/quarantine/a.edi.gz" + folder.Reason, "XA/half.part", "ZZ/shut.edi", "ZZ/quarantine/y.edi"}
	for _, name := range all {
		require.True(t, p.has(t, name), name)
	}
	require.False(t, p.has(t, "ZZ/done/x.edi"+folder.Receipt), "a shut carrier's is swept too")
	p.look(t, 2*time.Hour)
	for _, name := range all {
		require.False(t, p.has(t, name), name)
	}
	require.True(t, p.has(t, "other/x.edi"), "it is no carrier's")
}

func TestWhatCannotBeTakenNowStays(t *testing.T) {
	p := open(t)
	p.write(t, "XA/a.edi", "UNB'")
	p.look(t, 0)
	p.fail = errors.New("the database is away")
	p.now = p.now.Add(time.Minute)
	require.Error(t, p.Look(t.Context()))
	require.True(t, p.has(t, "XA/a.edi"))
	p.fail = nil
	p.look(t, 0)
	require.True(t, p.has(t, "XA/done/a.edi"+folder.Receipt))
	require.False(t, p.has(t, "XA/a.edi"))
}

// A process that is killed after the bytes were safe and before the file was deleted takes it again: nothing is lost, and nothing twice.
func TestAFileOfANameThatWasThereBeforeReplacesNothing(t *testing.T) {
	p := open(t)
	for _, text := range []string{"first", "second"} {
		p.write(t, "XA/a.edi", text)
		p.look(t, 0)
		p.look(t, time.Minute)
	}
	require.True(t, p.has(t, "XA/done/a.edi"+folder.Receipt))
	require.True(t, p.has(t, "XA/done/a.edi.2"+folder.Receipt))
	require.Len(t, p.taken, 2)
}

func TestAFileThatReplacesTheOneThatIsBeingTakenIsTakenToo(t *testing.T) {
	p := open(t)
	p.write(t, "XA/a.edi", "first")
	p.look(t, 0)
	p.during = func() {
		p.during = nil
		p.write(t, "XA/.new", "second")
		require.NoError(t, os.Rename(filepath.Join(p.dir, "XA/.new"), filepath.Join(p.dir, "XA/a.edi")))
	}
	p.look(t, time.Minute)
	p.look(t, time.Minute)
	p.look(t, time.Minute)
	require.Len(t, p.taken, 2)
	require.Contains(t, p.taken[1], "second")
	require.False(t, p.has(t, "XA/a.edi"))
}

func TestPackedFiles(t *testing.T) {
	p := open(t)
	f, err := os.Create(filepath.Join(p.dir, "XA/a.xml.gz"))
	require.NoError(t, err)
	w := gzip.NewWriter(f)
	_, err = io.WriteString(w, "<x/>")
	require.NoError(t, errors.Join(err, w.Close(), f.Close()))
	p.look(t, 0)
	p.look(t, time.Minute)
	require.Equal(t, []string{"XA|folder|text/xml|a.xml.gz|<x/>"}, p.taken)
}

func TestReceiptsDoNotStay(t *testing.T) {
	p := open(t)
	p.write(t, "XA/a.edi", "UNB'")
	p.look(t, 0)
	p.look(t, time.Minute)
	p.look(t, 50*time.Minute)
	require.True(t, p.has(t, "XA/done/a.edi"+folder.Receipt))
	p.look(t, 20*time.Minute)
	require.False(t, p.has(t, "XA/done/a.edi"+folder.Receipt))
}
