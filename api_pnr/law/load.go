package law

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// maxFile bounds a file of a profile.
const maxFile = 1 << 20

// Load gives the profile that is in force: a shipped one by its id, or that of a JSON file. Durations of the file are numbers of days.
func Load(idOrFile string) (Profile, error) {
	if idOrFile == "" {
		idOrFile = DefaultID
	}
	ids := make([]string, 0, len(Shipped()))
	for _, p := range Shipped() {
		if p.ID == idOrFile {
			return p, p.Check()
		}
		ids = append(ids, p.ID)
	}
	f, err := os.Open(idOrFile)
	if err != nil {
		return Profile{}, fmt.Errorf("law's profile: expected one of %s, or a file: %w", strings.Join(ids, ", "), err)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return Profile{}, fmt.Errorf("law's profile: %w", err)
	}
	if len(text) > maxFile {
		return Profile{}, fmt.Errorf("law's profile: at most %d bytes expected", maxFile)
	}
	return Parse(text)
}

// file is a profile as JSON tells it.
type file struct {
	ID      string   `json:"id"`
	Version int      `json:"version"`
	Title   string   `json:"title"`
	Basis   string   `json:"basis"`
	API     days     `json:"api"`
	PNR     days     `json:"pnr"`
	RawDays int      `json:"raw_days"`
	Drop    DropList `json:"drop"`
}

type days struct {
	Mask            int `json:"mask_days"`
	DeleteUnmatched int `json:"delete_unmatched_days"`
	Delete          int `json:"delete_days"`
}

func (d days) retention() Retention {
	return Retention{
		Mask: time.Duration(d.Mask) * day, DeleteUnmatched: time.Duration(d.DeleteUnmatched) * day, Delete: time.Duration(d.Delete) * day,
	}
}

// Parse reads a profile from JSON. A field that is not known is an error: a misspelt duration would be none.
func Parse(text []byte) (Profile, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var f file
	if err := decoder.Decode(&f); err != nil {
		return Profile{}, fmt.Errorf("law's profile: JSON expected: %w", err)
	}
	p := Profile{
		ID: f.ID, Version: f.Version, Title: f.Title, Basis: f.Basis, API: f.API.retention(), PNR: f.PNR.retention(),
		Raw: time.Duration(f.RawDays) * day, Drop: f.Drop,
	}
	for _, list := range []*[]string{&p.Drop.Services, &p.Drop.Words} {
		for n := range *list {
			(*list)[n] = strings.ToUpper(strings.TrimSpace((*list)[n]))
		}
	}
	return p, p.Check()
}

// maxKept is the longest that a profile may keep anything: no law of the field knows more.
const maxKept = 15 * year

// Check says what a profile lacks. One without an end of keeping is none.
func (p Profile) Check() error {
	switch {
	case p.ID == "" || p.Basis == "":
		return fmt.Errorf("law's profile: id and basis expected")
	case p.Version < 1:
		return fmt.Errorf("law's profile %s: version of at least 1 expected", p.ID)
	case p.Raw <= 0 || p.Raw > min(p.API.first(), p.PNR.first()):
		return fmt.Errorf("law's profile %s: raw_days from 1 to the first day on which something is masked or deleted expected", p.ID)
	case slices.Contains(p.Drop.Services, "") || slices.Contains(p.Drop.Words, ""):
		return fmt.Errorf("law's profile %s: drop: words expected, one is empty", p.ID)
	}
	for _, s := range []Source{API, PNR} {
		if err := p.Of(s).check(); err != nil {
			return fmt.Errorf("law's profile %s: %s: %w", p.ID, s, err)
		}
	}
	return nil
}

// first is when anything is first taken away.
func (r Retention) first() time.Duration {
	first := r.Delete
	for _, d := range []time.Duration{r.Mask, r.DeleteUnmatched} {
		if d > 0 {
			first = min(first, d)
		}
	}
	return first
}

func (r Retention) check() error {
	switch {
	case r.Delete <= 0 || r.Delete > maxKept:
		return fmt.Errorf("delete_days from 1 to %d expected", maxKept/day)
	case r.Mask < 0 || r.Mask > r.Delete:
		return fmt.Errorf("mask_days up to delete_days expected")
	case r.DeleteUnmatched < 0 || r.DeleteUnmatched > r.Delete:
		return fmt.Errorf("delete_unmatched_days up to delete_days expected")
	}
	return nil
}
