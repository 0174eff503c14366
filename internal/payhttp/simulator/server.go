package simulator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/payhttp"
)

// Options are what a simulator is made of.
type Options struct {
	URL  string // where browsers reach it
	Key  []byte // shared with the asker
	ID   func() uuid.UUID
	Now  func() time.Time
	Log  *slog.Logger
	HTTP *http.Client // for call-backs; nil: one with a time-out of 10 s
	// Again is how long after a call-back that failed it is sent again, the first time; zero means 2 s.
	Again time.Duration
}

// Server is the provider. It implements http.Handler. Close it.
type Server struct {
	o     Options
	book  book
	mux   *http.ServeMux
	ctx   context.Context //nolint:containedctx // of the call-backs that outlive a request
	stop  context.CancelFunc
	calls sync.WaitGroup
}

// New makes a simulator.
func New(o Options) (*Server, error) {
	if len(o.Key) < payhttp.MinKey {
		return nil, fmt.Errorf("payment simulator: %w", payhttp.ErrKey)
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	if o.Again <= 0 {
		o.Again = 2 * time.Second
	}
	o.URL = strings.TrimRight(o.URL, "/")
	s := &Server{o: o, book: book{byRef: map[string]*order{}, byKey: map[uuid.UUID]*order{}}, mux: http.NewServeMux()}
	s.ctx, s.stop = context.WithCancel(context.Background())
	same := http.NewCrossOriginProtection()
	s.mux.HandleFunc("POST "+payhttp.OrdersPath, s.create)
	s.mux.HandleFunc("GET "+payhttp.OrdersPath+"/{ref}", s.ask)
	s.mux.HandleFunc("POST "+payhttp.RefundsPath, s.refund)
	s.mux.HandleFunc("GET /pay/{ref}", s.page)
	s.mux.Handle("POST /pay/{ref}", same.Handler(http.HandlerFunc(s.act)))
	s.mux.HandleFunc("GET /{$}", s.board)
	s.mux.Handle("POST /control", same.Handler(http.HandlerFunc(s.control)))
	s.mux.HandleFunc("GET /simulator.css", s.style)
	return s, nil
}

// Close ends the call-backs that still wait.
func (s *Server) Close() {
	s.stop()
	s.calls.Wait()
}

// ServeHTTP answers. Every answer says that it is a simulator's.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Simulator", "yes")
	w.Header().Set("Cache-Control", "no-store")
	s.mux.ServeHTTP(w, r)
}

// Set turns the knobs.
func (s *Server) Set(k Knobs) error {
	if err := k.Check(); err != nil {
		return err
	}
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	s.book.knobs = k
	return nil
}

// Knobs are how they are turned.
func (s *Server) Knobs() Knobs {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	return s.book.knobs
}

// Pay does what the page's button does: the browser would go to the address given. False when the order is not open.
func (s *Server) Pay(ref string) (back string, ok bool) { return s.settle(ref, true) }

// Refuse does what the page's other button does.
func (s *Server) Refuse(ref string) (back string, ok bool) { return s.settle(ref, false) }

// PayAgain takes another payment of an order, whatever its state, as a provider may find out late.
func (s *Server) PayAgain(ref string) bool {
	o, ok := s.book.again(ref, s.o.ID, s.o.Now())
	if ok {
		s.call(o)
	}
	return ok
}

// Charged is what was taken for an order and has not gone back, and how many payments there were.
func (s *Server) Charged(ref string) (left evisa.Money, payments int) {
	o, _ := s.book.find(ref, s.o.Now())
	left.Currency = o.Amount.Currency
	for _, p := range o.payments {
		left.Minor += p.Amount.Minor
	}
	for _, r := range o.refunds {
		left.Minor -= r.Amount.Minor
	}
	return left, len(o.payments)
}

// Orders are the references of all orders, oldest first.
func (s *Server) Orders() []string {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	refs := make([]string, len(s.book.newest))
	for n, o := range s.book.newest {
		refs[n] = o.ref
	}
	return refs
}

// Forget forgets all orders.
func (s *Server) Forget() {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	s.book.byRef, s.book.byKey, s.book.newest = map[string]*order{}, map[uuid.UUID]*order{}, nil
}

func (s *Server) settle(ref string, paid bool) (back string, ok bool) {
	o, ok := s.book.settle(ref, paid, s.o.ID, s.o.Now())
	if ok {
		s.call(o)
	}
	return o.Return, ok
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	q, ok := payhttp.Read(w, r, s.o.Key, s.o.Now)
	if !ok {
		return
	}
	var want payhttp.OrderRequest
	if err := q.Decode(&want); err != nil || !sound(want) {
		q.Refuse(w, http.StatusBadRequest, payhttp.CodeInvalid, "expected an order of the protocol")
		return
	}
	o, err := s.book.make(want, "ord_"+s.o.ID().String(), s.o.Now())
	if err != nil {
		q.Refuse(w, http.StatusConflict, payhttp.CodeConflict, err.Error())
		return
	}
	s.mute()
	q.Answer(w, payhttp.OrderAnswer{Ref: o.ref, URL: s.o.URL + "/pay/" + o.ref, Until: o.Until})
}

// mute cuts the connection after the work was done, where the knobs say so.
func (s *Server) mute() {
	if s.Knobs().Mute {
		panic(http.ErrAbortHandler) //nolint:forbidigo // net/http's way of cutting a connection
	}
}

func sound(q payhttp.OrderRequest) bool {
	for _, text := range []string{q.Return, q.Notify} {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return false
		}
	}
	return q.Key != uuid.Nil && q.Amount.Check() == nil && q.Amount.Minor > 0 && !q.Until.IsZero()
}

func (s *Server) ask(w http.ResponseWriter, r *http.Request) {
	q, ok := payhttp.Read(w, r, s.o.Key, s.o.Now)
	if !ok {
		return
	}
	o, found := s.book.find(r.PathValue("ref"), s.o.Now())
	if !found {
		q.Refuse(w, http.StatusNotFound, payhttp.CodeUnknown, errUnknown.Error())
		return
	}
	s.mute()
	q.Answer(w, o.standing())
}

func (s *Server) refund(w http.ResponseWriter, r *http.Request) {
	q, ok := payhttp.Read(w, r, s.o.Key, s.o.Now)
	if !ok {
		return
	}
	var want payhttp.RefundRequest
	if err := q.Decode(&want); err != nil {
		q.Refuse(w, http.StatusBadRequest, payhttp.CodeInvalid, err.Error())
		return
	}
	back, err := s.book.refund(want, "ref_"+s.o.ID().String())
	switch {
	case errors.Is(err, errUnknown):
		q.Refuse(w, http.StatusNotFound, payhttp.CodeUnknown, err.Error())
	case errors.Is(err, errConflict):
		q.Refuse(w, http.StatusConflict, payhttp.CodeConflict, err.Error())
	case err != nil:
		q.Refuse(w, http.StatusUnprocessableEntity, payhttp.CodeRefused, err.Error())
	default:
		s.mute()
		q.Answer(w, payhttp.RefundAnswer{Ref: back.ref, Done: back.done})
	}
}
