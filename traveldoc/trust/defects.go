package trust

import (
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// Document is what a defect is looked up by; empty fields are not known.
type Document struct {
	Issuer string // three letters
	Number string
	Issued traveldoc.Date
	DSC    *pki.Certificate
}

// Defects gives the known defects of a document; listed is false when the store holds no deviation list at all. A condition whose value
// is not known of the document does not exclude the defect, except that a defect of one signer or of a range needs that value.
func (s *Store) Defects(d Document) (defects []Defect, listed bool) {
	if s == nil {
		return nil, false
	}
	for _, known := range s.defects {
		if known.matches(d) {
			defects = append(defects, known)
		}
	}
	return defects, len(s.defects) > 0
}

func (f Defect) matches(d Document) bool {
	if f.Issuer != d.Issuer {
		return false
	}
	if f.DSCSerial != "" && (d.DSC == nil || !strings.EqualFold(trimHex(f.DSCSerial), trimHex(d.DSC.Serial.Text(16)))) {
		return false
	}
	if f.NumberFrom != "" {
		n := plainNumber(d.Number)
		from, to := plainNumber(f.NumberFrom), plainNumber(f.NumberTo)
		if len(n) != len(from) || n < from || n > to {
			return false
		}
	}
	if issued := d.Issued; !issued.IsZero() {
		if !f.From.IsZero() && issued.Last().Before(f.From.First()) || !f.To.IsZero() && issued.First().After(f.To.Last()) {
			return false
		}
	}
	return true
}

func trimHex(s string) string { return strings.TrimLeft(s, "0") }

// plainNumber is a document number without fillers and spaces, in capitals.
func plainNumber(s string) string {
	return strings.ToUpper(strings.NewReplacer("<", "", " ", "", "-", "").Replace(s))
}
