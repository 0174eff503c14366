package mrz

import (
	"errors"
	"fmt"
	"slices"

	"github.com/openbmis/openbmis/traveldoc"
)

// ErrRepair says that repairs do not fit the zone: its cells are not what the repairs start from. The document that comes with it is
// the one without them.
var ErrRepair = errors.New("repair does not fit the zone")

// ParseRepaired reads a text as Parse does, with repairs that an officer accepted. Each stays visible as a finding, CodeRepaired;
// the text, and the lines of TravelDocument, stay as they were read.
func ParseRepaired(text string, inspection traveldoc.Date, repairs []Edit, options ...Option) (*Document, error) {
	d, err := Parse(text, inspection, options...)
	if err != nil || len(repairs) == 0 {
		return d, err
	}
	if err := d.fit(repairs); err != nil {
		return d, err
	}
	return d.repaired(repairs), nil
}

// fit checks every edit against the lines, each after those before it.
func (d *Document) fit(repairs []Edit) error {
	lines := d.lines
	for i, e := range repairs {
		if e.Line < 1 || int(e.Line) > d.layout.lines || e.Position < 1 || int(e.Position) > len(lines[e.Line-1]) {
			return fmt.Errorf("%w: edit %d: line %d, position %d lies outside", ErrRepair, i+1, e.Line, e.Position)
		}
		line := lines[e.Line-1]
		if line[e.Position-1:e.Position] != e.From || len(e.To) != 1 || !isCell(e.To[0]) {
			return fmt.Errorf("%w: edit %d: line %d, position %d: not the character that is exchanged", ErrRepair, i+1, e.Line, e.Position)
		}
		lines[e.Line-1] = line[:e.Position-1] + e.To + line[e.Position:]
	}
	return nil
}

// Accept is the document with a suggestion carried out, beside earlier ones. The document itself does not change.
func (d *Document) Accept(s Suggestion) (*Document, error) {
	if err := d.fit(s.Edits); err != nil {
		return d, err
	}
	return d.repaired(append(slices.Clone(d.repairs), s.Edits...)), nil
}

// Repairs are the edits that were accepted, in order; empty for a zone as it was read.
func (d *Document) Repairs() []Edit { return d.repairs }

// repaired reads the lines anew with all repairs.
func (d *Document) repaired(repairs []Edit) *Document {
	r := &Document{
		Input: d.Input, Format: d.Format, layout: d.layout, lines: d.asRead, asRead: d.asRead,
		repairs: slices.Clone(repairs), inspected: d.inspected, options: d.options,
		Findings: slices.Clone(d.Findings[:d.aboutText]), aboutText: d.aboutText,
	}
	r.apply(repairs)
	r.read()
	for _, e := range repairs {
		r.report(Finding{
			Code: CodeRepaired, Field: r.fieldAt(e.Line, e.Position), At: Range{e.Line, e.Position, e.Position},
			Printed: e.From, Computed: e.To, Severity: Acknowledge,
		})
	}
	r.Doubt(d.doubts...)
	return r
}

// RunnerUp is a character that a scanner read second best and nearly as well.
type RunnerUp struct {
	Line      uint8 `json:"line"`     // from 1
	Position  uint8 `json:"position"` // from 1
	Character byte  `json:"character"`
}

// Doubt tells the document what its scanner was not sure of. Where the runner-up is of the same value mod 10 as what was read, no
// check digit can tell them apart: the field becomes suspect and says why. Runners-up that cannot stand in their field are left
// aside; the others are what Suggestions tries first.
func (d *Document) Doubt(runnersUp ...RunnerUp) {
	for _, r := range runnersUp {
		if r.Line < 1 || int(r.Line) > d.layout.lines || r.Position < 1 || int(r.Position) > len(d.lines[r.Line-1]) {
			continue
		}
		d.doubts = append(d.doubts, r)
		read := d.lines[r.Line-1][r.Position-1]
		if read == r.Character || !d.blind(r, read) {
			continue
		}
		id := d.fieldAt(r.Line, r.Position)
		d.raise(id, Suspect)
		d.report(Finding{
			Code: CodeCharacterDoubtful, Field: id, At: Range{r.Line, r.Position, r.Position},
			Printed: string(read), Computed: string(r.Character), Severity: Acknowledge,
		})
	}
}

// blind: the kind of the cell allows both, a check digit stands over it, and both are worth the same to it.
func (d *Document) blind(r RunnerUp, read byte) bool {
	kind := d.kindOf(r.Line, r.Position)
	allowed := kind == anyKind || kind == digitKind && isDigit(r.Character) || kind == letterKind && isLetterOrFiller(r.Character)
	a, b := value(read), value(r.Character)
	return allowed && a >= 0 && b >= 0 && a%10 == b%10 && (&mender{d: d}).underDigit(Edit{Line: r.Line, Position: r.Position})
}
