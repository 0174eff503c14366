package chip

import (
	"crypto/sha1" //nolint:gosec // the standard's
	"strings"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// Password is what opens a chip: three fields of the machine readable zone, or the card access number.
type Password struct {
	// Zone is document number, date of birth and date of expiry with their check digits, as printed, fillers included.
	Zone string
	// CAN is the six digits of the card access number; it goes before Zone where PACE is offered.
	CAN string
}

// PasswordOf is the password of a zone as it was read. Only those three fields need to be right. A number of more than nine characters
// is taken whole (Doc 9303-11, 4.3.2). False when one of them is missing.
func PasswordOf(d *mrz.Document) (Password, bool) {
	number, birth, expiry := d.Field(mrz.DocumentNumber), d.Field(mrz.BirthDate), d.Field(mrz.ExpiryDate)
	text := number.Raw
	if d.LongNumber() != mrz.NotLong {
		text = d.DocumentNumber
	}
	if text == "" || len(birth.Raw) != 6 || len(expiry.Raw) != 6 {
		return Password{}, false
	}
	if len(text) < 9 {
		text += strings.Repeat("<", 9-len(text))
	}
	var zone strings.Builder
	for _, part := range []string{text, birth.Raw, expiry.Raw} {
		digit, ok := mrz.CheckDigit(part)
		if !ok {
			return Password{}, false
		}
		zone.WriteString(part)
		zone.WriteByte(digit)
	}
	return Password{Zone: zone.String()}, true
}

// zoneKey is the SHA-1 of the zone's password, 20 bytes.
func (p Password) zoneKey() []byte {
	sum := sha1.Sum([]byte(p.Zone)) //nolint:gosec // the standard's
	return sum[:]
}
