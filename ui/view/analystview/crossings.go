package analystview

import (
	"context"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/counterview"
)

// Live is the page of crossings as they arrive. Without a purpose the rows carry nobody's name.
type Live struct {
	Rows    []central.Crossing
	Purpose string
}

// liveAttributes make the rows listen: each nudge of the stream is a named event on the element round them, and fetches the newest
// by an ordinary GET. (The stream's own element may carry no trigger: hx-sse would wait for it before connecting.)
func liveAttributes(ctx context.Context, p Live) templ.Attributes {
	return view.Hx(ctx, "get", "/live/rows?purpose="+p.Purpose, "trigger", "crossings from:#live", "swap", "innerMorph")
}

// Search is the search page: the form as it was sent, and what was found; Found is nil before the first search.
type Search struct {
	Form      Form
	Stations  []string
	Found     *central.Page
	Failed    string
	MayExport bool
}

// SearchFields are the names of the search form's fields, in order; next page and export send the same again.
func SearchFields() []string {
	return []string{"name", "document", "birth_date", "from", "to", "station", "direction", "verdict", "hits", "purpose"}
}

func nameField(f Form) view.FieldProps {
	p := f.field("name", text.AnalystName)
	p.Hint, p.Autofocus = text.AnalystNameHint, f.Value("name") == ""
	return p
}

// foundWords says how many were found: the same number as there are rows on all pages.
func foundWords(ctx context.Context, p *central.Page) string {
	if p.More {
		return t(ctx, text.AnalystFoundMore, "count", p.Total)
	}
	return t(ctx, text.AnalystFound, "count", p.Total)
}

func pageWords(ctx context.Context, p *central.Page) string {
	return t(ctx, text.AnalystOnPage, "count", len(p.Rows))
}

// History is one traveller's page; Found is nil until a purpose is given.
type History struct {
	ID          string
	Form        Form
	Found       *central.History
	Failed      string
	ShowReasons bool
	MayExport   bool
}

func stayWords(ctx context.Context, s *central.Stay) string {
	if s == nil {
		return t(ctx, text.AnalystStayUnknown)
	}
	at := text.FromContext(ctx).DateTime(s.Since)
	if s.Inside {
		return t(ctx, text.AnalystStayInside, "at", at, "station", s.Station)
	}
	return t(ctx, text.AnalystStayOutside, "at", at, "station", s.Station)
}

func directionWord(ctx context.Context, d border.Direction) string {
	if d == border.Exit {
		return t(ctx, text.AnalystExit)
	}
	return t(ctx, text.AnalystEntry)
}

// evidenceWords are the counter's words for a piece of evidence.
func evidenceWords(ctx context.Context, e border.Evidence) string {
	return counterview.Evidence(ctx, e)
}

// evidenceFacts are what was found and what was expected: codes in words, dates and times as everywhere.
func evidenceFacts(ctx context.Context, e border.Evidence) string {
	found, expected := counterview.Fact(ctx, e, e.Found), counterview.Fact(ctx, e, e.Expected)
	switch {
	case found == "":
		return expected
	case expected == "" || expected == found:
		return found
	}
	return found + " ≠ " + expected
}
