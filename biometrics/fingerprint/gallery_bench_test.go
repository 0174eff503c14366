package fingerprint

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
)

// BenchmarkSearch is one search of one finger on one processor, in galleries of made-up fingers. The prints that are held are made of a
// thousand fingers, each shown differently every time.
func BenchmarkSearch(b *testing.B) {
	for _, size := range []struct {
		name    string
		persons int
	}{{"10k", 10_000}, {"100k", 100_000}} {
		b.Run(size.name, func(b *testing.B) { benchSearch(b, size.persons) })
	}
}

func benchSearch(b *testing.B, persons int) {
	r := rand.New(rand.NewPCG(3, 4))
	fingers := make([]madeFinger, 1000)
	for i := range fingers {
		fingers[i] = madeOf(r, 30+r.IntN(25))
	}
	shown := func(i int) GalleryPrint {
		how := taking{degrees: 30*r.Float64() - 15, right: 1, jitter: 1.5, turn: 0.08, missing: 0.2, unrelated: 0.15}
		return GalleryPrint{biometrics.RightIndex, fingers[i%1000].impression(r, how)}
	}
	g := NewGallery(GalleryOptions{Workers: 1})
	variants := make([][]GalleryPrint, 5000) // an impression serves several persons, as making them takes longer than searching
	for i := range variants {
		variants[i] = []GalleryPrint{shown(i + 1)}
	}
	held := newPersons(variants)
	for i := range persons {
		g.hold(reference(i), held[i%len(held)].copied(reference(i)))
	}
	probe := []GalleryPrint{shown(0)}
	b.ResetTimer()
	start := processor(b)
	for b.Loop() {
		found, err := g.Search(context.Background(), probe, SearchOptions{})
		require.NoError(b, err)
		require.Equal(b, persons, found.Persons)
	}
	reportProcessor(b, start, time.Millisecond, "cpu-ms/search")
}

// newPersons prepares the prints of persons, once each.
func newPersons(prints [][]GalleryPrint) []*person {
	out := make([]*person, len(prints))
	for i := range prints {
		out[i] = newPerson(reference(i), prints[i])
	}
	return out
}

// copied is another person with like prints, with memory of his own for the screen, as it would be.
func (p *person) copied(reference uuid.UUID) *person {
	other := *p
	other.reference, other.prints = reference, slices.Clone(p.prints)
	for i := range other.prints {
		screen := *p.prints[i].screen
		other.prints[i].screen = &screen
	}
	return &other
}

// BenchmarkTemplate is what a print of about 34 minutiae takes.
func BenchmarkTemplate(b *testing.B) {
	g := NewGallery(GalleryOptions{})
	prints := benchPrints(64)
	stored := 0
	for b.Loop() {
		for i, t := range prints {
			data, err := t.MarshalBinary()
			require.NoError(b, err)
			stored += len(data)
			g.Put(reference(i), []GalleryPrint{{biometrics.RightIndex, t}})
		}
	}
	b.ReportMetric(float64(stored)/float64(b.N*len(prints)), "stored-B")
	b.ReportMetric(float64(g.Memory())/float64(g.Prints()), "memory-B")
	b.ReportMetric(float64(ScreenBytes), "screen-B")
}
