package hit

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
)

// TravellerKey names a traveller by his document, birth date and name together: when one of them changes it is another. It is one
// way, and of no use without the traveller at hand.
func TravellerKey(i traveldoc.Identity, d traveldoc.Document) string {
	h := sha256.Sum256([]byte(strings.Join([]string{
		"hit pair 1", d.IssuingState, traveldoc.FoldNumber(d.Number), i.BirthDate.String(), traveldoc.NameKey(i.Surname, i.GivenNames),
	}, "\x00")))
	return hex.EncodeToString(h[:])
}
