package specimen

import (
	"fmt"
	"maps"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen/page"
)

// read is what the simulated reader tells of the scene.
func (s scene) read(name string, o Options) (*reader.Reading, error) {
	r := &reader.Reading{
		ID:     fmt.Sprintf("specimen-%s-%d", name, o.At.Unix()),
		Device: reader.Device{Vendor: "OpenBMIS", Model: "Utopia", Serial: "SIM-0001", Simulated: true}, At: o.At,
		MRZ: s.zone, Authenticity: s.device,
	}
	if r.MRZ == "" {
		r.MRZ = s.printed.Zone
	}
	r.Values = append(visualValues(s.printed, 0), zoneValues(s)...)
	if s.chip != nil {
		chip, err := s.readChip(o)
		if err != nil {
			return nil, err
		}
		r.Chip = chip
		r.Values = append(r.Values, chipValues(s.document)...)
	}
	if s.silent {
		r.Chip = &reader.Chip{Unread: map[string]string{"COM": "no answer"}}
	}
	if s.visa != nil {
		r.Values = append(r.Values, visaValues(*s.visa, 1)...)
	}
	if s.seal != nil {
		r.Barcodes = []reader.Barcode{{Symbology: "datamatrix", Data: s.seal}}
	}
	if o.NoImages {
		return r, nil
	}
	return r, s.photograph(r, o.DPI)
}

func (s scene) readChip(o Options) (*reader.Chip, error) {
	chip := &reader.Chip{Access: s.access, Files: maps.Clone(s.chip.Files), ChipAuthentication: reader.OK}
	answering := s.chip
	if s.active != nil {
		answering, chip.ChipAuthentication = s.active, reader.Error
	}
	response, err := answering.Answer(o.Challenge)
	if err != nil {
		return nil, err
	}
	chip.Active = &reader.ActiveAuthentication{Challenge: o.Challenge, Response: response}
	return chip, nil
}

// photograph takes the pages under each light, and cuts the portrait out of the first page.
func (s scene) photograph(r *reader.Reading, dpi int) error {
	for n, p := range s.pages {
		for _, light := range []reader.Light{reader.White, reader.Infrared, reader.Ultraviolet} {
			resolution, damage := dpi, page.Damage{Blur: float64(dpi) / 500, Noise: 2, Rotation: 0.3, Quality: 85}
			if light != reader.White {
				resolution, damage = max(dpi/2, page.MinDPI), page.Damage{Blur: 0.4, Noise: 2, Rotation: 0.3, Quality: 80}
			}
			img, err := p.Draw(light, resolution)
			if err != nil {
				return err
			}
			file, err := page.Degrade(img, damage, p.Seed)
			if err != nil {
				return err
			}
			r.Images = append(r.Images, reader.Image{Light: light, Page: n, MediaType: "image/jpeg", DPI: resolution, Data: file})
			if light == reader.White && n == 0 {
				cut, err := jpegOf(img.SubImage(p.PortraitArea(resolution)), 88)
				if err != nil {
					return err
				}
				r.Images = append(r.Images, reader.Image{Light: reader.PortraitCut, MediaType: "image/jpeg", DPI: resolution, Data: cut})
			}
		}
	}
	return nil
}

// visualValues are the texts of a page as the device reads them.
func visualValues(d Document, number int) []reader.Value {
	b := d.Bearer
	pairs := [][2]string{
		{"document_number", d.Number}, {"surname", b.Surname}, {"given_names", b.GivenNames}, {"nationality", b.Nationality},
		{"birth_date", b.BirthDate.String()}, {"sex", b.Sex}, {"place_of_birth", b.PlaceOfBirth}, {"issuing_state", d.IssuingState},
		{"issue_date", d.Issued.String()}, {"expiry_date", d.ExpiryDate.String()}, {"personal_number", b.PersonalNumber},
		{"authority", d.Authority}, {"document_code", d.Code},
	}
	return values(reader.VIZ, number, pairs)
}

