// Package deskview draws the centre's pages about hits: the desk of an agency that owns alerts, its discreet hits, the statistics, and how
// far the screening is. It shows what it is given; who may be given what is for the handlers.
package deskview

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Queue is the desk's first page.
type Queue struct {
	screening.Queue
	Agency   string
	Discreet bool // the person may know of discreet hits
	Now      time.Time
}

// Hit is the page of one hit.
type Hit struct {
	screening.Dossier
	Login  string // of the person who looks
	Form   Form
	Failed string
	Done   string
	Now    time.Time
}

// Discreet is the list of discreet hits.
type Discreet struct {
	Rows  []screening.DiscreetRow
	Total int
	Next  string // address of the next page
}

// DiscreetHit is the page of one discreet hit.
type DiscreetHit struct {
	screening.DiscreetHit
	Agency string
	Form   Form
	Failed string
	Done   string
	Now    time.Time
}

// Statistics is the page of counts.
type Statistics struct {
	screening.Statistics
	Form   Form
	Failed string
}

// Form is what was typed, and the field that was wrong.
type Form struct {
	Values map[string]string
	Field  string
}

// Value is what stands in a field.
func (f Form) Value(name string) string { return f.Values[name] }

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

// word is the text of a code below a prefix of the catalogue; a code without words shows as itself.
func word(ctx context.Context, prefix, code string) string {
	if key := text.Key(prefix + code); code != "" && text.FromContext(ctx).Has(key) {
		return t(ctx, key)
	}
	return code
}

func page(title text.Key) view.Page {
	return view.Page{Title: title, Styles: []string{"analyst.css", "desk.css"}}
}

func when(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return text.FromContext(ctx).DateTime(at)
}

// local is the time of a crossing at its crossing point.
func local(ctx context.Context, c screening.Crossing) string {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		zone = time.UTC
	}
	return text.FromContext(ctx).In(zone).DateTime(c.At)
}

func number[N int | int64](ctx context.Context, n N) string {
	return text.FromContext(ctx).Number(int64(n))
}

func direction(ctx context.Context, d border.Direction) string {
	switch d {
	case border.Entry:
		return t(ctx, text.AnalystEntry)
	case border.Exit:
		return t(ctx, text.AnalystExit)
	}
	return "–"
}

func verdict(ctx context.Context, v border.Verdict) string {
	return word(ctx, "analyst.verdict_", string(v))
}

func name(surname, given string) string {
	return strings.TrimSuffix(strings.TrimSpace(surname+", "+given), ",")
}

// left is how long there is to answer, with the tone of it.
func (q Queue) left(ctx context.Context, r screening.Row) (string, view.Tone) {
	p := text.FromContext(ctx)
	switch wait := r.AnswerBy.Sub(q.Now); {
	case r.AnswerBy.IsZero():
		return "–", view.ToneInfo
	case wait <= 0:
		return t(ctx, text.DeskOver, "ago", p.Ago(-wait)), view.ToneError
	case wait < time.Hour:
		return t(ctx, text.DeskLeftIn, "left", clock(wait)), view.ToneWarning
	default:
		return t(ctx, text.DeskLeftIn, "left", clock(wait)), view.ToneInfo
	}
}

// clock is a time to come in hours and minutes, rounded down: "11:59".
func clock(d time.Duration) string {
	minutes := int(d / time.Minute)
	return fmt.Sprintf("%d:%02d", minutes/60, minutes%60)
}

// flightLeft is how long it is until a flight is here: little time is amber, none that it has landed.
func flightLeft(ctx context.Context, f *hit.Flight, now time.Time) (string, view.Tone) {
	left, known := f.Left(now)
	switch {
	case !known:
		return t(ctx, text.DeskArrivalUnknown), view.ToneInfo
	case left == 0:
		return t(ctx, text.DeskLanded), view.ToneInfo
	case left < 2*time.Hour:
		return t(ctx, text.DeskLeftIn, "left", clock(left)), view.ToneWarning
	}
	return t(ctx, text.DeskLeftIn, "left", clock(left)), view.ToneInfo
}

// crossed reports whether somebody is known to have been let in or out at all.
func crossed(route []screening.Crossing) bool {
	return slices.ContainsFunc(route, func(c screening.Crossing) bool { return c.Verdict == border.Admit && !c.Annulled })
}

func bandTone(band string) view.Tone {
	switch band {
	case "certain":
		return view.ToneError
	case "probable":
		return view.ToneWarning
	}
	return view.ToneInfo
}

func stageTone(s hit.Stage) view.Tone {
	switch s {
	case hit.StageConfirmed:
		return view.ToneError
	case hit.StageClosed, hit.StageNotSame, hit.StageNotConfirmed:
		return view.ToneSuccess
	case hit.StageOpen, hit.StageSame, hit.StageAsked, hit.StageUnanswered, hit.StageProposed:
	}
	return view.ToneWarning
}

