package audit

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

var originPattern = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._/-]{0,98}[A-Za-z0-9])?$`)

// CheckOrigin reports whether s may name a log: 1 to 100 letters, digits, dots, dashes, underscores and slashes,
// beginning and ending with a letter or digit. A node that starts a new log takes a new origin.
func CheckOrigin(s string) error {
	if !originPattern.MatchString(s) {
		return errors.New("audit origin: expected 1 to 100 letters, digits, '.', '-', '_' or '/'")
	}
	return nil
}

// Key signs a log's checkpoints, or co-signs those of others. Its name is the origin of the node it belongs to.
type Key struct {
	private  string // PRIVATE+KEY+name+hash+base64, as in golang.org/x/mod/sumdb/note
	public   string // name+hash+base64
	signer   note.Signer
	verifier note.Verifier
}

// NewKey makes an ed25519 key for the origin.
func NewKey(random io.Reader, origin string) (Key, error) {
	if err := CheckOrigin(origin); err != nil {
		return Key{}, err
	}
	private, _, err := note.GenerateKey(random, origin)
	if err != nil {
		return Key{}, fmt.Errorf("audit key: %w", err)
	}
	return ParseKey(private)
}

// ParseKey reads a private key in the form PRIVATE+KEY+name+hash+base64.
func ParseKey(private string) (Key, error) {
	private = strings.TrimSpace(private)
	signer, err := note.NewSigner(private)
	if err != nil {
		return Key{}, errors.New("audit key: expected one line PRIVATE+KEY+name+hash+base64")
	}
	if err := CheckOrigin(signer.Name()); err != nil {
		return Key{}, err
	}
	fields := strings.SplitN(private, "+", 5) // note.NewSigner has accepted the form
	seed, err := base64.StdEncoding.DecodeString(fields[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return Key{}, errors.New("audit key: expected an ed25519 seed of 32 bytes")
	}
	pair := ed25519.NewKeyFromSeed(seed[1:])
	public, err := note.NewEd25519VerifierKey(signer.Name(), ed25519.PublicKey(pair[ed25519.SeedSize:]))
	if err != nil {
		return Key{}, fmt.Errorf("audit key: %w", err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return Key{}, fmt.Errorf("audit key: %w", err)
	}
	return Key{private: private, public: public, signer: signer, verifier: verifier}, nil
}

// Origin is the name of the key.
func (k Key) Origin() string { return k.signer.Name() }

// Public is the public key in the form name+hash+base64; ParsePublicKey reads it.
func (k Key) Public() string { return k.public }

// Verifier checks the signatures of this key.
func (k Key) Verifier() note.Verifier { return k.verifier }

// Signer signs with this key.
func (k Key) Signer() note.Signer { return k.signer }

// String hides the secret from logs.
func (k Key) String() string { return "audit key " + k.public }

// GoString hides the secret from %#v.
func (k Key) GoString() string { return k.String() }

// ParsePublicKey reads a public key in the form name+hash+base64.
func ParsePublicKey(s string) (note.Verifier, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(s))
	if err != nil {
		return nil, errors.New("audit public key: expected one line name+hash+base64")
	}
	return verifier, nil
}

// LoadKey reads the private key in the file, which nobody but its owner may read.
func LoadKey(path string) (Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Key{}, fmt.Errorf("audit key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Key{}, fmt.Errorf("audit key %s: expected mode 0600, got %04o", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fmt.Errorf("audit key: %w", err)
	}
	key, err := ParseKey(string(text))
	if err != nil {
		return Key{}, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// LoadOrCreateKey reads the key in the file, or makes one for the origin and stores it there (mode 0600) with the
// public key beside it (path + ".pub"). A stored key of another origin is an error.
func LoadOrCreateKey(random io.Reader, path, origin string) (Key, error) {
	key, err := LoadKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		return createKey(random, path, origin)
	}
	if err != nil {
		return Key{}, err
	}
	if key.Origin() != origin {
		return Key{}, fmt.Errorf("audit key %s: expected a key of %q, found one of %q", path, origin, key.Origin())
	}
	return key, nil
}

func createKey(random io.Reader, path, origin string) (Key, error) {
	key, err := NewKey(random, origin)
	if err != nil {
		return Key{}, err
	}
	if err := writeFile(path, key.private+"\n", 0o600); err != nil {
		return Key{}, fmt.Errorf("audit key: %w", err)
	}
	if err := writeFile(path+".pub", key.public+"\n", 0o644); err != nil {
		return Key{}, fmt.Errorf("audit public key: %w", err)
	}
	return key, nil
}

// writeFile writes beside the target, makes the bytes durable and renames, so that no half-written file is ever found.
func writeFile(path, text string, mode fs.FileMode) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".audit-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close(), os.Remove(file.Name()))
		}
	}()
	if err = file.Chmod(mode); err != nil {
		return err
	}
	if _, err = file.WriteString(text); err != nil {
		return err
	}
	if err = file.Sync(); err != nil {
		return err
	}
	if err = os.Rename(file.Name(), path); err != nil {
		return err
	}
	return file.Close()
}
