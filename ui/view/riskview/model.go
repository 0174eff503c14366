// Package riskview draws the centre's pages about risk rules: writing a rule as a sentence, trying it on past flights, agreeing to it, and
// reviewing its hits. It shows what it is given; who may be given what is for the handlers.
package riskview

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Rules is the list of rules.
type Rules struct {
	Rules []risk.Rule
}

// Form is what was typed, and the field that was wrong.
type Form struct {
	Values map[string]string
	Field  string
}

// Value is what stands in a field.
func (f Form) Value(name string) string { return f.Values[name] }

// Builder is a rule that is being written.
type Builder struct {
	Fields *risk.Fields
	Rule   uuid.UUID // uuid.Nil: a new one
	Code   string
	Base   int // newest version that the writer saw
	Where  risk.Condition
	CEL    string // as written by the builder, or as the expert typed it when Faults is not empty
	Cost   uint64
	Faults risk.Faults
	Lists  []risk.ValueList
	Form   Form
	Focus  string // path of the condition that gets the focus
	Failed string
}

// Rule is the page of one rule.
type Rule struct {
	risk.Rule
	Fields *risk.Fields
	Shown  risk.Version
	Login  risk.Person // who looks
	Manage bool
	Decide bool
	Own    bool // who looks wrote or proposed the version
	Form   Form
	Failed string
	Done   string
}

// DryRun is the page of one dry run.
type DryRun struct {
	risk.DryRun
	Version risk.Version
	Fields  *risk.Fields
	Manage  bool
}

// Traveller is somebody on a page of travellers.
type Traveller struct {
	risk.RunHit
	Person     *apipnr.Expected // nil: gone
	FlightName string
}

// Travellers are those whom a dry run hit.
type Travellers struct {
	Run   risk.DryRun
	Code  string
	List  []Traveller
	Total int
	Next  string
}

// Queue is the page of hits.
type Queue struct {
	risk.Queue
	State risk.HitState
	After uuid.UUID // where the page begins
	Now   time.Time
}

// at is the address of a page of the queue.
func (q Queue) at(path string, after uuid.UUID) string {
	path += "?state=" + string(q.State)
	if after == uuid.Nil {
		return path
	}
	return path + "&after=" + after.String()
}

// first and next are the addresses of those pages; "" where this is the one.
func (q Queue) first() string {
	if q.After == uuid.Nil {
		return ""
	}
	return q.at("/risk-hits", uuid.Nil)
}

func (q Queue) next() string {
	if q.Next == uuid.Nil {
		return ""
	}
	return q.at("/risk-hits", q.Next)
}

// Hit is the page of one hit.
type Hit struct {
	risk.Dossier
	Fields *risk.Fields
	Person *apipnr.Expected // nil: gone
	Mine   bool
	Manage bool
	// Leads says that the reader may go on to the person and to the messages.
	Leads  bool
	Form   Form
	Failed string
	Now    time.Time
}

// Lists is the page of lists of values.
type Lists struct {
	Lists  []risk.ValueList
	Form   Form
	Failed string
}

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

// word is the text of a code below a prefix of the catalogue; a code without words shows as itself.
func word[S ~string](ctx context.Context, prefix string, code S) string {
	if key := text.Key(prefix + string(code)); code != "" && text.FromContext(ctx).Has(key) {
		return t(ctx, key)
	}
	return string(code)
}

func page(title text.Key) view.Page {
	return view.Page{Title: title, Styles: []string{"risk.css"}}
}

// faultWords say how often a version could not be asked.
func faultWords(ctx context.Context, v risk.Version) string {
	return t(ctx, "risk.not_asked", "n", number(ctx, v.Faults), "at", when(ctx, v.FaultAt))
}

func when(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return text.FromContext(ctx).DateTime(at)
}

func number[N int | int64 | uint64](ctx context.Context, n N) string {
	return text.FromContext(ctx).Number(int64(n))
}

// decimal is with one decimal; the separator is the point of the code, as in scores.
func decimal(ctx context.Context, f float64) string {
	tenths := int64(f*10 + 0.5)
	return number(ctx, tenths/10) + "." + strconv.FormatInt(tenths%10, 10)
}

