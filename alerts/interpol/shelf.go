package interpol

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Shelf keeps filters and their keys between starts: filters below one folder, keys below another, so that a copy of the filters alone
// tells nothing.
type Shelf struct {
	Filters, Keys string // folders, made when missing
}

// Load gives the filter that is kept for an adapter; nil when none is. ErrFilter when it was damaged.
func (s Shelf) Load(name string) (*Filter, error) {
	encoded, err := os.ReadFile(s.filter(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // none kept is no error
	}
	if err != nil {
		return nil, fmt.Errorf("negative filter: %w", err)
	}
	id, err := FilterKeyID(encoded)
	if err != nil {
		return nil, err
	}
	secret, err := s.Key(name, id)
	if err != nil {
		return nil, err
	}
	return ParseFilter(encoded, secret)
}

// Save keeps a filter and its key.
func (s Shelf) Save(name string, encoded []byte, keyID string, secret []byte) error {
	for _, dir := range []string{s.Filters, s.Keys} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("negative filter: %w", err)
		}
	}
	if err := replace(s.key(name, keyID), secret); err != nil {
		return err
	}
	return replace(s.filter(name), encoded)
}

// Key is the key of that id that is kept for an adapter; ErrFilter when it is not.
func (s Shelf) Key(name, id string) ([]byte, error) {
	secret, err := os.ReadFile(s.key(name, id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrFilter
	}
	if err != nil {
		return nil, fmt.Errorf("key of a negative filter: %w", err)
	}
	return secret, nil
}

func (s Shelf) filter(name string) string { return filepath.Join(s.Filters, name+".filter") }

// key is the place of a key. Its id comes from outside: in hex it is a file name, whatever it holds.
func (s Shelf) key(name, id string) string {
	return filepath.Join(s.Keys, name+"-"+hex.EncodeToString([]byte(id[:min(len(id), 64)]))+".key")
}

// replace writes a file beside its place and renames it, so that no half of one is ever found.
func replace(path string, content []byte) error {
	half := path + ".new"
	f, err := os.OpenFile(filepath.Clean(half), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("negative filter: %w", err)
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("negative filter: %w", err)
	}
	if err := os.Rename(half, path); err != nil {
		return fmt.Errorf("negative filter: %w", err)
	}
	return nil
}
