package door

import (
	"errors"
	"io"

	"golang.org/x/sync/semaphore"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// MaxInteractive is the largest interactive request, decompressed: a list of one flight, or a change to it, is far smaller.
const MaxInteractive = 1 << 20

// How many bytes of what carriers send may be in work at once, decompressed, over all gateways. Interactive requests have their own, so
// that large lists never take their room.
const (
	DefaultMemory     = 4 * apipnr.MaxBody
	interactiveMemory = 64 << 20
	memoryStep        = 64 << 10 // what is asked for at a time
)

var errTooLargeToAsk = Refuse(errTooLarge.Status, errTooLarge.Code, "at most 1 MiB expected, decompressed, for an interactive request")

// hold is the room that one message takes; it grows with what is read of it, since nobody can tell from a packed body how large it is.
type hold struct {
	of    *semaphore.Weighted
	taken int64
}

// grow asks for room for n bytes in all. It never waits: who waits for room while holding some would wait for others that do the same.
func (h *hold) grow(n int64) error {
	for h.taken < n {
		if !h.of.TryAcquire(memoryStep) {
			return errOverload
		}
		h.taken += memoryStep
	}
	return nil
}

func (h *hold) release() {
	h.of.Release(h.taken)
	h.taken = 0
}

// metered reads what there is room for.
type metered struct {
	r    io.Reader
	room *hold
	read int64
}

// Read implements io.Reader. The room is asked for before the bytes come.
func (m *metered) Read(p []byte) (int, error) {
	if err := m.room.grow(m.read + 1); err != nil {
		return 0, err
	}
	if left := m.room.taken - m.read; int64(len(p)) > left {
		p = p[:left]
	}
	n, err := m.r.Read(p)
	m.read += int64(n)
	return n, err
}

// decode reads the body of an arrival within its bounds. What it holds is released by the caller, when the message is out of work.
func (d *Door) decode(a Arrival) ([]byte, *hold, error) {
	limit, room := apipnr.MaxBody, &hold{of: d.bulk}
	if a.Gateway == apipnr.GatewayInteractive {
		limit, room = MaxInteractive, &hold{of: d.quick}
	}
	body, err := decode(a.Encoding, a.Body, limit, func(r io.Reader) io.Reader { return &metered{r: r, room: room} })
	if err != nil {
		room.release()
		if a.Gateway == apipnr.GatewayInteractive && errors.Is(err, errTooLarge) {
			err = errTooLargeToAsk
		}
		return nil, nil, err
	}
	return body, room, nil
}
