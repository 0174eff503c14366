package counterview

import (
	"context"
	"strings"
	"time"

	"github.com/openbmis/openbmis/ui/text"
)

// Outside is an outside service that a check asks, as the header shows it.
type Outside struct {
	Check     string // "interpol.NAME"
	Answers   bool
	Reason    string // why the last question had no answer
	Since     time.Time
	Simulator bool
	Copy      string    // version of the local copy; empty when there is none
	CopyAt    time.Time // when it was last known to be the newest
}

const (
	outsidePrefix   = "interpol."
	simulatorSuffix = ".simulator"
)

// outsideName is the name of an outside check or source that has no words of its own: adapters are configuration, and their names are not in
// the catalogue. Anything else is its code.
func outsideName(ctx context.Context, code string) string {
	name, is := strings.CutPrefix(code, outsidePrefix)
	if !is {
		return code
	}
	name, simulator := strings.CutSuffix(name, simulatorSuffix)
	words := codedOr(ctx, "check", "interpol_"+strings.ReplaceAll(name, "-", "_"), "")
	if words == "" {
		words = text.T(ctx, text.InterpolOther, "name", strings.ToUpper(strings.ReplaceAll(name, "-", " ")))
	}
	if simulator {
		return text.T(ctx, text.InterpolSimulated, "name", words)
	}
	return words
}

// away are the services that give no answer.
func (s Status) away() (names []Outside) {
	for _, o := range s.Outside {
		if !o.Answers {
			names = append(names, o)
		}
	}
	return names
}

func (s Status) outsideClass() string {
	if len(s.away()) > 0 {
		return "not-checked"
	}
	return "no-hit"
}

func (s Status) simulated() bool {
	for _, o := range s.Outside {
		if o.Simulator {
			return true
		}
	}
	return false
}

// outsideHelp says of each service whether it answers, and why not.
func outsideHelp(ctx context.Context, s Status) string {
	lines := make([]string, len(s.Outside))
	for n, o := range s.Outside {
		name := outsideName(ctx, o.Check)
		switch {
		case o.Answers:
			lines[n] = text.T(ctx, text.InterpolAnswers, "name", name)
		case o.Reason == "":
			lines[n] = text.T(ctx, text.InterpolUnheard, "name", name)
		default:
			lines[n] = text.T(ctx, text.InterpolAway, "name", name, "reason", notCheckedReason(ctx, o.Reason))
		}
		if o.Copy != "" {
			lines[n] += " " + text.T(ctx, text.InterpolCopyHeld, "version", o.Copy, "ago", text.FromContext(ctx).Ago(s.Now.Sub(o.CopyAt)))
		}
	}
	return strings.Join(lines, "\n")
}
