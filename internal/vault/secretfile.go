package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// readSecret reads a file of 32 bytes that nobody else may read.
func readSecret(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("evidence key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("evidence key %s: mode %04o, expected 0600: others may have read it", path, info.Mode().Perm())
	}
	secret, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("evidence key: %w", err)
	}
	if len(secret) != keySize {
		return nil, fmt.Errorf("evidence key %s: %d bytes, expected %d", path, len(secret), keySize)
	}
	return secret, nil
}

// createSecret makes a file that survives a power failure before anything is wrapped with it; one that another process made first stays.
func createSecret(path string, random io.Reader) error {
	secret := make([]byte, keySize)
	if _, err := io.ReadFull(random, secret); err != nil {
		return fmt.Errorf("evidence key: %w", err)
	}
	half, err := os.CreateTemp(filepath.Dir(path), "new-*")
	if err != nil {
		return fmt.Errorf("evidence key: %w", err)
	}
	_, err = half.Write(secret)
	if err = errors.Join(err, half.Sync(), half.Close()); err == nil {
		err = os.Link(half.Name(), path) // unlike a rename it never replaces
	}
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	if err = errors.Join(err, os.Remove(half.Name())); err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("evidence key: %w", err)
	}
	return nil
}

// destroySecret overwrites a file before it removes it: what the disk still holds afterwards should not be the key.
func destroySecret(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("destroy evidence key: %w", err)
	}
	_, err = file.Write(make([]byte, keySize))
	if err = errors.Join(err, file.Sync(), file.Close(), os.Remove(path)); err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("destroy evidence key: %w", err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
