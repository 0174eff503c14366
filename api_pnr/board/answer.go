package board

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/message"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
)

// Problems that an Office answers with.
var (
	ErrNoList    = problem.New(problem.Invalid, "board.no_list")
	ErrNoFlight  = problem.New(problem.Invalid, "board.no_flight").At("flight")
	ErrNotKept   = problem.New(problem.Unavailable, "board.not_kept")
	ErrNoSuchAck = problem.New(problem.NotFound, "board.no_notice")
)

// Answer answers a list, a change or a flight's status. The request is durable, and the answer written down, before it is given. An
// error means that there is no answer: what came is kept all the same, where it could be.
func (o *Office) Answer(ctx context.Context, e apipnr.Envelope) ([]byte, error) {
	began := o.Now()
	var kept errgroup.Group
	kept.Go(func() error {
		_, err := o.Keeper.Keep(context.WithoutCancel(ctx), e)
		return err
	})
	var reply []byte
	answered := 0
	var failed, lacks error
	for n, m := range message.Read(e.Body).Messages {
		if m.Type != apipnr.PAXLST {
			continue
		}
		body, err := o.message(ctx, e, n, m, began)
		if errors.Is(err, ErrNoFlight) {
			lacks = err
		} else {
			failed = errors.Join(failed, err)
		}
		reply = append(reply, body...)
		answered++
	}
	switch err := kept.Wait(); {
	case err != nil:
		return nil, ErrNotKept.Because(err)
	case failed != nil:
		return nil, failed
	case answered == 0:
		return nil, ErrNoList
	case lacks != nil:
		return nil, lacks
	}
	return reply, nil
}

// message answers one message of an envelope.
func (o *Office) message(ctx context.Context, e apipnr.Envelope, n int, m apipnr.Message, began time.Time) ([]byte, error) {
	r, travellers, err := o.request(e, n, m)
	if err != nil {
		return nil, err
	}
	var may bool
	if r.AsksFor, may = o.asksFor(e.Carrier, r.Flight); !may {
		return o.refuse(ctx, e, m)
	}
	var verdicts []apipnr.Verdict
	if status, is := statusOf(r); is {
		err = o.Store.Status(context.WithoutCancel(ctx), status)
	} else {
		verdicts, err = o.list(ctx, r, travellers, began)
	}
	if err != nil {
		return nil, err
	}
	body, err := o.write(m, apipnr.Answer, verdicts)
	if err != nil {
		return nil, fmt.Errorf("write the answer: %w", err)
	}
	return body, nil
}

// request makes what is kept of a message, and its travellers as the checks look at them.
func (o *Office) request(e apipnr.Envelope, n int, m apipnr.Message) (Request, []Passenger, error) {
	if len(m.Flights) == 0 {
		return Request{}, nil, ErrNoFlight
	}
	r := Request{
		ID: e.ID, Carrier: e.Carrier, Transaction: cmp.Or(m.Transaction, m.Access, m.Interchange+"/"+m.Reference), Revision: m.Revision,
		Function: m.Function, Flight: crossing(m.Flights), At: e.ReceivedAt,
		Wire: wireOf(m),
	}
	if n > 0 {
		r.ID = uuid.NewSHA1(e.ID, []byte(strconv.Itoa(n)))
	}
	r.DepartsAt, r.ArrivesAt = o.Times(r.Flight)
	travellers := make([]Passenger, len(m.Travellers))
	for i, t := range m.Travellers {
		identity, documents := o.Normal(t)
		travellers[i] = Passenger{
			Occasion: r.ID, Kind: t.Kind, Identity: identity, Documents: documents, Flight: r.Flight, DepartsAt: r.DepartsAt, ArrivesAt: r.ArrivesAt,
		}
		r.Asked = append(r.Asked, Asked{
			Ref: cmp.Or(t.Ref, "#"+r.Transaction+"/"+strconv.Itoa(i+1)), Locator: t.Locator, Who: Who{Identity: identity, Documents: documents},
		})
	}
	return r, travellers, nil
}

// crossing is the leg that crosses the border, or the first.
func crossing(flights []apipnr.Flight) apipnr.Flight {
	if n := slices.IndexFunc(flights, func(f apipnr.Flight) bool { return f.Role == apipnr.CrossingLeg }); n >= 0 {
		return flights[n]
	}
	return flights[0]
}

// list answers a list or a change: the request is kept while the checks run, and the answer when both are done.
func (o *Office) list(ctx context.Context, r Request, travellers []Passenger, began time.Time) ([]apipnr.Verdict, error) {
	var opened Opened
	var keeping errgroup.Group
	keeping.Go(func() (err error) {
		opened, err = o.Store.Open(context.WithoutCancel(ctx), r)
		return err
	})
	findings := o.ask(ctx, travellers, began)
	if err := keeping.Wait(); err != nil {
		return nil, ErrNotKept.Because(err)
	}
	g := Given{Request: r.ID, Carrier: r.Carrier, Flight: r.Flight.Key(), Seq: opened.Seq, Policy: o.Policy.Name()}
	for n, a := range r.Asked {
		ruling := o.Policy.Decide(findings[n], opened.Opinions[a.Ref])
		g.Answers = append(g.Answers, Answered{Ref: a.Ref, Ruling: ruling, Words: o.Policy.Say(ruling)})
	}
	g.At = o.Now()
	g.Took = g.At.Sub(began)
	if err := o.Store.Close(context.WithoutCancel(ctx), g); err != nil {
		return nil, ErrNotKept.Because(err)
	}
	return told(r.Asked, g.Answers), nil
}

// ask runs the checks of all travellers until the deadline: the carrier's or the policy's, whichever comes first, less what is kept for
// writing and sending.
func (o *Office) ask(ctx context.Context, travellers []Passenger, began time.Time) [][]border.Finding {
	left := time.Duration(o.Policy.Deadline) - o.Now().Sub(began)
	if own, is := ctx.Deadline(); is {
		left = min(left, time.Until(own)) // of the machine's clock, as every context's
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), left-time.Duration(o.Policy.Reserve))
	defer cancel()
	patience, end := context.WithTimeout(ctx, time.Duration(o.Policy.Outside))
	defer end()
	findings := make([][]border.Finding, len(travellers))
	var all sync.WaitGroup
	for n := range travellers {
		all.Go(func() {
			select {
			case o.working <- struct{}{}:
				defer func() { <-o.working }()
			case <-ctx.Done():
			}
			findings[n] = o.Checks.Ask(ctx, patience, travellers[n])
		})
	}
	all.Wait()
	return findings
}

// statusOf is a request that tells how a flight or its travellers stand.
func statusOf(r Request) (StatusNews, bool) {
	n := StatusNews{Request: r}
	yes, no := true, false
	switch r.Function {
	case apipnr.Close:
		n.Close = true
	case apipnr.CloseOnBoard:
		n.Close, n.OnBoard = true, &yes
	case apipnr.CloseNotBoard:
		n.Close, n.OnBoard = true, &no
	case apipnr.CancelFlight:
		n.Cancel = true
	case apipnr.Cancel, apipnr.Reduce, apipnr.ChangeFlight:
	default:
		return n, false
	}
	return n, true
}
