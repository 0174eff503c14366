package receipt

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// PublicKey verifies the receipts of one station. It is public: anybody may have it.
type PublicKey struct {
	// ID is the key's reference in a seal: the first 8 bytes of SHA-256 over the key's SubjectPublicKeyInfo, in hexadecimal capitals.
	ID      string `json:"id"`
	Station string `json:"station"`
	// Key is the SubjectPublicKeyInfo (RFC 5280), in base64 in JSON; ECDSA on P-256.
	Key []byte `json:"key"`
	// From and Until bound the days on which it signs. What it signed then verifies for ever.
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// Dataset is the reference dataset by which the centre tells every station the keys of all. A row's key is the id, its data a PublicKey.
const Dataset = "receipt_keys"

// KeyFile is a file of public keys.
type KeyFile struct {
	Keys []PublicKey `json:"keys"`
}

// Bounds of a file of keys.
const (
	MaxKeyFile = 4 << 20 // bytes
	maxKeys    = 10_000
)

// idOf is the id of a key.
func idOf(spki []byte) string {
	sum := sha256.Sum256(spki)
	return strings.ToUpper(hex.EncodeToString(sum[:8]))
}

// Parsed is the key ready to verify. The error says what is wrong with it.
func (k PublicKey) Parsed() (*ecdsa.PublicKey, error) {
	parsed, err := x509.ParsePKIXPublicKey(k.Key)
	key, isECDSA := parsed.(*ecdsa.PublicKey)
	switch {
	case err != nil || !isECDSA || key.Curve != elliptic.P256():
		return nil, errors.New("key: expected a SubjectPublicKeyInfo of ECDSA on P-256")
	case k.ID != idOf(k.Key):
		return nil, errors.New("id: is not the key's")
	case k.Station == "" || len(k.Station) > maxText || !legible([]byte(k.Station)):
		return nil, fmt.Errorf("station: expected 1 to %d characters", maxText)
	case k.From.IsZero() || !k.Until.After(k.From):
		return nil, errors.New("from, until: expected an instant and a later one")
	}
	return key, nil
}

// ParseKey reads one public key from JSON, as a row of the dataset holds it.
func ParseKey(data []byte) (PublicKey, error) {
	var k PublicKey
	if err := json.Unmarshal(data, &k); err != nil {
		return k, fmt.Errorf("receipt key: %w", err)
	}
	if _, err := k.Parsed(); err != nil {
		return k, fmt.Errorf("receipt key: %w", err)
	}
	return k, nil
}

// signs reports whether the key signs on the calendar day, given in UTC: a day that has begun or ended elsewhere still counts.
func (k PublicKey) signs(day time.Time) bool {
	return !day.Before(k.From.UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)) && !day.After(k.Until.UTC().AddDate(0, 0, 1))
}

// ParseKeyFile reads a file of keys. The error says which key is wrong and what was expected.
func ParseKeyFile(data []byte) (KeyFile, error) {
	var f KeyFile
	if len(data) > MaxKeyFile {
		return f, fmt.Errorf("key file: %d bytes; expected at most %d", len(data), MaxKeyFile)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return f, fmt.Errorf("key file: at byte %d: %w", decoder.InputOffset(), err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return f, fmt.Errorf("key file: at byte %d: expected the end", decoder.InputOffset())
	}
	if len(f.Keys) > maxKeys {
		return f, fmt.Errorf("key file: %d keys; expected at most %d", len(f.Keys), maxKeys)
	}
	seen := map[string]int{}
	for n, k := range f.Keys {
		if _, err := k.Parsed(); err != nil {
			return f, fmt.Errorf("key file: key %d: %w", n+1, err)
		}
		if first, twice := seen[k.ID]; twice {
			return f, fmt.Errorf("key file: key %d: is key %d again", n+1, first)
		}
		seen[k.ID] = n + 1
	}
	return f, nil
}

// JSON writes the file, its keys in order of station and time.
func (f KeyFile) JSON() ([]byte, error) {
	sorted := KeyFile{Keys: slices.Clone(f.Keys)}
	if sorted.Keys == nil {
		sorted.Keys = []PublicKey{}
	}
	slices.SortFunc(sorted.Keys, func(a, b PublicKey) int {
		return strings.Compare(a.Station+" "+a.From.UTC().Format(time.RFC3339)+a.ID, b.Station+" "+b.From.UTC().Format(time.RFC3339)+b.ID)
	})
	out, err := json.MarshalIndent(sorted, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	return append(out, '\n'), nil
}
