package visahttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Settings are how a platform is reached and used (the file of BMIS_VISA_REGISTRY).
type Settings struct {
	Name string `json:"name"` // a-z, 0-9, "-": part of the source's name
	URL  string `json:"url"`  // https
	// Credentials is the file of the bearer token, CA that of the root certificate (PEM); empty for the machine's own roots.
	Credentials string `json:"credentials,omitempty"`
	CA          string `json:"ca,omitempty"`
	// Deadline is how long one question may take; 1.5 s when nothing is said.
	Deadline Span `json:"deadline,omitzero"`
	// Mandatory platforms make "not checked" of the whole answer when they are out; it is the default. With false, what the State's own register
	// says stands, and the outage is noted.
	Mandatory *bool `json:"mandatory,omitempty"`
	// Uses: entries are reported to the platform.
	Uses bool `json:"uses,omitempty"`
}

// Span is a time.Duration that JSON has as "1500ms".
type Span time.Duration

// MarshalText writes the duration.
func (s Span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// UnmarshalText reads it.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d <= 0 || d > time.Minute {
		return errors.New(`expected a duration such as "1500ms", above 0 and at most 1m`)
	}
	*s = Span(d)
	return nil
}

const (
	defaultDeadline = 1500 * time.Millisecond
	maxSettings     = 64 << 10
)

// LoadSettings reads the file; false when path is empty.
func LoadSettings(path string) (s Settings, configured bool, err error) {
	if path == "" {
		return Settings{}, false, nil
	}
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return Settings{}, false, fmt.Errorf("registry of visas: %w", err)
	}
	defer func() { _ = f.Close() }() // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, maxSettings))
	if err != nil {
		return Settings{}, false, fmt.Errorf("registry of visas: %w", err)
	}
	if s, err = readSettings(text); err != nil {
		return Settings{}, false, fmt.Errorf("registry of visas: %s: %w", path, err)
	}
	return s, true, nil
}

func readSettings(text []byte) (s Settings, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return s, err
	}
	if s.Deadline == 0 {
		s.Deadline = Span(defaultDeadline)
	}
	u, err := url.Parse(s.URL)
	switch {
	case !regexp.MustCompile(`^[a-z0-9-]{1,32}$`).MatchString(s.Name):
		return s, errors.New("name: expected 1 to 32 of a-z, 0-9 and -")
	case err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(s.URL, "?#"):
		return s, errors.New("url: expected https://HOST without user, query and fragment")
	}
	return s, nil
}

// Required reports whether nobody can be told to have no visa while the platform is out.
func (s Settings) Required() bool { return s.Mandatory == nil || *s.Mandatory }
