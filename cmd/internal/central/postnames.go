package central

import (
	"context"
	"sync"

	"github.com/openbmis/openbmis/internal/postgres/enrolment"
)

// postNames are what people call the posts that were enrolled. It is safe for concurrent use; the zero value knows none.
type postNames struct {
	mu    sync.RWMutex
	names map[string]string // by id
}

// of is the name of a post: its id while no other is known.
func (n *postNames) of(id string) string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if name := n.names[id]; name != "" {
		return name
	}
	return id
}

// read reads the names that the register of posts has now.
func (n *postNames) read(ctx context.Context, posts *enrolment.Store) error {
	list, err := posts.Stations(ctx)
	if err != nil {
		return err
	}
	names := make(map[string]string, len(list))
	for _, s := range list {
		names[s.ID] = s.Name
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.names = names
	return nil
}
