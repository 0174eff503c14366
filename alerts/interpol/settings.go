package interpol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"slices"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/breaker"
)

// Settings are one adapter: a service, how it is reached and how it is used.
type Settings struct {
	// Name makes the check "interpol.NAME", and is the list of its hits: a-z, 0-9 and "-".
	Name string
	Kind Kind
	URL  string // https
	// Credentials is the file of the token that the service knows the station by; CA the file of the root that its certificate hangs on
	// (PEM), empty for the machine's own roots.
	Credentials, CA string
	// Deadline is how long a search may take, the wait for its turn included.
	Deadline time.Duration
	// Parallel is how many questions are under way at once.
	Parallel int
	Breaker  breaker.Settings
	// Optional adapters let a traveller be admitted without a reason although they gave no answer.
	Optional bool
	// Send are the fields that are sent, of Kind.Fields.
	Send []string
	// Thresholds and Severity are as in alerts.Policy.
	Thresholds map[alerts.Band]float64
	Severity   map[alerts.Band]border.Severity
	// Actions are what is to be done by notice ("red", ...) or by what is the matter with a document ("stolen", ...), where it is not as in
	// DefaultActions: what a notice obliges to is the country's own law.
	Actions map[string]alerts.Action
	// Details is for how many certain matches the full report is asked at once, so that the second line has it; 0: only when it is opened.
	Details int
	Copy    CopySettings
}

// CopySettings say whether the station may hold the negative filter of the list.
type CopySettings struct {
	Allowed bool
	TooOld  time.Duration // from this age the service is always asked
	Refresh time.Duration // how often a newer one is looked for
}

// file is the form of the settings' file.
type file struct {
	Adapters []adapterFile `json:"adapters"`
}

type adapterFile struct {
	Name        string                          `json:"name"`
	Kind        Kind                            `json:"kind"`
	URL         string                          `json:"url"`
	Credentials string                          `json:"credentials"`
	CA          string                          `json:"ca"`
	Deadline    span                            `json:"deadline"`
	Parallel    int                             `json:"parallel"`
	Breaker     breakerFile                     `json:"breaker"`
	Mandatory   *bool                           `json:"mandatory"`
	Send        []string                        `json:"send"`
	Thresholds  map[alerts.Band]float64         `json:"thresholds"`
	Severity    map[alerts.Band]border.Severity `json:"severity"`
	Actions     map[string]alerts.Action        `json:"actions"`
	Details     int                             `json:"details"`
	Copy        *copyFile                       `json:"local_copy"`
}

type breakerFile struct {
	Failures int  `json:"failures"`
	Open     span `json:"open"`
	Longest  span `json:"longest"`
	Probes   int  `json:"probes"`
}

type copyFile struct {
	TooOld  span `json:"too_old"`
	Refresh span `json:"refresh"`
}

// span is a duration as Go writes it, such as "1500ms".
type span time.Duration

func (s *span) UnmarshalJSON(text []byte) error {
	var words string
	if err := json.Unmarshal(text, &words); err != nil {
		return errors.New(`expected a duration such as "1500ms"`)
	}
	d, err := time.ParseDuration(words)
	if err != nil || d <= 0 || d > 30*24*time.Hour {
		return errors.New(`expected a duration such as "1500ms", above 0 and at most 720h`)
	}
	*s = span(d)
	return nil
}

func (s span) or(otherwise time.Duration) time.Duration {
	if s == 0 {
		return otherwise
	}
	return time.Duration(s)
}

const maxSettings = 1 << 20

// LoadSettings reads the file of the adapters; an empty path is no adapters.
func LoadSettings(path string) ([]Settings, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("adapters: %w", err)
	}
	defer func() { _ = f.Close() }() // read only
	all, err := ParseSettings(f)
	if err != nil {
		return nil, fmt.Errorf("adapters: %s: %w", path, err)
	}
	return all, nil
}

// ParseSettings reads the settings of all adapters: JSON of the form of docs/interpol.md. The error says which adapter and what was
// expected.
func ParseSettings(r io.Reader) ([]Settings, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSettings+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxSettings {
		return nil, fmt.Errorf("expected at most %d bytes", maxSettings)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var form file
	if err := decoder.Decode(&form); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("expected one JSON object and nothing after it")
	}
	names := map[string]bool{}
	all := make([]Settings, 0, len(form.Adapters))
	for n, a := range form.Adapters {
		s := a.settings()
		if err := s.Check(); err != nil {
			return nil, fmt.Errorf("adapter %d (%q): %w", n+1, a.Name, err)
		}
		if names[s.Name] {
			return nil, fmt.Errorf("adapter %d (%q): name: expected each name once", n+1, a.Name)
		}
		names[s.Name] = true
		all = append(all, s)
	}
	return all, nil
}

