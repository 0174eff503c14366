package fingerdb_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/synthetic"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/identify"
	"github.com/openbmis/openbmis/internal/audit"
)

// impressions are prints of a made-up person as a good reader takes them; try tells two takings apart.
func impressions(t *testing.T, person, try uint64, positions ...biometrics.Position) []fingers.Print {
	t.Helper()
	var prints []fingers.Print
	who := synthetic.NewPerson(person)
	for _, f := range positions {
		m := who.Finger(f).Impression(synthetic.Draw(try*100+uint64(f), 0.9))
		template, err := fingerprint.Extract(m)
		require.NoError(t, err)
		prints = append(prints, fingers.Print{ID: uuid.New(), Position: f, Template: template, Image: &m})
	}
	return prints
}

// presents keeps prints of a person for a document.
func (p *post) presents(number string, prints []fingers.Print) (fingers.Taking, uuid.UUID) {
	p.Helper()
	scan := p.open(number)
	taking := p.taking(scan, prints)
	require.NoError(p, p.prints.Keep(p.Context(), taking, prints, bordertest.Entry(audit.Collection, "fingerprint_taking", taking.ID)))
	p.decide(scan)
	return taking, p.known(scan).Link
}

// Somebody who comes with another document is found by his fingers: kept, loaded, searched and raised by the real parts.
func TestOnePersonWithTwoDocumentsIsFound(t *testing.T) {
	p := newPost(t)
	two := []biometrics.Position{biometrics.RightIndex, biometrics.RightMiddle}
	_, anna := p.presents("L898902C3", impressions(t, 1, 1, two...))
	p.presents("D23145890", impressions(t, 2, 1, two...))

	quiet := slog.New(slog.DiscardHandler)
	engine := abis.NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), time.Now)
	gallery := identify.NewGallery(identify.GalleryConfig{Enrolments: p.prints, Engine: engine, Every: 5 * time.Millisecond, Log: quiet})
	worker := identify.NewWorker(identify.WorkerConfig{
		Queue: p.prints, Engine: engine, Loading: gallery.Loading, Policy: fingers.DefaultPolicy, Place: "test-air",
		Actor: audit.Actor{ID: "fingerprints", Name: "fingerprints", Role: "service", Post: "test-air"}, Now: p.clock.now, NewID: uuid.New, Log: quiet,
	})
	tried, err := worker.Step(t.Context())
	require.NoError(t, err)
	require.Zero(t, tried, "nobody is searched for in half a gallery")
	require.Equal(t, 2, p.count("finger_search WHERE done_at IS NULL AND attempts = 0"))

	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- gallery.Run(ctx) }()
	<-gallery.Loaded()
	tried, err = worker.Step(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, tried)
	require.Empty(t, p.tasks.all, "two persons are two persons")

	taking, again := p.presents("X00000001", impressions(t, 1, 2, two...))
	require.Eventually(t, func() bool { n, err := engine.Count(t.Context()); return err == nil && n == 3 }, time.Minute, 5*time.Millisecond)
	tried, err = worker.Step(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, tried)
	require.Len(t, p.tasks.all, 1)
	found := p.tasks.all[0]
	require.Equal(t, taking.ID, found.Taking)
	require.Equal(t, again, found.Candidacy.Link)
	require.Equal(t, anna, found.Candidacy.CandidateLink)
	require.NotEqual(t, uuid.Nil, found.Candidacy.CandidateFile)
	require.GreaterOrEqual(t, found.Candidacy.Score, 50.0)
	require.Equal(t, 3, p.count(`audit WHERE object_kind = 'fingerprint_search' AND purpose = 'identification'`))
	stop()
	require.NoError(t, <-over)
}
