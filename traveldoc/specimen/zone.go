package specimen

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// zoneValues are the fields of the zone as the device reads them, each with the verdict of its check digit.
func zoneValues(s scene) []reader.Value {
	text := s.zone
	if text == "" {
		text = s.printed.Zone
	}
	parsed, err := mrz.Parse(text, s.printed.Issued, mrz.Training)
	if err != nil { // nothing of it is readable
		return nil
	}
	names := map[mrz.FieldID]string{
		mrz.DocumentCode: "document_code", mrz.IssuingState: "issuing_state", mrz.DocumentNumber: "document_number", mrz.Nationality: "nationality",
		mrz.BirthDate: "birth_date", mrz.Sex: "sex", mrz.ExpiryDate: "expiry_date",
	}
	out := values(reader.MRZ, 0, [][2]string{{"surname", parsed.Surname}, {"given_names", parsed.GivenNames}})
	for _, id := range []mrz.FieldID{
		mrz.DocumentCode, mrz.IssuingState, mrz.DocumentNumber, mrz.Nationality, mrz.BirthDate, mrz.Sex, mrz.ExpiryDate,
	} {
		f := parsed.Field(id)
		v := reader.Value{Field: names[id], Source: reader.MRZ, Text: f.Value, Validity: reader.OK}
		if f.Verdict == mrz.Failed {
			v.Validity = reader.Error
		}
		out = append(out, v)
	}
	return out
}

// renumbered is the document with a digit of its number changed and the check digits computed anew.
func (d Document) renumbered() (Document, error) {
	digits := []byte(d.Number)
	for n := 3; n < len(digits); n++ {
		if digits[n] == '3' || digits[n] == '8' { // the forger's change: 3 and 8 are easily made of one another
			digits[n] ^= '3' ^ '8'
			d.Number = string(digits)
			return d.encoded()
		}
	}
	digits[4] = '0' + (digits[4]-'0'+5)%10
	d.Number = string(digits)
	return d.encoded()
}

// misprinted is the document with a wrong check digit of the date of birth in its zone, and the composite as it was.
func (d Document) misprinted() (Document, error) {
	zone := []byte(d.Zone)
	at := strings.IndexByte(d.Zone, '\n') + 1 + 19 // cell 20 of the second line (ICAO Doc 9303-4, 4.2.2)
	if at >= len(zone) || zone[at] < '0' || zone[at] > '9' {
		return d, fmt.Errorf("specimen: expected the check digit of the date of birth in cell 20")
	}
	zone[at] = '0' + (zone[at]-'0'+1)%10
	d.Zone = string(zone)
	d.MRZ = d.Zone
	return d, nil
}

// stained is the zone as a device reads it through coffee: letters of the name are lost, and the day of birth is read as another, so
// that neither the digit of the date nor the composite fits.
func stained(d Document) (string, error) {
	out := []byte(d.Zone)
	second := strings.IndexByte(d.Zone, '\n') + 1
	for _, at := range []int{14, 15, 16} {
		if out[at] == '<' {
			out[at] = 'K'
		} else {
			out[at] = '<'
		}
	}
	day := second + 18 // cell 19: the last of the date of birth
	for digit := byte('0'); digit <= '9'; digit++ {
		out[day] = digit
		parsed, err := mrz.Parse(string(out), d.Issued, mrz.Training)
		if err == nil && parsed.BirthDate.Precision() == traveldoc.PrecisionDay && fails(parsed, mrz.BirthDate) && fails(parsed, mrz.Composite) {
			return string(out), nil
		}
	}
	return "", errors.New("specimen: stain: expected a digit that no check digit fits")
}

// fails says whether the check digit over the field is wrong.
func fails(d *mrz.Document, id mrz.FieldID) bool {
	return slices.ContainsFunc(d.Checks(), func(c mrz.CheckDigitResult) bool { return c.Field == id && !c.OK })
}
