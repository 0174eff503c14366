package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	aead "github.com/tink-crypto/tink-go/v2/aead/subtle"
	tink "github.com/tink-crypto/tink-go/v2/subtle"
)

// Wrapping wraps data keys with key-encryption keys that stand outside the database: in files (Files), or in hardware. Each has a
// generation; new keys are wrapped with the current one, and rotation wraps the old ones anew without touching what they sealed.
type Wrapping interface {
	// Current is the generation that Wrap uses now.
	Current() (generation string, err error)
	// Wrap gives the key encrypted, and with which generation.
	Wrap(k *DataKey) (generation string, wrapped []byte, err error)
	// Unwrap gives the key back; ErrDestroyed when the generation is gone.
	Unwrap(id uuid.UUID, generation string, wrapped []byte) (*DataKey, error)
	// Generations are those that are there, oldest first.
	Generations() ([]string, error)
	// Destroy removes a generation for good: every key still wrapped with it, in this database or in a backup, is lost. The current
	// one is refused.
	Destroy(generation string) error
}

// month is how a generation is named: the month (UTC) in which it began.
const month = "2006-01"

var generationName = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)

// Files is a Wrapping whose keys are files of 32 bytes that nobody else may read, one a month.
type Files struct {
	dir    string
	random io.Reader
	now    func() time.Time
	mu     sync.Mutex
}

var _ Wrapping = (*Files)(nil)

// OpenFiles opens the directory and makes it if it is missing.
func OpenFiles(dir string, random io.Reader, now func() time.Time) (*Files, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("directory of evidence keys: %w", err)
	}
	return &Files{dir: dir, random: random, now: now}, nil
}

// Current is the newest generation, and never older than the month: a clock that went back gives no older key.
func (f *Files) Current() (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.current()
}

func (f *Files) current() (string, error) {
	list, err := f.Generations()
	if err != nil {
		return "", err
	}
	this := f.now().UTC().Format(month)
	if len(list) > 0 && list[len(list)-1] >= this {
		return list[len(list)-1], nil
	}
	return this, createSecret(f.path(this), f.random)
}

func (f *Files) path(generation string) string { return filepath.Join(f.dir, generation+".key") }

// Generations are those that are there, oldest first.
func (f *Files) Generations() ([]string, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, fmt.Errorf("evidence keys: %w", err)
	}
	var list []string
	for _, e := range entries {
		if name, is := strings.CutSuffix(e.Name(), ".key"); is && generationName.MatchString(name) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list, nil
}

// wrapper is the cipher of a generation.
func (f *Files) wrapper(generation string) (*aead.AESGCM, error) {
	if !generationName.MatchString(generation) {
		return nil, fmt.Errorf("generation %q of evidence keys: expected year and month", generation)
	}
	secret, err := readSecret(f.path(generation))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("generation %s of evidence keys: %w", generation, ErrDestroyed)
	}
	if err != nil {
		return nil, err
	}
	key, err := tink.ComputeHKDF("SHA256", secret, nil, []byte(labelWrap), keySize)
	if err != nil {
		return nil, fmt.Errorf("generation %s of evidence keys: %w", generation, err)
	}
	return aead.NewAESGCM(key)
}

func wrapPlace(id uuid.UUID, generation string) []byte {
	return fields([]byte(labelWrap), id[:], []byte(generation))
}

// Wrap gives the key encrypted with the current generation.
func (f *Files) Wrap(k *DataKey) (string, []byte, error) {
	generation, err := f.Current()
	if err != nil {
		return "", nil, err
	}
	cipher, err := f.wrapper(generation)
	if err != nil {
		return "", nil, err
	}
	wrapped, err := cipher.Encrypt(k.secret, wrapPlace(k.id, generation))
	if err != nil {
		return "", nil, fmt.Errorf("wrap %s: %w", k, err)
	}
	return generation, wrapped, nil
}

// Unwrap gives the key back.
func (f *Files) Unwrap(id uuid.UUID, generation string, wrapped []byte) (*DataKey, error) {
	cipher, err := f.wrapper(generation)
	if err != nil {
		return nil, err
	}
	secret, err := cipher.Decrypt(wrapped, wrapPlace(id, generation))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("unwrap data key %s of generation %s: %w", id, generation, ErrOtherKey), err)
	}
	return dataKey(id, secret)
}

// Destroy overwrites and removes a generation.
func (f *Files) Destroy(generation string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !generationName.MatchString(generation) {
		return fmt.Errorf("generation %q of evidence keys: expected year and month", generation)
	}
	current, err := f.current()
	if err != nil {
		return err
	}
	if generation >= current {
		return fmt.Errorf("generation %s of evidence keys is in use", generation)
	}
	return destroySecret(f.path(generation))
}
