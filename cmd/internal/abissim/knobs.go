package abissim

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics/abis"
)

// Knobs are how the simulator misbehaves. The zero value behaves.
type Knobs struct {
	// Delay is before each answer.
	Delay time.Duration
	// Fail is the failure reason of every answer to Operation, whose work is not done; 0: none.
	Fail abis.Reason
	// Operation is what Fail and Silent are about; "": everything but Ping.
	Operation abis.Operation
	// Silent does the work and never answers.
	Silent bool
	// Twice answers everything twice, the second time that it failed.
	Twice bool
	// Unknown adds a candidate that nobody has inserted to each identification.
	Unknown bool
	// Stray answers a request that nobody made, before the one that was.
	Stray bool
}

// Check says what is wrong.
func (k Knobs) Check() error {
	switch {
	case k.Delay < 0 || k.Delay > time.Hour:
		return fmt.Errorf("delay: expected 0 to 1h")
	case k.Fail < 0 || k.Fail > abis.QualityCheckFailed:
		return fmt.Errorf("failure reason: expected 0 (none) to %d", abis.QualityCheckFailed)
	case k.Operation != "" && !slices.Contains(abis.Operations(), k.Operation):
		return fmt.Errorf("operation: expected one such as %s", abis.Insert)
	}
	return nil
}

// about reports whether the failures are about an operation.
func (k Knobs) about(operation abis.Operation) bool {
	return k.Operation == operation || k.Operation == "" && operation != abis.Ping
}

// misbehaving is a service with knobs.
type misbehaving struct {
	service *abis.Service
	random  io.Reader

	mu    sync.Mutex
	knobs Knobs
}

func (m *misbehaving) set(k Knobs) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.knobs = k
}

func (m *misbehaving) now() Knobs {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.knobs
}

// answer answers a message as the knobs say.
func (m *misbehaving) answer(ctx context.Context, _ uuid.UUID, message []byte) []abis.Response {
	k := m.now()
	if k.Delay > 0 {
		wait := time.NewTimer(k.Delay)
		defer wait.Stop()
		select {
		case <-ctx.Done():
			return nil
		case <-wait.C:
		}
	}
	asked, err := abis.ParseRequest(message)
	about := err == nil && k.about(asked.ID)
	if about && k.Fail != 0 {
		return []abis.Response{{ID: asked.ID, RequestID: asked.RequestID, ResponseTime: asked.RequestTime, Reason: k.Fail}}
	}
	r, _ := m.service.Answer(ctx, message)
	switch {
	case about && k.Silent:
		return nil
	case k.Unknown && r.ID == abis.Identify && r.Reason == 0:
		r.Candidates = append(r.Candidates, m.nobody())
	}
	out := []abis.Response{r}
	if k.Stray {
		stray := r
		stray.RequestID = m.draw()
		out = []abis.Response{stray, r}
	}
	if k.Twice {
		out = append(out, abis.Response{ID: r.ID, RequestID: r.RequestID, ResponseTime: r.ResponseTime, Reason: abis.UnexpectedError})
	}
	return out
}

// nobody is a candidate whom nobody has inserted.
func (m *misbehaving) nobody() abis.ResponseCandidate {
	return abis.ResponseCandidate{Reference: m.draw(), Analytics: map[string]string{abis.AnalyticScore: "99.00"}}
}

func (m *misbehaving) draw() uuid.UUID {
	id, err := uuid.NewRandomFromReader(m.random)
	if err != nil {
		return uuid.Max
	}
	return id
}
