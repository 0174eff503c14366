package simulate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Crowd knows which people of the town are in the country, so that who came in goes out again. It is written to a file after
// each crossing and read at the start.
type Crowd struct {
	mu     sync.Mutex
	file   string
	size   int
	inside []int
}

// OpenCrowd reads the file, which need not exist.
func OpenCrowd(file string, size int) (*Crowd, error) {
	c := &Crowd{file: file, size: size}
	text, err := os.ReadFile(filepath.Clean(file))
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &c.inside); err != nil {
		return nil, fmt.Errorf("%s: %w; expected a list of numbers", file, err)
	}
	return c, nil
}

// Entering draws somebody who is outside.
func (c *Crowd) Entering(r *rand.Rand) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range 100 {
		if n := r.IntN(c.size); !slices.Contains(c.inside, n) {
			return n
		}
	}
	return r.IntN(c.size) // the town is all but empty: somebody comes a second time
}

// Inside reports whether n is in the country.
func (c *Crowd) Inside(n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Contains(c.inside, n)
}

// Leaving draws somebody who is inside; one in thirty is somebody whose entry nobody recorded.
func (c *Crowd) Leaving(r *rand.Rand) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.inside) == 0 || r.IntN(30) == 0 {
		return r.IntN(c.size)
	}
	return c.inside[r.IntN(len(c.inside))]
}

// Crossed notes that n was admitted in a direction.
func (c *Crowd) Crossed(n int, entry bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.Index(c.inside, n)
	switch {
	case entry && at < 0:
		c.inside = append(c.inside, n)
	case !entry && at >= 0:
		c.inside = slices.Delete(c.inside, at, at+1)
	default:
		return nil
	}
	text, err := json.Marshal(c.inside)
	if err != nil {
		return err
	}
	return writeWhole(c.file, text)
}

// writeWhole replaces a file so that a reader sees the old or the new text, never half of it.
func writeWhole(file string, text []byte) error {
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
