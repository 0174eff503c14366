package specimen

import (
	"crypto"
	"crypto/elliptic"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/seal"
)

// Visa is what a visa grants.
type Visa struct {
	Type     string // "C"
	From     traveldoc.Date
	Entries  byte // how often; 0 is any number
	Days     byte
	Passport string // number of the passport that it stands in
}

// sealSigner is the signer of seals: the country's two letters and two characters (ICAO Doc 9303-13, 2.2).
const (
	sealSigner = "TS"
	sealSerial = 0x5B
)

// makeSeals makes the signer of visible digital seals.
func (c *Country) makeSeals() error {
	private, err := c.root.ecKey("seals", elliptic.P256())
	if err != nil {
		return err
	}
	k, err := newKey(private, ecdsaScheme(crypto.SHA256), nil)
	if err != nil {
		return err
	}
	usage := []pkix.Extension{extension(asn1.ObjectIdentifier{2, 5, 29, 15}, true, tlv(tagBits, []byte{7, 0x80}))}
	c.seals, err = issue(issuing{
		name: pkix.Name{Country: []string{"UT"}, CommonName: sealSigner}, key: k, serial: big.NewInt(sealSerial),
		from: c.year(1), until: c.year(-4), extensions: append(usage, alternativeNames()...),
	}, &c.present)
	return err
}

// Visa is a visa in the passport, issued three weeks ago and valid for half a year from the first day of this month.
func (c *Country) Visa(passport Document) (Document, error) {
	now := c.instant()
	from := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	d, err := c.document(passport.Bearer, mrz.MRVA, "VC", c.number("V", passport.Bearer), now.AddDate(0, 0, -21), from.AddDate(0, 6, -1))
	d.Visa = &Visa{Type: "C", From: traveldoc.DateOf(from), Entries: 1, Days: 30, Passport: passport.Number}
	d.Authority = "UTOPIA EMBASSY, NUSQUAMA"
	return d, err
}

// Emergency is an emergency travel document for a person who lost his passport last week: one sheet with a seal and no chip.
func (c *Country) Emergency(p Person) (Document, error) {
	issued := c.instant().AddDate(0, 0, -3)
	d, err := c.document(p, mrz.TD2, "AE", c.number("E", p), issued, issued.AddDate(0, 0, 30))
	d.Authority = "UTOPIA CONSULATE, NUSQUAMA"
	return d, err
}

// Seal is the visible digital seal of a visa or an emergency travel document, as printed. A forged one names the same signer, who did
// not sign it.
func (c *Country) Seal(d Document, forged bool) ([]byte, error) {
	h := seal.Header{
		Country: State, Signer: "UT" + sealSigner, Reference: fmt.Sprintf("%X", sealSerial), Issued: d.Issued, Signed: d.Issued,
	}
	var messages []seal.Message
	var err error
	if d.Visa != nil {
		content := seal.VisaContent{
			MRZ: d.Zone, Entries: d.Visa.Entries, Days: d.Visa.Days, PassportNumber: d.Visa.Passport, Type: d.Visa.Type,
		}
		h = content.Header(h)
		messages, err = content.Messages()
	} else {
		content := seal.EmergencyContent{MRZ: d.Zone}
		h = content.Header(h)
		messages, err = content.Messages()
	}
	if err != nil {
		return nil, fmt.Errorf("specimen: %w", err)
	}
	signer := c.seals.key.signer
	if forged {
		if signer, err = c.root.ecKey("forger", elliptic.P256()); err != nil {
			return nil, err
		}
	}
	return seal.Sign(signer, h, messages)
}
