package counterview

import (
	"context"

	"github.com/openbmis/openbmis/ui/text"
)

// ReaderStanding is how the fingerprint reader of a station stands.
type ReaderStanding struct {
	Name      string
	Why       string // the code of why it cannot be used; empty when it can
	Simulated bool
}

func (s Status) readerClass() string {
	if s.Reader.Why != "" {
		return "not-checked"
	}
	return "no-hit"
}

// readerHelp says whether the reader is ready, and why not.
func readerHelp(ctx context.Context, s Status) string {
	words := text.T(ctx, text.FingersBadgeReady, "name", s.Reader.Name)
	if s.Reader.Why != "" {
		words = text.T(ctx, text.FingersBadgeAway, "why", coded(ctx, "capture", s.Reader.Why))
	}
	if s.Reader.Simulated {
		words += " · " + text.T(ctx, text.FingersSimulated)
	}
	return words
}
