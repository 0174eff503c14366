// Package faultnet is a TCP proxy that misbehaves on demand, so that tests can cut the line between a station and the centre. It works
// inside the test program, without privileges. It must never be part of a program that serves people.
package faultnet

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Proxy passes connections to a target. Its methods are safe for concurrent use.
type Proxy struct {
	listener net.Listener
	closed   chan struct{}
	finish   sync.Once
	work     sync.WaitGroup

	mu     sync.Mutex
	target string
	state  state
	lines  map[*line]bool

	dropped, refused, passed atomic.Int64
}

// state is how the network is at the moment.
type state struct {
	cut, blackhole bool
	latency        time.Duration
	bandwidth      int // bytes a second in each direction of a connection; 0 is unlimited
}

// Listen starts a proxy to target (host:port) on a free port of this machine.
func Listen(target string) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // returns at once
	if err != nil {
		return nil, fmt.Errorf("fault proxy: %w", err)
	}
	p := &Proxy{listener: listener, target: target, closed: make(chan struct{}), lines: map[*line]bool{}}
	p.work.Go(p.accept)
	return p, nil
}

// Addr is the address to dial instead of the target's.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Retarget passes new connections to another target: a program that was started again and listens elsewhere.
func (p *Proxy) Retarget(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

// Cut resets all connections, and new ones until Restore.
func (p *Proxy) Cut() {
	p.change(func(s *state) { s.cut = true })
	p.reset()
}

// Blackhole lets connections stand but swallows every byte, and every end, in both directions: a line that is dead without telling.
func (p *Proxy) Blackhole() { p.change(func(s *state) { s.blackhole = true }) }

// Latency delays every byte, in each direction.
func (p *Proxy) Latency(d time.Duration) { p.change(func(s *state) { s.latency = d }) }

// Bandwidth limits each direction of each connection; 0 lifts the limit.
func (p *Proxy) Bandwidth(bytesPerSecond int) {
	p.change(func(s *state) { s.bandwidth = bytesPerSecond })
}

// Restore ends every fault. Connections that a blackhole has robbed cannot go on and are reset.
func (p *Proxy) Restore() {
	p.mu.Lock()
	robbed := p.state.blackhole
	p.state = state{}
	p.mu.Unlock()
	if robbed {
		p.reset()
	}
}

// Dropped counts the bytes that a blackhole has swallowed. A test of a fault asserts that the fault bit.
func (p *Proxy) Dropped() int64 { return p.dropped.Load() }

// Refused counts the connections that were reset at once because the line was cut.
func (p *Proxy) Refused() int64 { return p.refused.Load() }

// Passed counts the bytes that went through, both directions together.
func (p *Proxy) Passed() int64 { return p.passed.Load() }

// Open counts the connections that stand.
func (p *Proxy) Open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.lines)
}

// Close ends the proxy and resets its connections.
func (p *Proxy) Close() error {
	var err error
	p.finish.Do(func() {
		close(p.closed)
		err = p.listener.Close()
		p.reset()
		p.work.Wait()
	})
	return err
}

func (p *Proxy) change(how func(*state)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	how(&p.state)
}

func (p *Proxy) address() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.target
}

func (p *Proxy) now() state {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

// reset ends all connections as a broken line does, not as an orderly end.
func (p *Proxy) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.lines {
		l.reset()
	}
}

func (p *Proxy) accept() {
	for {
		conn, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			p.work.Go(func() { p.serve(conn) })
		}
	}
}
