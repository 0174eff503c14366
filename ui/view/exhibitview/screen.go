package exhibitview

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/exhibit"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Overview is how much evidence a station keeps and how far its sending is.
type Overview struct {
	exhibit.Counts
	Stuck []exhibit.Stuck
	Done  bool // what was parked has just been offered again
	// MayRetry lets the person offer it again.
	MayRetry bool
}

// Evidence is what was kept with a decision, looked at for a purpose.
type Evidence struct {
	exhibit.Evidence
	ID      uuid.UUID
	Purpose string
	Failed  string // why verifying again came to nothing
}

// Purpose asks what a look at a decision's evidence is for.
type Purpose struct {
	ID    uuid.UUID
	Value string
	Fault string
}

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

// word is the text of a code below a prefix of the catalogue; a code without words shows as itself, so that nothing is hidden.
func word(ctx context.Context, prefix, code string) string {
	p := text.FromContext(ctx)
	if key := text.Key(prefix + "." + code); code != "" && p.Has(key) {
		return p.T(key)
	}
	return code
}

func page(title text.Key) view.Page { return view.Page{Title: title, Styles: []string{"exhibits.css"}} }

func number(ctx context.Context, n int64) string { return text.FromContext(ctx).Number(n) }

func moment(ctx context.Context, at time.Time) string { return text.FromContext(ctx).DateTime(at) }

func ago(ctx context.Context, at time.Time) string {
	return text.FromContext(ctx).Ago(view.FrameOf(ctx).Now.Sub(at))
}

func iso(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// size is a number of bytes for people: whole kilobytes, above ten megabytes whole megabytes, always rounded up.
func size(ctx context.Context, n int64) string {
	if n < 10<<20 {
		return t(ctx, text.ExhibitsBytesK, "count", (n+1023)>>10)
	}
	return t(ctx, text.ExhibitsBytesM, "count", (n+1<<20-1)>>20)
}

func traveller(i traveldoc.Identity) string {
	return strings.Trim(strings.TrimSpace(i.Surname+", "+i.GivenNames), ", ")
}

func crossingURL(id uuid.UUID, purpose string) templ.SafeURL {
	return templ.SafeURL("/exhibits/" + id.String() + "?purpose=" + purpose)
}

func exhibitURL(e Evidence, k exhibit.Kept) string {
	return "/exhibits/" + e.ID.String() + "/" + k.ID.String() + "?purpose=" + e.Purpose
}

// IsPicture says whether an exhibit is, or holds, an image to look at: the portrait of the chip stands in data group 2.
func IsPicture(k exhibit.Kept) bool {
	return k.Kind == border.ExhibitPage || k.Kind == border.ExhibitPortrait || k.Kind == border.ExhibitChip && k.Name == "DG2"
}

// pictures are the images that can be shown: what stood at the decision, as long as somebody can read it.
func (e Evidence) pictures() (list []exhibit.Kept) {
	for _, k := range e.Kept {
		if IsPicture(k) && k.Here && k.State != exhibit.Destroyed && !k.Replaced {
			list = append(list, k)
		}
	}
	slices.SortStableFunc(list, func(a, b exhibit.Kept) int { return rank(a) - rank(b) })
	return list
}

// rank puts the page as people see it first, then the portraits, then the other lights.
func rank(k exhibit.Kept) int {
	switch {
	case strings.HasPrefix(k.Name, string(reader.White)+"/"):
		return 0
	case k.Kind != border.ExhibitPage:
		return 1
	}
	return 2
}

// caption names an image: its light and page, or the file of the chip.
func caption(ctx context.Context, k exhibit.Kept) string {
	light, rest, cut := strings.Cut(k.Name, "/")
	if !cut {
		return word(ctx, "exhibits.kinds", string(k.Kind)) + " " + k.Name
	}
	words := word(ctx, "exhibits.lights", light)
	if rest != "0" {
		words += " " + rest
	}
	return words
}

func device(ctx context.Context, k exhibit.Kept) string {
	d := k.Device
	words := []string{strings.TrimSpace(d.Vendor + " " + d.Model), d.Serial}
	if d.Simulated {
		words = append(words, t(ctx, text.ExhibitsSimulated))
	}
	if d.Upload {
		words = append(words, t(ctx, text.ExhibitsUpload))
	}
	var told []string
	for _, w := range words {
		if w != "" {
			told = append(told, w)
		}
	}
	if len(told) == 0 {
		return t(ctx, text.ExhibitsDeviceUnknown)
	}
	return strings.Join(told, " · ")
}

func stateTone(s exhibit.State) view.Tone {
	switch s {
	case exhibit.Sent:
		return view.ToneSuccess
	case exhibit.Parked:
		return view.ToneError
	case exhibit.Destroyed:
		return view.ToneWarning
	case exhibit.Apart, exhibit.Waiting:
	}
	return view.ToneInfo
}

func exhibitColumns() []view.Column {
	return []view.Column{{Label: text.ExhibitsKind}, {Label: text.ExhibitsName}, {Label: text.ExhibitsTaken}, {Label: text.ExhibitsDevice},
		{Label: text.ExhibitsSize, Numeric: true}, {Label: text.ExhibitsPlace}, {Label: text.ExhibitsOpen}}
}

func stuckColumns() []view.Column {
	return []view.Column{{Label: text.ExhibitsKind}, {Label: text.ExhibitsName}, {Label: text.ExhibitsReason},
		{Label: text.ExhibitsAttempts, Numeric: true}, {Label: text.ExhibitsNext}, {Label: text.ExhibitsCrossing}}
}

func stepColumns() []view.Column {
	return []view.Column{{Label: text.ExhibitsStep}, {Label: text.ExhibitsThen}, {Label: text.ExhibitsNow}}
}

// verdictTone never makes of what was not done, or had no answer, a pass.
func verdictTone(v traveldoc.Verdict) view.Tone {
	switch v {
	case traveldoc.Pass:
		return view.ToneSuccess
	case traveldoc.Fail:
		return view.ToneError
	case traveldoc.Inconclusive:
		return view.ToneWarning
	case traveldoc.NotDone:
	}
	return view.ToneInfo
}

func purposes() []string { return file.Purposes() }
