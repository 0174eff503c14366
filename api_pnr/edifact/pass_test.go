package edifact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Segments that are passed by must not hide any that is one of the envelopes: every message is the same as when each segment is looked at.
func TestPassingSegmentsByFindsTheSameMessages(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		"UN", "U", "N", "UNT+2+1'", "UNH+1+PAXLST:D:05B:UN:IATA'", "UNZ+1+1'", "UNB+UNOA:4+A+B+261122:1200+1'", "UNA:+.? '", "UNE+1+1'", "'", "?", "?'",
		"??'", "NAD+FL+++A", "BGM+745'", " ", "\x00", "X", "\r\n", "\n", "U\nNT+2+1'", "?\r\n'", "UNT", "LOC+1+UNT'", ":",
	})
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(piece, 0, 40).Draw(t, "pieces")
		body := "UNB+UNOA:4+A+B+261122:1200+1'UNH+1+PAXLST:D:05B:UN:IATA'" + strings.Join(parts, "")
		if rapid.Bool().Draw(t, "one line") {
			body = strings.NewReplacer("\r", "", "\n", "").Replace(body)
		}
		quick, each := &splitter{limits: DefaultLimits()}, &splitter{limits: DefaultLimits(), searched: true, folded: true}
		require.Equal(t, seen(each.read([]byte(body))), seen(quick.read([]byte(body))), "%q", body)
	})
}

type outline struct {
	start, end  int
	reference   string
	fragment    string
	truncated   bool
	diagnostics []apipnr.Diagnostic
}

func seen(f File) (all []outline) {
	for _, x := range f.Interchanges {
		all = append(all, outline{start: x.Start, end: x.End, reference: x.Trailer})
	}
	for _, m := range f.Messages {
		all = append(all, outline{m.Start, m.End, m.Reference, m.Fragment, m.Truncated, m.Diagnostics})
	}
	return append(all, outline{diagnostics: f.Diagnostics})
}
