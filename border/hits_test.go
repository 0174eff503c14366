package border_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
)

// dismissals is a store that remembers what was put aside.
type dismissals struct {
	*bordertest.Memory
	all []border.DismissalEvent
}

func (d *dismissals) Dismiss(ctx context.Context, e border.DismissalEvent, entry audit.Entry) error {
	d.all = append(d.all, e)
	return d.Memory.Dismiss(ctx, e, entry)
}

// slow is a check that answers when the test lets it.
type slow struct{ let chan struct{} }

func (slow) Name() string { return "slow" }

func (s slow) Check(ctx context.Context, _ border.Subject) (border.Finding, error) {
	select {
	case <-s.let:
	case <-ctx.Done():
	}
	return border.Finding{Outcome: border.NoHit}, nil
}

type listed struct{}

func (listed) Name() string { return "alerts.national" }

func (listed) Check(context.Context, border.Subject) (border.Finding, error) {
	return border.Finding{Outcome: border.Hit, Evidence: []border.Evidence{{Code: "alert_match", Severity: border.SecondLine, Ref: "un/1@3"}}}, nil
}

// A hit is told as soon as its check answers, while another check is still being waited for; after a restart it is told again; and a scan
// that is put aside says whom its hits were about.
func TestAHitIsToldAtOnceAndStaysWhenItsScanIsPutAside(t *testing.T) {
	store := &dismissals{Memory: &bordertest.Memory{}}
	let, told := make(chan struct{}), make(chan border.Scan, 4)
	config := border.DeskConfig{
		Post: border.Post{Station: "test-air", Zone: time.UTC, Mode: border.Air}, Store: store,
		Plan: []border.Planned{{Check: listed{}, Deadline: time.Minute}, {Check: slow{let}, Deadline: time.Minute}},
		Found: func(_ context.Context, s border.Scan, f border.Finding) {
			if f.Check == "alerts.national" {
				told <- s
			}
		},
		Now: func() time.Time { return bordertest.Noon }, NewID: uuid.New,
	}
	desk := border.NewDesk(config)
	officer := audit.Actor{ID: "o", Name: "olga", Role: "officer", Post: "test-air", Lane: "1"}
	scan := bordertest.Scan("L898902C3")
	i, err := desk.Open(t.Context(), officer, border.ScanInput{Identity: scan.Identity, Document: scan.Document, Direction: border.Entry, Mode: border.Air})
	require.NoError(t, err)
	require.Equal(t, i.Scan.ID, (<-told).ID)
	require.False(t, i.Complete(), "the slow check has not answered")

	var once sync.Once
	t.Cleanup(func() { once.Do(func() { close(let) }) })
	restarted := border.NewDesk(config)
	require.NoError(t, restarted.Resume(t.Context(), []string{"1", "2"}))
	require.Equal(t, i.Scan.ID, (<-told).ID, "nobody has opened the lane")
	once.Do(func() { close(let) })
	again, err := restarted.Inspection(t.Context(), "1", i.Scan.ID)
	require.NoError(t, err)
	<-again.Done()

	require.NoError(t, restarted.Dismiss(t.Context(), officer, i.Scan.ID, "stepped_back"))
	require.Len(t, store.all, 1)
	require.Equal(t, scan.Identity, *store.all[0].Identity)
	require.Equal(t, scan.Document, *store.all[0].Document)
	require.Len(t, store.all[0].Hits, 1)
	require.ErrorIs(t, restarted.Dismiss(t.Context(), officer, i.Scan.ID, "stepped_back"), border.ErrScanNotOpen)
	// The program ends right after: a check that had not answered yet may have had a hit to tell.
	require.NoError(t, border.NewDesk(config).Resume(t.Context(), []string{"1", "2"}))
	require.Equal(t, i.Scan.ID, (<-told).ID, "he was put aside, and what is found is told all the same")
	later := bordertest.Scan("L898902C3")
	later.ID, later.At = uuid.New(), bordertest.Noon.Add(time.Hour)
	require.NoError(t, store.OpenScan(t.Context(), later, bordertest.Entry(audit.Consultation, "inspection", later.ID)))
	require.NoError(t, border.NewDesk(config).Resume(t.Context(), []string{"2"}))
	require.Empty(t, told, "the program went on for long enough")
}
