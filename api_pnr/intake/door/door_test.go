package door_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/bus/gate/gatetest"
)

const patience = time.Minute

// keeper keeps in memory what it is given: once, as the interface asks; the same bytes under another id are a copy of the first.
type keeper struct {
	mu   sync.Mutex
	kept map[uuid.UUID]apipnr.Envelope
	told chan uuid.UUID
	fail func(apipnr.Envelope) error
}

func newKeeper() *keeper {
	return &keeper{kept: map[uuid.UUID]apipnr.Envelope{}, told: make(chan uuid.UUID, 1<<16)}
}

func (k *keeper) Keep(_ context.Context, e apipnr.Envelope) (apipnr.Receipt, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fail != nil {
		if err := k.fail(e); err != nil {
			return apipnr.Receipt{}, err
		}
	}
	told := apipnr.Receipt{ID: e.ID, Digest: fmt.Sprintf("%x", e.Digest), Bytes: len(e.Body), ReceivedAt: e.ReceivedAt}
	for id, first := range k.kept {
		if first.Carrier == e.Carrier && first.Digest == e.Digest {
			told.ID, told.Duplicate = id, id != e.ID // the same envelope delivered again is no copy
			return told, nil
		}
	}
	k.kept[e.ID] = e
	k.told <- e.ID
	return told, nil
}

func (k *keeper) failing(fail func(apipnr.Envelope) error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fail = fail
}

func (k *keeper) next(t testing.TB) apipnr.Envelope {
	t.Helper()
	select {
	case id := <-k.told:
		k.mu.Lock()
		defer k.mu.Unlock()
		return k.kept[id]
	case <-time.After(patience):
		t.Fatal("nothing was kept")
		return apipnr.Envelope{}
	}
}

type place struct {
	*gatetest.Gate
	*door.Door
	keeper *keeper
}

func unfiltered(body []byte) ([]byte, int) { return body, 0 }

func (p *place) config(t testing.TB) door.Config {
	return door.Config{
		Conn: p.Inside(t), Keeper: p.keeper, Filter: unfiltered, Now: time.Now, NewID: uuid.New, Log: gatetest.Log(t),
	}
}

func open(t testing.TB, change func(*door.Config)) *place {
	t.Helper()
	p := &place{Gate: gatetest.New(t, "XA", "XB"), keeper: newKeeper()}
	config := p.config(t)
	if change != nil {
		change(&config)
	}
	var err error
	p.Door, err = door.Open(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	for _, carrier := range []string{"XA", "XB"} {
		require.NoError(t, p.Admit(t.Context(), carrier))
	}
	return p
}

const paxlst = "UNA:+.? 'UNB+UNOA:4+XA+XAA+261122:1200+1'UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'UNT+3+1'UNZ+1+1'"

func receipt(t testing.TB, m *nats.Msg) (r apipnr.Receipt) {
	t.Helper()
	require.Nil(t, door.RefusalIn(m))
	require.NoError(t, json.Unmarshal(m.Data, &r), string(m.Data))
	return r
}

func TestWhatACarrierPushesIsKeptAndReceipted(t *testing.T) {
	p := open(t, nil)
	conn := p.Carrier(t, "XA")
	answer, err := conn.Request(gate.BatchSubject("XA"), []byte(paxlst), patience)
	require.NoError(t, err)
	told := receipt(t, answer)
	require.Equal(t, fmt.Sprintf("%x", sha256.Sum256([]byte(paxlst))), told.Digest)
	require.Equal(t, len(paxlst), told.Bytes)
	require.False(t, told.Duplicate)
	kept := p.keeper.next(t)
	require.Equal(t, told.ID, kept.ID)
	require.Equal(t, "XA", kept.Carrier, "the account's, not the message's")
	require.Equal(t, apipnr.GatewayNATS, kept.Gateway)
	require.Equal(t, gate.BatchSubject("XA"), kept.Subject)
	require.Equal(t, apipnr.TypeEDIFACT, kept.ContentType)
	require.Equal(t, paxlst, string(kept.Body))
	require.True(t, told.ReceivedAt.Equal(kept.ReceivedAt))
}

var errDown = errors.New("the database is away")
