package specimen

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen/page"
)

// Case is a document as it is put on a reader, with what a correct inspection of it must find.
type Case struct {
	Name   string // stable, such as "forged_mrz"
	About  string // one sentence for those who prepare training; the officer's words are in the catalogue
	person int
	build  func(*Country, Person, Options) (scene, error)
}

// Options are how a case is read. The zero value is the usual.
type Options struct {
	Person int       // which inhabitant; 0: the case's own
	At     time.Time // when it was read; zero: noon of the country's date
	DPI    int       // of the pictures; 0: 300
	// NoImages leaves the pictures out: everything else is the same.
	NoImages bool
	// Challenge is what the device sends for active authentication, eight bytes; nil: one that follows from the case.
	Challenge []byte
}

// Specimen is a case that was built.
type Specimen struct {
	Reading  *reader.Reading
	Expected Expected
	// Document is what the authority issued; Pages what lies on the reader; Seal is printed on the last page, if any.
	Document Document
	Pages    []page.Page
	Seal     []byte
	// Traveller is the face of whoever hands the document over. A look-alike's is not that of the document.
	Traveller page.Face
	// Answer is what the chip says to a challenge of active authentication; nil without a chip.
	Answer func(challenge []byte) ([]byte, error)
	// Agreement is the key that the chip has for chip authentication; nil without a chip. A copy's is not that of the files.
	Agreement *ecdsa.PrivateKey
}

// Expected is what a correct inspection finds when it holds the country's Anchors, and no list of deviations.
type Expected struct {
	// Steps are the verdicts by the names of the catalogue of cross-checks: "viz.birth_date", "chip.hash_dg2", "seal.signature". The
	// zone's are those of a station in training, where UTO is a State. Steps that are not named here may be anything but a failure.
	Steps map[string]traveldoc.Verdict
	// Bearer is true where nothing of the document is wrong: only a look at the traveller tells.
	Bearer bool
}

// scene is a case before it is read.
type scene struct {
	document  Document
	printed   Document // what the page says, where that is not what was issued
	pages     []page.Page
	visa      *Document // on the second page
	chip      *Chip
	silent    bool // the device tried to read a chip, and none answered
	access    string
	zone      string // as the device read it; empty: as printed
	seal      []byte
	device    []reader.Authenticity
	traveller page.Face
	active    *Chip // answers the challenge instead of chip
	expected  Expected
}

// Cases are all cases, the genuine passport first.
func Cases() []Case {
	return []Case{
		{"genuine", "A genuine passport: every step that can be done passes.", 1, genuine},
		{"forged_mrz", "The document number of the printed zone was changed, its check digits computed anew; visual zone and chip differ.", 2, forgedMRZ},
		{"misprinted_check_digit", "The authority printed a wrong check digit and wrote it into the chip: nothing is forged.", 3, misprinted},
		{"altered_dg", "The portrait was replaced on the page and in the chip; the chip's signature does not cover the new one.", 4, alteredPortrait},
		{"unknown_signer", "The chip is signed by an authority that nobody knows: not proven, not forged.", 5, unknownSigner},
		{"revoked_signer", "The chip is signed with a stolen key, which the authority has revoked.", 6, revokedSigner},
		{"expired", "A genuine passport that has expired.", 7, expired},
		{"look_alike", "A genuine passport in the hands of somebody who resembles its holder.", 8, lookAlike},
		{"no_chip", "A genuine passport whose chip does not answer.", 9, noChip},
		{"damaged_page", "Coffee over the zone of a genuine passport; the chip tells what it said.", 10, damaged},
		{"cloned_chip", "The files of a genuine chip on another chip, which cannot answer the challenge.", 11, cloned},
		{"counterfeit", "A passport printed on ordinary paper, without a chip.", 12, counterfeit},
		{"visa", "A passport with a visa whose seal is valid.", 13, visa},
		{"visa_forged_seal", "A passport with a visa whose seal the authority did not sign.", 14, visaForged},
		{"card", "A genuine identity card with a chip.", 15, card},
		{"emergency", "An emergency travel document: one sheet with a seal.", 16, emergency},
	}
}

// CaseNamed is the case with the name.
func CaseNamed(name string) (Case, error) {
	all := Cases()
	names := make([]string, len(all))
	for n, c := range all {
		if c.Name == name {
			return c, nil
		}
		names[n] = c.Name
	}
	return Case{}, fmt.Errorf("specimen: case %.60q: expected one of %s", name, strings.Join(names, ", "))
}

// Build makes the case's document and reads it with the simulated reader.
func (k Case) Build(c *Country, o Options) (Specimen, error) {
	if o.Person == 0 {
		o.Person = k.person
	}
	if o.At.IsZero() {
		o.At = c.instant()
	}
	if o.DPI == 0 {
		o.DPI = 300
	}
	if o.Challenge == nil {
		sum := sha256.Sum256([]byte("challenge-" + k.Name))
		o.Challenge = sum[:8]
	}
	s, err := k.build(c, c.Person(o.Person), o)
	if err != nil {
		return Specimen{}, fmt.Errorf("case %s: %w", k.Name, err)
	}
	reading, err := s.read(k.Name, o)
	if err != nil {
		return Specimen{}, fmt.Errorf("case %s: %w", k.Name, err)
	}
	made := Specimen{
		Reading: reading, Expected: s.expected, Document: s.document, Pages: s.pages, Seal: s.seal, Traveller: s.traveller,
	}
	if answering := cmp.Or(s.active, s.chip); answering != nil {
		made.Answer, made.Agreement = answering.Answer, answering.AgreementKey
	}
	return made, nil
}
