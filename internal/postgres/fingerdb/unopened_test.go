package fingerdb_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/fingers"
)

const flipTemplate = `UPDATE biometric.blob SET sealed = set_bit(sealed, 100, 1 - get_bit(sealed, 100)) WHERE digest IN
	(SELECT digest FROM biometric.sealed WHERE id = $1 AND kind LIKE 'print.template.%')`

// One print that is damaged fails one search; those of others are made.
func TestADamagedPrintHoldsUpNoOtherSearch(t *testing.T) {
	p := newPost(t)
	_, mine := p.enrol("L898902C3", 60)
	p.enrol("D23145890", 60)
	p.exec(flipTemplate, mine[0].ID)
	due, err := p.prints.Searches(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, due, 2)
	require.ElementsMatch(t, []int{3, 4}, []int{len(due[0].Prints), len(due[1].Prints)})
	require.Equal(t, 1, due[0].Unreadable+due[1].Unreadable)
}

// A gallery knows how many persons it lacks, however often they are given, and no more once they open.
func TestAGalleryKnowsWhomItLacks(t *testing.T) {
	p := newPost(t)
	_, mine := p.enrol("L898902C3", 60)
	p.enrol("D23145890", 60)
	none := func(uuid.UUID, []fingers.Print) error { return nil }
	mark, err := p.prints.Each(t.Context(), none)
	require.NoError(t, err)
	require.Zero(t, p.prints.Incomplete())
	p.exec(flipTemplate, mine[0].ID)
	p.exec(flipTemplate, mine[1].ID)
	for range 3 {
		p.exec(`UPDATE biometric.link_key SET changed = pg_current_xact_id()::text::bigint`)
		_, err = p.prints.Since(t.Context(), mark, none)
		require.NoError(t, err)
		require.Equal(t, []int{1, 2}, []int{p.prints.Incomplete(), p.prints.Unreadable()})
	}
	p.exec(flipTemplate, mine[0].ID)
	p.exec(flipTemplate, mine[1].ID)
	_, err = p.prints.Since(t.Context(), mark, none)
	require.NoError(t, err)
	require.Zero(t, p.prints.Incomplete())
	require.Zero(t, p.prints.Unreadable())
}
