package visahttp_test

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/visahttp"
	"github.com/openbmis/openbmis/internal/visahttp/simulator"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type journal struct {
	sync.Mutex
	entries []audit.Entry
	broken  error
}

func (j *journal) Write(_ context.Context, e audit.Entry) error {
	j.Lock()
	defer j.Unlock()
	if err := errors.Join(j.broken, e.Validate()); err != nil {
		return err
	}
	j.entries = append(j.entries, e)
	return nil
}

func (j *journal) count() int {
	j.Lock()
	defer j.Unlock()
	return len(j.entries)
}

// outside is a platform's simulator, and a client of it.
type outside struct {
	*simulator.Server
	*visahttp.Platform
	url     string
	journal *journal
	now     time.Time
}

func open(t *testing.T, handler http.Handler, simulators bool, visas ...visahttp.Visa) *outside {
	t.Helper()
	o := &outside{journal: &journal{}, now: noon}
	o.Server = simulator.New(simulator.Options{Visas: visas, Token: "secret", Now: func() time.Time { return o.now }})
	if handler == nil {
		handler = o.Server
	}
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	root, token := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "token")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(root, certificate, 0o600))
	require.NoError(t, os.WriteFile(token, []byte("secret\n"), 0o600))
	o.url = server.URL
	settings := visahttp.Settings{Name: "national", URL: server.URL, Credentials: token, CA: root, Deadline: visahttp.Span(5 * time.Second)}
	var err error
	o.Platform, err = visahttp.Open(settings, visahttp.Tools{
		Journal: o.journal, QueryKey: make([]byte, 32), Post: "post-a", Now: func() time.Time { return o.now }, SimulatorsOnly: simulators,
	})
	require.NoError(t, err)
	return o
}

