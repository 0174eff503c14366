package listfile

import "github.com/openbmis/openbmis/alerts"

// Counts are figures of a file, for the person who decides whether it is what he expected.
type Counts struct {
	Entries int `json:"entries"` // alerts that were read
	Refused int `json:"refused"`
	Noted   int `json:"noted"`

	Kinds     map[alerts.Kind]int     `json:"kinds,omitempty"`
	Names     map[alerts.NameKind]int `json:"names,omitempty"`
	Scripts   map[string]int          `json:"scripts,omitempty"` // names that are told to be of a script
	Documents map[string]int          `json:"documents,omitempty"`
	Notes     map[string]int          `json:"notes,omitempty"` // by code

	Births        int `json:"births"`
	BirthsPartial int `json:"births_partial"` // without a full date, ranges included
	BirthRanges   int `json:"birth_ranges"`
	BirthsCirca   int `json:"births_circa"`
	Nationalities int `json:"nationalities"`
	Links         int `json:"links"`
	Remarks       int `json:"remarks"` // texts that no field is for
}

// count gives the figures of a file.
func count(f File) Counts {
	c := Counts{
		Entries: len(f.Alerts), Refused: len(f.Refused), Noted: len(f.Notes),
		Kinds: map[alerts.Kind]int{}, Names: map[alerts.NameKind]int{}, Scripts: map[string]int{}, Documents: map[string]int{},
		Notes: map[string]int{},
	}
	for i := range f.Alerts {
		c.add(&f.Alerts[i])
	}
	for _, n := range f.Notes {
		c.Notes[n.Code]++
	}
	return c
}

func (c *Counts) add(a *alerts.Alert) {
	s := &a.Subject
	c.Kinds[s.Kind]++
	for _, n := range s.Names {
		c.Names[n.Kind]++
		if n.Script != "" {
			c.Scripts[n.Script]++
		}
	}
	for _, d := range s.Documents {
		c.Documents[d.Type]++
	}
	for _, b := range s.Births {
		c.birth(b)
	}
	c.Nationalities += len(s.Nationalities)
	c.Links += len(a.Links)
	c.Remarks += len(a.Remarks)
}

func (c *Counts) birth(b alerts.Birth) {
	c.Births++
	if b.From != b.To {
		c.BirthRanges++
	}
	if b.From != b.To || b.From.Day() == 0 {
		c.BirthsPartial++
	}
	if b.Circa {
		c.BirthsCirca++
	}
}
