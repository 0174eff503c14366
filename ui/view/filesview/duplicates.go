package filesview

import (
	"context"
	"encoding/base64"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Duplicates is the page of the open tasks.
type Duplicates struct {
	Tasks []file.Task
	Total int
	Limit int
	Done  string
}

func (p Duplicates) next() string {
	if len(p.Tasks) < p.Limit || len(p.Tasks) == 0 {
		return ""
	}
	return "/duplicates?after=" + Cursor(p.Tasks[len(p.Tasks)-1])
}

// Cursor is a task's place in the list.
func Cursor(k file.Task) string {
	at := k.OpenedAt.UTC().Format(time.RFC3339Nano)
	return base64.RawURLEncoding.EncodeToString(slices.Concat(k.A[:], k.B[:], []byte(at)))
}

// ParseCursor reads what Cursor writes; nil when it cannot be read.
func ParseCursor(s string) *file.Task {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) <= 32 {
		return nil
	}
	at, err := time.Parse(time.RFC3339Nano, string(raw[32:]))
	if err != nil {
		return nil
	}
	k := &file.Task{}
	k.A, k.B, k.OpenedAt = uuid.UUID(raw[:16]), uuid.UUID(raw[16:32]), at
	return k
}

// Compare is the page of two files side by side.
type Compare struct {
	file.Comparison
	Form   Form
	Failed string
}

// VerdictFields are the names of the fields of a word.
func VerdictFields() []string { return []string{"verdict", "ground", "evidence"} }

// one says whether the two are one person now.
func (p Compare) one() bool { return p.A.Group == p.B.Group }

func (p Compare) heads() string {
	list := make([]string, len(p.Heads))
	for n, h := range p.Heads {
		list[n] = h.String()
	}
	return strings.Join(list, ",")
}

func (p Compare) own(side file.Person, id uuid.UUID) (mine []file.Known) {
	for _, k := range side.Papers {
		if k.File == id {
			mine = append(mine, k)
		}
	}
	return mine
}

// row of a comparison: a field of both, and how it compares.
type compared struct {
	label      text.Key
	a, b       string
	agreement  file.Agreement
	fixedWidth bool
}

// latest is the document of the file that was seen last.
func latest(list []file.Known) file.Known {
	if len(list) == 0 {
		return file.Known{}
	}
	return list[len(list)-1]
}

func (p Compare) rows(ctx context.Context) []compared {
	a, b := latest(p.own(p.A, p.Pair.A)), latest(p.own(p.B, p.Pair.B))
	i, j := a.Identity, b.Identity
	return []compared{
		{text.FilesSurname, i.Surname, j.Surname, file.CompareTexts(traveldoc.FoldName(i.Surname), traveldoc.FoldName(j.Surname)), false},
		{text.FilesGivenNames, i.GivenNames, j.GivenNames, file.CompareTexts(traveldoc.FoldName(i.GivenNames), traveldoc.FoldName(j.GivenNames)), false},
		{text.FilesAllNames, traveldoc.NameKey(i.Surname, i.GivenNames), traveldoc.NameKey(j.Surname, j.GivenNames),
			file.CompareTexts(traveldoc.NameKey(i.Surname, i.GivenNames), traveldoc.NameKey(j.Surname, j.GivenNames)), false},
		{text.FilesBorn, date(ctx, i.BirthDate), date(ctx, j.BirthDate), file.CompareDates(i.BirthDate, j.BirthDate), true},
		{text.FilesSex, word(ctx, "files.sexes", i.Sex), word(ctx, "files.sexes", j.Sex), file.CompareTexts(sexOf(i), sexOf(j)), false},
		{text.FilesNationality, i.Nationality, j.Nationality, file.CompareTexts(i.Nationality, j.Nationality), false},
		{text.FilesState, a.Document.IssuingState, b.Document.IssuingState, file.CompareTexts(a.Document.IssuingState, b.Document.IssuingState), false},
		{text.FilesNumber, a.Document.Number, b.Document.Number,
			file.CompareTexts(traveldoc.FoldNumber(a.Document.Number), traveldoc.FoldNumber(b.Document.Number)), true},
		{text.FilesExpiry, date(ctx, a.Document.ExpiryDate), date(ctx, b.Document.ExpiryDate), file.CompareDates(a.Document.ExpiryDate, b.Document.ExpiryDate), true},
	}
}

// sexOf is the sex as far as the document tells it: X is no information.
func sexOf(i traveldoc.Identity) string {
	if i.Sex == "X" {
		return ""
	}
	return i.Sex
}

func without(codes []string, code string) []string {
	var out []string
	for _, c := range codes {
		if c != code {
			out = append(out, c)
		}
	}
	return out
}

func taskColumns() []view.Column {
	return []view.Column{{Label: text.FilesPair}, {Label: text.FilesWhy}, {Label: text.FilesAge}, {Label: text.FilesLastWord}}
}

func compareColumns() []view.Column {
	return []view.Column{{Label: text.FilesField}, {Label: text.FilesFirst}, {Label: text.FilesSecond}, {Label: text.FilesAgreement}}
}

// Count is a number beside a page's name in the navigation: as many as the page has rows. A count that cannot be had shows as "?".
func Count(count func(context.Context) (int, error)) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		n, err := count(ctx)
		if err != nil {
			return countBadge("?").Render(ctx, w)
		}
		return countBadge(number(ctx, n)).Render(ctx, w)
	})
}