func stateTone(s risk.State) view.Tone {
	switch s {
	case risk.Active:
		return view.ToneSuccess
	case risk.Proposed:
		return view.ToneWarning
	case risk.Suspended, risk.Rejected:
		return view.ToneError
	case risk.Draft, risk.Replaced:
	}
	return view.ToneInfo
}

func severityTone(s risk.Severity) view.Tone {
	switch s {
	case "urgent":
		return view.ToneError
	case "high":
		return view.ToneWarning
	}
	return view.ToneInfo
}

func runTone(s risk.RunState) view.Tone {
	switch s {
	case risk.RunDone:
		return view.ToneSuccess
	case risk.RunFailed:
		return view.ToneError
	case risk.RunCancelled:
		return view.ToneWarning
	case risk.RunQueued, risk.RunRunning:
	}
	return view.ToneInfo
}

func hitTone(s risk.HitState) view.Tone {
	switch s {
	case risk.HitNew:
		return view.ToneWarning
	case risk.HitConfirmed:
		return view.ToneError
	case risk.HitInReview, risk.HitDismissed, risk.HitReplaced:
	}
	return view.ToneInfo
}

// left is how long it is until the flight arrives, with the tone of it.
func left(ctx context.Context, h risk.Hit, now time.Time) (string, view.Tone) {
	wait := h.Arrives.Sub(now)
	switch {
	case h.Arrives.IsZero():
		return "–", view.ToneInfo
	case wait <= 0:
		return t(ctx, "risk.arrived"), view.ToneError
	case wait < 3*time.Hour:
		return clock(wait), view.ToneWarning
	}
	return clock(wait), view.ToneInfo
}

// clock is a time to come in hours and minutes, rounded down: "11:59".
func clock(d time.Duration) string {
	minutes := int(d / time.Minute)
	return fmt.Sprintf("%d:%02d", minutes/60, minutes%60)
}

func personName(p *apipnr.Expected) string {
	return strings.TrimSuffix(strings.TrimSpace(p.Identity.Surname+", "+p.Identity.GivenNames), ",")
}

func documentsOf(p *apipnr.Expected) string {
	var list []string
	for _, d := range p.Documents {
		list = append(list, strings.TrimSpace(d.Code+" "+d.IssuingState+" "+d.Number))
	}
	return strings.Join(list, " · ")
}

func born(ctx context.Context, d traveldoc.Date) string { return text.FromContext(ctx).Date(d) }

func address(parts ...any) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/" + fmt.Sprint(p))
	}
	return b.String()
}

// sourceWords says where a value was told.
func sourceWords(ctx context.Context, s risk.Source) string {
	words := t(ctx, text.Key("risk.told_"+s.Told), "id", short(s.Message))
	if s.Segment > 0 {
		words += ", " + t(ctx, "risk.told_at", "segment", strconv.Itoa(int(s.Segment)), "offset", strconv.Itoa(int(s.Offset)))
	}
	return words
}

// short is enough of an id for people.
func short(id uuid.UUID) string { return id.String()[:8] }

func valueWords(ctx context.Context, fields *risk.Fields, v risk.Value) string {
	if !v.Known {
		return t(ctx, "risk.answers.not_known")
	}
	f, _ := fields.Find(v.Field)
	list := make([]string, 0, len(v.Text))
	for _, s := range v.Text {
		if f.Type == risk.YesNo {
			list = append(list, t(ctx, text.Key("risk.answers."+map[string]string{"true": "yes", "false": "no"}[s])))
			continue
		}
		list = append(list, codeWords(ctx, f, s))
	}
	if len(list) == 0 {
		return "–"
	}
	return strings.Join(list, ", ")
}

func labelOf(ctx context.Context, fields *risk.Fields, name string) string {
	f, ok := fields.Find(name)
	if !ok {
		return name
	}
	return fieldLabel(ctx, f)
}

// groupWords is a value of the balance in words.
func groupWords(ctx context.Context, by, value string) string {
	switch {
	case value == "":
		return t(ctx, "risk.answers.not_known")
	case by == "sex":
		return word(ctx, "risk.code.", strings.ToLower(value))
	}
	return value
}

