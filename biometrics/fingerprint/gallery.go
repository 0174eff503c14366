package fingerprint

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
)

// GalleryPrint is one print of a person: which finger, and what was found in it. Several of one finger are several impressions.
type GalleryPrint struct {
	Position biometrics.Position // UnknownFinger: compared with every finger
	Template Template
}

// GalleryOptions are how a gallery searches.
type GalleryOptions struct {
	// Share is the part of the persons, best of the screen first, that are compared exactly; 0: 2 %.
	Share float64
	// Least is how many persons are compared exactly in any case; 0: 64.
	Least int
	// Workers is how many processors one search may use; 0: all.
	Workers int
}

func (o GalleryOptions) withDefaults() GalleryOptions {
	if !(o.Share > 0) || o.Share > 1 {
		o.Share = 0.02
	}
	if o.Least <= 0 {
		o.Least = 64
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o
}

// Gallery holds persons' prints in memory and searches them. Searches see the gallery as it was when they began, and neither wait for Put
// and Drop nor hold them up.
type Gallery struct {
	options GalleryOptions
	now     atomic.Pointer[snapshot]

	write  sync.Mutex // of what follows, and of storing now
	places map[uuid.UUID]int
	free   []int
}

// chunkSize is how many persons are copied when one of them changes.
const chunkSize = 256

// snapshot is a gallery at one moment. It is never changed: a change makes a new one that shares all chunks but one.
type snapshot struct {
	chunks  []*[chunkSize]*person
	persons int
	prints  int
	bytes   int
}

// person is somebody with prints, by the order of their positions.
type person struct {
	reference uuid.UUID
	prints    []galleryPrint
	bytes     int
}

// galleryPrint is one print, ready for the screen and for the exact comparison.
type galleryPrint struct {
	position biometrics.Position
	number   int // among those that were put
	screen   *screen
	prepared *Prepared
}

// NewGallery is an empty gallery.
func NewGallery(o GalleryOptions) *Gallery {
	g := &Gallery{options: o.withDefaults(), places: map[uuid.UUID]int{}}
	g.now.Store(&snapshot{})
	return g
}

// Put holds the prints of a person; those held of him before are dropped. No prints: the person is held, and is never found.
func (g *Gallery) Put(reference uuid.UUID, prints []GalleryPrint) {
	g.hold(reference, newPerson(reference, prints))
}

func (g *Gallery) hold(reference uuid.UUID, p *person) {
	g.write.Lock()
	defer g.write.Unlock()
	at, known := g.places[reference]
	if !known {
		at = g.place()
		g.places[reference] = at
	}
	g.store(at, p)
}

// Drop forgets a person. Whoever is not there is no error.
func (g *Gallery) Drop(reference uuid.UUID) {
	g.write.Lock()
	defer g.write.Unlock()
	at, known := g.places[reference]
	if !known {
		return
	}
	delete(g.places, reference)
	g.free = append(g.free, at)
	g.store(at, nil)
}

// place is a free place; the places of those who were dropped are taken first.
func (g *Gallery) place() int {
	if n := len(g.free); n > 0 {
		at := g.free[n-1]
		g.free = g.free[:n-1]
		return at
	}
	return len(g.places)
}

// store puts p, or nobody, at a place of a new snapshot.
func (g *Gallery) store(at int, p *person) {
	was := g.now.Load()
	next := &snapshot{chunks: slices.Clone(was.chunks), persons: was.persons, prints: was.prints, bytes: was.bytes}
	for at/chunkSize >= len(next.chunks) {
		next.chunks = append(next.chunks, new([chunkSize]*person))
	}
	chunk := *next.chunks[at/chunkSize]
	next.count(chunk[at%chunkSize], -1)
	next.count(p, 1)
	chunk[at%chunkSize] = p
	next.chunks[at/chunkSize] = &chunk
	g.now.Store(next)
}

func (s *snapshot) count(p *person, sign int) {
	if p != nil {
		s.persons += sign
		s.prints += sign * len(p.prints)
		s.bytes += sign * p.bytes
	}
}

// Len is how many persons are held.
func (g *Gallery) Len() int { return g.now.Load().persons }

// Prints is how many prints are held.
func (g *Gallery) Prints() int { return g.now.Load().prints }

// Memory is how many bytes the prints take.
func (g *Gallery) Memory() int { return g.now.Load().bytes }
