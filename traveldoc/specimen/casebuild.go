package specimen

import (
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/specimen/page"
)

// passportScene is a passport as its authority made it, with the chip made in the given way, in its holder's hands.
func (c *Country) passportScene(d Document, v Variant) (scene, error) {
	chip, err := c.VariantChip(d, v)
	return scene{
		document: d, printed: d, pages: []page.Page{c.dataPage(d, page.DataPage, "PASSPORT")}, chip: chip, access: "pace-mrz",
		device: looksRight(), traveller: d.Bearer.Face, expected: expectGenuine(),
	}, err
}

func (c *Country) usualScene(p Person, v Variant) (scene, error) {
	d, err := c.Passport(p)
	if err != nil {
		return scene{}, err
	}
	return c.passportScene(d, v)
}

func genuine(c *Country, p Person, _ Options) (scene, error) { return c.usualScene(p, Variant{}) }

func forgedMRZ(c *Country, p Person, _ Options) (scene, error) {
	s, err := c.usualScene(p, Variant{})
	if err != nil {
		return s, err
	}
	forged, err := s.document.renumbered()
	s.pages[0].Zone, s.zone = forged.Zone, forged.Zone
	s.access = "pace-can" // the changed number opens nothing
	s.expected.fail("viz.document_number", "chip.dg1_mrz")
	return s, err
}

func misprinted(c *Country, p Person, _ Options) (scene, error) {
	d, err := c.Passport(p)
	if err != nil {
		return scene{}, err
	}
	if d, err = d.misprinted(); err != nil {
		return scene{}, err
	}
	s, err := c.passportScene(d, Variant{})
	s.expected.fail("mrz.birth_date_digit", "mrz.composite_digit")
	return s, err
}

func alteredPortrait(c *Country, p Person, _ Options) (scene, error) {
	s, err := c.usualScene(p, Variant{})
	if err != nil {
		return s, err
	}
	s.traveller = c.stranger(p)
	s.pages[0].Face = s.traveller
	with := p
	with.Face = s.traveller
	picture, width, height, err := portrait(with)
	s.chip.Files["DG2"] = dg2(picture, width, height, p.Sex)
	s.device = but(s.device, "photo_area")
	s.expected.fail("chip.hash_dg2", "device.photo_area")
	return s, err
}

// stranger is the face of somebody else.
func (c *Country) stranger(p Person) page.Face {
	return page.Face{Seed: c.root.stream("stranger" + p.PersonalNumber).Uint64(), Sex: p.Sex}
}

func unknownSigner(c *Country, p Person, _ Options) (scene, error) {
	s, err := c.usualScene(p, Variant{Signer: UnknownSigner})
	s.expected.set(traveldoc.Inconclusive, "chip.chain", "chip.revocation")
	return s, err
}

func revokedSigner(c *Country, p Person, _ Options) (scene, error) {
	s, err := c.usualScene(p, Variant{Signer: RevokedSigner})
	s.expected.fail("chip.revocation")
	return s, err
}

func expired(c *Country, p Person, _ Options) (scene, error) {
	d, err := c.ExpiredPassport(p)
	if err != nil {
		return scene{}, err
	}
	s, err := c.passportScene(d, Variant{Signer: OlderSigner})
	s.expected.fail("mrz.expiry_date")
	return s, err
}

func lookAlike(c *Country, p Person, _ Options) (scene, error) {
	s, err := c.usualScene(p, Variant{})
	s.traveller.Likeness = c.root.stream("alike" + p.PersonalNumber).Uint64()
	s.expected.Bearer = true
	return s, err
}

func noChip(c *Country, p Person, _ Options) (scene, error) {
	s, err := c.usualScene(p, Variant{})
	s.chip, s.silent = nil, true
	s.expected.without("chip.")
	s.expected.set(traveldoc.Inconclusive, "chip.read")
	return s, err
}

func damaged(c *Country, p Person, _ Options) (scene, error) {
	s, err := c.usualScene(p, Variant{})
	if err != nil {
		return s, err
	}
	if s.zone, err = stained(s.document); err != nil {
		return s, err
	}
	s.pages[0].Stained, s.access = true, "pace-can"
	s.expected.fail("viz.birth_date", "chip.dg11_birth_date", "chip.dg1_mrz", "chip.dg11_name", "viz.name", "mrz.birth_date_digit", "mrz.composite_digit")
	return s, err
}

func cloned(c *Country, p Person, _ Options) (scene, error) {
	s, err := c.usualScene(p, Variant{})
	if err != nil {
		return s, err
	}
	other, err := c.Passport(c.Person(1000))
	if err != nil {
		return s, err
	}
	s.active, err = c.Chip(other)
	s.expected.fail("chip.active_authentication", "chip.chip_authentication")
	return s, err
}

func counterfeit(c *Country, p Person, _ Options) (scene, error) {
	s, err := noChip(c, p, Options{})
	if err != nil {
		return s, err
	}
	s.pages[0].Copied = true
	features := []string{"uv_luminescence", "uv_fibers", "ir_b900", "ir_visibility"}
	s.device = but(s.device, features...)
	for _, f := range features {
		s.expected.fail("device." + f)
	}
	return s, nil
}

func visa(c *Country, p Person, _ Options) (scene, error) { return c.visaScene(p, false) }

func visaForged(c *Country, p Person, _ Options) (scene, error) {
	s, err := c.visaScene(p, true)
	s.expected.fail("seal.signature")
	delete(s.expected.Steps, "seal.chain") // it says who did not sign
	delete(s.expected.Steps, "seal.revocation")
	return s, err
}

func (c *Country) visaScene(p Person, forged bool) (scene, error) {
	s, err := c.usualScene(p, Variant{})
	if err != nil {
		return s, err
	}
	sticker, err := c.Visa(s.document)
	if err != nil {
		return s, err
	}
	if s.seal, err = c.Seal(sticker, forged); err != nil {
		return s, err
	}
	s.visa = &sticker
	s.pages = append(s.pages, c.visaPage(sticker, s.seal))
	s.expected.set(traveldoc.Pass, "seal.readable", "seal.signature", "seal.content", "seal.passport_number",
		"seal.window", "seal.entries", "seal.chain", "seal.revocation")
	return s, nil
}

func card(c *Country, p Person, _ Options) (scene, error) {
	d, err := c.Card(p)
	if err != nil {
		return scene{}, err
	}
	s, err := c.passportScene(d, Variant{})
	s.pages = c.cardPages(d)
	return s, err
}

func emergency(c *Country, p Person, _ Options) (scene, error) {
	d, err := c.Emergency(p)
	if err != nil {
		return scene{}, err
	}
	s := scene{document: d, printed: d, device: looksRight(), traveller: p.Face, expected: expectGenuine()}
	s.expected.without("chip.")
	s.expected.set(traveldoc.Pass, "seal.readable", "seal.signature", "seal.content", "seal.chain", "seal.revocation")
	if s.seal, err = c.Seal(d, false); err != nil {
		return s, err
	}
	sheet := c.dataPage(d, page.Emergency, "EMERGENCY TRAVEL DOCUMENT")
	sheet.Barcode = s.seal
	s.pages = []page.Page{sheet}
	return s, nil
}