// pair is a field with both sides.
type pair struct {
	field, found, listed, relation string
	sign                           string
}

// pairs are the fields of a match as they were compared, and those of the alert that nothing was compared with.
func pairs(ctx context.Context, r hit.Raise) (list []pair) {
	for _, e := range r.Evidence {
		if e.Field == "" || e.Found == "" && e.Expected == "" || e.Code == listcheck.CodeReason || repeats(r, e) {
			continue
		}
		p := pair{field: field(ctx, e.Field), found: e.Found, listed: e.Expected, relation: word(ctx, "relation.", e.Relation), sign: "="}
		switch {
		case e.Found == "" || e.Expected == "" || e.Relation == "unknown":
			p.sign = "?"
		case !listcheck.Agrees(e.Relation):
			p.sign = "✕"
		}
		list = append(list, p)
	}
	return list
}

// repeats reports whether a field says of the document what the head of its match says already, as those of services outside do.
func repeats(r hit.Raise, e border.Evidence) bool {
	return e.Code == listcheck.CodeField && slices.ContainsFunc(r.Evidence, func(head border.Evidence) bool {
		return head.Code == hit.CodeDocument && head.Ref == e.Ref && head.Found == e.Found && head.Expected == e.Expected
	})
}

func field(ctx context.Context, code string) string {
	for _, area := range []string{"hits.compare_fields.", "field."} {
		if key := text.Key(area + code); text.FromContext(ctx).Has(key) {
			return t(ctx, key)
		}
	}
	return code
}

func signClass(sign string) string {
	return map[string]string{"=": "agrees", "✕": "differs", "?": "open"}[sign]
}

// names are the alert's names as it writes them.
func (h Hit) names() (list []string) {
	if h.Alert == nil {
		return nil
	}
	for _, n := range h.Alert.Subject.Names {
		list = append(list, n.Raw)
	}
	return list
}

func born(ctx context.Context, d traveldoc.Date) string { return text.FromContext(ctx).Date(d) }

// reason is why an alert is there that is not known here, as the match said: a service gives a code, with the area of its words.
func (h Hit) reason(ctx context.Context) string {
	var list []string
	for _, e := range h.Raise.Evidence {
		if words := word(ctx, e.Field+".", e.Expected); e.Code == listcheck.CodeReason && !slices.Contains(list, words) {
			list = append(list, words)
		}
	}
	return joined(list)
}

// entry is the entry of a service outside, by which its full report is asked for.
func (h Hit) entry(ctx context.Context) string {
	_, id, _ := interpol.Split(h.Raise.Alert)
	return t(ctx, text.DeskServiceEntryIs, "entry", id, "version", strconv.Itoa(h.Raise.AlertVersion))
}

// serviceList is as of when the list of a service outside was that the hit rests on; what the service did not say is left open.
func (h Hit) serviceList(ctx context.Context) string {
	version, asOf := cmp.Or(h.Raise.ListVersion, "–"), h.Raise.AsOf
	if asOf.IsZero() {
		return version
	}
	return t(ctx, text.DeskServiceListIs, "version", version, "at", when(ctx, asOf), "ago", text.FromContext(ctx).Ago(h.Now.Sub(asOf)))
}

// mine reports whether the person works on the hit.
func (h Hit) mine() bool { return h.Own != nil && h.Own.Owner == h.Login && h.Own.Outcome == nil }

// free reports whether nobody at the centre does.
func (h Hit) free() bool { return h.Own != nil && h.Own.Owner == "" && h.Own.Outcome == nil }

func (h Hit) judged() bool { return h.Own != nil && h.Own.Judgement != nil }

func (h Hit) closedHere() bool { return h.Own != nil && h.Own.Outcome != nil }

// judge is what is asked of a hit: a hit on a document is no hit on a person.
func (h Hit) judge() text.Key {
	if h.Raise.Subject == alerts.DocumentOnly {
		return text.HitsJudgeDocument
	}
	return text.DeskJudge
}

// outcomes are those that the desk may close with: what needs a second person is done at the crossing point.
func (h Hit) outcomes() []string {
	if h.judged() && !h.Own.Judgement.Same {
		return []string{hit.OutcomeNotSame, hit.OutcomeAlertWithdrawn}
	}
	list := []string{hit.OutcomeToldOwner, hit.OutcomeActionNotPossible, hit.OutcomeGone, hit.OutcomeAlertWithdrawn}
	if h.Confirmed != nil && !*h.Confirmed {
		list = append([]string{hit.OutcomeNotConfirmed}, list...)
	}
	return list
}

func (h Hit) address(act string) string { return "/desk/hits/" + h.ID.String() + "/" + act }

