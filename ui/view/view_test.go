package view_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

var now = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant, had Go such

// render draws the component in the language, and holds it to the rules of markup.
func render(t *testing.T, c templ.Component, l text.Language, change ...func(*view.Frame)) string {
	t.Helper()
	texts, err := text.Load()
	require.NoError(t, err)
	frame := view.Frame{
		Program: text.FrameStation, Place: "XAA-APT · 3", Language: l, Path: "/counter?x=<y>", Now: now,
		Asset: func(name string) string { return "/static/" + name }, IdleAfter: 5 * time.Minute,
		User: auth.User{Login: "ann", DisplayName: `Ann "<Example>"`, Role: auth.RoleOfficer},
		Nav:  []view.NavItem{{Href: "/counter", Label: text.FrameStation}, {Href: "/other", Label: text.FrameCentre}},
	}
	for _, f := range change {
		f(&frame)
	}
	ctx := view.WithFrame(text.NewContext(templ.WithNonce(context.Background(), "abc"), texts.Printer(l)), frame)
	var out bytes.Buffer
	require.NoError(t, c.Render(ctx, &out))
	webtest.CheckMarkup(t, out.String(), "script-src 'nonce-abc'")
	require.NotContains(t, out.String(), "⟦", "a text is missing")
	require.NotContains(t, out.String(), "<Example>", "what came from outside is escaped")
	return out.String()
}

// all are the components of the package, each in its states.
func all() map[string]templ.Component {
	rows := templ.Raw("<tr><td>1</td><td>2</td></tr>")
	return map[string]templ.Component{
		"fault":       view.Fault(text.FrameFaultTitle, "words & more", "id"),
		"fragment":    view.FaultFragment("words", "id"),
		"unlock":      view.Unlock("/counter", "wrong"),
		"locked":      view.LockedNotice("/", "wrong"),
		"unlocked":    view.UnlockedNotice(),
		"signed out":  view.SignedOutNotice("/signin"),
		"empty":       view.Empty("nothing"),
		"hit":         view.Outcome(border.Hit),
		"no hit":      view.Outcome(border.NoHit),
		"not checked": view.Outcome(border.NotChecked),
		"waiting":     view.Waiting(),
		"age":         view.Age(now.Add(-3 * time.Minute)),
		"no age":      view.Age(time.Time{}),
		"mrz":         view.MRZ("P<UTO"),
		"pager":       view.Pager("/list", "/list?after=7"),
		"scan line":   view.ScanLine(),
		"bars":        view.Bars(chart(3)),
		"field":       view.Field(view.FieldProps{Name: "n", Label: text.SigninPin, Hint: text.SigninPinHint, Fault: "f", MaxLength: 4, Mono: true}),
		"table": templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return view.Table("Crossings", []view.Column{
				{Label: text.FrameLanguage, Sort: "/list?sort=a", Sorted: "ascending"}, {Label: text.FrameLock, Numeric: true},
			}).Render(templ.WithChildren(ctx, rows), w)
		}),
	}
}

func TestEveryComponentInEveryLanguage(t *testing.T) {
	for name, c := range all() {
		for _, l := range text.Languages() {
			t.Run(name+"/"+string(l), func(t *testing.T) { require.NotEmpty(t, render(t, c, l)) })
		}
	}
}

func TestOutcomesAreToldThreeWays(t *testing.T) {
	for outcome, want := range map[border.Outcome][3]string{
		border.Hit: {"hit", "✕", "Hit"}, border.NoHit: {"no-hit", "✓", "No hit"}, border.NotChecked: {"not-checked", "?", "Not checked"},
	} {
		html := render(t, view.Outcome(outcome), text.English)
		require.Contains(t, html, `class="status `+want[0]+`"`)
		require.Contains(t, html, want[1])
		require.Contains(t, html, want[2])
	}
	require.NotContains(t, render(t, view.Waiting(), text.English), "no-hit")
}

func TestLayout(t *testing.T) {
	page := view.Fault(text.FrameFaultTitle, "words", "id")
	ar := render(t, page, text.Arabic)
	require.Contains(t, ar, `<html lang="ar" dir="rtl">`)
	require.Contains(t, ar, `data-idle-seconds="300"`)
	require.Contains(t, ar, `aria-current="page"`)
	require.Equal(t, 4, strings.Count(ar, "<script defer"))
	require.Contains(t, ar, `action="/lock"`)

	signedOut := render(t, page, text.English, func(f *view.Frame) { f.User = auth.User{} })
	require.NotContains(t, signedOut, `action="/lock"`)
	require.NotContains(t, signedOut, "data-idle-seconds")
	require.NotContains(t, signedOut, `href="/other"`)

	locked := render(t, page, text.English, func(f *view.Frame) { f.Locked = true })
	require.NotContains(t, locked, `href="/other"`)

	part := render(t, page, text.English, func(f *view.Frame) { f.Partial = true })
	require.NotContains(t, part, "<html")
	require.Contains(t, part, "<h1>")
}

func TestFrameOfNothing(t *testing.T) {
	f := view.FrameOf(context.Background())
	require.False(t, f.SignedIn())
	require.Empty(t, f.Asset("app.css"))
}

func chart(days int) view.BarChart {
	c := view.BarChart{Title: "Crossings", Series: []view.Series{{Name: "Entry"}, {Name: "Exit"}}}
	for i := range days {
		c.Categories = append(c.Categories, fmt.Sprintf("day %d", i))
		for n := range c.Series {
			c.Series[n].Values = append(c.Series[n].Values, int64(i*1000))
		}
	}
	return c
}

func TestBars(t *testing.T) {
	html := render(t, view.Bars(chart(60)), text.English)
	require.Equal(t, 120, strings.Count(html, `<rect class="bar-`)-2, "one bar a value, and the key")
	require.Contains(t, html, "day 59, Exit: 59,000")
	require.Contains(t, html, ">100,000<", "the scale goes to a round number")
	require.NotContains(t, html, "NaN")
	require.NotContains(t, render(t, view.Bars(view.BarChart{Title: "none"}), text.English), "NaN")
}