// visaValues are the texts of a visa sticker.
func visaValues(d Document, number int) []reader.Value {
	entries := fmt.Sprint(d.Visa.Entries)
	return values(reader.VIZ, number, [][2]string{
		{"visa_number", d.Number}, {"visa_type", d.Visa.Type}, {"visa_from", d.Visa.From.String()}, {"visa_until", d.ExpiryDate.String()},
		{"visa_days", fmt.Sprint(d.Visa.Days)}, {"visa_entries", entries},
	})
}

func chipValues(d Document) []reader.Value {
	b := d.Bearer
	return values(reader.ChipSource, 0, [][2]string{
		{"document_number", d.Number}, {"surname", b.Surname}, {"given_names", b.GivenNames}, {"nationality", b.Nationality},
		{"birth_date", b.BirthDate.String()}, {"sex", b.Sex}, {"place_of_birth", b.PlaceOfBirth}, {"issuing_state", d.IssuingState},
		{"issue_date", d.Issued.String()}, {"expiry_date", d.ExpiryDate.String()}, {"personal_number", b.PersonalNumber},
		{"authority", d.Authority}, {"document_code", d.Code},
	})
}

func values(source reader.Source, number int, pairs [][2]string) []reader.Value {
	out := make([]reader.Value, len(pairs))
	for n, p := range pairs {
		out[n] = reader.Value{Field: p[0], Source: source, Text: p[1], Validity: reader.OK, Page: number}
	}
	return out
}

// months as passports print them.
func months() []string {
	return []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
}

// printedDate is a date as the visual zone prints it: 12 AUG 1974.
func printedDate(d traveldoc.Date) string {
	return fmt.Sprintf("%02d %s %04d", d.Day(), months()[d.Month()-1], d.Year())
}

// dataPage is the page of a passport, or the sheet of an emergency travel document.
func (c *Country) dataPage(d Document, kind page.Kind, title string) page.Page {
	b := d.Bearer
	return page.Page{
		Kind: kind, Title: title, Number: d.Number, Face: b.Face, Zone: d.Zone, Seed: uint64(c.drawn("paper"+d.Number, 1<<30)), //nolint:gosec // positive
		Fields: []page.Field{
			{Label: "Surname / Nom", Text: b.Surname, Wide: true}, {Label: "Given names / Prénoms", Text: b.GivenNames, Wide: true},
			{Label: "Nationality", Text: "UTOPIAN"}, {Label: "Sex / Sexe", Text: b.Sex},
			{Label: "Date of birth / Naissance", Text: printedDate(b.BirthDate)}, {Label: "Place of birth", Text: b.PlaceOfBirth},
			{Label: "Date of issue / Délivrance", Text: printedDate(d.Issued)}, {Label: "Date of expiry / Expiration", Text: printedDate(d.ExpiryDate)},
			{Label: "Authority / Autorité", Text: d.Authority, Wide: true},
		},
	}
}

// cardPages are both sides of a card.
func (c *Country) cardPages(d Document) []page.Page {
	front := c.dataPage(d, page.CardFront, "IDENTITY CARD")
	front.Zone, front.Fields = "", front.Fields[:6]
	back := c.dataPage(d, page.CardBack, "")
	back.Fields = []page.Field{
		{Label: "Date of issue", Text: printedDate(d.Issued)}, {Label: "Date of expiry", Text: printedDate(d.ExpiryDate)},
		{Label: "Authority", Text: d.Authority, Wide: true},
	}
	return []page.Page{front, back}
}

// visaPage is the sticker.
func (c *Country) visaPage(d Document, printed []byte) page.Page {
	b := d.Bearer
	p := c.dataPage(d, page.Visa, "VISA")
	p.Barcode = printed
	p.Fields = []page.Field{
		{Label: "Name", Text: strings.TrimSpace(b.Surname + " " + b.GivenNames), Wide: true}, {Label: "Type", Text: d.Visa.Type},
		{Label: "Passport", Text: d.Visa.Passport}, {Label: "From", Text: printedDate(d.Visa.From)}, {Label: "Until", Text: printedDate(d.ExpiryDate)},
		{Label: "Entries", Text: fmt.Sprintf("%02d", d.Visa.Entries)}, {Label: "Days", Text: fmt.Sprint(d.Visa.Days)},
		{Label: "Issued by", Text: d.Authority, Wide: true},
	}
	return p
}
