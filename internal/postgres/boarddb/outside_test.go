package boarddb_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/border"
)

// service is a service outside that answers when it is told to.
type service struct {
	mu    sync.Mutex
	asked int
	gate  chan struct{}
	says  border.Finding
}

func (*service) Name() string { return "interpol.sltd" }

func (s *service) Check(ctx context.Context, _ border.Subject) (border.Finding, error) {
	s.mu.Lock()
	s.asked++
	gate := s.gate
	s.mu.Unlock()
	select {
	case <-gate:
	case <-ctx.Done():
		return border.Finding{}, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.says, nil
}

func (s *service) set(f border.Finding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.says = f
}

func (s *service) times() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func withService(t *testing.T) (*world, *service) {
	t.Helper()
	w, s := newWorld(t), &service{gate: make(chan struct{}), says: border.Finding{Outcome: border.NoHit}}
	w.outside = []border.Planned{{Check: s, Deadline: time.Minute}}
	w.start(policy(t))
	return w, s
}

// A service outside that is slow holds up neither the answer at check-in nor what the State's own lists find. What it says late is a change of
// mind, and it is told of the traveller once.
func TestALateAnswerFromOutsideGoesOutUnasked(t *testing.T) {
	w, s := withService(t)
	body := w.list("XX0123", "745", "T1", someone(3, "R3"))
	require.Equal(t, "0Z", w.ask(body)["R3"].Code, "the policy lets board whom a service outside says nothing of")
	require.False(t, w.standing("R3").TimedOut)
	var ruling []byte
	require.NoError(t, w.DB.Pool.QueryRow(t.Context(), `SELECT ruling FROM board_answer`).Scan(&ruling))
	var r board.Ruling
	require.NoError(t, json.Unmarshal(ruling, &r))
	require.Equal(t, []board.Cause{{Check: s.Name(), Code: board.ReasonLate, Rule: "unchecked", Makes: board.Board}}, r.Causes, "which is on record")

	w.expect(body)
	w.work()
	require.Equal(t, map[string]border.Outcome{"R3": border.NotChecked}, w.outcomes(), "never taken for no hit")
	require.Empty(t, w.chase())

	s.set(border.Finding{Outcome: border.Hit, Evidence: []border.Evidence{{Code: "alert_document", Severity: border.SecondLine, Ref: "sltd/S1@1"}}})
	close(s.gate)
	require.Eventually(t, func() bool {
		w.Now = w.Now.Add(time.Second)
		w.work()
		return w.outcomes()["R3"] == border.Hit
	}, time.Minute, 10*time.Millisecond)
	told := w.chase()
	require.Len(t, told, 1)
	require.Equal(t, "1Z", verdicts(t, told[0].body)["R3"].Code)
	require.Equal(t, 1, s.times(), "asked once, by whoever asked first")
}

// While a service is away nobody is fine; when it is back, those it said nothing of are asked about at once.
func TestAServiceThatIsBackIsAskedAgain(t *testing.T) {
	w, s := withService(t)
	close(s.gate)
	s.set(border.Unanswered(s.Name(), border.Source{}, border.ReasonBreakerOpen))
	w.expect(w.list("XX0123", "745", "T1", someone(3, "R3")))
	w.work()
	require.Equal(t, map[string]border.Outcome{"R3": border.NotChecked}, w.outcomes())
	s.set(border.Finding{Outcome: border.NoHit})
	w.work()
	require.Equal(t, 1, s.times(), "left alone until it is due")
	require.NoError(t, w.Board.RecheckOutside(t.Context(), "interpol.other"))
	w.work()
	require.Equal(t, 1, s.times(), "another service says nothing of this one")
	require.NoError(t, w.Board.RecheckOutside(t.Context(), s.Name()))
	w.work()
	require.Equal(t, map[string]border.Outcome{"R3": border.NoHit}, w.outcomes())
	require.Equal(t, 2, s.times())
}
