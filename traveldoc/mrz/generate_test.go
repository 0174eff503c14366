package mrz_test

import (
	"strings"

	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// content is everything that a zone can hold.
type content struct {
	format mrz.Format
	doc    traveldoc.Document
	bearer traveldoc.Identity
	extra  mrz.Extra
}

// room is what a format can hold: cells of the name, of the optional fields, and of a long number.
type room struct {
	name, optional, optional2, number int
	codes                             []string
}

func roomOf(f mrz.Format) room {
	switch f {
	case mrz.TD1:
		return room{30, 15, 11, 23, []string{"I", "ID", "AC", "C", "A", "IR"}}
	case mrz.TD2:
		return room{31, 7, 0, 15, []string{"I", "ID", "AC", "C", "A"}}
	case mrz.TD3:
		return room{39, 14, 0, 9, []string{"P", "PD", "PO", "PP", "PX"}}
	case mrz.MRVA:
		return room{39, 16, 0, 9, []string{"V", "VB", "VV"}}
	case mrz.MRVB:
		return room{31, 8, 0, 9, []string{"V", "VC"}}
	case mrz.FrenchID:
		return room{25, 6, 0, 12, []string{"ID"}}
	case mrz.FrenchLicence:
		return room{8, 0, 0, 9, []string{"D1", "A2", "B1"}}
	case mrz.SwissLicence:
		return room{30, 7, 0, 12, []string{"FA"}}
	case mrz.Unknown:
	}
	return room{}
}

// issuers are the states of the list that may issue today.
func issuers() []string {
	var codes []string
	for _, code := range mrz.States() {
		if s, ok := mrz.LookupState(code); ok && s.Issuer && s.Kind != "training" && s.From.IsZero() && s.To.IsZero() {
			codes = append(codes, code)
		}
	}
	return codes
}

func words(alphabet string, most int) *rapid.Generator[string] {
	word := rapid.StringMatching(alphabet + "{1,12}")
	return rapid.Custom(func(t *rapid.T) string {
		text := strings.Join(rapid.SliceOfN(word, 0, 4).Draw(t, "words"), " ")
		return strings.TrimRight(text[:min(most, len(text))], " ")
	})
}

func date(t *rapid.T, label string, from, to int) traveldoc.Date {
	year := rapid.IntRange(from, to).Draw(t, label+" year")
	month := rapid.IntRange(0, 12).Draw(t, label+" month")
	day := 0
	if month > 0 {
		day = rapid.IntRange(0, 28).Draw(t, label+" day")
	}
	if rapid.IntRange(0, 9).Draw(t, label+" unknown") == 0 {
		return traveldoc.Date{}
	}
	d, err := traveldoc.NewDate(year, month, day)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func drawContent(t *rapid.T, f mrz.Format) content {
	r := roomOf(f)
	state := rapid.SampledFrom(issuers())
	c := content{
		format: f,
		doc: traveldoc.Document{
			Code: rapid.SampledFrom(r.codes).Draw(t, "code"), IssuingState: state.Draw(t, "issuer"),
			Number: rapid.StringMatching(`[A-Z0-9]{1,9}`).Draw(t, "number"), ExpiryDate: date(t, "expiry", 1977, 2075),
		},
		bearer: traveldoc.Identity{
			Surname: words("[A-Z]", 60).Draw(t, "surname"), GivenNames: words("[A-Z]", 60).Draw(t, "given names"),
			Nationality: state.Draw(t, "nationality"), Sex: rapid.SampledFrom([]string{"M", "F", "X"}).Draw(t, "sex"),
			BirthDate: date(t, "birth", 1927, 2025),
		},
		extra: mrz.Extra{ZeroDigit: rapid.Bool().Draw(t, "zero digit")},
	}
	if c.bearer.Surname == "" && c.bearer.GivenNames == "" {
		c.bearer.Surname = "A"
	}
	if f > mrz.MRVB {
		c.national(t)
		return c
	}
	c.extra.OptionalData[0] = words("[A-Z0-9]", r.optional).Draw(t, "optional")
	c.extra.OptionalData[1] = words("[A-Z0-9]", r.optional2).Draw(t, "optional 2")
	if r.number > 9 && rapid.IntRange(0, 3).Draw(t, "long") == 0 {
		c.doc.Number = rapid.StringMatching(`[A-Z0-9]{10,`+itoa(r.number)+`}`).Draw(t, "long number")
		c.extra.LongNumber = rapid.SampledFrom([]mrz.LongNumber{mrz.LongPlain, mrz.LongFiller}).Draw(t, "rule")
		left := max(r.optional-(len(c.doc.Number)-9)-2, 0)
		c.extra.OptionalData[0] = strings.TrimSpace(c.extra.OptionalData[0][:min(left, len(c.extra.OptionalData[0]))])
	}
	return c
}

// national draws what the formats outside Doc 9303 hold, and empties what they do not.
func (c *content) national(t *rapid.T) {
	c.doc.IssuingState, c.bearer.Nationality, c.extra = "FRA", "", mrz.Extra{}
	switch c.format { //nolint:exhaustive // those of Doc 9303 hold what was drawn
	case mrz.FrenchID:
		c.doc.Number = rapid.StringMatching(`[0-9]{2}(0[1-9]|1[0-2])[A-Z0-9]{8}`).Draw(t, "number of a card")
		c.bearer.GivenNames = words("[A-Z]", 5).Draw(t, "given names apart")
		c.bearer.Nationality, c.doc.ExpiryDate = "FRA", traveldoc.Date{}
		c.extra.OptionalData[0] = words("[A-Z0-9]", 6).Draw(t, "office")
	case mrz.FrenchLicence:
		c.doc.Number = rapid.StringMatching(`[A-Z0-9]{9}`).Draw(t, "number of a licence")
		c.bearer.GivenNames, c.bearer.BirthDate, c.bearer.Sex = "", traveldoc.Date{}, ""
	case mrz.SwissLicence:
		c.doc.IssuingState = rapid.SampledFrom([]string{"CHE", "LIE"}).Draw(t, "state")
		c.doc.Number = rapid.StringMatching(`[0-9]{12}`).Draw(t, "number of a licence")
		c.doc.ExpiryDate, c.bearer.Sex = traveldoc.Date{}, ""
		c.extra.OptionalData[0] = rapid.StringMatching(`[A-Z0-9]{3}[0-9]{3}[DFIR]`).Draw(t, "blank card")
	}
	if c.bearer.Surname == "" {
		c.bearer.Surname = "A"
	}
}

func (c content) encode() (string, error) { return mrz.Encode(c.format, c.doc, c.bearer, c.extra) }

// nameCells is how many cells the whole name takes.
func (c content) nameCells() int {
	if c.bearer.GivenNames == "" || c.format == mrz.FrenchID {
		return len(c.bearer.Surname)
	}
	return len(c.bearer.Surname) + 2 + len(c.bearer.GivenNames)
}
