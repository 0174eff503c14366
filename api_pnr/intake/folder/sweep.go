package folder

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

func anything(string) bool { return true }

// sweep removes what has stayed for long enough in a carrier's folder: receipts; what was refused, when the law's time is over; and what
// lies there as it came and is not taken (of a name that is in question), at the same time.
func (w *Watch) sweep(ctx context.Context, carrier string, inQuestion func(name string) bool) error {
	dir := filepath.Join(w.Dir, carrier)
	_, errDone := w.forget(filepath.Join(dir, Done), min(w.Kept, w.Raw), anything)
	ended, errRefused := w.forget(filepath.Join(dir, Quarantine), w.Raw, anything)
	untaken, errUntaken := w.forget(dir, w.Raw, inQuestion)
	if ended+untaken > 0 {
		w.Log.WarnContext(ctx, "carriers' folder: the law's time is over for files that were not taken", "carrier", carrier, "refused", ended, "waiting", untaken)
	}
	return errors.Join(errDone, errRefused, errUntaken)
}

// forget removes the files of a folder that came to it longer ago than they may stay, and counts them.
func (w *Watch) forget(dir string, after time.Duration, inQuestion func(name string) bool) (gone int, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !entry.Type().IsRegular() || !inQuestion(entry.Name()) || w.Now().Sub(changedAt(info)) <= after {
			continue
		}
		if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
			errs = append(errs, err)
			continue
		}
		gone++
	}
	return gone, errors.Join(errs...)
}