func day(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

func visa(t testing.TB) visahttp.Visa {
	t.Helper()
	return visahttp.Visa{
		Number: "N-2026/000017", Standing: evisa.InForce, Type: "T", Kind: evisa.KindVisa, Authority: "Consulate", IssuedAt: noon.Add(-time.Hour),
		Identity: traveldoc.Identity{Surname: "MARTIN", GivenNames: "SOPHIE", BirthDate: day(t, "1990-02-03"), Nationality: "FRA"},
		Document: traveldoc.Document{Code: "P", Number: "12AB34567", IssuingState: "FRA"},
		From:     day(t, "2026-11-01"), Until: day(t, "2027-01-31"), Days: 30, Entries: 1,
	}
}

func ask(t testing.TB) evisa.Query {
	t.Helper()
	v := visa(t)
	return evisa.Query{Identity: v.Identity, Document: v.Document}
}

func TestVisasAreFoundByDocumentAndByPerson(t *testing.T) {
	o := open(t, nil, false, visa(t))
	for name, change := range map[string]func(*evisa.Query){
		"document": func(q *evisa.Query) { q.Identity = traveldoc.Identity{Surname: "OTHER"} },
		"person":   func(q *evisa.Query) { q.Document.Number = "99ZZ99999" },
		"number": func(q *evisa.Query) {
			q.Identity, q.Document.Number, q.Number = traveldoc.Identity{Surname: "OTHER"}, "99ZZ99999", "N-2026/000017"
		},
	} {
		q := ask(t)
		change(&q)
		found, err := o.Find(t.Context(), q)
		require.NoError(t, err, name)
		require.Len(t, found.Rows, 1, name)
		require.True(t, found.Held)
		require.Equal(t, border.Source{Name: visahttp.Source, Version: "1", AsOf: noon}, found.Source)
		require.Equal(t, 30, found.Rows[0].Terms.Days)
	}
	q := ask(t)
	q.Identity.Surname, q.Document.Number = "NOBODY", "0"
	found, err := o.Find(t.Context(), q)
	require.NoError(t, err)
	require.Empty(t, found.Rows)
	require.Equal(t, 4, o.journal.count(), "every question is in the audit log")
}

// An outage is a reason, never an empty answer; a platform that fails is left alone for a while, and asked again by itself.
func TestAnOutageIsNeverNoVisa(t *testing.T) {
	o := open(t, nil, false, visa(t))
	for want, knobs := range map[string]simulator.Knobs{
		border.ReasonUnreachable: {Down: true}, border.ReasonNotAdmitted: {Refuse: true},
	} {
		o.Set(knobs)
		_, err := o.Find(t.Context(), ask(t))
		require.Equal(t, want, evisa.ReasonOf(err))
	}
	o.Set(simulator.Knobs{Fail: true})
	_, err := o.Find(t.Context(), ask(t))
	require.Equal(t, border.ReasonUnreachable, evisa.ReasonOf(err))
	_, err = o.Find(t.Context(), ask(t))
	require.Equal(t, border.ReasonBreakerOpen, evisa.ReasonOf(err), "after three failures it is not asked")
	_, answers := o.Answers()
	require.False(t, answers)

	o.Set(simulator.Knobs{})
	o.now = o.now.Add(time.Minute)
	found, err := o.Find(t.Context(), ask(t))
	require.NoError(t, err)
	require.Len(t, found.Rows, 1)
	_, answers = o.Answers()
	require.True(t, answers)
}

func TestADeadlineIsKept(t *testing.T) {
	o := open(t, nil, false)
	o.Set(simulator.Knobs{Delay: 500 * time.Millisecond})
	o.Deadline = visahttp.Span(20 * time.Millisecond)
	_, err := o.Find(t.Context(), ask(t))
	require.Equal(t, border.ReasonTimeout, evisa.ReasonOf(err))
}

// What is not of the contract is no answer; what a visa lacks is counted, and hides nobody's.
func TestAnswersThatAreNone(t *testing.T) {
	for name, body := range map[string]string{
		"no JSON": "hello", "cut": `{"visas": [{"number": "1"`, "other": `[]`, "long": `{"name": "` + strings.Repeat("x", visahttp.MaxAnswer) + `"}`,
		"many": `{"visas": [` + strings.Repeat(`{"number": "1"},`, visahttp.MaxVisas) + `{"number": "1"}]}`,
	} {
		o := open(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body)) // the asker has gone otherwise
		}), false)
		_, err := o.Find(t.Context(), ask(t))
		require.Equal(t, border.ReasonFailed, evisa.ReasonOf(err), name)
		require.NotContains(t, err.Error(), "MARTIN")
	}
	half := visa(t)
	half.Standing = "perhaps"
	o := open(t, nil, false, visa(t), half)
	found, err := o.Find(t.Context(), ask(t))
	require.NoError(t, err)
	require.Len(t, found.Rows, 1)
	require.Equal(t, 1, found.Unreadable)
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("somebody else was asked") }))
	t.Cleanup(elsewhere.Close)
	o := open(t, http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect), false)
	_, err := o.Find(t.Context(), ask(t))
	require.Equal(t, border.ReasonFailed, evisa.ReasonOf(err))
}

// What cannot be written to the audit log is not asked.
func TestNothingIsAskedWithoutAnAuditEntry(t *testing.T) {
	o := open(t, nil, false, visa(t))
	o.journal.broken = errors.New("disk full")
	_, err := o.Find(t.Context(), ask(t))
	require.Equal(t, border.ReasonFailed, evisa.ReasonOf(err))
	require.Zero(t, o.Asked())
}

// Where documents of a country that does not exist are taken, a platform in operation learns of nobody.
func TestExercisesAskSimulatorsAlone(t *testing.T) {
	asked := 0
	o := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == visahttp.SearchPath {
			asked++
		}
		_ = json.NewEncoder(w).Encode(visahttp.Status{Name: "in operation", Version: "1", AsOf: noon}) // the asker has gone otherwise
	}), true)
	_, err := o.Find(t.Context(), ask(t))
	require.Equal(t, border.ReasonNotAdmitted, evisa.ReasonOf(err))
	require.Zero(t, asked)

	o = open(t, nil, true, visa(t))
	found, err := o.Find(t.Context(), ask(t))
	require.NoError(t, err)
	require.Len(t, found.Rows, 1)
}

// An entry told twice is one entry, and one that was taken back does not come again.
func TestEntriesAreReported(t *testing.T) {
	o := open(t, nil, false, visa(t))
	use := visahttp.Use{Number: visa(t).Number, Crossing: uuid.New(), Station: "post-a", At: noon, Date: day(t, "2026-11-22")}
	for range 2 {
		require.NoError(t, o.Report(t.Context(), use))
	}
	require.Equal(t, 1, o.Used())
	found, err := o.Find(t.Context(), ask(t))
	require.NoError(t, err)
	require.Len(t, found.Rows[0].Uses, 1)
	use.Annulled = true
	require.NoError(t, o.Report(t.Context(), use))
	use.Annulled = false
	require.NoError(t, o.Report(t.Context(), use))
	require.Zero(t, o.Used())
}