func timesWords(ctx context.Context, s risk.Share, r risk.Result) string {
	times, ok := s.Times(r)
	if !ok {
		return "–"
	}
	return decimal(ctx, times)
}

// chart is the hits of each day.
func chart(ctx context.Context, r risk.Result) view.BarChart {
	c := view.BarChart{Title: t(ctx, "risk.hits_day"), Series: []view.Series{{Name: t(ctx, "risk.hits")}}}
	for _, d := range r.Days {
		c.Categories = append(c.Categories, d.Date[5:])
		c.Series[0].Values = append(c.Series[0].Values, int64(d.Hits))
	}
	return c
}

func percentDone(d risk.DryRun) string { return strconv.Itoa(d.Done * 100 / max(d.Total, 1)) }

func underWay(s risk.RunState) bool { return s == risk.RunQueued || s == risk.RunRunning }

// hitStates are the tabs of the queue.
func hitStates() []risk.HitState {
	return []risk.HitState{risk.HitNew, risk.HitInReview, risk.HitConfirmed, risk.HitDismissed, risk.HitReplaced}
}

// node is one node of the tree as the builder draws it.
type node struct {
	Builder
	risk.Condition
	Path string
}

func (n node) child(i int) node {
	path := strconv.Itoa(i)
	if n.Path != "" {
		path = n.Path + "." + path
	}
	return node{n.Builder, n.Items[i], path}
}

func (n node) depth() int {
	if n.Path == "" {
		return 0
	}
	return strings.Count(n.Path, ".") + 1
}

func (n node) id(what string) string { return what + "-" + strings.ReplaceAll(n.Path, ".", "-") }

func (n node) field() risk.Field {
	f, _ := n.Fields.Find(n.Field)
	return f
}

func (n node) wrong(what string) bool { return n.Form.Field == n.Path+"."+what }

func (n node) value(i int) string {
	if i < len(n.Values) {
		return n.Values[i]
	}
	return ""
}

// typed is the values as one text, where the operator takes several.
func (n node) typed() string { return strings.Join(n.Values, ", ") }

func (n node) takes() int {
	_, most := n.Operator.Values()
	return most
}

func (n node) listed() bool { return n.Operator == risk.Listed || n.Operator == risk.NotListed }

// chosen reports whether a value is one from the field's codes.
func (n node) chosen() bool {
	return len(n.field().Codes) > 0 && n.takes() == 1 && !n.listed() && (n.Operator == risk.Is || n.Operator == risk.IsNot)
}

func inputType(f risk.Field) string {
	if f.Type == risk.Date {
		return "date"
	}
	return "text"
}

// faultLine is the line of the expression that a fault stands in, and the mark below its column.
func faultLine(cel string, f risk.Fault) (line, mark string) {
	lines := strings.Split(cel, "\n")
	if f.Line < 1 || f.Line > len(lines) {
		return "", ""
	}
	line = strings.TrimRight(lines[f.Line-1], "\r")
	return line, strings.Repeat(" ", min(max(f.Column-1, 0), len([]rune(line)))) + "^"
}

func lineCount(s string) string { return strconv.Itoa(max(3, strings.Count(s, "\n")+1)) }

// typing are the attributes of an input of a value: what is typed shows in the sentence when the input is left.
func (n node) typing(ctx context.Context) templ.Attributes {
	a := view.Hx(ctx, "post", "/risk/builder", "target", "#builder", "swap", "outerMorph", "trigger", "change delay:200ms")
	if n.wrong("values") {
		a["aria-invalid"] = "true"
	}
	return a
}

func answerKey(a risk.Truth) text.Key { return text.Key("risk.answers." + a.String()) }

func stepKey(what string) text.Key { return text.Key("risk." + what) }

// opening names the link to a hit; what stands on it comes first.
func opening(ctx context.Context, h risk.Hit, i int) string {
	words := t(ctx, "risk.open")
	if i == 0 {
		words += " F1"
	}
	return words + " " + h.Code + " " + h.FlightName + " " + strconv.Itoa(i+1)
}
