package border

import (
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// Circumstances are what an officer knows of a traveller besides the document. The zero value is an ordinary traveller alone.
type Circumstances struct {
	Category    Category          `json:"category,omitempty"`
	Basis       Basis             `json:"basis,omitempty"`
	Particulars map[string]string `json:"particulars,omitempty"`
	Group       uuid.UUID         `json:"group,omitzero"`
	Guardian    *Guardian         `json:"guardian,omitempty"`
	Vehicle     *Vehicle          `json:"vehicle,omitempty"`
	// Repairs are the characters of the zone that the officer put right, in order. The zone itself stays as it was read.
	Repairs []mrz.Edit `json:"repairs,omitempty"`
}

// Relations are the codes of what an accompanying adult is to a minor, in the order shown.
func Relations() []string {
	return []string{"mother", "father", "legal_guardian", "grandparent", "sibling", "relative", "teacher", "escort", "other"}
}

// Consents are the codes of what shows the consent of those with parental authority, in the order shown.
func Consents() []string {
	return []string{"both_parents", "letter", "certified_letter", "court_order", "sole_authority", ConsentNone}
}

// ConsentNone says that nothing shows the consent.
const ConsentNone = "none"

// maxOccupants is the most people noted for one vehicle: a coach.
const maxOccupants = 120

// normal gives the circumstances trimmed and in capitals, or says what is wrong with them for the mode.
func (c Circumstances) normal(mode Mode) (Circumstances, error) {
	switch {
	case c.Category != "" && !c.Category.Valid():
		return c, problem.New(problem.Invalid, "scan.category").At("category")
	case c.Basis != "" && !c.Basis.Valid():
		return c, problem.New(problem.Invalid, "scan.basis").At("basis")
	case c.Basis != "" && c.Category != "" && !Rules(c.Category).Allows(c.Basis):
		return c, problem.New(problem.Invalid, "scan.basis_category").At("basis")
	}
	var err error
	if c.Particulars, err = particulars(mode, c.Category, c.Basis, c.Particulars); err != nil {
		return c, err
	}
	if c.Guardian, err = c.Guardian.normal(); err != nil {
		return c, err
	}
	c.Vehicle, err = c.Vehicle.normal(mode)
	return c, err
}

// Check says what is wrong with an adult who is named as somebody's guardian.
func (g *Guardian) Check() error {
	_, err := g.normal()
	return err
}

func (g *Guardian) normal() (*Guardian, error) {
	if g == nil {
		return nil, nil //nolint:nilnil // a traveller without an adult
	}
	n := *g
	for _, field := range []*string{&n.Surname, &n.GivenNames, &n.DocumentNumber} {
		*field = strings.ToUpper(strings.TrimSpace(*field))
	}
	switch {
	case n.Surname+n.GivenNames == "":
		return nil, problem.New(problem.Invalid, "scan.field_missing").At("guardian_surname")
	case len(n.Surname) > maxField || len(n.GivenNames) > maxField || len(n.DocumentNumber) > maxField || len(n.OtherParent) > maxField:
		return nil, problem.New(problem.Invalid, "scan.field_too_long").At("guardian_surname").With("max", maxField)
	case !contains(Relations(), n.Relation):
		return nil, problem.New(problem.Invalid, "scan.relation").At("guardian_relation")
	case !contains(Consents(), n.Consent):
		return nil, problem.New(problem.Invalid, "scan.consent").At("guardian_consent")
	}
	return &n, nil
}

func (v *Vehicle) normal(mode Mode) (*Vehicle, error) {
	if v == nil {
		return nil, nil //nolint:nilnil // a traveller without a vehicle
	}
	n := *v
	n.Plate, n.Country = strings.ToUpper(strings.Join(strings.Fields(n.Plate), " ")), strings.ToUpper(strings.TrimSpace(n.Country))
	switch {
	case !mode.TakesVehicle():
		return nil, problem.New(problem.Invalid, "scan.vehicle_mode").At("plate")
	case len(n.Plate) > 20 || FoldPlate(n.Plate) == "":
		return nil, problem.New(problem.Invalid, "scan.plate").At("plate")
	case n.Country != "" && !matches(`[A-Z]{1,3}`, n.Country):
		return nil, problem.New(problem.Invalid, "scan.plate_country").At("plate_country")
	case n.Occupants < 0 || n.Occupants > maxOccupants:
		return nil, problem.New(problem.Invalid, "scan.occupants").At("occupants").With("max", maxOccupants)
	}
	return &n, nil
}

// FoldPlate is a plate as it is compared: letters and digits alone, in capitals.
func FoldPlate(plate string) string { return traveldoc.FoldNumber(plate) }

// AgeOn are the least and the most years that somebody born on a date can have on a day; known is false when the date says nothing.
func AgeOn(birth, day traveldoc.Date) (least, most int, known bool) {
	if birth.Year() == 0 {
		return 0, 0, false
	}
	years := func(born traveldoc.Date) int {
		n := day.Year() - born.Year()
		if day.Month() < born.Month() || day.Month() == born.Month() && day.Day() < born.Day() {
			n--
		}
		return max(n, 0)
	}
	return years(traveldoc.DateOf(birth.Last())), years(traveldoc.DateOf(birth.First())), true
}

// DocumentPass is the code of a border pass, which has no machine readable zone.
const DocumentPass = "BP"

// propose fills in the category and the basis of stay that the officer has not chosen.
func (d *Desk) propose(scan *Scan, today traveldoc.Date) {
	if scan.Category == "" {
		scan.Category = d.category(*scan, today)
	}
	if scan.Basis == "" {
		scan.Basis = d.basis(*scan)
	}
}

// category is what the document and the birth date make of a traveller (document codes: ICAO Doc 9303-4 and -5: AC is a crew member
// certificate, PD a diplomatic passport).
func (d *Desk) category(scan Scan, today traveldoc.Date) Category {
	least, _, known := AgeOn(scan.Identity.BirthDate, today)
	switch code := scan.Document.Code; {
	case code == DocumentPass:
		return BorderResident
	case code == "AC":
		return AirCrew
	case code == "PD":
		return Diplomatic
	case known && least < d.AdultAge():
		return Minor
	}
	return Ordinary
}

// basis: own nationals stay as of right; everybody else on what the category begins with.
func (d *Desk) basis(scan Scan) Basis {
	rule := Rules(scan.Category)
	if d.cfg.State != "" && scan.Identity.Nationality == d.cfg.State && rule.Allows(FreeMovement) {
		return FreeMovement
	}
	return rule.Bases[0]
}

// AdultAge is the age at which a traveller is an adult, in years.
func (d *Desk) AdultAge() int {
	if d.cfg.AdultAge == 0 {
		return defaultAdultAge
	}
	return d.cfg.AdultAge
}

const defaultAdultAge = 18
