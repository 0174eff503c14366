// Package carrierportalview draws the pages of a carrier's own people, and the State's board of carriers. It draws no person, no finding
// and no decision; of a message it draws what the carrier itself sent.
package carrierportalview

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/api_pnr/score"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/postgres/scoredb"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Period is [From, To): whole days, UTC.
type Period struct {
	From, To           time.Time
	Fault              string // what is wrong with the one that was asked for
	TypedFrom, TypedTo string // as it was
}

func (p Period) from() string {
	if p.Fault != "" {
		return p.TypedFrom
	}
	return p.From.Format(time.DateOnly)
}

func (p Period) to() string {
	if p.Fault != "" {
		return p.TypedTo
	}
	return p.last().Format(time.DateOnly)
}

// last is the last day of the period.
func (p Period) last() time.Time { return p.To.Add(-time.Second) }

func (p Period) query() string { return view.Address("", p.pairs()...) }

// pairs are what an address says of it.
func (p Period) pairs() []string {
	return []string{"from", p.From.Format(time.DateOnly), "to", p.last().Format(time.DateOnly)}
}

// Own is a carrier's page: its flights, its totals, its notices.
type Own struct {
	Carrier      string
	Base         string // of the addresses
	State        bool   // the State looks
	Period       Period
	Flights      []scoredb.Row
	After        string // the flight behind which the page begins
	More         bool   // there is another page
	Totals       scoredb.Totals
	Notices      paging.Listed[scoredb.NoticeRow]
	NoticesAfter string // where their page begins
}

// turn is the ways to other pages of the flights; the page of the notices stays.
func (o Own) turn() (first, next string) {
	last := ""
	if o.More {
		last = o.Flights[len(o.Flights)-1].Flight.String()
	}
	return view.Turn(o.Base, "after", o.After, last, append(o.Period.pairs(), "notices", o.NoticesAfter)...)
}

// turnNotices is the ways to other pages of the notices; the page of the flights stays.
func (o Own) turnNotices() (first, next string) {
	return view.Turn(o.Base, "notices", o.NoticesAfter, o.Notices.Next, append(o.Period.pairs(), "after", o.After)...)
}

// Card is a flight's card, explained.
type Card struct {
	scoredb.Row
	Base     string
	State    bool
	Policy   score.Policy // in force
	Messages paging.Listed[passengerdb.RawRow]
	Notices  paging.Listed[scoredb.NoticeRow]
	// Where their pages begin.
	MessagesAfter, NoticesAfter string
}

func (c Card) turnMessages() (first, next string) {
	return view.Turn(c.Base+"/"+c.Flight.String(), "messages", c.MessagesAfter, c.Messages.Next, "notices", c.NoticesAfter)
}

func (c Card) turnNotices() (first, next string) {
	return view.Turn(c.Base+"/"+c.Flight.String(), "notices", c.NoticesAfter, c.Notices.Next, "messages", c.MessagesAfter)
}

// push is what the policy says of a push; nil when the card is of another version.
func (c Card) push(name string) *score.Push {
	if c.Card.Policy != c.Policy.Version {
		return nil
	}
	for n := range c.Policy.Pushes {
		if c.Policy.Pushes[n].Name == name {
			return &c.Policy.Pushes[n]
		}
	}
	return nil
}

// Messages are what the carrier sent.
type Messages struct {
	Carrier, Show string
	List          paging.Listed[passengerdb.RawRow]
	After         string   // where the page begins
	Receipt       *Receipt // of a file that was just sent
	Fault         string
}

// Receipt is the answer to a file that was just sent.
type Receipt struct {
	apipnr.Receipt
	Before time.Time // when the same bytes came before; zero when they did not, or it is not known
}

// Finding is a diagnostic with the segment that it is about.
type Finding struct {
	apipnr.Diagnostic
	InMessage int    // from 1; 0: of all of what came
	Segment   string // as it was sent; "" when it is erased
}

// Message is one thing that the carrier sent.
type Message struct {
	passengerdb.RawRow
	Mine         map[uuid.UUID]bool // flights that have a card
	Findings     Findings
	Notices      paging.Listed[scoredb.NoticeRow]
	NoticesAfter string // where their page begins
}

// Findings is a page of findings.
type Findings struct {
	Rows   []Finding
	Total  int // on all pages
	Behind int // how many stand before the page
}

func (m Message) turnFindings() (first, next string) {
	at := func(n int, is bool) string {
		if !is {
			return ""
		}
		return strconv.Itoa(n)
	}
	f, end := m.Findings, m.Findings.Behind+len(m.Findings.Rows)
	return view.Turn("/carrier/messages/"+m.ID.String(), "findings", at(f.Behind, f.Behind > 0), at(end, end < f.Total), "notices", m.NoticesAfter)
}

func (m Message) turnNotices() (first, next string) {
	findings := ""
	if m.Findings.Behind > 0 {
		findings = strconv.Itoa(m.Findings.Behind)
	}
	return view.Turn("/carrier/messages/"+m.ID.String(), "notices", m.NoticesAfter, m.Notices.Next, "findings", findings)
}

