package trustdb

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// Facts are what people look for and see of an item.
type Facts struct {
	Kind    trust.Kind `json:"kind"`
	Country string     `json:"country"` // two or three letters, as written; empty when not stated
	Subject string     `json:"subject"` // of a CRL its issuer, of a known defect its code
	Issuer  string     `json:"issuer,omitempty"`
	// From and Until are a certificate's validity, a CRL's thisUpdate and nextUpdate; zero when not stated.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// Expired says whether the item's time was over at an instant.
func (f Facts) Expired(at time.Time) bool { return !f.Until.IsZero() && at.After(f.Until) }

// Details are what is read from an item's content itself.
type Details struct {
	Serial    string          `json:"serial,omitempty"` // hexadecimal
	Key       string          `json:"key,omitempty"`    // such as "RSA 4096"
	Explicit  bool            `json:"explicit,omitempty"`
	KeyID     string          `json:"key_id,omitempty"`       // subject key identifier, hexadecimal
	IssuerKey string          `json:"authority_id,omitempty"` // authority key identifier, hexadecimal
	Types     []string        `json:"document_types,omitempty"`
	Number    string          `json:"number,omitempty"`  // of a CRL
	Revoked   int             `json:"revoked,omitempty"` // certificates on a CRL
	Tolerated []pki.Deviation `json:"tolerated,omitempty"`
	Bytes     int             `json:"bytes"`
}

// described is an item as it is stored: facts, and of a CRL whose list it is.
type described struct {
	Facts
	authority []byte
	details   Details
}

// describe reads an item's content.
func describe(item trust.Item) (described, error) {
	switch item.Kind {
	case trust.CRL:
		return describeCRL(item)
	case trust.Deviation:
		return describeDefect(item)
	case trust.CSCA, trust.Link, trust.DSC, trust.MasterListSigner:
	}
	c, err := pki.ParseCertificate(item.DER)
	if err != nil {
		return described{}, err
	}
	d := described{Facts: Facts{
		Kind: item.Kind, Country: countryOf(c.Subject, c.Issuer), Subject: c.Subject.String(), Issuer: c.Issuer.String(),
		From: c.NotBefore, Until: c.NotAfter,
	}}
	d.details = Details{
		Serial: c.Serial.Text(16), Key: c.Key.String(), Explicit: c.Key.Explicit, KeyID: hex.EncodeToString(c.SubjectKeyID),
		IssuerKey: hex.EncodeToString(c.AuthorityKeyID), Types: c.DocumentTypes, Tolerated: c.Deviations, Bytes: len(item.DER),
	}
	return d, nil
}

func describeCRL(item trust.Item) (described, error) {
	c, err := pki.ParseCRL(item.DER)
	if err != nil {
		return described{}, err
	}
	issuer := c.Issuer.String()
	d := described{Facts: Facts{Kind: item.Kind, Country: countryOf(c.Issuer), Subject: issuer, Issuer: issuer, From: c.ThisUpdate}}
	if c.NextUpdate != nil {
		d.Until = *c.NextUpdate
	}
	// A list with critical extensions that are not understood may be a part or an addition: it is nobody's successor.
	scope := strings.Join(c.UnknownCritical, " ")
	if scope != "" {
		scope = item.ID
	}
	sum := sha256.Sum256(slices.Concat([]byte(c.Issuer.Key()), []byte{0}, c.AuthorityKeyID, []byte{0}, []byte(scope)))
	d.authority = sum[:]
	d.details = Details{IssuerKey: hex.EncodeToString(c.AuthorityKeyID), Revoked: c.Len(), Tolerated: c.Deviations, Bytes: len(item.DER)}
	if c.Number != nil {
		d.details.Number = c.Number.String()
	}
	return d, nil
}

func describeDefect(item trust.Item) (described, error) {
	f := item.Defect
	d := described{Facts: Facts{Kind: item.Kind, Country: f.Issuer, Subject: f.Defect}}
	if !f.From.IsZero() {
		d.From = f.From.First()
	}
	if !f.To.IsZero() {
		d.Until = f.To.Last()
	}
	d.details = Details{Serial: f.DSCSerial}
	return d, nil
}

func countryOf(names ...pki.Name) string {
	for _, n := range names {
		if country := n.Country(); country != "" {
			return country[:min(len(country), 3)]
		}
	}
	return ""
}