// course is what was done, with who and what he noted.
func course(h *hit.Hit) []hit.Event {
	if h == nil {
		return nil
	}
	return h.Course
}

// noted are the words that go with a step.
func noted(ctx context.Context, e hit.Event) string {
	var parts []string
	add := func(words ...string) {
		for _, w := range words {
			if w != "" {
				parts = append(parts, w)
			}
		}
	}
	add(e.Note)
	if e.Judgement != nil {
		add(map[bool]string{true: t(ctx, text.DeskSame), false: t(ctx, text.DeskNotSame)}[e.Judgement.Same], e.Judgement.Remark)
	}
	if e.Question != nil {
		add(e.Question.Reference)
	}
	if e.Answer != nil {
		add(word(ctx, "desk.", answerCode(e.Answer.Confirmed)), e.Answer.Text)
	}
	if e.Outcome != nil {
		add(word(ctx, "hits.outcomes.", e.Outcome.Code), word(ctx, "alert_action.", string(e.Outcome.Action)), e.Outcome.Remark)
	}
	if e.Raise != nil {
		add(word(ctx, "hits.retro_", e.Raise.Retro))
	}
	return strings.Join(parts, " · ")
}

func answerCode(confirmed bool) string {
	return map[bool]string{true: "confirmed", false: "not_confirmed"}[confirmed]
}

// how is how a companion is known.
func how(ctx context.Context, c screening.Companion) string {
	words := make([]string, len(c.How))
	for i, code := range c.How {
		words[i] = word(ctx, "desk.how_", code)
	}
	return strings.Join(words, " · ")
}

// report is what the form begins with: the report as it was kept, or what is known of the crossing.
func (d DiscreetHit) report(ctx context.Context, name string) string {
	if d.Form.Values != nil {
		return d.Form.Value(name)
	}
	r := d.Report
	if r == nil {
		r = d.proposed(ctx)
	}
	return map[string]string{
		"place": r.Place, "time": r.Time, "reason": r.Reason, "route": r.Route, "companions": r.Companions, "vehicle": r.Vehicle,
		"objects": r.Objects, "behaviour": r.Behaviour, "remark": r.Remark,
	}[name]
}

func (d DiscreetHit) proposed(ctx context.Context) *screening.Report {
	r := &screening.Report{Place: strings.TrimSpace(d.Raise.Station + " " + d.Raise.Lane), Time: when(ctx, d.CrossedAt)}
	if d.Alert != nil {
		r.Reason = d.Alert.Reason
	}
	r.Route = strings.TrimSpace(direction(ctx, d.Raise.Direction) + " " + d.Raise.Transport)
	var with []string
	for _, c := range d.Companions {
		if slices.ContainsFunc(c.How, func(h string) bool {
			return h == screening.SameGroup || h == screening.SameVehicle || h == screening.IsGuardian
		}) {
			with = append(with, name(c.Surname, c.GivenNames))
		}
	}
	r.Companions = strings.Join(with, "; ")
	if d.Vehicle != nil {
		r.Vehicle = strings.TrimSpace(d.Vehicle.Country + " " + d.Vehicle.Plate)
	}
	return r
}

// reportFields are the fields of the report in their order.
func reportFields() []string {
	return []string{"place", "time", "reason", "route", "companions", "vehicle", "objects", "behaviour", "remark"}
}

// percent is a share in words.
func percent(ctx context.Context, share float64) string {
	return number(ctx, int(share*100+0.5)) + " %"
}

func precision(ctx context.Context, c screening.Count) string {
	if share, known := c.Precision(); known {
		return percent(ctx, share)
	}
	return "–"
}

func falseRate(ctx context.Context, c screening.Count) string {
	if share, known := c.Precision(); known {
		return percent(ctx, 1-share)
	}
	return "–"
}

// perThousand is with one decimal; the separator is the point of the code, as in scores.
func perThousand(ctx context.Context, c screening.Count) string {
	rate, known := c.PerThousand()
	if !known {
		return "–"
	}
	tenths := int64(rate*10 + 0.5)
	return number(ctx, tenths/10) + "." + number(ctx, tenths%10)
}

func median(ctx context.Context, c screening.Count) string {
	if c.True+c.False == 0 {
		return "–"
	}
	return text.FromContext(ctx).Ago(c.Median)
}

func counted(ctx context.Context, prefix string, c screening.Count) string {
	words := cmp.Or(word(ctx, prefix, c.By), "–")
	if c.And != "" {
		words += " · " + word(ctx, "band.", c.And)
	}
	return words
}

// share is how much of a run is done, in per cent.
func share(r screening.RunProgress) string { return strconv.Itoa(int(r.Share() * 100)) }

func joined(list []string) string { return strings.Join(list, " · ") }

// worded is the code that the words of a code stand under.
func worded(as map[string]string, code string) string { return cmp.Or(as[code], code) }
