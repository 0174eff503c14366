package counter

import (
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/view/counterview"
)

// Bounds of an album: bytes that were made for browsers, and images decoded at one time.
const (
	maxAlbum    = 64 << 20
	maxDecoding = 2
)

// album keeps the images of waiting inspections as browsers show them: each is decoded once, and forgotten when the traveller waits no
// more.
type album struct {
	most  int
	turns chan struct{}

	mu     sync.Mutex
	sheets []*sheet // the oldest first
}

// sheet are the images of one inspection. A reading that is added to makes a new one.
type sheet struct {
	inspection uuid.UUID
	lane       string
	reading    *reader.Reading
	images     map[string]*shownImage
	made       int // bytes
}

// shownImage is an image in a form that browsers show, or why there is none.
type shownImage struct {
	once sync.Once
	data []byte
	err  error
}

func newAlbum(most int) *album { return &album{most: most, turns: make(chan struct{}, maxDecoding)} }

// image is an image of an inspection that waits in the lane, by its name.
func (a *album) image(lane string, inspection uuid.UUID, r *reader.Reading, name string) ([]byte, error) {
	if !named(r, name) {
		return nil, errNoImage
	}
	s, m := a.place(lane, inspection, r, name)
	m.once.Do(func() {
		a.turns <- struct{}{}
		defer func() { <-a.turns }()
		m.data, m.err = shown(r, name)
		a.count(s, len(m.data))
	})
	return m.data, m.err
}

// place is where an image is kept.
func (a *album) place(lane string, inspection uuid.UUID, r *reader.Reading, name string) (*sheet, *shownImage) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at := slices.IndexFunc(a.sheets, func(s *sheet) bool { return s.inspection == inspection && s.reading == r })
	if at < 0 {
		a.sheets = slices.DeleteFunc(a.sheets, func(s *sheet) bool { return s.inspection == inspection })
		a.sheets = append(a.sheets, &sheet{inspection: inspection, lane: lane, reading: r, images: map[string]*shownImage{}})
		at = len(a.sheets) - 1
	}
	s := a.sheets[at]
	if s.images[name] == nil {
		s.images[name] = &shownImage{}
	}
	return s, s.images[name]
}

// count notes what was made and lets the oldest go when it is too much.
func (a *album) count(s *sheet, made int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s.made += made
	total := 0
	for _, one := range a.sheets {
		total += one.made
	}
	for total > a.most && len(a.sheets) > 0 {
		total -= a.sheets[0].made
		a.sheets = a.sheets[1:]
	}
}

// keep forgets the images of whoever waits in the lane no more.
func (a *album) keep(lane string, waiting []*border.Inspection) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sheets = slices.DeleteFunc(a.sheets, func(s *sheet) bool {
		return s.lane == lane && !slices.ContainsFunc(waiting, func(i *border.Inspection) bool { return i.Scan.ID == s.inspection })
	})
}

// tell notes on the card which of its images cannot be shown, so that the screen says so in words. What browsers do not decode
// themselves is decoded here; the rest is only looked at, for the traveller waits.
func (a *album) tell(lane string, c *counterview.Card) {
	if c.Inspected == nil {
		return
	}
	names := c.Inspected.Images()
	closed := make([]bool, len(names))
	var looking sync.WaitGroup
	for n, name := range names {
		looking.Go(func() { closed[n] = a.closed(lane, c, name) })
	}
	looking.Wait()
	for n, name := range names {
		if closed[n] {
			c.Inspected.Closed = append(c.Inspected.Closed, name)
		}
	}
}

func (a *album) closed(lane string, c *counterview.Card, name string) bool {
	s, err := sourceOf(c.Inspected.Reading, name)
	if err != nil {
		return true
	}
	if native, err := s.native(); native {
		return err != nil
	}
	_, err = a.image(lane, c.ID, c.Inspected.Reading, name)
	return err != nil
}
