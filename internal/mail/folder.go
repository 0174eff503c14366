package mail

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Folder writes letters as files (RFC 5322, .eml), for a demo or a mail system that collects them. The files are people's letters: nobody
// else may read them.
type Folder struct {
	dir, from, domain string
}

// NewFolder makes the folder when it is missing.
func NewFolder(dir, from string) (*Folder, error) {
	domain, err := domainOf(from)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder of letters: %w", err)
	}
	return &Folder{dir: dir, from: from, domain: domain}, nil
}

// Send writes one letter. It appears whole, under the name of its id: the same letter again takes its own place.
func (f *Folder) Send(_ context.Context, m Message) (err error) {
	msg, err := compose(m, f.from, f.domain)
	if err != nil {
		return err
	}
	half, err := os.CreateTemp(f.dir, ".letter-*")
	if err != nil {
		return fmt.Errorf("folder of letters: %w", err)
	}
	_, err = msg.WriteTo(half)
	if err = errors.Join(err, half.Sync(), half.Close()); err == nil {
		err = os.Rename(half.Name(), filepath.Join(f.dir, m.ID.String()+".eml"))
	}
	if err != nil {
		return fmt.Errorf("folder of letters: %w", errors.Join(err, os.Remove(half.Name())))
	}
	return nil
}
