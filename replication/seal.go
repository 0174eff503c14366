package replication

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/openbmis/openbmis/internal/ca"
)

// SealPurpose names the key that signs versions of datasets; see ca.Signer.
const SealPurpose = "reference-data"

// sealLabel keeps a signature on a dataset's version from being taken for one on anything else.
const sealLabel = "openbmis dataset version v1"

// ErrSeal says that a dataset's version is not signed by the centre, or by a statement older than the one that the station has.
var ErrSeal = errors.New("dataset's version is not sealed by the centre")

// Seal is the centre's signature on a dataset's version: that it holds this content, and was what the centre gave at that instant. A
// new one is made for every answer, so that an old answer shown again makes nothing younger.
type Seal struct {
	At time.Time `json:"at"` // centre's clock, in microseconds
	ca.Signature
}

// Signer signs for the centre; *ca.Signer is one.
type Signer interface {
	Sign(message []byte) (ca.Signature, error)
}

// SealTrust says whose seals are taken; ca.SignatureTrust is one. at is when the certificate must have been valid.
type SealTrust interface {
	Verify(message []byte, signature ca.Signature, at time.Time) error
}

// Sealed gives v with the centre's signature of an instant.
func (v DatasetVersion) Sealed(dataset string, at time.Time, signer Signer) (DatasetVersion, error) {
	v.Seal = Seal{At: at.UTC().Truncate(time.Microsecond)} // what a database keeps of an instant
	signature, err := signer.Sign(v.statement(dataset))
	if err != nil {
		return DatasetVersion{}, fmt.Errorf("seal version %d of dataset %s: %w", v.Version, dataset, err)
	}
	v.Seal.Signature = signature
	return v, nil
}

// CheckSeal says whether v was sealed by a signer that trust takes, with a certificate that was valid at an instant. nil trusts nobody.
func (v DatasetVersion) CheckSeal(dataset string, trust SealTrust, at time.Time) error {
	if trust == nil {
		return fmt.Errorf("%w: nobody to trust is configured", ErrSeal)
	}
	if v.Seal.At.IsZero() {
		return fmt.Errorf("%w: version %d carries no signature", ErrSeal, v.Version)
	}
	if err := trust.Verify(v.statement(dataset), v.Seal.Signature, at); err != nil {
		return fmt.Errorf("%w: version %d: %w", ErrSeal, v.Version, err)
	}
	return nil
}

// statement is what is signed: label, dataset, version, digest and instant, each with its length before it.
func (v DatasetVersion) statement(dataset string) []byte {
	var number, at [8]byte
	binary.BigEndian.PutUint64(number[:], uint64(v.Version)) //nolint:gosec // versions are not negative
	binary.BigEndian.PutUint64(at[:], uint64(v.Seal.At.UnixMicro()))
	var out []byte
	for _, field := range [][]byte{[]byte(sealLabel), []byte(dataset), number[:], v.Digest, at[:]} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(field))) //nolint:gosec // short fields
		out = append(out, field...)
	}
	return out
}
