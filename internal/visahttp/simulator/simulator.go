package simulator

import (
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/jsonhttp"
	"github.com/openbmis/openbmis/internal/visahttp"
	"github.com/openbmis/openbmis/traveldoc"
)

// Options are what a simulator is made of.
type Options struct {
	Visas []visahttp.Visa // what it has at the start
	Token string          // that askers must show; empty: everybody is answered
	Now   func() time.Time
}

// Knobs are how badly the platform works.
type Knobs struct {
	Delay  time.Duration // before each answer
	Fail   bool          // answers 503
	Refuse bool          // lets nobody in: 403
	Down   bool          // as if it were not there: the connection is cut
}

// Server answers by the contract, and has a page. It implements http.Handler and is safe for concurrent use.
type Server struct {
	token   string
	now     func() time.Time
	handler http.Handler

	mu      sync.Mutex
	knobs   Knobs
	visas   []visahttp.Visa
	used    map[uuid.UUID]visahttp.Use
	asked   int
	version int
}

// New makes a simulator.
func New(o Options) *Server {
	mux := http.NewServeMux()
	s := &Server{token: o.Token, now: o.Now, handler: jsonhttp.Simulated(mux), visas: o.Visas, used: map[uuid.UUID]visahttp.Use{}, version: 1}
	mux.HandleFunc("GET "+visahttp.StatusPath, s.guarded(s.status))
	mux.HandleFunc("POST "+visahttp.SearchPath, s.guarded(s.search))
	mux.HandleFunc("POST "+visahttp.UsesPath, s.guarded(s.use))
	mux.HandleFunc("GET /{$}", s.page)
	mux.Handle("POST /control", http.NewCrossOriginProtection().Handler(http.HandlerFunc(s.control)))
	return s
}

// ServeHTTP answers. Every answer says that it is a simulator's.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handler.ServeHTTP(w, r)
}

// Set turns the knobs.
func (s *Server) Set(to Knobs) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.knobs = to
}

// Put adds a visa, or puts it in the place of the one of its number.
func (s *Server) Put(v visahttp.Visa) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
	for n := range s.visas {
		if s.visas[n].Number == v.Number {
			s.visas[n] = v
			return
		}
	}
	s.visas = append(s.visas, v)
}

// Asked is how many searches there were; Used the entries that it was told of and that stand.
func (s *Server) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// Used are the entries that stand.
func (s *Server) Used() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, u := range s.used {
		if !u.Annulled {
			n++
		}
	}
	return n
}

// guarded lets in who shows the token, and does what the knobs say.
func (s *Server) guarded(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		knobs := s.knobs
		s.mu.Unlock()
		if knobs.Down {
			panic(http.ErrAbortHandler) //nolint:forbidigo // net/http's way of cutting a connection
		}
		if !jsonhttp.Pause(r.Context(), knobs.Delay) || !jsonhttp.Admit(w, r, s.token) {
			return
		}
		switch {
		case knobs.Refuse:
			jsonhttp.Refuse(w, http.StatusForbidden, "not admitted")
		case knobs.Fail:
			jsonhttp.Refuse(w, http.StatusServiceUnavailable, "failed, as it was told to")
		default:
			next(w, r)
		}
	}
}

func (s *Server) status(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	jsonhttp.Answer(w, s.state())
}

func (s *Server) state() visahttp.Status {
	return visahttp.Status{Name: "Simulator of an e-visa platform", Version: strconv.Itoa(s.version), AsOf: s.now().UTC(), Simulator: true}
}

func (s *Server) search(w http.ResponseWriter, r *http.Request) {
	var q visahttp.Search
	if !jsonhttp.Question(w, r, visahttp.MaxQuestion, &q) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	a := visahttp.Answer{Visas: []visahttp.Visa{}, Status: s.state()}
	for _, v := range s.visas {
		if matches(v, q) {
			v.Uses = append(v.Uses, s.uses(v.Number)...)
			a.Visas = append(a.Visas, v)
		}
	}
	jsonhttp.Answer(w, a)
}

// matches finds by the document, by an earlier one, by person, or by number.
func matches(v visahttp.Visa, q visahttp.Search) bool {
	for _, d := range append([]traveldoc.Document{v.Document}, v.Earlier...) {
		if traveldoc.FoldNumber(d.Number) == traveldoc.FoldNumber(q.Document.Number) && d.IssuingState == q.Document.IssuingState {
			return true
		}
	}
	person := traveldoc.NameKey(v.Identity.Surname, v.Identity.GivenNames) == traveldoc.NameKey(q.Person.Surname, q.Person.GivenNames) &&
		v.Identity.BirthDate == q.Person.BirthDate && !v.Identity.BirthDate.IsZero()
	return person || q.Number != "" && q.Number == v.Number
}

func (s *Server) uses(number string) (list []evisa.Use) {
	for _, u := range s.used {
		if u.Number == number && !u.Annulled {
			list = append(list, evisa.Use{Crossing: u.Crossing, Station: u.Station, At: u.At, Date: u.Date})
		}
	}
	return list
}

func (s *Server) use(w http.ResponseWriter, r *http.Request) {
	var u visahttp.Use
	if !jsonhttp.Question(w, r, visahttp.MaxQuestion, &u) {
		return
	}
	if u.Number == "" || u.Crossing == uuid.Nil || u.At.IsZero() {
		jsonhttp.Refuse(w, http.StatusBadRequest, "number, crossing, at: expected")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, is := s.used[u.Crossing]; !is || !known.Annulled { // an entry that was taken back does not come again
		s.used[u.Crossing] = u
		s.version++
	}
	w.WriteHeader(http.StatusNoContent)
}

var pageTemplate = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulator of an e-visa platform</title></head>
<body>
<h1>SIMULATOR of an e-visa platform</h1>
<p><strong>This is no State's platform. Every visa is made up; nobody in it exists.</strong></p>
<p>{{.Visas}} visas, asked {{.Asked}} times, {{.Uses}} entries reported. What is set here holds at once.</p>
<form method="post" action="/control">
<label>Delay <input name="delay" value="{{.Knobs.Delay}}" size="8"></label>
<label><input type="checkbox" name="fail" {{if .Knobs.Fail}}checked{{end}}> fails</label>
<label><input type="checkbox" name="refuse" {{if .Knobs.Refuse}}checked{{end}}> refuses everybody</label>
<label><input type="checkbox" name="down" {{if .Knobs.Down}}checked{{end}}> cuts connections</label>
<button>Set</button>
</form>
</body></html>
`)) //nolint:gochecknoglobals // parsed once

func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	shown := map[string]any{"Visas": len(s.visas), "Asked": s.asked, "Uses": len(s.used), "Knobs": s.knobs}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'")
	_ = pageTemplate.Execute(w, shown) // the reader has gone otherwise
}

var errDelay = errors.New("delay: expected 0s to 1m")

// control turns the knobs as the form of the page says, and goes back to the page.
func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	delay, err := time.ParseDuration(r.PostFormValue("delay"))
	if err != nil || delay < 0 || delay > time.Minute {
		jsonhttp.Refuse(w, http.StatusBadRequest, errDelay.Error())
		return
	}
	on := func(name string) bool { return r.PostFormValue(name) != "" }
	s.Set(Knobs{Delay: delay, Fail: on("fail"), Refuse: on("refuse"), Down: on("down")})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
