// Package entryrules is the pages of the rules of who needs a visa: at a crossing point read only, which rule applies to a nationality,
// document, category, purpose and day; at the centre also the draft of the next table, what it would change, the second person's agreement,
// and the history. It must never put a table in force that one person alone wrote, and asks for nobody's data.
package entryrules

import (
	"context"
	"net/http"
	"strings"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/entryrulesview"
	"github.com/openbmis/openbmis/ui/web"
)

// Options are what the pages are made of.
type Options struct {
	// Held is the table in force here, with its version and age.
	Held func(ctx context.Context) (entryrulesview.Held, error)
	// Places are the posts that a rule may name; nil where they are not known, and ids are typed.
	Places func(ctx context.Context) ([]entryrulesview.Place, error)
	// Versions keep what is proposed and decided; nil at a crossing point, which only reads.
	Versions Versions
}

type screens struct{ Options }

// Register adds the pages to the server; those of proposing only where there are versions.
func Register(s *web.Server, o Options) {
	x := &screens{o}
	s.Handle(http.MethodGet, "/entry-rules", auth.EntryRulesView, x.which)
	if o.Versions == nil {
		return
	}
	s.Handle(http.MethodGet, "/entry-rules/versions", auth.VisasRules, x.history)
	s.Handle(http.MethodGet, "/entry-rules/versions/:id", auth.VisasRules, x.version)
	s.Handle(http.MethodPost, "/entry-rules/versions/:id/approve", auth.VisasRules, x.approve)
	s.Handle(http.MethodPost, "/entry-rules/versions/:id/reject", auth.VisasRules, x.reject)
	s.Handle(http.MethodGet, "/entry-rules/draft", auth.VisasRules, x.draft)
	s.Handle(http.MethodPost, "/entry-rules/draft", auth.VisasRules, x.edit, web.MaxBody(maxBook))
	s.Handle(http.MethodPost, "/entry-rules/versions", auth.VisasRules, x.propose, web.MaxBody(maxBook))
}

// Nav is the place in the navigation.
func Nav() view.NavItem {
	return view.NavItem{Href: "/entry-rules", Label: "entryrules.nav", Need: auth.EntryRulesView, Seldom: true}
}

// places are the posts by name; none where they are not known.
func (x *screens) places(ctx context.Context) ([]entryrulesview.Place, error) {
	if x.Places == nil {
		return nil, nil
	}
	return x.Places(ctx)
}

// maxField bounds what is typed into a field, in runes.
const maxField = 500

// typed reads a field of the form or of the address.
func typed(c *web.Context, name string) string { return strings.TrimSpace(c.FormValue(name)) }

// wrong is a fault of a field.
func wrong(code, field string) *problem.Error { return problem.New(problem.Invalid, code).At(field) }
