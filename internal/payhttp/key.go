package payhttp

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ReadKey reads the shared key from a file: one line of at least 64 hexadecimal digits. An error holds nothing of it.
func ReadKey(path string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("key of the payment provider: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) < MinKey {
		return nil, fmt.Errorf("key of the payment provider: %s: expected one line of at least %d hexadecimal digits", path, 2*MinKey)
	}
	return key, nil
}

// OpenKey is ReadKey, and draws a key where there is no file.
func OpenKey(path string, random io.Reader) ([]byte, error) {
	key, err := ReadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key = make([]byte, MinKey)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, fmt.Errorf("key of the payment provider: %w", err)
	}
	if err := os.WriteFile(filepath.Clean(path), []byte(hex.EncodeToString(key)+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("key of the payment provider: %w", err)
	}
	return key, nil
}
