package adjudicationview

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/view/printview"
)

// Queue is the queue of tasks.
type Queue struct {
	fingers.TaskPage
	Filter fingers.TaskFilter
	After  string // where the page begins; empty on the first
	Next   string
	Me     string
	Now    time.Time
	// Version marks the state that is shown.
	Version string
	// Stuck is how much of what the centre told cannot be used here; shown to those who can do something about it.
	Stuck int
}

// Screen is one task.
type Screen struct {
	fingers.Dossier
	Prints     Prints
	Me         string // log-in name of who looks
	Now        time.Time
	Supervisor bool   // may take over
	Finger     string // the finger that is shown large; empty: all of them
	Asked      Panel
	Typed      url.Values // what was typed into the open panel
	Field      string     // the field that Wrong is about
	Wrong      string     // what was wrong with the last request, in the page's language
	MayOpen    bool       // may open files
	MayJoin    bool       // may say that two files are one person
}

// Reach says where the prints of the other side are.
type Reach string

// The places.
const (
	Here        Reach = ""
	ToBeAsked   Reach = "asked" // at the centre: the page asks once it stands
	OutOfReach  Reach = "not_within_reach"
	CentreHas   Reach = "from_centre"
	CentreHasNo Reach = "refused"
)

// Prints are the prints of a task.
type Prints struct {
	Reach Reach
	Pairs []Pair
	// OnlyLeft and OnlyRight are fingers that the other side has not.
	OnlyLeft, OnlyRight []biometrics.Position
	// Gone says that one side has no prints here any more.
	Gone bool
}

// Panel is a question that stands open.
type Panel string

// The panels.
const (
	NoPanel       Panel = ""
	TakeOverPanel Panel = "takeover"
	VerdictPanel  Panel = "verdict"
	ReopenPanel   Panel = "reopen"
)

// Joins reports whether "same" makes two files one person: then it takes somebody who may say so.
func (s Screen) Joins() bool { return s.Task.Candidacy.Ground == fingers.GroundCandidate }

// took reports whether who looks took the prints himself: then others decide.
func (s Screen) took() bool { return s.Task.TakenBy != "" && s.Task.TakenBy == s.Me }

func (s Screen) open() bool { return s.Task.Decision == nil }

// mine reports whether who looks works on the open task.
func (s Screen) mine() bool { return s.open() && s.Task.Owner == s.Me }

// claimable reports whether who looks may take it: not whoever could not tell.
func (s Screen) claimable() bool {
	return s.open() && s.Task.Owner == "" && !s.Task.Doubted(s.Me) && !s.took()
}

// Allows reports whether the panel goes with the state of the task and who looks at it.
func (s Screen) Allows(p Panel) bool {
	switch p {
	case TakeOverPanel:
		return s.open() && s.Supervisor && s.Task.Owner != "" && !s.mine() && !s.Task.Doubted(s.Me) && !s.took()
	case VerdictPanel:
		return s.mine()
	case ReopenPanel:
		return !s.open() && !s.took()
	case NoPanel:
	}
	return false
}

func (s Screen) value(name string) string { return s.Typed.Get(name) }

// sides are the names of the two sides.
func (s Screen) sides(ctx context.Context) (left, right string) {
	if s.Task.Candidacy.Ground == fingers.GroundMismatch {
		return t(ctx, text.AdjudicationTraveller), t(ctx, text.AdjudicationFile)
	}
	return t(ctx, text.AdjudicationTraveller), t(ctx, text.AdjudicationCandidate)
}

// oneFile reports whether both sides are of one file, as when prints do not match those on file: what is known stands there once.
func (s Screen) oneFile() bool {
	return s.Task.Candidacy.Ground == fingers.GroundMismatch && s.Traveller.File != uuid.Nil && s.Traveller.File == s.Other.File
}

// shown are the pairs that are drawn: the one finger that was asked for, else all.
func (s Screen) shown() []Pair {
	for _, p := range s.Prints.Pairs {
		if p.Position.String() == s.Finger {
			return []Pair{p}
		}
	}
	return s.Prints.Pairs
}

func (s Screen) large() bool { return len(s.shown()) == 1 }

// drawing is a pair as it is drawn.
func (s Screen) drawing(ctx context.Context, p Pair) printview.Drawing {
	left, right := s.sides(ctx)
	return printview.Drawing{
		Title: Finger(ctx, p.Position), Facts: Score(p.Match.Score) + " · " + Chance(ctx, p.Match.Score, true),
		A:     printview.Side{Image: p.Left.Image, Template: p.Left.Template, Caption: s.caption(ctx, left, p.Left)},
		B:     printview.Side{Image: p.Right.Image, Template: p.Right.Template, Caption: s.caption(ctx, right, p.Right)},
		Match: p.Match,
	}
}

// caption says whose a print is and, where there is room, how good it is, when and where it was taken.
func (s Screen) caption(ctx context.Context, whose string, p Print) string {
	if !s.large() {
		return whose
	}
	words := []string{whose, t(ctx, text.AdjudicationQuality, "quality", int(p.Template.Quality))}
	if !p.TakenAt.IsZero() {
		words = append(words, when(ctx, p.TakenAt))
	}
	if p.Station != "" {
		words = append(words, p.Station)
	}
	if p.Image == "" {
		words = append(words, t(ctx, text.AdjudicationNoImage))
	}
	return strings.Join(words, " · ")
}

