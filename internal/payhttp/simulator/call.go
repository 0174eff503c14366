package simulator

import (
	"time"

	"github.com/openbmis/openbmis/internal/payhttp"
)

// mostCalls is how often a call-back that is not taken is sent.
const mostCalls = 8

// call sends the call-back of an order as the knobs say.
func (s *Server) call(o order) {
	k := s.Knobs()
	if k.Lose {
		return
	}
	times := 1
	if k.Repeat {
		times = 2
	}
	for range times {
		s.calls.Go(func() { s.send(o, k.Delay) })
	}
}

func (s *Server) send(o order, wait time.Duration) {
	for n := range mostCalls {
		if !s.pause(wait) {
			return
		}
		err := payhttp.Call(s.ctx, s.o.HTTP, o.Notify, s.o.Key, o.standing(), s.o.Now())
		if err == nil {
			return
		}
		s.o.Log.Warn("payment simulator: the call-back was not taken", "order", o.ref, "error", err)
		wait = s.o.Again << n
	}
}

func (s *Server) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}
