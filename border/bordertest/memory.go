// Package bordertest holds what tests of the domain share: a store in memory and the suite that every border.Store must pass. It
// must never be part of a program.
package bordertest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Memory is a border.Store in memory that remembers what was written.
type Memory struct {
	mu          sync.Mutex
	scans       []memoryScan
	Crossings   []border.CrossingEvent
	Corrections []border.CorrectionEvent
	Entries     []audit.Entry
	// Err, when set, is what every method answers.
	Err error
}

type memoryScan struct {
	border.Scan
	status string
}

var _ border.Store = (*Memory)(nil)

// OpenScan keeps a scan as undecided.
func (m *Memory) OpenScan(_ context.Context, scan border.Scan, entry audit.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return m.Err
	}
	m.scans = append(m.scans, memoryScan{scan, "open"})
	m.Entries = append(m.Entries, entry)
	return nil
}

// AmendScan keeps what changed about an undecided scan.
func (m *Memory) AmendScan(_ context.Context, scan border.Scan, entry audit.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return m.Err
	}
	at := slices.IndexFunc(m.scans, func(s memoryScan) bool { return s.ID == scan.ID && s.Lane == scan.Lane && s.status == "open" })
	if at < 0 {
		return border.ErrScanNotOpen
	}
	s := &m.scans[at].Scan
	s.Mode, s.Transport, s.Purpose, s.Circumstances = scan.Mode, scan.Transport, scan.Purpose, scan.Circumstances
	m.Entries = append(m.Entries, entry)
	return nil
}

// Attach keeps a further reading of an undecided scan.
func (m *Memory) Attach(_ context.Context, scan border.Scan, entry audit.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return m.Err
	}
	at := slices.IndexFunc(m.scans, func(s memoryScan) bool { return s.ID == scan.ID && s.Lane == scan.Lane && s.status == "open" })
	if at < 0 {
		return border.ErrScanNotOpen
	}
	m.scans[at].Reading = scan.Reading
	m.Entries = append(m.Entries, entry)
	return nil
}

// Reading is what was read of a scan, or nil.
func (m *Memory) Reading(_ context.Context, scan uuid.UUID) (*reader.Reading, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.scans {
		if s.ID == scan {
			return s.Reading, m.Err
		}
	}
	return nil, m.Err
}

// Look is what a lane shows.
func (m *Memory) Look(_ context.Context, lane string, recent int, entry *audit.Entry) (border.LaneView, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	view := border.LaneView{Open: m.open(lane), Recent: m.recent(lane, recent)}
	if entry != nil && m.Err == nil {
		with := *entry
		with.ResultCount = len(view.Open) + len(view.Recent)
		m.Entries = append(m.Entries, with)
	}
	return view, m.Err
}

func (m *Memory) open(lane string) []border.Scan {
	var open []border.Scan
	for _, s := range m.scans {
		if s.Lane == lane && s.status == "open" {
			open = append(open, s.Scan)
		}
	}
	slices.SortStableFunc(open, func(a, b border.Scan) int { return a.At.Compare(b.At) })
	return open
}

// OpenScanByID is one undecided scan of a lane.
func (m *Memory) OpenScanByID(_ context.Context, lane string, id uuid.UUID) (border.Scan, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return border.Scan{}, m.Err
	}
	for _, s := range m.open(lane) {
		if s.ID == id {
			return s, nil
		}
	}
	return border.Scan{}, border.ErrNoSuchScan
}

// LastDismissed are the scans that were put aside within a time of the last scan.
func (m *Memory) LastDismissed(_ context.Context, within time.Duration, limit int) ([]border.Scan, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var last time.Time
	for _, s := range m.scans {
		if s.At.After(last) {
			last = s.At
		}
	}
	var found []border.Scan
	for _, s := range m.scans {
		if s.status == "dismissed" && last.Sub(s.At) < within && len(found) < limit {
			found = append(found, s.Scan)
		}
	}
	return found, m.Err
}

