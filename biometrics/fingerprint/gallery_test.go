package fingerprint

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/biometrics"
)

// people are persons with the same fingers each: two impressions of everyone's, one to be held and one to search with.
type people struct {
	references []uuid.UUID
	stored     [][]GalleryPrint
	presented  [][]GalleryPrint
}

func somePeople(n int, positions ...biometrics.Position) people {
	r := rand.New(rand.NewPCG(uint64(n), 42))
	var out people
	for i := range n {
		out.references = append(out.references, reference(i))
		var stored, presented []GalleryPrint
		for _, position := range positions {
			f := madeOf(r, 34+r.IntN(20))
			stored = append(stored, GalleryPrint{position, f.impression(r, taking{right: 1, jitter: 1, missing: 0.1})})
			presented = append(presented, GalleryPrint{position, f.impression(r, taking{
				degrees: 30*r.Float64() - 15, dx: 20, dy: -15, right: 1, jitter: 1, turn: 0.05, missing: 0.1, unrelated: 0.1})})
		}
		out.stored, out.presented = append(out.stored, stored), append(out.presented, presented)
	}
	return out
}

func reference(i int) uuid.UUID { return uuid.NewSHA1(uuid.Nil, []byte(fmt.Sprint(i))) }

func galleryOf(p people, o GalleryOptions) *Gallery {
	g := NewGallery(o)
	for i, reference := range p.references {
		g.Put(reference, p.stored[i])
	}
	return g
}

// addsUp holds that nobody was left out without being counted.
func addsUp(t *testing.T, f Found) {
	t.Helper()
	require.Equal(t, f.Persons, f.Excepted+f.NoFinger+f.Screened)
	require.Equal(t, f.Screened, f.ScreenedOut+f.Unlooked+f.Exact)
	require.LessOrEqual(t, len(f.Candidates), f.Reached)
}

func TestSearchFindsThePerson(t *testing.T) {
	p := somePeople(300, biometrics.RightIndex, biometrics.RightMiddle)
	g := galleryOf(p, GalleryOptions{Least: 16})
	require.Equal(t, 300, g.Len())
	require.Equal(t, 600, g.Prints())
	for i := 0; i < 300; i += 10 {
		found, err := g.Search(t.Context(), p.presented[i], SearchOptions{})
		require.NoError(t, err)
		addsUp(t, found)
		require.NotEmpty(t, found.Candidates)
		best := found.Candidates[0]
		require.Equal(t, p.references[i], best.Reference)
		require.Len(t, best.Fingers, 2)
		require.Equal(t, biometrics.RightIndex, best.Fingers[0].Position)
		require.Equal(t, 16, found.Exact)
		require.Equal(t, 284, found.ScreenedOut)
		require.Equal(t, 32, found.Comparisons)
	}
}

func TestSearchSaysWhatItDidNotCompare(t *testing.T) {
	p := somePeople(40, biometrics.RightIndex)
	g := galleryOf(p, GalleryOptions{Least: 8})
	g.Put(reference(1000), []GalleryPrint{{biometrics.LeftThumb, p.stored[0][0].Template}})
	g.Put(reference(1001), nil)
	found, err := g.Search(t.Context(), p.presented[3], SearchOptions{Except: p.references[:2]})
	require.NoError(t, err)
	addsUp(t, found)
	require.Equal(t, 42, found.Persons)
	require.Equal(t, 2, found.Excepted)
	require.Equal(t, 2, found.NoFinger)
	require.Equal(t, 38, found.Screened)
	require.Equal(t, 8, found.Exact)

	own, err := g.Search(t.Context(), p.presented[3], SearchOptions{Except: p.references[3:4]})
	require.NoError(t, err)
	require.Empty(t, own.Candidates, "the person himself is excepted")

	none, err := g.Search(t.Context(), nil, SearchOptions{})
	require.NoError(t, err)
	require.Equal(t, 42, none.NoFinger)
	addsUp(t, none)
}

func TestUnknownPositionsAreComparedWithAll(t *testing.T) {
	p := somePeople(30, biometrics.RightIndex, biometrics.LeftLittle)
	g := galleryOf(p, GalleryOptions{})
	unknown := []GalleryPrint{{biometrics.UnknownFinger, p.presented[5][1].Template}}
	found, err := g.Search(t.Context(), unknown, SearchOptions{Threshold: 20})
	require.NoError(t, err)
	require.Equal(t, p.references[5], found.Candidates[0].Reference)
	require.Equal(t, 60, found.Comparisons)

	wrong := []GalleryPrint{{biometrics.RightThumb, p.presented[5][1].Template}}
	found, err = g.Search(t.Context(), wrong, SearchOptions{Threshold: 20})
	require.NoError(t, err)
	require.Equal(t, 30, found.NoFinger)

	g.Put(reference(77), []GalleryPrint{{biometrics.UnknownFinger, p.stored[5][1].Template}})
	found, err = g.Search(t.Context(), wrong, SearchOptions{Threshold: 20})
	require.NoError(t, err)
	require.Equal(t, reference(77), found.Candidates[0].Reference)
}

