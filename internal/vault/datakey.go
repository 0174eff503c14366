package vault

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/google/uuid"
	aead "github.com/tink-crypto/tink-go/v2/aead/subtle"
	mac "github.com/tink-crypto/tink-go/v2/mac/subtle"
	tink "github.com/tink-crypto/tink-go/v2/subtle"
)

// keySize is the length of every secret here, in bytes.
const keySize = 32

// Overhead is how many bytes longer a sealed exhibit is than the exhibit: nonce and tag (NIST SP 800-38D).
const Overhead = 12 + 16

// Labels keep the uses of secrets apart (RFC 5869, info).
const (
	labelSeal        = "openbmis evidence seal v1"
	labelFingerprint = "openbmis evidence fingerprint v1"
	labelPlace       = "openbmis evidence place v1"
	labelWrap        = "openbmis evidence wrap v1"
	labelEnvelope    = "openbmis evidence envelope v1"
	labelPair        = "openbmis pair v1"
)

// ErrDestroyed says that a key is gone for good: nobody reads what was sealed with it.
var ErrDestroyed = errors.New("key destroyed")

// ErrOtherKey says that a data key is wrapped with another key of the same generation's name: these are somebody else's files.
var ErrOtherKey = errors.New("wrapped with another key")

// DataKey is one person's key. Its secret never leaves the package in clear.
type DataKey struct {
	id     uuid.UUID
	secret []byte
	seal   *aead.AESGCM
	mac    *mac.HMAC
}

// NewDataKey makes a key with a name.
func NewDataKey(id uuid.UUID, random io.Reader) (*DataKey, error) {
	secret := make([]byte, keySize)
	if _, err := io.ReadFull(random, secret); err != nil {
		return nil, fmt.Errorf("data key: %w", err)
	}
	return dataKey(id, secret)
}

func dataKey(id uuid.UUID, secret []byte) (*DataKey, error) {
	if len(secret) != keySize {
		return nil, fmt.Errorf("data key %s: %d bytes, expected %d", id, len(secret), keySize)
	}
	k := &DataKey{id: id, secret: secret}
	sealing, err := tink.ComputeHKDF("SHA256", secret, nil, []byte(labelSeal), keySize)
	if err != nil {
		return nil, fmt.Errorf("data key %s: %w", id, err)
	}
	if k.seal, err = aead.NewAESGCM(sealing); err != nil {
		return nil, fmt.Errorf("data key %s: %w", id, err)
	}
	marking, err := tink.ComputeHKDF("SHA256", secret, nil, []byte(labelFingerprint), keySize)
	if err != nil {
		return nil, fmt.Errorf("data key %s: %w", id, err)
	}
	if k.mac, err = mac.NewHMAC("SHA256", marking, keySize); err != nil {
		return nil, fmt.Errorf("data key %s: %w", id, err)
	}
	return k, nil
}

// ID is the key's name.
func (k *DataKey) ID() uuid.UUID { return k.id }

// Place is where sealed bytes belong, beside the person: they open nowhere else.
type Place struct {
	Kind    string
	Exhibit uuid.UUID
	Version int // of the form in which the plain bytes are written
}

// bytes are the associated data: person's key | kind | exhibit | version, each with its length before it.
func (p Place) bytes(key uuid.UUID) []byte {
	return fields([]byte(labelPlace), key[:], []byte(p.Kind), p.Exhibit[:], binary.BigEndian.AppendUint64(nil, uint64(p.Version))) //nolint:gosec // the same bits
}

func fields(list ...[]byte) []byte {
	var out []byte
	for _, f := range list {
		out = binary.BigEndian.AppendUint32(out, uint32(len(f))) //nolint:gosec // short, see the callers
		out = append(out, f...)
	}
	return out
}

// Seal encrypts (AES-256-GCM). The same bytes sealed twice differ.
func (k *DataKey) Seal(at Place, plain []byte) ([]byte, error) {
	sealed, err := k.seal.Encrypt(plain, at.bytes(k.id))
	if err != nil {
		return nil, fmt.Errorf("seal exhibit %s: %w", at.Exhibit, err)
	}
	return sealed, nil
}

// Open decrypts what was sealed for the place.
func (k *DataKey) Open(at Place, sealed []byte) ([]byte, error) {
	plain, err := k.seal.Decrypt(sealed, at.bytes(k.id))
	if err != nil {
		return nil, fmt.Errorf("open exhibit %s: %w", at.Exhibit, err)
	}
	return plain, nil
}

// Fingerprint tells whether the same person's same bytes are kept already: a keyed digest, of no use to whoever has not the key.
func (k *DataKey) Fingerprint(plain []byte) ([]byte, error) {
	sum, err := k.mac.ComputeMAC(plain)
	if err != nil {
		return nil, fmt.Errorf("fingerprint under key %s: %w", k.id, err)
	}
	return sum, nil
}

// String names the key, never its secret.
func (k *DataKey) String() string { return "data key " + k.id.String() }

// GoString names the key, never its secret.
func (k *DataKey) GoString() string { return k.String() }

// LogValue names the key, never its secret.
func (k *DataKey) LogValue() slog.Value { return slog.StringValue(k.String()) }

// Format names the key, never its secret, whatever the verb.
func (k *DataKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// MarshalText refuses: a key is written wrapped or not at all.
func (k *DataKey) MarshalText() ([]byte, error) {
	return nil, fmt.Errorf("%s: is not written in clear", k)
}
