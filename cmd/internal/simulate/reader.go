package simulate

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen"
)

// Specimens is the simulated document reader: documents of the synthetic country are put on it one after the other, the genuine passport
// first, and round again with other bearers. It says of itself that it is simulated.
type Specimens struct {
	now   func() time.Time
	first int // number of the first traveller; 0: the cases' own people come first

	mu   sync.Mutex
	next int
	of   *specimen.Country // of the day
	day  traveldoc.Date
}

var _ reader.Reader = (*Specimens)(nil)

// NewSpecimens makes the reader.
func NewSpecimens(now func() time.Time) *Specimens { return &Specimens{now: now} }

// Starting makes the travellers others than those of another reader: the same person does not enter at two crossing points at once.
func (s *Specimens) Starting(number int) *Specimens {
	s.first = number
	return s
}

// Device is the simulated device.
func (*Specimens) Device() reader.Device {
	return reader.Device{Vendor: "OpenBMIS", Model: "Utopia", Simulated: true}
}

// Next is the next document.
func (s *Specimens) Next(ctx context.Context) (*reader.Reading, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	n := s.next
	s.next++
	s.mu.Unlock()
	cases := specimen.Cases()
	o := specimen.Options{DPI: simulatedDPI}
	if s.first > 0 || n >= len(cases) {
		o.Person = s.first + n + 1 // somebody else with such a document
	}
	return s.read(cases[n%len(cases)], o)
}

// simulatedDPI is fine enough to look at, and a page stays small.
const simulatedDPI = 150

// Case is the document of one case, by its name (specimen.Cases).
func (s *Specimens) Case(name string) (*reader.Reading, error) {
	c, err := specimen.CaseNamed(name)
	if err != nil {
		return nil, err
	}
	return s.read(c, specimen.Options{DPI: simulatedDPI})
}

func (s *Specimens) read(c specimen.Case, o specimen.Options) (*reader.Reading, error) {
	now := s.now()
	country, err := s.country(traveldoc.DateOf(now.UTC()))
	if err != nil {
		return nil, err
	}
	o.At = now
	built, err := c.Build(country, o)
	if err != nil {
		return nil, err
	}
	built.Reading.ID = fmt.Sprintf("%s-%d-%d", c.Name, o.Person, now.UnixNano())
	return built.Reading, nil
}

func (s *Specimens) country(today traveldoc.Date) (*specimen.Country, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of != nil && s.day == today {
		return s.of, nil
	}
	made, err := specimen.New(specimen.Seed(specimen.DemoSeed), today)
	if err == nil {
		s.of, s.day = made, today
	}
	return made, err
}

// Agent posts readings to a station, as a vendor's software does.
type Agent struct {
	base, token string
	http        *http.Client
}

// NewAgent makes an agent with the token of its device.
func NewAgent(base, token string, roots *x509.CertPool) *Agent {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13}, IdleConnTimeout: time.Minute}
	return &Agent{base: base, token: token, http: &http.Client{Transport: transport, Timeout: time.Minute}}
}

// Posted is what the station says of a reading.
type Posted struct {
	State   string `json:"state"`
	Why     string `json:"why"`
	Lane    string `json:"lane"`
	Error   string `json:"error"`
	Where   string `json:"where"`
	Message string `json:"message"`
}

// maxAnswer bounds what is read of the answer.
const maxAnswer = 64 << 10

// Post posts a reading. What the station refuses is an error with its words.
func (a *Agent) Post(ctx context.Context, r *reader.Reading) (Posted, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return Posted{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.base+"/api/readings", bytes.NewReader(body))
	if err != nil {
		return Posted{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+a.token)
	response, err := a.http.Do(request)
	if err != nil {
		return Posted{}, err
	}
	var p Posted
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return p, fmt.Errorf("post a reading: %w", err)
	}
	if err := json.Unmarshal(text, &p); err != nil || p.Error != "" || response.StatusCode >= http.StatusBadRequest {
		return p, fmt.Errorf("post a reading: answered %d: %s %s %s", response.StatusCode, p.Error, p.Where, p.Message)
	}
	return p, nil
}
