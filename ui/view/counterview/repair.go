package counterview

import (
	"context"
	"fmt"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/ui/text"
)

// proposalsOf are other readings of a zone whose check digits do not hold; none for a zone that is in order.
func proposalsOf(s border.Subject) []mrz.Suggestion {
	if s.MRZ == nil {
		return nil
	}
	return s.MRZ.Suggestions()
}

// ProposalKey names a proposal by what it changes: "2.10.8.B".
func ProposalKey(p mrz.Suggestion) string {
	edits := make([]string, len(p.Edits))
	for n, e := range p.Edits {
		edits[n] = fmt.Sprintf("%d.%d.%s.%s", e.Line, e.Position, e.From, e.To)
	}
	return strings.Join(edits, " ")
}

// proposalWords say what a proposal changes, and in which fields.
func proposalWords(ctx context.Context, p mrz.Suggestion) string {
	fields := make([]string, len(p.Fields))
	for n, f := range p.Fields {
		fields[n] = coded(ctx, "field", f.String())
	}
	return strings.Join(fields, ", ") + ": " + repairList(ctx, p.Edits)
}

func repairList(ctx context.Context, edits []mrz.Edit) string {
	words := make([]string, len(edits))
	for n, e := range edits {
		words[n] = text.T(ctx, text.RepairFromTo, "from", e.From, "to", e.To) + " (" +
			text.T(ctx, text.RepairLine, "line", fmt.Sprint(e.Line), "at", fmt.Sprint(e.Position)) + ")"
	}
	return strings.Join(words, ", ")
}

// besideOf is what else is known of a traveller: transport, vehicle, guardian.
func besideOf(ctx context.Context, c *Card) string {
	var words []string
	if c.Scan.Transport != "" {
		words = append(words, text.T(ctx, text.CounterTransport)+": "+c.Scan.Transport)
	}
	if v := c.Scan.Vehicle; v != nil {
		words = append(words, text.T(ctx, text.ParticularPlate)+": "+strings.TrimSpace(v.Country+" "+v.Plate))
	}
	if g := c.Scan.Guardian; g != nil {
		words = append(words, text.T(ctx, text.ParticularGuardian)+": "+strings.Trim(g.Surname+", "+g.GivenNames, ", ")+" ("+Relation(ctx, g.Relation)+")")
	}
	return strings.Join(words, " · ")
}

// ctxDevice is the device of a card's reading, in words.
func ctxDevice(ctx context.Context, c *Card) string { return device(ctx, c.Inspected.Reading) }
