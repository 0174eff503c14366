package issue

import (
	"fmt"
	"strings"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/seal"
	"github.com/openbmis/openbmis/traveldoc/seal/barcode"
	"github.com/openbmis/openbmis/traveldoc/translit"
)

// Seal is a signed seal with the kind of code that it is printed in.
type Seal struct {
	Data      []byte
	Symbology barcode.Symbology
	// Zone is the machine readable zone (MRV-A) that a visa's seal holds, which is printed beside it; empty of a travel authorisation.
	Zone string
}

// Seal signs the seal of a visa in force: for a visa the visible digital seal of Doc 9303-7, in a Data Matrix; for a travel authorisation a
// VDS-NC, in a QR code. The day of signature is today, that of issue the visa's.
func (s *Signer) Seal(v evisa.Visa) (Seal, error) {
	if v.Standing != evisa.InForce {
		return Seal{}, ErrNotInForce
	}
	if v.Kind == evisa.KindAuthorisation {
		return s.sealAuthorisation(v)
	}
	return s.sealVisa(v)
}

func (s *Signer) sealVisa(v evisa.Visa) (Seal, error) {
	zone, err := Zone(v, s.o.State)
	if err != nil {
		return Seal{}, err
	}
	key, certificate, err := s.use()
	if err != nil {
		return Seal{}, err
	}
	days, months, years := stay(v.Days)
	content := seal.VisaContent{
		MRZ: zone, Entries: byte(min(max(v.Entries, 0), maxEntries)), Days: days, Months: months, Years: years,
		PassportNumber: packed(v.Document.Number), Type: v.Type,
	}
	messages, err := content.Messages()
	if err != nil {
		return Seal{}, fmt.Errorf("seal of a visa: %w", err)
	}
	header := content.Header(seal.Header{
		Country: s.o.State, Signer: certificate.Subject.Country() + certificate.Subject.CommonName(), Reference: Reference(certificate),
		Issued: traveldoc.DateOf(v.IssuedAt.UTC()), Signed: traveldoc.DateOf(s.o.Now().UTC()),
	})
	data, err := seal.Sign(key, header, messages)
	return Seal{Data: data, Symbology: barcode.DataMatrix, Zone: zone}, err
}

// stay writes days of stay in the three bytes of the feature: days alone up to 253 (FE and FF are none), beyond that years of 365 days, months of 30 and the rest.
func stay(n int) (days, months, years byte) {
	if n <= 253 {
		return byte(max(n, 0)), 0, 0
	}
	rest := n % 365
	return byte(rest % 30), byte(rest / 30), byte(min(n/365, 255))
}

// packed leaves of a document's number what a seal has characters for.
func packed(number string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, strings.ToUpper(number))
}

// Zone is the machine readable zone of a visa, MRV-A of Doc 9303-7: its two lines joined by \n. The optional data stay empty.
func Zone(v evisa.Visa, state string) (string, error) {
	bearer := v.Identity
	bearer.Surname, bearer.GivenNames = written(bearer.Surname), written(bearer.GivenNames)
	document := traveldoc.Document{Code: "V", Number: string(v.Number), IssuingState: state, ExpiryDate: v.Until}
	zone, err := mrz.Encode(mrz.MRVA, document, bearer, mrz.Extra{})
	if err != nil {
		return "", fmt.Errorf("zone of a visa: %w", err)
	}
	return zone, nil
}

// written is a name as a zone has it: letters that a zone has no place for are left out when no table says how to write them.
func written(name string) string {
	text, ok := translit.Write(name)
	if !ok {
		text = traveldoc.FoldName(name)
	}
	return strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' || c == ' ' {
			return c
		}
		return -1
	}, text)
}

// authorisation is the message of a travel authorisation's VDS-NC.
type authorisation struct {
	Person  ncPerson `json:"pid"`
	Allowed ncTerms  `json:"dta"`
}

type ncPerson struct {
	Name        string         `json:"n"` // as in a zone, primary and secondary identifier apart by two blanks
	Birth       traveldoc.Date `json:"dob"`
	Sex         string         `json:"sex"`
	Nationality string         `json:"nat"`
	Kind        string         `json:"dt"` // of document: its code
	Number      string         `json:"dn"`
	Issuer      string         `json:"di"`
}

type ncTerms struct {
	Number  evisa.Number   `json:"num"`
	Type    string         `json:"typ"`
	Issued  traveldoc.Date `json:"iss"`
	From    traveldoc.Date `json:"vf"`
	Until   traveldoc.Date `json:"vu"`
	Days    int            `json:"dur"`
	Entries int            `json:"ent"` // 0 is multiple
}

// ncVersion is the version of the message.
const ncVersion = 1

func (s *Signer) sealAuthorisation(v evisa.Visa) (Seal, error) {
	key, certificate, err := s.use()
	if err != nil {
		return Seal{}, err
	}
	message := authorisation{
		Person: ncPerson{
			Name: strings.TrimSpace(written(v.Identity.Surname) + "  " + written(v.Identity.GivenNames)), Birth: v.Identity.BirthDate, Sex: v.Identity.Sex,
			Nationality: v.Identity.Nationality, Kind: v.Document.Code, Number: packed(v.Document.Number), Issuer: v.Document.IssuingState,
		},
		Allowed: ncTerms{
			Number: v.Number, Type: v.Type, Issued: traveldoc.DateOf(v.IssuedAt.UTC()), From: v.From, Until: v.Until, Days: v.Days, Entries: v.Entries,
		},
	}
	data, err := seal.SignNC(key, certificate.Raw, seal.NCContent{Type: seal.TravelAuthorisation, Version: ncVersion, Issuer: s.o.State, Message: message})
	return Seal{Data: data, Symbology: barcode.QR}, err
}
