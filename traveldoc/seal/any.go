package seal

import (
	"bytes"
	"errors"

	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// Any is what one code says, whichever kind of seal it is: exactly one of the three is set.
type Any struct {
	VDS *Seal
	NC  *NC
	ICB *ICB
}

// ErrUnknown says that the bytes are no seal of any kind that is read here.
var ErrUnknown = errors.New("no seal: expected the bytes DC 02 or DC 03, JSON with data and sig, or a text that begins with RDB1 or NDB1")

// ParseAny reads the bytes of a code by how they begin.
func ParseAny(data []byte) (Any, error) {
	switch {
	case len(data) > 0 && data[0] == magic:
		s, err := Parse(data)
		return Any{VDS: &s}, err
	case bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")):
		n, err := ParseNC(data)
		return Any{NC: &n}, err
	case bytes.HasPrefix(data, []byte("RDB1")), bytes.HasPrefix(data, []byte("NDB1")):
		c, err := ParseICB(data)
		return Any{ICB: &c}, err
	}
	return Any{}, ErrUnknown
}

// Kind is "vds", "vds-nc" or "icb".
func (a Any) Kind() string {
	switch {
	case a.VDS != nil:
		return "vds"
	case a.NC != nil:
		return "vds-nc"
	case a.ICB != nil:
		return "icb"
	}
	return ""
}

// Fields are the messages by name.
func (a Any) Fields() []Field {
	switch {
	case a.VDS != nil:
		return a.VDS.Fields()
	case a.NC != nil:
		return a.NC.Fields
	case a.ICB != nil:
		return a.ICB.Fields()
	}
	return nil
}

// MRZ is the zone that the seal holds; false when there is none.
func (a Any) MRZ() (text string, format mrz.Format, ok bool) {
	switch {
	case a.VDS != nil:
		return a.VDS.MRZ()
	case a.ICB != nil:
		return a.ICB.MRZ()
	}
	return "", mrz.Unknown, false
}

// Judge verifies the signature.
func (a Any) Judge(certificates []*pki.Certificate) Judgement {
	switch {
	case a.VDS != nil:
		return a.VDS.Judge(certificates)
	case a.NC != nil:
		return a.NC.Judge(certificates)
	case a.ICB != nil:
		return a.ICB.Judge(certificates)
	}
	return Judgement{}
}
