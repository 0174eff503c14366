package border_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// seen is a check that remembers the subjects that it was asked about.
type seen struct {
	mu   sync.Mutex
	last border.Subject
}

func (s *seen) check() border.Check {
	return checkFunc{"document", func(_ context.Context, subject border.Subject) (border.Finding, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.last = subject
		return border.Finding{Outcome: border.NoHit}, nil
	}}
}

func (s *seen) subject() border.Subject {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

func page(text string) *reader.Reading {
	return &reader.Reading{
		MRZ: specimen, Values: []reader.Value{{Field: "surname", Source: reader.VIZ, Text: text}},
		Images: []reader.Image{{Light: reader.White, MediaType: "image/png", Data: []byte(text)}},
	}
}

func read(r *reader.Reading) border.ScanInput {
	return border.ScanInput{Reading: r, Direction: border.Entry, Mode: border.Air}
}

func TestAReadingAloneOpensAnInspection(t *testing.T) {
	store, c, asked := &bordertest.Memory{}, &clock{at: bordertest.Noon}, &seen{}
	d := desk(store, c, asked.check())
	i, err := d.Open(t.Context(), officer, read(page("ERIKSSON")))
	require.NoError(t, err)
	<-i.Done()
	require.Equal(t, specimen, i.Scan.MRZ, "the zone of the reading is the scan's")
	require.Equal(t, "ERIKSSON", asked.subject().Identity.Surname)
	require.Equal(t, page("ERIKSSON"), asked.subject().Reading, "checks see the reading")
	kept, err := store.Reading(t.Context(), i.Scan.ID)
	require.NoError(t, err)
	require.Equal(t, page("ERIKSSON"), kept)
}

func TestATypedTravellerKeepsTheImage(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	d := desk(store, c, noHit("document"))
	s := bordertest.Scan("X1")
	r := page("x")
	r.MRZ = "NOT A ZONE"
	in := read(r)
	in.Identity, in.Document = s.Identity, s.Document
	i, err := d.Open(t.Context(), officer, in)
	require.NoError(t, err)
	require.Empty(t, i.Scan.MRZ, "what was typed is not what the device read")
	require.Nil(t, i.Subject.MRZ)
	require.Equal(t, r, i.Subject.Reading)
}

func TestADocumentThatWaitsGetsTheReadingAttached(t *testing.T) {
	store, c, asked := &bordertest.Memory{}, &clock{at: bordertest.Noon}, &seen{}
	d := desk(store, c, asked.check())
	first, err := d.Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)
	<-first.Done()
	require.Nil(t, asked.subject().Reading)
	second, err := d.Open(t.Context(), officer, read(page("ERIKSSON")))
	require.NoError(t, err)
	require.Equal(t, first.Scan.ID, second.Scan.ID, "it is the same traveller")
	<-second.Done()
	require.NotNil(t, asked.subject().Reading, "the checks run again, with the reading")
	require.Equal(t, "TE 12", second.Scan.Transport, "what was known stays")
	last := store.Entries[len(store.Entries)-1]
	require.Equal(t, audit.Collection, last.Verb)
	require.Equal(t, "attach", last.Decision)

	lane, err := d.Lane(t.Context(), officer, 5)
	require.NoError(t, err)
	require.Len(t, lane.Waiting, 1)
	require.NotNil(t, lane.Waiting[0].Subject.Reading)

	third, err := d.Attach(t.Context(), officer, first.Scan.ID, &reader.Reading{Images: []reader.Image{{Light: reader.Ultraviolet}}})
	require.NoError(t, err)
	require.Len(t, third.Subject.Reading.Images, 2, "readings complete each other")
	other := officer
	other.Lane = "2"
	_, err = d.Attach(t.Context(), other, first.Scan.ID, page("x"))
	require.ErrorIs(t, err, border.ErrNoSuchScan, "not from another lane")
	_, err = d.Decide(t.Context(), officer, first.Scan.ID, border.Decision{Verdict: border.Refer, Reason: "other"})
	require.NoError(t, err)
	_, err = d.Attach(t.Context(), officer, first.Scan.ID, page("x"))
	require.ErrorIs(t, err, border.ErrNoSuchScan, "nor once it is decided")
}

// listless gives scans as a database gives them in a list: without what was read.
type listless struct{ *bordertest.Memory }

func (l listless) Look(ctx context.Context, lane string, recent int, entry *audit.Entry) (border.LaneView, error) {
	view, err := l.Memory.Look(ctx, lane, recent, entry)
	for n := range view.Open {
		view.Open[n].Reading = nil
	}
	return view, err
}

