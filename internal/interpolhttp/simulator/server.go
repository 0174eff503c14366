package simulator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/internal/interpolhttp"
	"github.com/openbmis/openbmis/internal/jsonhttp"
)

// Options are what a simulator is made of.
type Options struct {
	Data  *Data
	Token string // that askers must show; empty: everybody is answered
	Seed  uint64 // of which questions fail
	// Random makes the key of the filters.
	Random io.Reader
}

// Server answers by the protocol, and has a page. It implements http.Handler.
type Server struct {
	Options
	board   board
	secret  []byte
	handler http.Handler

	mu      sync.Mutex
	draw    *rand.Rand
	filters map[interpol.Kind]madeFilter
}

type madeFilter struct {
	version string
	encoded []byte
}

// New makes a simulator.
func New(o Options) (*Server, error) {
	s := &Server{
		Options: o, board: board{knobs: map[interpol.Kind]Knobs{}, count: map[interpol.Kind]int{}}, secret: make([]byte, sha256.Size),
		draw: rand.New(rand.NewPCG(o.Seed, 7)), filters: map[interpol.Kind]madeFilter{}, //nolint:gosec // failures that can be had again
	}
	if _, err := io.ReadFull(o.Random, s.secret); err != nil {
		return nil, fmt.Errorf("key of the filters: %w", err)
	}
	mux := http.NewServeMux()
	s.handler = jsonhttp.Simulated(mux)
	mux.HandleFunc("GET "+interpolhttp.StatusPath+"{kind}", s.status)
	mux.HandleFunc("POST "+interpolhttp.SearchPath, s.search)
	mux.HandleFunc("POST "+interpolhttp.DetailPath, s.detail)
	mux.HandleFunc("GET "+interpolhttp.FilterPath+"{kind}", s.filter)
	mux.HandleFunc("POST "+interpolhttp.FilterKeyPath, s.filterKey)
	mux.HandleFunc("GET /{$}", s.page)
	mux.Handle("POST /control", http.NewCrossOriginProtection().Handler(http.HandlerFunc(s.control)))
	return s, nil
}

// ServeHTTP answers. Every answer says that it is a simulator's.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handler.ServeHTTP(w, r)
}

// Set turns the knobs of a kind.
func (s *Server) Set(k interpol.Kind, to Knobs) error {
	if !k.Valid() {
		return fmt.Errorf("kind: expected one of %v", interpol.Kinds())
	}
	if err := to.Check(); err != nil {
		return err
	}
	s.board.set(k, to)
	return nil
}

// Asked is how many searches and reports of a kind were asked for.
func (s *Server) Asked(k interpol.Kind) int { return s.board.counted(k) }

// admit lets in who shows the token, and does what the knobs of the kind say; false when the answer was given, or there is to be none.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, k interpol.Kind) bool {
	if !jsonhttp.Admit(w, r, s.Token) {
		return false
	}
	if !k.Valid() {
		jsonhttp.Refuse(w, http.StatusBadRequest, fmt.Sprintf("kind: expected one of %v", interpol.Kinds()))
		return false
	}
	knobs := s.board.get(k)
	switch {
	case knobs.Down:
		panic(http.ErrAbortHandler) //nolint:forbidigo // net/http's way of cutting a connection
	case knobs.Hang:
		<-r.Context().Done()
		return false
	case !jsonhttp.Pause(r.Context(), time.Duration(knobs.Delay)):
		return false
	case knobs.Refuse:
		jsonhttp.Refuse(w, http.StatusForbidden, "not admitted")
		return false
	case s.fails(knobs.Errors):
		jsonhttp.Refuse(w, http.StatusInternalServerError, "failed, as it was told to")
		return false
	}
	return true
}

func (s *Server) fails(part float64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draw.Float64() < part
}

func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	kind := interpol.Kind(r.PathValue("kind"))
	if s.admit(w, r, kind) {
		jsonhttp.Answer(w, s.Data.Service(kind))
	}
}

func (s *Server) search(w http.ResponseWriter, r *http.Request) {
	var q interpol.Query
	if !jsonhttp.Question(w, r, interpolhttp.MaxQuery, &q) || !s.admit(w, r, q.Kind) {
		return
	}
	if field := q.Check(); field != "" {
		jsonhttp.Refuse(w, http.StatusBadRequest, field+": expected the fields of the kind, and no others")
		return
	}
	s.board.asked(q.Kind)
	jsonhttp.Answer(w, s.Data.Search(q))
}

func (s *Server) detail(w http.ResponseWriter, r *http.Request) {
	var q interpolhttp.DetailRequest
	if !jsonhttp.Question(w, r, interpolhttp.MaxQuery, &q) || !s.admit(w, r, q.Kind) {
		return
	}
	s.board.asked(q.Kind)
	record, known := s.Data.Detail(q.Kind, q.ID)
	if !known {
		jsonhttp.Refuse(w, http.StatusNotFound, "id: not known")
		return
	}
	jsonhttp.Answer(w, record)
}

func (s *Server) filter(w http.ResponseWriter, r *http.Request) {
	kind := interpol.Kind(r.PathValue("kind"))
	if !s.admit(w, r, kind) {
		return
	}
	if !kind.OfDocuments() {
		jsonhttp.Refuse(w, http.StatusNotFound, "kind: only lists of documents have a filter")
		return
	}
	version, encoded, err := s.newest(kind)
	if err != nil {
		jsonhttp.Refuse(w, http.StatusInternalServerError, "the filter cannot be made")
		return
	}
	w.Header().Set("ETag", `"`+version+`"`)
	if r.Header.Get("If-None-Match") == `"`+version+`"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(encoded) //nolint:gosec // bytes of a filter, never shown as a page; the asker has gone otherwise
}

// newest is the filter of a list as it stands; it is made once for each version.
func (s *Server) newest(k interpol.Kind) (version string, encoded []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	documents, service := s.Data.documents(k)
	if made := s.filters[k]; made.version == service.Version {
		return made.version, made.encoded, nil
	}
	f, err := interpol.BuildFilter(interpol.FilterInfo{
		Kind: k, Service: service.Name, Version: service.Version, AsOf: service.AsOf, KeyID: s.keyID(), Simulator: true,
	}, s.secret, documents)
	if err != nil {
		return "", nil, err
	}
	if encoded, err = f.Encode(); err != nil {
		return "", nil, err
	}
	s.filters[k] = madeFilter{service.Version, encoded}
	return service.Version, encoded, nil
}

func (s *Server) keyID() string {
	sum := sha256.Sum256(s.secret)
	return hex.EncodeToString(sum[:8])
}

func (s *Server) filterKey(w http.ResponseWriter, r *http.Request) {
	var q interpolhttp.KeyRequest
	if !jsonhttp.Question(w, r, interpolhttp.MaxQuery, &q) || !s.admit(w, r, q.Kind) {
		return
	}
	if q.ID != s.keyID() {
		jsonhttp.Refuse(w, http.StatusNotFound, "id: not known")
		return
	}
	jsonhttp.Answer(w, interpolhttp.KeyAnswer{Key: s.secret})
}
