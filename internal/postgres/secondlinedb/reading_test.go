package secondlinedb_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// kept gives what was read, as the store of evidence does.
type kept struct {
	reading *reader.Reading
	err     error
	asked   []audit.Entry
}

func (k *kept) KeptReading(_ context.Context, scan uuid.UUID, entry audit.Entry) (*reader.Reading, error) {
	entry.ObjectID = scan.String()
	k.asked = append(k.asked, entry)
	return k.reading, k.err
}

// The second line asks about what the counter's reader gave: a forged chip is no empty reader.
func TestCheckingAgainHasTheReading(t *testing.T) {
	p := open(t)
	p.check.name, p.check.finding = "document.chip", listed(border.SecondLine)
	f := listed(border.SecondLine)
	f.Check = "document.chip"
	e := p.mine(t, "L898902C3", f)
	p.kept.reading = bordertest.Reading("chip")
	require.NoError(t, p.line.Recheck(t.Context(), actor("sam"), e.CrossingID))
	require.Len(t, p.check.asked, 1)
	require.Same(t, p.kept.reading, p.check.asked[0].Reading)
	require.Len(t, p.kept.asked, 1)
	require.Equal(t, "second_line", p.kept.asked[0].Purpose)

	p.kept.reading, p.kept.err = nil, border.ErrReadingGone
	require.NoError(t, p.line.Recheck(t.Context(), actor("sam"), e.CrossingID))
	require.Len(t, p.check.asked, 1, "without the reading the check is not asked again")
	now := p.look(t, e.CrossingID).Case.Findings()
	require.Len(t, now, 1)
	require.Equal(t, border.Hit, now[0].Outcome, "what it said stands")
	require.Equal(t, "document.chip", now[0].Check)
}
