package centraldb_test

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// replicated is an event as the plain model of stays reads it.
type replicated struct {
	id, document, undoes string
	at                   time.Time
	event                uuid.UUID
	entry, admitted      bool
}

func readBack(t require.TestingT, e replication.Event) replicated {
	if e.Kind == border.KindCorrection {
		var c border.CorrectionEvent
		require.NoError(t, json.Unmarshal(e.Payload, &c))
		return replicated{undoes: c.CrossingID.String()}
	}
	var c border.CrossingEvent
	require.NoError(t, json.Unmarshal(e.Payload, &c))
	return replicated{
		id: c.CrossingID.String(), document: traveldoc.FoldNumber(c.Document.Number), at: c.CrossedAt, event: e.ID,
		entry: c.Direction == border.Entry, admitted: c.Decision.Verdict == border.Admit,
	}
}

func (r replicated) after(other replicated) bool {
	return r.at.After(other.at) || r.at.Equal(other.at) && bytes.Compare(r.event[:], other.event[:]) > 0
}
