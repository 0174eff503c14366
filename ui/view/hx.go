package view

import (
	"context"

	"github.com/a-h/templ"
)

// Hx gives the htmx attributes of an element, as pairs of name (without "hx-") and value, and the nonce without which the
// browser ignores them. It is the only way to write them:
//
//	<button { view.Hx(ctx, "post", "/counter/admit", "target", "#file")... }>
func Hx(ctx context.Context, pairs ...string) templ.Attributes {
	attributes := templ.Attributes{"hx-nonce": templ.GetNonce(ctx)}
	for i := 0; i+1 < len(pairs); i += 2 {
		attributes["hx-"+pairs[i]] = pairs[i+1]
	}
	return attributes
}