func (a adapterFile) settings() Settings {
	d := breaker.Default()
	s := Settings{
		Name: a.Name, Kind: a.Kind, URL: a.URL, Credentials: a.Credentials, CA: a.CA, Deadline: a.Deadline.or(1500 * time.Millisecond),
		Parallel: orNumber(a.Parallel, 8), Optional: a.Mandatory != nil && !*a.Mandatory, Send: a.Send, Thresholds: a.Thresholds, Severity: a.Severity,
		Actions: a.Actions, Details: a.Details,
		Breaker: breaker.Settings{
			Failures: orNumber(a.Breaker.Failures, d.Failures), Open: a.Breaker.Open.or(d.Open), Longest: a.Breaker.Longest.or(d.Longest),
			Probes: orNumber(a.Breaker.Probes, d.Probes),
		},
	}
	if a.Copy != nil {
		s.Copy = CopySettings{Allowed: true, TooOld: a.Copy.TooOld.or(24 * time.Hour), Refresh: a.Copy.Refresh.or(15 * time.Minute)}
	}
	if len(s.Send) == 0 {
		s.Send = a.Kind.Fields()
	}
	return s
}

func orNumber(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

var namePattern = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?$`) //nolint:gochecknoglobals // compiled once

// MaxDetails is the most full reports that are asked by themselves for one traveller.
const MaxDetails = 3

// Check says what is wrong with the settings, and what was expected.
func (s Settings) Check() error {
	at, err := url.Parse(s.URL)
	switch {
	case !namePattern.MatchString(s.Name):
		return errors.New("name: expected 1 to 20 of a-z, 0-9 and inner dashes")
	case !s.Kind.Valid():
		return fmt.Errorf("kind: expected one of %v", Kinds())
	case err != nil || at.Scheme != "https" || at.Host == "" || at.User != nil || at.RawQuery != "" || at.Fragment != "":
		return errors.New("url: expected https://HOST[:PORT][/PATH]")
	case s.Deadline < 10*time.Millisecond || s.Deadline > time.Minute:
		return errors.New("deadline: expected 10ms to 1m")
	case s.Parallel < 1 || s.Parallel > 256:
		return errors.New("parallel: expected 1 to 256")
	case s.Breaker.Failures < 1 || s.Breaker.Failures > 1000 || s.Breaker.Probes < 1 || s.Breaker.Probes > 100:
		return errors.New("breaker: failures, probes: expected whole numbers from 1")
	case s.Breaker.Longest < s.Breaker.Open:
		return errors.New("breaker: longest: expected at least open")
	case s.Details < 0 || s.Details > MaxDetails:
		return fmt.Errorf("details: expected 0 to %d", MaxDetails)
	case s.Copy.Allowed && !s.Kind.OfDocuments():
		return errors.New("local_copy: expected with kind sltd or tdawn alone: names have no filter")
	}
	return s.checkUse()
}

func (s Settings) checkUse() error {
	for _, field := range s.Send {
		if !slices.Contains(s.Kind.Fields(), field) {
			return fmt.Errorf("send: %q: expected some of %v, and nothing else", field, s.Kind.Fields())
		}
	}
	for _, field := range s.Kind.Required() {
		if !slices.Contains(s.Send, field) {
			return fmt.Errorf("send: expected %q among it", field)
		}
	}
	for about, action := range s.Actions {
		if _, known := DefaultActions()[about]; !known || !action.Valid() {
			return fmt.Errorf("actions: expected one of %v for notices and statuses of documents", alerts.Actions())
		}
	}
	bands := []alerts.Band{alerts.Certain, alerts.Probable, alerts.Possible}
	for band, least := range s.Thresholds {
		if !slices.Contains(bands, band) || least < 0 || least > 1 {
			return fmt.Errorf("thresholds: expected 0 to 1 for %v", bands)
		}
	}
	for band, severity := range s.Severity {
		if !slices.Contains(bands, band) || !slices.Contains([]border.Severity{border.Note, border.Acknowledge, border.SecondLine}, severity) {
			return fmt.Errorf("severity: expected note, acknowledge or second_line for %v", bands)
		}
	}
	return nil
}

// What may be the matter with a document (alerts.Document.Status). FoundAgain is the commonest mistake: its owner has it back, and the
// State that entered it has not taken it out yet.
const (
	Stolen      = "stolen"
	StolenBlank = "stolen_blank"
	Lost        = "lost"
	Revoked     = "revoked"
	FoundAgain  = "found_again"
)

// DefaultActions are what is to be done where the settings say nothing else. A Red Notice is a request, no warrant: somebody examines it.
func DefaultActions() map[string]alerts.Action {
	return map[string]alerts.Action{
		string(Red): alerts.ActionRefer, string(Blue): alerts.ActionInquiryCheck, string(Green): alerts.ActionInquiryCheck,
		string(Yellow): alerts.ActionProtect, string(UNSpecial): alerts.ActionRefer, string(Diffusion): alerts.ActionRefer,
		Stolen: alerts.ActionSeize, StolenBlank: alerts.ActionSeize, Lost: alerts.ActionSeize, Revoked: alerts.ActionSeize,
		FoundAgain: alerts.ActionRefer,
	}
}
