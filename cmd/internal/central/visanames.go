package central

import (
	"slices"

	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/cmd/internal/likeness"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/traveldoc"
)

// visaNames compare what applicants type with their documents as a counter compares what carriers send: the desk knows neither lists nor
// carriers.
type visaNames struct{}

var _ desk.Names = visaNames{}

// Alike reports whether they are one name in two spellings.
func (visaNames) Alike(document, typed traveldoc.Identity) bool {
	same := []string{expected.RelEqual, expected.RelReordered, expected.RelTransliterated, expected.RelTruncated}
	return slices.Contains(same, likeness.Names{}.Compare(document, typed).Relation)
}