func TestSearchIsTheSameHoweverItIsRun(t *testing.T) {
	p := somePeople(200, biometrics.RightIndex, biometrics.RightMiddle)
	one := galleryOf(p, GalleryOptions{Workers: 1, Least: 10})
	many := NewGallery(GalleryOptions{Workers: 8, Least: 10})
	for _, i := range rand.New(rand.NewPCG(1, 1)).Perm(200) {
		many.Put(p.references[i], p.stored[i])
	}
	for i := range 20 {
		o := SearchOptions{Threshold: 5, Enough: 60}
		a, err := one.Search(t.Context(), p.presented[i], o)
		require.NoError(t, err)
		b, err := many.Search(t.Context(), p.presented[i], o)
		require.NoError(t, err)
		require.Equal(t, a, b)
	}
}

func TestTheScreenLosesNobodyWhomAllComparisonsFind(t *testing.T) {
	p := somePeople(250, biometrics.RightIndex)
	g := galleryOf(p, GalleryOptions{Least: 8})
	lost := 0
	for i := range 30 {
		all, err := g.Search(t.Context(), p.presented[i], SearchOptions{All: true})
		require.NoError(t, err)
		require.Equal(t, 250, all.Exact)
		screened, err := g.Search(t.Context(), p.presented[i], SearchOptions{})
		require.NoError(t, err)
		if len(all.Candidates) > 0 && len(screened.Candidates) == 0 {
			lost++
		}
	}
	require.LessOrEqual(t, lost, 1)
}

func TestEnoughEndsTheSearchEarly(t *testing.T) {
	p := somePeople(200, biometrics.RightIndex)
	g := galleryOf(p, GalleryOptions{Least: 150})
	found, err := g.Search(t.Context(), p.presented[9], SearchOptions{Enough: 50})
	require.NoError(t, err)
	addsUp(t, found)
	require.Equal(t, p.references[9], found.Candidates[0].Reference)
	require.Equal(t, 64, found.Exact)
	require.Equal(t, 86, found.Unlooked)
}

func TestMostIsNoSilentCap(t *testing.T) {
	p := somePeople(1, biometrics.RightIndex)
	g := NewGallery(GalleryOptions{})
	for i := range 5 {
		g.Put(reference(i), p.stored[0])
	}
	found, err := g.Search(t.Context(), p.presented[0], SearchOptions{Most: 2})
	require.NoError(t, err)
	require.Len(t, found.Candidates, 2)
	require.Equal(t, 5, found.Reached)
}

// A gallery holds what was put and not dropped.
func TestGalleryGrowsAndShrinks(t *testing.T) {
	p := somePeople(12, biometrics.RightIndex)
	rapid.Check(t, func(t *rapid.T) {
		g, held := NewGallery(GalleryOptions{}), map[int]int{}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			i := rapid.IntRange(0, 11).Draw(t, "who")
			if rapid.Bool().Draw(t, "put") {
				prints := rapid.IntRange(0, 1).Draw(t, "prints")
				g.Put(p.references[i], p.stored[i][:prints])
				held[i] = prints
			} else {
				g.Drop(p.references[i])
				delete(held, i)
			}
		}
		prints := 0
		for _, n := range held {
			prints += n
		}
		require.Equal(t, len(held), g.Len())
		require.Equal(t, prints, g.Prints())
		found, err := g.Search(context.Background(), p.presented[0], SearchOptions{})
		require.NoError(t, err)
		require.Equal(t, len(held), found.Persons)
		require.Equal(t, prints, found.Screened)
		require.Equal(t, held[0] == 1, len(found.Candidates) > 0)
		if len(held) == 0 {
			require.Zero(t, g.Memory())
		}
	})
}

func TestSearchesSeeTheGalleryAsItWas(t *testing.T) {
	p := somePeople(40, biometrics.RightIndex)
	g := galleryOf(p, GalleryOptions{})
	var group sync.WaitGroup
	for k := range 2 {
		group.Go(func() {
			for n := range 100 {
				i := 20 + (n*2+k)%20
				g.Drop(p.references[i])
				g.Put(p.references[i], p.stored[i])
			}
		})
	}
	for i := range 20 {
		found, err := g.Search(t.Context(), p.presented[i], SearchOptions{})
		require.NoError(t, err)
		require.Equal(t, p.references[i], found.Candidates[0].Reference)
		require.GreaterOrEqual(t, found.Persons, 38)
		addsUp(t, found)
	}
	group.Wait()
	require.Equal(t, 40, g.Len())
}

func TestSearchEndsWithItsContext(t *testing.T) {
	p := somePeople(100, biometrics.RightIndex)
	g := galleryOf(p, GalleryOptions{Least: 5})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	found, err := g.Search(ctx, p.presented[0], SearchOptions{})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, Found{}, found)
}

func TestTheScreenTakesOneKilobyteAPrint(t *testing.T) {
	require.LessOrEqual(t, ScreenBytes, 1024)
}
