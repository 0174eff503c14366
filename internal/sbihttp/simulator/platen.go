package simulator

import (
	"sync"

	"github.com/openbmis/openbmis/biometrics"
)

// cell is a place on the reader.
type cell struct {
	position biometrics.Position
	image    biometrics.Image
	there    bool
	score    int
}

// picture is what lies on the reader at one moment.
type picture struct {
	cells []cell
	shown float64 // how much of each finger touches, 0 to 1
}

// platen is the reader's glass: whoever looks at it is woken when something changes.
type platen struct {
	mu      sync.Mutex
	now     picture
	version uint64
	changed chan struct{}
}

func newPlaten() *platen { return &platen{version: 1, changed: make(chan struct{})} }

func (p *platen) show(cells []cell, shown float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = picture{cells: cells, shown: shown}
	p.next()
}

// wake tells whoever looks to look again.
func (p *platen) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next()
}

func (p *platen) next() {
	p.version++
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *platen) clear() { p.show(nil, 0) }

// look gives the picture, its number, and what is closed when there is another.
func (p *platen) look() (picture, uint64, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now, p.version, p.changed
}
