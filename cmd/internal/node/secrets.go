package node

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/openbmis/openbmis/internal/audit"
)

const secretLength = 32

// Secrets are the keys that a program keeps outside its database, below its data directory, readable by itself alone.
type Secrets struct {
	Auth  []byte    // keyed hashes of sign-in sources
	Query []byte    // keyed hashes of search terms in the audit log
	Audit audit.Key // signs the audit log's checkpoints
	// Evidence encrypts attachments. Whoever restores a database without it has the records, but not the documents.
	Evidence []byte
}

// LoadSecrets reads the keys of a program, and makes those that are not there yet.
func LoadSecrets(dataDir, origin string, random io.Reader) (Secrets, error) {
	dir := filepath.Join(dataDir, "keys")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Secrets{}, fmt.Errorf("directory of keys: %w", err)
	}
	var s Secrets
	var err error
	if s.Auth, err = loadSecret(filepath.Join(dir, "auth.key"), random); err != nil {
		return s, err
	}
	if s.Query, err = loadSecret(filepath.Join(dir, "query.key"), random); err != nil {
		return s, err
	}
	if s.Evidence, err = loadSecret(filepath.Join(dir, "evidence.key"), random); err != nil {
		return s, err
	}
	if s.Audit, err = audit.LoadOrCreateKey(random, filepath.Join(dir, "audit.key"), origin); err != nil {
		return s, fmt.Errorf("audit key: %w", err)
	}
	return s, nil
}

// loadSecret reads a key; a missing one is made beside its place and renamed into it, so that no half of one is ever found.
func loadSecret(path string, random io.Reader) ([]byte, error) {
	secret, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return makeSecret(path, random)
	case err != nil:
		return nil, fmt.Errorf("key: %w", err)
	case len(secret) != secretLength:
		return nil, fmt.Errorf("key %s has %d bytes, expected %d", path, len(secret), secretLength)
	}
	return secret, nil
}

func makeSecret(path string, random io.Reader) ([]byte, error) {
	secret := make([]byte, secretLength)
	if _, err := io.ReadFull(random, secret); err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	half := path + ".new"
	if err := os.WriteFile(half, secret, 0o600); err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	if err := os.Rename(half, path); err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	return secret, nil
}