func (m *Memory) close(id uuid.UUID, status string) bool {
	for n := range m.scans {
		if m.scans[n].ID == id && m.scans[n].status == "open" {
			m.scans[n].status = status
			return true
		}
	}
	return false
}

// Record writes a decision.
func (m *Memory) Record(_ context.Context, scanID uuid.UUID, e border.CrossingEvent, entry audit.Entry) (border.CrossingEvent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return border.CrossingEvent{}, m.Err
	}
	if !m.close(scanID, "decided:"+e.CrossingID.String()) {
		return border.CrossingEvent{}, border.ErrScanNotOpen
	}
	e.TravellerID = m.traveller(e)
	m.Crossings = append(m.Crossings, e)
	m.Entries = append(m.Entries, entry)
	return e, nil
}

func (m *Memory) traveller(e border.CrossingEvent) uuid.UUID {
	for _, c := range m.Crossings {
		if c.Document.IssuingState == e.Document.IssuingState && c.Identity.BirthDate == e.Identity.BirthDate &&
			traveldoc.FoldNumber(c.Document.Number) == traveldoc.FoldNumber(e.Document.Number) {
			return c.TravellerID
		}
	}
	return uuid.NewSHA1(uuid.NameSpaceOID, e.CrossingID[:])
}

// Annul writes a correction and opens the scan again.
func (m *Memory) Annul(_ context.Context, c border.CorrectionEvent, notBefore time.Time, entry audit.Entry) (border.Scan, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := slices.IndexFunc(m.Crossings, func(e border.CrossingEvent) bool { return e.CrossingID == c.CrossingID && e.Lane == c.Lane })
	switch {
	case m.Err != nil:
		return border.Scan{}, m.Err
	case at < 0:
		return border.Scan{}, border.ErrNoSuchCrossing
	case slices.ContainsFunc(m.Corrections, func(k border.CorrectionEvent) bool { return k.CrossingID == c.CrossingID }):
		return border.Scan{}, border.ErrAnnulled
	case m.Crossings[at].CrossedAt.Before(notBefore):
		return border.Scan{}, border.ErrTooLate
	}
	m.Corrections = append(m.Corrections, c)
	m.Entries = append(m.Entries, entry)
	for n := range m.scans {
		if m.scans[n].status == "decided:"+c.CrossingID.String() {
			m.scans[n].status = "open"
			m.scans[n].Replaces = &c.CrossingID
			return m.scans[n].Scan, nil
		}
	}
	return border.Scan{}, border.ErrNoSuchCrossing
}

// Dismiss closes a scan without a decision.
func (m *Memory) Dismiss(_ context.Context, d border.DismissalEvent, entry audit.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return m.Err
	}
	at := slices.IndexFunc(m.scans, func(s memoryScan) bool { return s.ID == d.InspectionID })
	if at < 0 || m.scans[at].Lane != d.Lane || !m.close(d.InspectionID, "dismissed") {
		return border.ErrScanNotOpen
	}
	m.Entries = append(m.Entries, entry)
	return nil
}

func (m *Memory) recent(lane string, limit int) []border.RecentCrossing {
	var out []border.RecentCrossing
	for n := len(m.Crossings) - 1; n >= 0 && len(out) < limit; n-- {
		e := m.Crossings[n]
		if e.Lane != lane {
			continue
		}
		out = append(out, border.RecentCrossing{
			CrossingID: e.CrossingID, At: e.CrossedAt, Direction: e.Direction, Verdict: e.Decision.Verdict,
			Surname: e.Identity.Surname, GivenNames: e.Identity.GivenNames,
			Document: e.Document.IssuingState + " " + e.Document.Number,
			Annulled: slices.ContainsFunc(m.Corrections, func(k border.CorrectionEvent) bool { return k.CrossingID == e.CrossingID }),
		})
	}
	return out
}