// fused is the score over all fingers as they are drawn.
func (s Screen) fused() float64 {
	scores := make([]fingerprint.FingerScore, len(s.Prints.Pairs))
	for n, p := range s.Prints.Pairs {
		scores[n] = fingerprint.FingerScore{Position: p.Position, Score: p.Match.Score}
	}
	return fingerprint.Fuse(scores)
}

// row is a field of both persons.
type row struct {
	label       text.Key
	left, right string
	open        bool // the two cannot be compared, or only in part
}

// dates is the row of a date of both. One that is not known differs from nothing, nor does a year from a day in it.
func dates(ctx context.Context, label text.Key, left, right traveldoc.Date) row {
	date := text.FromContext(ctx).Date
	unknown := left.IsZero() || right.IsZero()
	return row{label: label, left: date(left), right: date(right), open: unknown || left != right && left.Compatible(right)}
}

// rows are what is known of both persons, field by field.
func (s Screen) rows(ctx context.Context) []row {
	l, r := s.Traveller, s.Other
	li, ld := latest(l)
	ri, rd := latest(r)
	return []row{
		{label: text.AdjudicationName, left: name(li), right: name(ri)},
		dates(ctx, text.AdjudicationBorn, li.BirthDate, ri.BirthDate),
		{label: text.AdjudicationSex, left: li.Sex, right: ri.Sex},
		{label: text.AdjudicationNationality, left: li.Nationality, right: ri.Nationality},
		{label: text.AdjudicationDocument, left: papers(l), right: papers(r)},
		dates(ctx, text.AdjudicationExpiry, ld.ExpiryDate, rd.ExpiryDate),
		{label: text.AdjudicationFirstSeen, left: firstSeen(ctx, l), right: firstSeen(ctx, r)},
		{label: text.AdjudicationCrossings, left: crossings(ctx, l), right: crossings(ctx, r)},
		{label: text.AdjudicationLastCrossing, left: when(ctx, l.LastCrossing), right: when(ctx, r.LastCrossing)},
		{label: text.AdjudicationPrintsTaken, left: enrolments(ctx, l), right: enrolments(ctx, r)},
	}
}

func latest(side fingers.Side) (traveldoc.Identity, traveldoc.Document) {
	if len(side.Papers) == 0 {
		return traveldoc.Identity{}, traveldoc.Document{}
	}
	last := side.Papers[len(side.Papers)-1]
	return last.Identity, last.Document
}

func name(i traveldoc.Identity) string {
	if i.Surname == "" && i.GivenNames == "" {
		return ""
	}
	return counterview.Name(i)
}

func papers(side fingers.Side) string {
	var all []string
	for _, k := range side.Papers {
		all = append(all, strings.TrimSpace(k.Document.Code+" "+k.Document.IssuingState+" "+k.Document.Number))
	}
	return strings.Join(all, "; ")
}

func firstSeen(ctx context.Context, side fingers.Side) string {
	if len(side.Papers) == 0 {
		return ""
	}
	return when(ctx, side.Papers[0].FirstSeen)
}

func crossings(ctx context.Context, side fingers.Side) string {
	if len(side.Papers) == 0 {
		return ""
	}
	return text.FromContext(ctx).Number(int64(side.Crossings))
}

func enrolments(ctx context.Context, side fingers.Side) string {
	var all []string
	for _, e := range side.Enrolled {
		all = append(all, when(ctx, e.Taking.At)+" "+e.Taking.Station)
	}
	return strings.Join(all, "; ")
}

// unknown reports whether one side cannot be held against the other.
func (r row) unknown() bool {
	return r.open || r.left == "" || r.right == "" || r.left == "–" || r.right == "–"
}

// differ reports whether both sides are known and not alike.
func (r row) differ() bool {
	return !r.unknown() && !strings.EqualFold(r.left, r.right)
}

func (r row) sign() string {
	switch {
	case r.differ():
		return "≠"
	case r.unknown():
		return "?"
	}
	return "="
}

func (r row) class() string {
	return map[string]string{"≠": "differs", "?": "open", "=": "same"}[r.sign()]
}

// simulated reports whether no person touched the reader.
func (s Screen) simulated() bool { return s.Taking != nil && s.Taking.Simulated }

// missing are the slots of the taking without a print.
func (s Screen) missing() []fingers.Slot {
	if s.Taking == nil {
		return nil
	}
	var missing []fingers.Slot
	for _, slot := range s.Taking.Slots {
		if slot.Missing != "" && slot.Missing != biometrics.NotAsked {
			missing = append(missing, slot)
		}
	}
	return missing
}

func (s Screen) newestFirst() []fingers.TaskStep {
	steps := make([]fingers.TaskStep, 0, len(s.Task.Course))
	for n := len(s.Task.Course) - 1; n >= 0; n-- {
		steps = append(steps, s.Task.Course[n])
	}
	return steps
}

// engine is what the drawing was made with.
func (s Screen) engine() string { return cmp.Or(fingerprint.Algorithm, "–") }

// seen names the words about the two files that stand, for the form.
func (s Screen) seen() string {
	var ids []string
	for _, w := range s.Words {
		ids = append(ids, w.ID.String())
	}
	return strings.Join(ids, ",")
}

// fileOf is the page of a side's file; empty where there is none here.
func fileOf(side fingers.Side) string {
	if side.File == uuid.Nil || len(side.Papers) == 0 {
		return ""
	}
	return "/files/" + side.File.String() + "?purpose=duplicate_check"
}
