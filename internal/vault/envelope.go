package vault

import (
	"bytes"
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/hybrid"
	"github.com/tink-crypto/tink-go/v2/hybrid/hpke"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/key"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/secretdata"
	tinksubtle "github.com/tink-crypto/tink-go/v2/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// PublicKey seals data keys for the centre (HPKE, RFC 9180: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM).
type PublicKey struct {
	// ID names the key: the first 16 hexadecimal digits of the SHA-256 of its bytes.
	ID    string
	Bytes []byte // the point, uncompressed: 65 bytes
	seal  tink.HybridEncrypt
}

// PrivateKey opens what was sealed for the centre.
type PrivateKey struct {
	public PublicKey
	open   tink.HybridDecrypt
}

func parameters() (*hpke.Parameters, error) {
	return hpke.NewParameters(hpke.ParametersOpts{
		KEMID: hpke.DHKEM_P256_HKDF_SHA256, KDFID: hpke.HKDFSHA256, AEADID: hpke.AES256GCM, Variant: hpke.VariantNoPrefix,
	})
}

// handle makes the keyset of one key.
func handle(k key.Key) (*keyset.Handle, error) {
	m := keyset.NewManager()
	id, err := m.AddKey(k)
	if err != nil {
		return nil, err
	}
	if err := m.SetPrimary(id); err != nil {
		return nil, err
	}
	return m.Handle()
}

// ParsePublicKey reads the bytes of a public key.
func ParsePublicKey(point []byte) (PublicKey, error) {
	p, err := parameters()
	if err != nil {
		return PublicKey{}, fmt.Errorf("centre's evidence key: %w", err)
	}
	public, err := hpke.NewPublicKey(point, 0, p)
	if err != nil {
		return PublicKey{}, fmt.Errorf("centre's evidence key: %w", err)
	}
	h, err := handle(public)
	if err != nil {
		return PublicKey{}, fmt.Errorf("centre's evidence key: %w", err)
	}
	seal, err := hybrid.NewHybridEncrypt(h)
	if err != nil {
		return PublicKey{}, fmt.Errorf("centre's evidence key: %w", err)
	}
	sum := sha256.Sum256(point)
	return PublicKey{ID: hex.EncodeToString(sum[:8]), Bytes: point, seal: seal}, nil
}

func envelopePlace(id uuid.UUID) []byte { return fields([]byte(labelEnvelope), id[:]) }

// Seal gives the data key in an envelope that the centre alone opens.
func (p PublicKey) Seal(k *DataKey) ([]byte, error) {
	if p.seal == nil {
		return nil, errors.New("seal for the centre: its evidence key is not known")
	}
	envelope, err := p.seal.Encrypt(k.secret, envelopePlace(k.id))
	if err != nil {
		return nil, fmt.Errorf("seal %s for the centre: %w", k, err)
	}
	return envelope, nil
}

// OpenPrivateKey reads the centre's key from a file that nobody else may read, and makes it if it is missing.
func OpenPrivateKey(path string, random io.Reader) (*PrivateKey, error) {
	own, err := ReadPrivateKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return own, err
	}
	if err := createScalar(path, random); err != nil {
		return nil, err
	}
	return ReadPrivateKey(path)
}

// ReadPrivateKey is OpenPrivateKey of a file that is there: fs.ErrNotExist when it is not, ErrDestroyed when it was overwritten and stayed.
func ReadPrivateKey(path string) (*PrivateKey, error) {
	scalar, err := readSecret(path)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(scalar, make([]byte, keySize)) {
		return nil, fmt.Errorf("evidence key %s: %w", path, ErrDestroyed)
	}
	own, err := privateKey(scalar)
	if err != nil {
		return nil, fmt.Errorf("evidence key %s: %w", path, err)
	}
	return own, nil
}

// DestroyPrivateKey overwrites and removes the file of a key: nobody opens what was sealed for it. One that is gone already is no error.
func DestroyPrivateKey(path string) error { return destroySecret(path) }

// PairOf makes the private key that a data key stands for, always the same one: so it is kept wrapped, wrapped anew and destroyed as data
// keys are. Such a data key must seal nothing itself.
func PairOf(k *DataKey) (*PrivateKey, error) {
	for draw := byte(0); ; draw++ {
		scalar, err := tinksubtle.ComputeHKDF("SHA256", k.secret, []byte{draw}, append([]byte(labelPair), k.id[:]...), keySize)
		if err != nil {
			return nil, fmt.Errorf("pair of %s: %w", k, err)
		}
		if _, err := ecdh.P256().NewPrivateKey(scalar); err != nil && draw < 255 {
			continue // one draw in 2^32 is no number of the curve
		}
		pair, err := privateKey(scalar)
		if err != nil {
			return nil, fmt.Errorf("pair of %s: %w", k, err)
		}
		return pair, nil
	}
}

// createScalar makes a file whose bytes are a private key of the curve; one draw in 2^32 is none.
func createScalar(path string, random io.Reader) error {
	for {
		drawn := make([]byte, keySize)
		if _, err := io.ReadFull(random, drawn); err != nil {
			return fmt.Errorf("evidence key: %w", err)
		}
		if _, err := ecdh.P256().NewPrivateKey(drawn); err == nil {
			return createSecret(path, &once{drawn})
		}
	}
}

// once reads what was drawn already.
type once struct{ rest []byte }

func (o *once) Read(into []byte) (int, error) {
	n := copy(into, o.rest)
	o.rest = o.rest[n:]
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func privateKey(scalar []byte) (*PrivateKey, error) {
	p, err := parameters()
	if err != nil {
		return nil, err
	}
	private, err := hpke.NewPrivateKey(secretdata.NewBytesFromData(scalar, insecuresecretdataaccess.Token{}), 0, p)
	if err != nil {
		return nil, err
	}
	h, err := handle(private)
	if err != nil {
		return nil, err
	}
	open, err := hybrid.NewHybridDecrypt(h)
	if err != nil {
		return nil, err
	}
	curve, err := ecdh.P256().NewPrivateKey(scalar)
	if err != nil {
		return nil, err
	}
	public, err := ParsePublicKey(curve.PublicKey().Bytes())
	return &PrivateKey{public: public, open: open}, err
}

// Public is what stations are told.
func (p *PrivateKey) Public() PublicKey { return p.public }

// Open gives the data key of an envelope.
func (p *PrivateKey) Open(id uuid.UUID, envelope []byte) (*DataKey, error) {
	secret, err := p.open.Decrypt(envelope, envelopePlace(id))
	if err != nil {
		return nil, fmt.Errorf("open envelope of data key %s: %w", id, err)
	}
	return dataKey(id, secret)
}

// String names the key, never its secret.
func (p *PrivateKey) String() string { return "centre's evidence key " + p.public.ID }

// LogValue names the key, never its secret.
func (p *PrivateKey) LogValue() slog.Value { return slog.StringValue(p.String()) }

// Format names the key, never its secret, whatever the verb.
func (p *PrivateKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }
