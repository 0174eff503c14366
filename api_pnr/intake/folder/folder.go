package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/internal/bus/gate"
)

// Folders within a carrier's, and what is written beside a file.
const (
	Done       = "done"
	Quarantine = "quarantine"
	Receipt    = ".receipt.json"
	Reason     = ".reason.json"
)

// Config is what a watch is made of. Settle, Every and Kept may be 0.
type Config struct {
	Dir  string
	Take func(ctx context.Context, a door.Arrival) (apipnr.Receipt, error)
	// Filter is the law's drop list: what is kept of a refused file has passed it.
	Filter door.Filter
	// Raw is the law's time for messages as they came: nothing that holds what was sent stays longer, refused or never taken.
	Raw time.Duration
	// Known reports whether a carrier may send now.
	Known func(carrier string) bool
	// Settle is how long a file must not have changed to count as whole, unless it came by its name (renamed from NAME.part); 3 s when 0.
	Settle time.Duration
	Every  time.Duration // between looks; 1 s when 0
	// Kept is how long the receipt of a file stays; 24 h when 0. The file itself goes as soon as it is safe.
	Kept time.Duration
	Now  func() time.Time
	Log  *slog.Logger
}

// Watch watches one folder.
type Watch struct {
	Config
	seen map[string]mark // files that are not whole yet
	told map[string]bool // folders of nobody that were told of
}

// mark is how a file looked, and since when.
type mark struct {
	size    int64
	changed time.Time
	since   time.Time
}

// New makes a watch; Run runs it.
func New(c Config) *Watch {
	for _, d := range []struct {
		of       *time.Duration
		fallback time.Duration
	}{{&c.Settle, 3 * time.Second}, {&c.Every, time.Second}, {&c.Kept, 24 * time.Hour}} {
		if *d.of <= 0 {
			*d.of = d.fallback
		}
	}
	return &Watch{Config: c, seen: map[string]mark{}, told: map[string]bool{}}
}

// Run looks again and again until ctx ends.
func (w *Watch) Run(ctx context.Context) error {
	ticker := time.NewTicker(w.Every)
	defer ticker.Stop()
	for {
		if err := w.Look(ctx); err != nil && ctx.Err() == nil {
			w.Log.WarnContext(ctx, "carriers' folder", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Look takes what is whole now. One carrier's trouble does not hold up another.
func (w *Watch) Look(ctx context.Context) error {
	entries, err := os.ReadDir(w.Dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, entry := range entries {
		switch {
		case !entry.IsDir() || strings.HasPrefix(entry.Name(), "."):
		case gate.CheckCarrier(entry.Name()) == nil && w.Known(entry.Name()):
			errs = append(errs, w.carrier(ctx, entry.Name()), w.sweep(ctx, entry.Name(), unfinished))
		case gate.CheckCarrier(entry.Name()) == nil:
			w.tell(ctx, entry.Name())
			errs = append(errs, w.sweep(ctx, entry.Name(), anything)) // shut, or not admitted yet: nothing is taken, but time passes
		default:
			w.tell(ctx, entry.Name())
		}
	}
	return errors.Join(errs...)
}

// tell says once that a folder is of no carrier that may send.
func (w *Watch) tell(ctx context.Context, folder string) {
	if !w.told[folder] {
		w.told[folder] = true
		w.Log.WarnContext(ctx, "carriers' folder: a folder of no carrier that may send", "folder", folder)
	}
}

func (w *Watch) carrier(ctx context.Context, carrier string) error {
	dir := filepath.Join(w.Dir, carrier)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	files := slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !e.Type().IsRegular() || unfinished(e.Name()) })
	for _, entry := range files {
		if ctx.Err() != nil || !w.whole(dir, entry) {
			continue
		}
		if err := w.file(ctx, carrier, entry.Name()); err != nil {
			return fmt.Errorf("%s: %w", carrier, err) // the others wait: what ails one ails all, or comes next time
		}
		delete(w.seen, filepath.Join(dir, entry.Name()))
	}
	return nil
}

// unfinished says that a name is of a file that is being written, or of ours.
func unfinished(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasSuffix(name, Receipt) || strings.HasSuffix(name, Reason) {
		return true
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".part", ".tmp", ".filepart", ".crdownload":
		return true
	}
	return false
}

// whole says that a file has not changed for a while: by its own time, or by what was seen of it.
func (w *Watch) whole(dir string, entry fs.DirEntry) bool {
	info, err := entry.Info()
	if err != nil {
		return false // it has gone
	}
	path, now := filepath.Join(dir, entry.Name()), w.Now()
	seen, known := w.seen[path]
	if !known || seen.size != info.Size() || !seen.changed.Equal(info.ModTime()) {
		seen = mark{info.Size(), info.ModTime(), now}
		w.seen[path] = seen
	}
	return now.Sub(seen.since) >= w.Settle || now.Sub(info.ModTime()) >= w.Settle
}

// file takes one file. An error leaves it where it is, for the next time.
func (w *Watch) file(ctx context.Context, carrier, name string) error {
	dir := filepath.Join(w.Dir, carrier)
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	kind, encoding := kindOf(name)
	receipt, err := w.Take(ctx, door.Arrival{
		Carrier: carrier, Gateway: apipnr.GatewayFolder, Subject: name, ContentType: kind, Encoding: encoding, Body: f,
	})
	if err == nil {
		return done(dir, name, f, receipt)
	}
	refusal := door.RefusalOf(err)
	if refusal.Status >= http.StatusInternalServerError || refusal.Status == http.StatusTooManyRequests {
		return err
	}
	w.Log.WarnContext(ctx, "carriers' folder: a file is refused", "carrier", carrier, "code", refusal.Code)
	return w.quarantine(dir, name, f, refusal)
}

// kindOf is what the endings of a name say: NAME.xml.gz is XML, packed.
func kindOf(name string) (kind, encoding string) {
	lower := strings.ToLower(name)
	switch {
	case strings.HasSuffix(lower, ".gz"):
		encoding, lower = door.Gzip, strings.TrimSuffix(lower, ".gz")
	case strings.HasSuffix(lower, ".zst"):
		encoding, lower = door.Zstd, strings.TrimSuffix(lower, ".zst")
	}
	if strings.HasSuffix(lower, ".xml") {
		return apipnr.TypeXML, encoding
	}
	return apipnr.TypeEDIFACT, encoding
}
