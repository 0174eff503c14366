package emrtd

import (
	"errors"
	"fmt"

	"github.com/openbmis/openbmis/traveldoc/pki"
)

// DG15 is the public key for active authentication (Doc 9303-10, 4.7.15; 9303-11, 6.1).
type DG15 struct {
	SPKI []byte // SubjectPublicKeyInfo as on the chip
	// Key is nil when its kind is not supported; a finding says so.
	Key      *pki.PublicKey
	Findings []Finding
}

// ParseDG15 reads data group 15.
func ParseDG15(data []byte) (*DG15, error) {
	o, err := openPlain(FileDG(15), data)
	if err != nil {
		return nil, err
	}
	d := &DG15{SPKI: o.root.Value}
	d.Key, err = pki.ParsePublicKey(d.SPKI)
	switch {
	case errors.Is(err, pki.ErrUnsupported):
		o.add(KeyUnsupported, "%v", err)
	case err != nil:
		return nil, fmt.Errorf("%s: public key: %w", o.file, err)
	}
	d.Findings = o.findings
	return d, nil
}