func TestSettings(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "registry.json")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	s, configured, err := visahttp.LoadSettings(write(`{"name": "national", "url": "https://visa.example/api", "deadline": "800ms", "mandatory": false}`))
	require.NoError(t, err)
	require.True(t, configured)
	require.False(t, s.Required())
	require.Equal(t, visahttp.Span(800*time.Millisecond), s.Deadline)
	_, configured, err = visahttp.LoadSettings("")
	require.NoError(t, err)
	require.False(t, configured)
	for _, text := range []string{
		`{"name": "National", "url": "https://visa.example"}`, `{"name": "n", "url": "http://visa.example"}`, `{"name": "n", "url": "https://u:p@visa.example"}`,
		`{"name": "n", "url": "https://visa.example", "deadline": "soon"}`, `{"name": "n", "url": "https://visa.example", "colour": 1}`, `{`,
	} {
		_, _, err := visahttp.LoadSettings(write(text))
		require.Error(t, err, text)
	}
}

// The published contract and the code say the same: every field of one is a field of the other.
func TestTheContractIsWhatIsSpoken(t *testing.T) {
	text, err := os.ReadFile("../../docs/evisa-registry.openapi.json")
	require.NoError(t, err)
	var contract struct {
		Paths      map[string]json.RawMessage `json:"paths"`
		Components struct {
			Schemas map[string]struct {
				Properties map[string]json.RawMessage `json:"properties"`
				Required   []string                   `json:"required"`
			} `json:"schemas"`
		} `json:"components"`
	}
	require.NoError(t, json.Unmarshal(text, &contract))
	require.ElementsMatch(t, []string{visahttp.StatusPath, visahttp.SearchPath, visahttp.UsesPath}, slices.Collect(maps.Keys(contract.Paths)))
	for name, value := range map[string]any{
		"Status": visahttp.Status{}, "Search": visahttp.Search{}, "SearchDocument": visahttp.Document{}, "Person": visahttp.Person{}, "Answer": visahttp.Answer{},
		"Visa": visahttp.Visa{}, "Use": visahttp.Use{}, "EntryUse": evisa.Use{}, "Identity": traveldoc.Identity{}, "Document": traveldoc.Document{},
		"ErrorAnswer": visahttp.ErrorAnswer{},
	} {
		schema, is := contract.Components.Schemas[name]
		require.True(t, is, name)
		require.ElementsMatch(t, fieldsOf(reflect.TypeOf(value)), slices.Collect(maps.Keys(schema.Properties)), name)
		for _, field := range schema.Required {
			require.Contains(t, schema.Properties, field, name)
		}
	}
}

func fieldsOf(of reflect.Type) (names []string) {
	for f := range of.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous {
			names = append(names, fieldsOf(f.Type)...)
			continue
		}
		names = append(names, name)
	}
	return names
}

// An answer of any form gives rows, or a reason.
func FuzzAnswer(f *testing.F) {
	good, err := json.Marshal(visahttp.Answer{Visas: []visahttp.Visa{visa(f)}})
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(`{"visas": null}`))
	body := []byte{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body) // the asker has gone otherwise
	}))
	f.Cleanup(server.Close)
	root := filepath.Join(f.TempDir(), "ca.pem")
	require.NoError(f, os.WriteFile(root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	settings := visahttp.Settings{Name: "n", URL: server.URL, CA: root, Deadline: visahttp.Span(10 * time.Second)}
	f.Fuzz(func(t *testing.T, text []byte) {
		body = text
		p, err := visahttp.Open(settings, visahttp.Tools{Journal: &journal{}, QueryKey: make([]byte, 32), Post: "p", Now: func() time.Time { return noon }})
		require.NoError(t, err)
		found, err := p.Find(t.Context(), ask(t))
		if err != nil {
			var fault *evisa.Fault
			require.ErrorAs(t, err, &fault)
			return
		}
		require.True(t, found.Held)
	})
}
