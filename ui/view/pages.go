package view

import (
	"context"
	"net/url"

	"github.com/openbmis/openbmis/ui/text"
)

// Counted is the title of a list with how many rows all its pages have.
func Counted(ctx context.Context, title text.Key, total int) string {
	return t(ctx, title) + " · " + text.FromContext(ctx).Number(int64(total))
}

// Address is a path with what stands behind it: names and values in turn, of which the empty ones are left out.
func Address(path string, pairs ...string) string {
	q := url.Values{}
	for n := 0; n+1 < len(pairs); n += 2 {
		if pairs[n+1] != "" {
			q.Set(pairs[n], pairs[n+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// Turn is the ways to the first and to the next page of a list: name is what the address calls the place where a page begins, after that of
// this page, next that of the one behind it; either is "" where there is none. The pairs are what else the address says, as in Address.
func Turn(path, name, after, next string, pairs ...string) (first, further string) {
	if after != "" {
		first = Address(path, pairs...)
	}
	if next != "" {
		further = Address(path, append([]string{name, next}, pairs...)...)
	}
	return first, further
}
