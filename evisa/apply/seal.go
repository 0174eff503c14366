package apply

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/vault"
)

// Places of what is sealed (vault.Place.Kind): bytes open nowhere else.
const (
	PlaceDraft  = "portal-draft"
	PlaceFile   = "portal-file" // under the draft's key, or a parcel's
	PlaceParcel = "portal-parcel"
	PlaceTold   = "portal-told"
	PlaceNotice = "portal-notice"
	PlaceMail   = "portal-mail"
)

// sealVersion is of the form in which plain bytes are written.
const sealVersion = 1

// Place is where sealed bytes belong.
func Place(kind string, id uuid.UUID) vault.Place {
	return vault.Place{Kind: kind, Exhibit: id, Version: sealVersion}
}

// Sealer makes envelopes for one reader: the centre, or the portal.
type Sealer struct {
	For    vault.PublicKey
	Random io.Reader
	NewID  func() uuid.UUID
}

// Seal seals bytes under a key of their own.
func (s Sealer) Seal(place vault.Place, plain []byte) (SealedRow, error) {
	key, err := vault.NewDataKey(s.NewID(), s.Random)
	if err != nil {
		return SealedRow{}, err
	}
	return s.SealUnder(key, place, plain)
}

// SealUnder seals bytes under a key, with the key in an envelope.
func (s Sealer) SealUnder(key *vault.DataKey, place vault.Place, plain []byte) (SealedRow, error) {
	envelope, err := s.For.Seal(key)
	if err != nil {
		return SealedRow{}, err
	}
	sealed, err := key.Seal(place, plain)
	return SealedRow{Key: key.ID(), Envelope: envelope, Sealed: sealed}, err
}

// SealJSON seals a value as JSON.
func (s Sealer) SealJSON(place vault.Place, value any) (SealedRow, error) {
	plain, err := json.Marshal(value)
	if err != nil {
		return SealedRow{}, fmt.Errorf("seal %s: %w", place.Kind, err)
	}
	return s.Seal(place, plain)
}

// Open opens what was sealed for the owner of a key.
func (r SealedRow) Open(own *vault.PrivateKey, place vault.Place) ([]byte, error) {
	key, err := own.Open(r.Key, r.Envelope)
	if err != nil {
		return nil, err
	}
	return key.Open(place, r.Sealed)
}

// OpenJSON opens a value that SealJSON sealed.
func (r SealedRow) OpenJSON(own *vault.PrivateKey, place vault.Place, into any) error {
	plain, err := r.Open(own, place)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, into); err != nil {
		return fmt.Errorf("open %s: %w", place.Kind, err)
	}
	return nil
}

// Marks are keyed hashes by which both sides know again what neither keeps in clear.
type Marks struct{ key *vault.DataKey }

// NewMarks makes marks under the key that both sides know.
func NewMarks(key *vault.DataKey) Marks { return Marks{key: key} }

// Kinds of marks: the same words never give the same mark for two uses.
const (
	markBirth  = "birth"
	markEmail  = "email"
	markVerify = "verify"
	markBrake  = "brake"
)

func (m Marks) of(kind string, words ...string) ([]byte, error) {
	sum := sha256.New()
	for _, w := range append([]string{kind}, words...) {
		_, _ = fmt.Fprintf(sum, "%d:%s|", len(w), w) // a hash takes everything
	}
	return m.key.Fingerprint(sum.Sum(nil))
}

// Birth is the mark of a reference and a birth date.
func (m Marks) Birth(reference, birth string) ([]byte, error) {
	return m.of(markBirth, reference, birth)
}

// Verify is the mark of a visa's number or an application's reference, and a document's number as traveldoc.FoldNumber folds it.
func (m Marks) Verify(number, document string) ([]byte, error) {
	return m.of(markVerify, number, document)
}
