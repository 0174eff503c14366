package specimen

import (
	"fmt"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// State is the country's three-letter code (ICAO Doc 9303-3, for specimens).
const State = "UTO"

// Document is a document of the country as it was issued: what its authority wrote on the page and into the chip.
type Document struct {
	traveldoc.Document
	Format    mrz.Format
	Bearer    Person
	Issued    traveldoc.Date
	Authority string
	Zone      string // the machine readable zone, lines joined by \n
	Visa      *Visa  // of a visa
}

// authority is who issues documents.
const authority = "UTOPIA PASSPORT OFFICE"

// Passport is a person's passport, valid for ten years since about half a year ago.
func (c *Country) Passport(p Person) (Document, error) {
	issued := c.instant().AddDate(0, -6, -c.drawn("issued"+p.PersonalNumber, 20))
	return c.document(p, mrz.TD3, "P", c.number("P", p), issued, issued.AddDate(10, 0, -1))
}

// ExpiredPassport is a person's former passport, of five years, that expired some weeks ago.
func (c *Country) ExpiredPassport(p Person) (Document, error) {
	expired := c.instant().AddDate(0, -1, -c.drawn("expired"+p.PersonalNumber, 20))
	return c.document(p, mrz.TD3, "P", c.number("F", p), expired.AddDate(-5, 0, 1), expired)
}

// Card is a person's identity card.
func (c *Country) Card(p Person) (Document, error) {
	issued := c.instant().AddDate(0, -6, -c.drawn("issued-card"+p.PersonalNumber, 20))
	return c.document(p, mrz.TD1, "ID", c.number("I", p), issued, issued.AddDate(10, 0, -1))
}

func (c *Country) document(p Person, f mrz.Format, code, number string, issued, expires time.Time) (Document, error) {
	d := Document{
		Document: traveldoc.Document{Code: code, Number: number, IssuingState: State, ExpiryDate: traveldoc.DateOf(expires)},
		Format:   f, Bearer: p, Issued: traveldoc.DateOf(issued), Authority: authority,
	}
	return d.encoded()
}

// encoded is the document with its zone.
func (d Document) encoded() (Document, error) {
	extra := mrz.Extra{}
	if d.Format == mrz.TD3 {
		extra.OptionalData[0] = d.Bearer.PersonalNumber
	}
	zone, err := mrz.Encode(d.Format, d.Document, d.Bearer.Identity, extra)
	if err != nil {
		return d, fmt.Errorf("specimen: document: %w", err)
	}
	d.Zone, d.MRZ = zone, zone
	return d, nil
}

// number is a document number of the person: a letter, seven digits, a letter.
func (c *Country) number(kind string, p Person) string {
	random := c.root.chance("number-" + kind + p.PersonalNumber)
	return fmt.Sprintf("%s%07d%c", kind, random.IntN(10_000_000), 'A'+rune(random.IntN(26))) //nolint:gosec // a letter
}

// drawn is a number below n that follows from the name.
func (c *Country) drawn(name string, n int) int { return c.root.chance(name).IntN(n) }

// signedAt is when the chip of the document was signed: about noon of the day of issue.
func (d Document) signedAt() time.Time {
	return time.Date(d.Issued.Year(), time.Month(d.Issued.Month()), d.Issued.Day(), 11, 20, 0, 0, time.UTC)
}
