package faultnet

import (
	"errors"
	"net"
	"sync"
	"time"
)

// line is one connection through the proxy.
type line struct {
	proxy     *Proxy
	near, far net.Conn
	broken    chan struct{}
	breakOnce sync.Once
}

// chunk is what was read at once, and when it may go on. No data means the orderly end.
type chunk struct {
	data []byte
	due  time.Time
}

// inFlight is how many chunks of each direction may be under way: enough for a fat line with a long delay.
const inFlight = 1024

// serve joins a connection with the target until both directions are done.
func (p *Proxy) serve(near net.Conn) {
	if p.now().cut {
		p.refused.Add(1)
		_ = abort(near) // it was never used
		return
	}
	far, err := net.DialTimeout("tcp", p.address(), 5*time.Second) //nolint:noctx // ends by itself; Close need not wait for the target
	if err != nil {
		_ = abort(near) // it was never used
		return
	}
	l := &line{proxy: p, near: near, far: far, broken: make(chan struct{})}
	p.enter(l)
	defer p.leave(l)
	var both sync.WaitGroup
	both.Go(func() { l.pass(near, far) })
	both.Go(func() { l.pass(far, near) })
	both.Wait()
	l.end((net.Conn).Close)
}

// enter adds the line; one that came while the proxy was being cut or closed is reset like the others.
func (p *Proxy) enter(l *line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines[l] = true
	select {
	case <-p.closed:
		l.reset()
	default:
		if p.state.cut {
			l.reset()
		}
	}
}

func (p *Proxy) leave(l *line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.lines, l)
}

// pass carries one direction: one goroutine reads, this one writes when the time has come.
func (l *line) pass(from, to net.Conn) {
	under := make(chan chunk, inFlight)
	go l.read(from, under)
	for c := range under {
		if !l.wait(time.Until(c.due)) {
			continue // broken: drain, so that the reader can end
		}
		l.deliver(c, to)
	}
}

// read reads until the end and stamps what it has read.
func (l *line) read(from net.Conn, under chan<- chunk) {
	defer close(under)
	for {
		buffer := make([]byte, 16<<10)
		n, err := from.Read(buffer)
		due := time.Now().Add(l.proxy.now().latency)
		if n > 0 {
			under <- chunk{buffer[:n], due}
		}
		if err != nil {
			under <- chunk{nil, due}
			return
		}
	}
}

// deliver writes a chunk, or loses it.
func (l *line) deliver(c chunk, to net.Conn) {
	now := l.proxy.now()
	if now.blackhole {
		l.proxy.dropped.Add(int64(len(c.data)))
		if c.data == nil {
			<-l.broken // the other side does not hear of the end
		}
		return
	}
	if c.data == nil {
		if tcp, ok := to.(*net.TCPConn); ok {
			_ = tcp.CloseWrite() // an end that cannot be told was known
		}
		return
	}
	if now.bandwidth > 0 && !l.wait(time.Duration(len(c.data))*time.Second/time.Duration(now.bandwidth)) {
		return
	}
	n, err := to.Write(c.data)
	l.proxy.passed.Add(int64(n))
	if err != nil {
		l.reset()
	}
}

// wait waits; false when the line broke meanwhile.
func (l *line) wait(d time.Duration) bool {
	if d <= 0 {
		select {
		case <-l.broken:
			return false
		default:
			return true
		}
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.broken:
		return false
	}
}

// reset breaks both ends.
func (l *line) reset() { l.end(abort) }

func (l *line) end(how func(net.Conn) error) {
	l.breakOnce.Do(func() {
		close(l.broken)
		_ = how(l.near) // nothing follows on either
		_ = how(l.far)
	})
}

// abort ends a connection with RST instead of FIN.
func abort(conn net.Conn) error {
	if tcp, ok := conn.(*net.TCPConn); ok {
		if err := tcp.SetLinger(0); err != nil {
			return errors.Join(err, conn.Close())
		}
	}
	return conn.Close()
}