func TestAfterARestartTheChecksSeeTheReadingAgain(t *testing.T) {
	store, c, asked := listless{&bordertest.Memory{}}, &clock{at: bordertest.Noon}, &seen{}
	i, err := desk(store, c, noHit("document")).Open(t.Context(), officer, read(page("ERIKSSON")))
	require.NoError(t, err)
	again := desk(store, c, asked.check())
	lane, err := again.Lane(t.Context(), officer, 5)
	require.NoError(t, err)
	require.Len(t, lane.Waiting, 1)
	<-lane.Waiting[0].Done()
	require.Equal(t, i.Scan.ID, lane.Waiting[0].Scan.ID)
	require.Equal(t, page("ERIKSSON"), asked.subject().Reading)
}

func TestWhatTheOfficerChangesLeavesTheReadingAndTheRepairs(t *testing.T) {
	store, c := &bordertest.Memory{}, &clock{at: bordertest.Noon}
	d := desk(store, c, noHit("document"))
	r := page("ERIKSSON")
	r.MRZ = strings.Replace(specimen, "UTO7408122", "UTO74O8122", 1)
	i, err := d.Open(t.Context(), officer, read(r))
	require.NoError(t, err)
	i = repaired(t, d, i)
	i, err = d.Amend(t.Context(), officer, i.Scan.ID, border.Change{Mode: border.Sea})
	require.NoError(t, err)
	require.Equal(t, r, i.Subject.Reading)
	require.NotEmpty(t, i.Scan.Repairs)
	require.Equal(t, "1974-08-12", i.Scan.Identity.BirthDate.String())
}

// repaired accepts the first reading that the zone suggests.
func repaired(t *testing.T, d *border.Desk, i *border.Inspection) *border.Inspection {
	t.Helper()
	suggestions := i.Subject.MRZ.Suggestions()
	require.NotEmpty(t, suggestions)
	i, err := d.Repair(t.Context(), officer, i.Scan.ID, suggestions[0].Edits)
	require.NoError(t, err)
	return i
}

func TestARepairIsTheOfficersAndStaysInSight(t *testing.T) {
	store, c, asked := &bordertest.Memory{}, &clock{at: bordertest.Noon}, &seen{}
	d := desk(store, c, asked.check())
	misread := strings.Replace(specimen, "UTO7408122", "UTO74O8122", 1)
	i, err := d.Open(t.Context(), officer, scan(misread))
	require.NoError(t, err)
	<-i.Done()
	require.Empty(t, i.Scan.Repairs, "never by itself")
	for _, wrong := range [][]mrz.Edit{nil, {{Line: 2, Position: 16, From: "O", To: "7"}}, {{Line: 9, Position: 9, From: "O", To: "0"}}} {
		_, err = d.Repair(t.Context(), officer, i.Scan.ID, wrong)
		require.ErrorIs(t, err, border.ErrRepairStale, "only what the zone suggests")
	}
	i = repaired(t, d, i)
	<-i.Done()
	require.Equal(t, misread, i.Scan.MRZ, "the zone stays as it was read")
	require.Contains(t, i.Scan.Document.MRZ, "74O8122")
	require.Equal(t, "1974-08-12", asked.subject().Identity.BirthDate.String())
	require.Equal(t, i.Scan.Repairs, asked.subject().MRZ.Repairs(), "checks see that it was repaired")
	last := store.Entries[len(store.Entries)-1]
	require.Equal(t, "repair", last.Decision)
	require.Equal(t, audit.Alteration, last.Verb)

	same, err := d.Open(t.Context(), officer, scan(misread))
	require.NoError(t, err)
	require.Equal(t, i.Scan.ID, same.Scan.ID, "scanned again it is the same traveller")
	lane, err := desk(store, c, noHit("document")).Lane(t.Context(), officer, 5)
	require.NoError(t, err)
	require.Equal(t, i.Scan.Repairs, lane.Waiting[0].Subject.MRZ.Repairs(), "after a restart too")

	event, err := d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Refer, Reason: "other"})
	require.NoError(t, err)
	require.Equal(t, "1974-08-12", event.Identity.BirthDate.String())
	_, err = d.Repair(t.Context(), officer, uuid.New(), nil)
	require.ErrorIs(t, err, border.ErrNoSuchScan)
}

func TestTheStoreInMemoryKeepsReadings(t *testing.T) {
	bordertest.RunReadings(t, func(*testing.T) border.Store { return &bordertest.Memory{} })
}
