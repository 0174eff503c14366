package emrtd

import (
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// countryOf is the country of a certificate in capitals: of its subject, or where that states none, of its issuer.
func countryOf(c *pki.Certificate) string {
	if country := c.Subject.Country(); country != "" {
		return strings.ToUpper(country)
	}
	return strings.ToUpper(c.Issuer.Country())
}

// country compares the countries of the signer and of every certificate above it with the issuing State of the chip's zone and of the
// page: an authority may sign whatever country it likes into a signer, and only its own name is what its state handed over. That they
// differ is for the officer to judge: it selects no anchor and stops nothing.
func (v *verification) country() Step {
	if s, is := v.unsigned(); is {
		return s
	}
	chip := ""
	if v.chip.DG1 != nil {
		chip = v.chip.DG1.IssuingState()
	}
	said, silent, differs := v.compareCountries(chip)
	said += ", DG1 " + chip + ", page " + v.IssuingState
	switch {
	case chip == "" && v.IssuingState == "":
		return v.noZone()
	case differs, chip != "" && v.IssuingState != "" && chip != strings.TrimRight(v.IssuingState, "<"):
		return fail(ReasonCountry, said)
	case silent:
		return inconclusive(ReasonNotStated, said)
	}
	return Step{Verdict: traveldoc.Pass, Detail: said}
}

// compareCountries tells the country of each certificate, whether one states none, and whether one is not that of the chip or the page.
func (v *verification) compareCountries(chip string) (said string, silent, differs bool) {
	above := v.above()
	for i, c := range append([]*pki.Certificate{v.signer}, above...) {
		role := "link"
		switch i {
		case 0:
			role = "signer"
		case len(above):
			role = "anchor"
		}
		country := countryOf(c)
		if said != "" {
			said += ", "
		}
		said += role + " " + country
		for _, state := range []string{chip, v.IssuingState} {
			differs = differs || country != "" && state != "" && !sameCountry(country, state)
		}
		silent = silent || country == ""
	}
	return said, silent, differs
}

// sameCountry compares the country of a certificate (ISO 3166-1 alpha-2; some write alpha-3) with a code of Doc 9303-3.
func sameCountry(certificate, state string) bool {
	state = strings.TrimRight(state, "<")
	return certificate == state || slices.Contains(countriesOf(state), certificate)
}

// countriesOf are the countries that signers of the State's documents write into their certificates. Those of organisations are the
// codes that ISO 3166-1 reserves for them or lets users assign (Doc 9303-3, part D; the choice for organisations is unverified).
func countriesOf(state string) []string {
	switch state {
	case "D":
		return []string{"DE"}
	case "GBD", "GBN", "GBO", "GBP", "GBS":
		return []string{"GB"}
	case "RKS":
		return []string{"KS", "XK", "RK"}
	case "CHN":
		return []string{"CN", "HK", "MO"} // the special regions issue under China's code
	case "EUE":
		return []string{"EU"}
	case "UNO", "UNA", "UNK":
		return []string{"UN"}
	case "XOM":
		return []string{"XO", "ZZ"}
	case "XPO":
		return []string{"XP", "ZZ"}
	case "UTO":
		return []string{"UT"}
	}
	region, err := language.ParseRegion(state)
	if err != nil || len(state) != 3 || !region.IsCountry() {
		return nil
	}
	return []string{region.String()}
}

// noZone is the verdict of a step that needs the zone of a chip whose DG1 was not read, or cannot be.
func (v *verification) noZone() Step {
	if v.Files[FileDG(1)] == nil {
		return notDone(ReasonNoDG1, v.Unread[FileDG(1)])
	}
	return inconclusive(ReasonDG1Unreadable, v.malformed(FileDG(1)))
}

// documentType looks for the document code in the signer's documentTypeList (Doc 9303-12, 7.1.1.6). A list of first letters covers
// their subtypes.
func (v *verification) documentType() Step {
	if s, is := v.unsigned(); is {
		return s
	}
	types := v.signer.DocumentTypes
	switch {
	case types == nil:
		return notDone(ReasonNoTypes, "")
	case v.chip.DG1 == nil:
		return v.noZone()
	}
	code := v.chip.DG1.Code()
	said := "DG1 " + code + ", signer " + strings.Join(types, " ")
	for _, listed := range types {
		if listed = strings.TrimRight(listed, "<"); listed != "" && strings.HasPrefix(code, listed) {
			return Step{Verdict: traveldoc.Pass, Detail: said}
		}
	}
	return fail(ReasonType, said)
}

// number is the document number of the chip's zone, empty when it cannot be told.
func (v *verification) number() string {
	zone, err := mrz.Parse(v.chip.DG1.Text(), traveldoc.DateOf(v.at))
	if err != nil {
		return ""
	}
	return zone.DocumentNumber
}
