package central

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/openbmis/openbmis/evisa"
)

// withPosts adds to the rules of entry what people call the posts that they name: the portal may not read the register of posts, and is told no
// other post of it. Other names are another version, so that the portal is told of them too.
func withPosts(book evisa.RuleBook, name func(id string) string) (evisa.RuleBook, error) {
	posts := map[string]string{}
	for _, r := range book.Rules {
		for _, id := range r.Ports {
			if called := name(id); called != id && called != "" {
				posts[id] = called
			}
		}
	}
	if len(posts) == 0 {
		return book, nil
	}
	text, err := json.Marshal(posts) // in the order of the ids
	if err != nil {
		return book, fmt.Errorf("names of posts for the portal: %w", err)
	}
	sum := sha256.Sum256(text)
	book.Posts, book.Version = posts, book.Version+"+"+hex.EncodeToString(sum[:4])
	return book, nil
}

// postName is what people call a post, as far as this program has read it; else its id.
func (a *app) postName(id string) string {
	if a.visas == nil {
		return id
	}
	return a.visas.posts.of(id)
}