// lead is the text that says what became of it: of something that was used with findings, that there are some.
func (m Message) lead() string {
	if m.State == intake.Applied && m.Findings.Total > 0 {
		return "noted"
	}
	return string(m.State)
}

// reasons are why what came, or a message of it, could not be used; each once.
func (m Message) reasons() (list []string) {
	seen := map[string]bool{"": true}
	add := func(code string) {
		if !seen[code] {
			seen[code] = true
			list = append(list, code)
		}
	}
	add(m.Reason)
	for _, one := range m.Messages {
		add(one.Reason)
	}
	return list
}

// Board is how all carriers stand.
type Board struct {
	Period    Period
	Standings []scoredb.Standing
	Notices   paging.Listed[scoredb.NoticeRow]
	// NoticesAfter is where their page begins.
	NoticesAfter string
}

func (b Board) turnNotices() (first, next string) {
	return view.Turn("/score", "notices", b.NoticesAfter, b.Notices.Next, b.Period.pairs()...)
}

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

func word(ctx context.Context, prefix, code string) string {
	return text.FromContext(ctx).Word(prefix, code)
}

// known is the words of a code, or nothing when the catalogue has none: the code itself stands beside it.
func known(ctx context.Context, prefix, code string) string {
	if p := text.FromContext(ctx); p.Has(text.Key(prefix + "." + code)) {
		return p.Word(prefix, code)
	}
	return ""
}

func number(ctx context.Context, n int) string { return text.FromContext(ctx).Number(int64(n)) }

func moment(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return text.FromContext(ctx).DateTime(at)
}

func page(title text.Key) view.Page {
	return view.Page{Title: title, Styles: []string{"carrierportal.css"}}
}

// shows are what messages can be filtered by.
func shows() []string {
	return []string{
		"all", "trouble", string(intake.Received), string(intake.WaitingParts), string(intake.Applied), string(intake.Partial), string(intake.Quarantined),
		string(intake.Incomplete), string(intake.Duplicate), string(intake.Superseded),
	}
}

func stateTone(s intake.State) view.Tone {
	switch s {
	case intake.Applied, intake.Parsed:
		return view.ToneSuccess
	case intake.Quarantined:
		return view.ToneError
	case intake.Partial, intake.Incomplete, intake.WaitingParts:
		return view.ToneWarning
	case intake.Received, intake.Duplicate, intake.Superseded:
	}
	return view.ToneInfo
}

func severityTone(s apipnr.Severity) view.Tone {
	switch s {
	case apipnr.Failure:
		return view.ToneError
	case apipnr.Warning:
		return view.ToneWarning
	case apipnr.Info:
	}
	return view.ToneInfo
}

func pushTone(s score.State) view.Tone {
	switch s {
	case score.OnTime:
		return view.ToneSuccess
	case score.Missing:
		return view.ToneError
	case score.Late, score.Incomplete:
		return view.ToneWarning
	case score.NotDue, score.NotKnown:
	}
	return view.ToneInfo
}

func noticeTone(k score.Kind) view.Tone {
	if k == score.PushMissing {
		return view.ToneError
	}
	return view.ToneWarning
}

func enoughTone(enough bool) view.Tone {
	if enough {
		return view.ToneSuccess
	}
	return view.ToneWarning
}

// percent is a share, rounded down so that 100 is only said of all.
func percent(ctx context.Context, part, of int) string {
	if of == 0 {
		return "–"
	}
	return text.FromContext(ctx).T(text.CarrierportalPercent, "n", number(ctx, part*100/of))
}

func points(ctx context.Context, p *int) string {
	if p == nil {
		return "–"
	}
	return number(ctx, *p)
}

// trend is the change of points with its sign.
func trend(ctx context.Context, n *int) string {
	switch {
	case n == nil:
		return "–"
	case *n > 0:
		return "▲ +" + number(ctx, *n)
	case *n < 0:
		return "▼ −" + number(ctx, -*n)
	}
	return "= 0"
}

// owed says when a push is owed, by the policy.
func owed(ctx context.Context, p *score.Push) string {
	if p == nil {
		return ""
	}
	grace := int(p.Grace / time.Minute)
	if p.AtClose {
		return t(ctx, text.CarrierportalOwedClose, "source", strings.ToUpper(string(p.Source)), "grace", number(ctx, grace))
	}
	return t(ctx, text.CarrierportalOwedBefore, "source", strings.ToUpper(string(p.Source)), "hours", number(ctx, int(p.Before/time.Hour)), "grace", number(ctx, grace))
}

func flightOf(n scoredb.NoticeRow) string {
	if n.Flight == nil {
		return ""
	}
	return n.Flight.String()
}

// tally are the states of what came, in their order, with how many of each.
func tally(m map[intake.State]int) (list []struct {
	State intake.State
	N     int
}) {
	for _, s := range intake.States() {
		if m[s] > 0 {
			list = append(list, struct {
				State intake.State
				N     int
			}{s, m[s]})
		}
	}
	return list
}
