package receipt

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/seal"
)

// How long a key signs, and how long before its end another takes its place.
const (
	KeyLife  = 2 * 365 * 24 * time.Hour
	keyRenew = 30 * 24 * time.Hour
)

// Signer signs a station's receipts.
type Signer struct {
	PublicKey
	private *ecdsa.PrivateKey
}

// NewSigner makes a key for a station that signs from now on.
func NewSigner(random io.Reader, station string, now time.Time) (Signer, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), random)
	if err != nil {
		return Signer{}, fmt.Errorf("receipt key: %w", err)
	}
	from := now.UTC().Truncate(time.Second)
	return signerOf(private, station, from, from.Add(KeyLife))
}

func signerOf(private *ecdsa.PrivateKey, station string, from, until time.Time) (Signer, error) {
	spki, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		return Signer{}, fmt.Errorf("receipt key: %w", err)
	}
	s := Signer{PublicKey{ID: idOf(spki), Station: station, Key: spki, From: from, Until: until}, private}
	_, err = s.Parsed()
	return s, err
}

// keyOnDisk is the file of a private key.
type keyOnDisk struct {
	Station string    `json:"station"`
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"`
	Private []byte    `json:"private"` // PKCS #8
}

// LoadSigner reads the key of a station from its file, readable by the program alone; where there is none, or the one there is ends
// within a month, it makes another. A new file is written beside its place and renamed into it: no half of one is ever found.
func LoadSigner(random io.Reader, path, station string, now time.Time) (Signer, error) {
	s, err := readSigner(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return Signer{}, err
	case s.Station == station && now.Add(keyRenew).Before(s.Until):
		return s, nil
	}
	if s, err = NewSigner(random, station, now); err != nil {
		return Signer{}, err
	}
	return s, s.write(path)
}

func readSigner(path string) (Signer, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Signer{}, fmt.Errorf("receipt key: %w", err)
	}
	var f keyOnDisk
	if err := json.Unmarshal(text, &f); err != nil { // the error could repeat a piece of the key
		return Signer{}, fmt.Errorf("receipt key %s: expected JSON of station, from, until and private", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(f.Private)
	private, isECDSA := parsed.(*ecdsa.PrivateKey)
	if err != nil || !isECDSA || private.Curve != elliptic.P256() {
		return Signer{}, fmt.Errorf("receipt key %s: expected PKCS #8 of ECDSA on P-256", path)
	}
	return signerOf(private, f.Station, f.From, f.Until)
}

func (s Signer) write(path string) error {
	private, err := x509.MarshalPKCS8PrivateKey(s.private)
	if err != nil {
		return fmt.Errorf("receipt key: %w", err)
	}
	text, err := json.Marshal(keyOnDisk{Station: s.Station, From: s.From, Until: s.Until, Private: private})
	if err != nil {
		return fmt.Errorf("receipt key: %w", err)
	}
	half := path + ".new"
	if err := os.WriteFile(half, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("receipt key: %w", err)
	}
	if err := os.Rename(half, path); err != nil {
		return fmt.Errorf("receipt key: %w", err)
	}
	return nil
}

// Seal signs what a receipt states. state is the issuing State, three letters; signed is the date of the signature. A content whose
// station is not the key's is refused.
func (s Signer) Seal(state string, c Content, signed traveldoc.Date) ([]byte, error) {
	if c.Station != s.Station {
		return nil, errors.New("receipt: station: is not the key's")
	}
	messages, err := c.messages()
	if err != nil {
		return nil, err
	}
	return seal.Sign(s.private, seal.Header{
		Country: state, Signer: fmt.Sprintf("%-3sR", state)[:4], Reference: s.ID, Issued: c.LocalDate, Signed: signed,
		Feature: Feature, Category: Category,
	}, messages)
}
