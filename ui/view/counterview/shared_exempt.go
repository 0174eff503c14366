package counterview

import (
	"context"

	"github.com/openbmis/openbmis/border"
)

// Version names the version of a source's list or rules, or the crossing point whose records were looked at.
func Version(ctx context.Context, s border.Source) string { return versionWord(ctx, s) }

// Granted are the words for a stay: until when and for how many days, or how long too long.
func Granted(ctx context.Context, g *border.Grant, way border.Direction) string {
	return grantWords(ctx, g, way)
}
