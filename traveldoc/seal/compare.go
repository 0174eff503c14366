package seal

import (
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// Difference is a field that differs between a seal and a machine readable zone.
type Difference struct {
	Field string `json:"field"` // a name of package mrz, or FieldPassportNumber
	Seal  string `json:"seal"`
	Zone  string `json:"zone"`
}

// Comparison is a seal held against a zone. When Compared is empty there was nothing to compare: that is no agreement.
type Comparison struct {
	Compared    []string     `json:"compared"`
	Differences []Difference `json:"differences"`
}

// Content is what Compare needs of a seal: Seal, ICB and Any have it.
type Content interface {
	MRZ() (text string, format mrz.Format, ok bool)
	Fields() []Field
}

// Compare holds the content of a seal against a zone. The zone is either the one printed beside the seal, of the same format: then every
// cell that the seal holds is compared; or that of the bearer's passport: then the passport's number, nationality, birth and sex are.
func Compare(s Content, printed *mrz.Document) Comparison {
	var c Comparison
	if printed == nil || printed.Format == mrz.Unknown {
		return c
	}
	text, format, ok := s.MRZ()
	if ok && format == printed.Format {
		c.cells(text, printed, heldOf(format, text))
		return c
	}
	for _, f := range s.Fields() {
		if f.Problem == "" {
			c.named(f, printed)
		}
	}
	if !ok {
		return c
	}
	own, err := mrz.Parse(text, traveldoc.Date{}, mrz.Training)
	if err != nil {
		return c
	}
	for _, id := range []mrz.FieldID{mrz.Nationality, mrz.BirthDate, mrz.Sex} {
		c.hold(id.String(), own.Field(id).Raw, printed.Field(id).Raw)
	}
	return c
}

// named compares a field that says by its name what it is: the passport's number, and what the message of a VDS-NC says of the person.
func (c *Comparison) named(f Field, printed *mrz.Document) {
	switch f.Name {
	case FieldPassportNumber, ncDocument:
		c.hold(FieldPassportNumber, f.Value, printed.DocumentNumber)
	case ncNationality:
		c.hold(mrz.Nationality.String(), f.Value, printed.Field(mrz.Nationality).Raw)
	case ncBirth:
		raw := strings.ReplaceAll(f.Value, "-", "")
		c.hold(mrz.BirthDate.String(), raw[min(2, len(raw)):], printed.Field(mrz.BirthDate).Raw)
	case ncSex:
		c.hold(mrz.Sex.String(), strings.Trim(f.Value, "X"), printed.Field(mrz.Sex).Raw)
	}
}

// heldOf is how many characters of the second line a seal holds: of a visa 28, unless there is something behind them.
func heldOf(f mrz.Format, text string) int {
	const held = 28
	_, second, _ := strings.Cut(text, "\n")
	if (f == mrz.MRVA || f == mrz.MRVB) && len(second) > held && strings.Trim(second[held:], "<") == "" {
		return held
	}
	return len(second)
}

// cells compares two zones of one format by their fields, as far as the seal holds them.
func (c *Comparison) cells(text string, printed *mrz.Document, held int) {
	own, err := mrz.Parse(text, traveldoc.Date{}, mrz.Training)
	if err != nil || own.Format != printed.Format {
		return
	}
	for _, id := range []mrz.FieldID{
		mrz.DocumentCode, mrz.IssuingState, mrz.Name, mrz.DocumentNumber, mrz.Nationality, mrz.BirthDate, mrz.Sex, mrz.ExpiryDate,
	} {
		c.hold(id.String(), own.Field(id).Raw, printed.Field(id).Raw)
	}
	optional := own.Field(mrz.OptionalData).At
	if optional.Line != 2 || int(optional.To) <= held {
		c.hold(mrz.OptionalData.String(), own.Field(mrz.OptionalData).Raw, printed.Field(mrz.OptionalData).Raw)
	}
}

func (c *Comparison) hold(field, seal, zone string) {
	c.Compared = append(c.Compared, field)
	if seal, zone = strings.TrimRight(seal, "< "), strings.TrimRight(zone, "< "); seal != zone {
		c.Differences = append(c.Differences, Difference{Field: field, Seal: seal, Zone: zone})
	}
}
