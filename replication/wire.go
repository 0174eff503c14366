package replication

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/klauspost/compress/s2"
)

// A batch on the wire is a magic of four bytes, then one S2 block of:
//
//	epoch[16] prev[32] head[32] uvarint first_seq, uvarint count, then per event:
//	id[16] flags[1] uvarint version, varint created_at (microseconds after the event before), field kind, field payload
//
// (a field is its uvarint length and its bytes). Hashes of single events are not sent: the reader makes them anew from prev
// and compares the last with head, which checks every byte of the batch.
var batchMagic = []byte("BMB1")

// ErrMalformed says that a message is not what its subject carries.
var ErrMalformed = errors.New("malformed")

const (
	flagCarried = 1
	// maxBatchBytes bounds a batch before compression: what a reader is made to allocate.
	maxBatchBytes = 4 << 20
	maxNumber     = 1 << 62
	eventOverhead = 16 + 1 + 3 + 10 + 2 + MaxKindBytes + 4
)

// EncodeBatch writes as many of the events as fit into limit bytes (and MaxBatchEvents, and the bound before compression), at
// least one, and says how many. The events continue one another (VerifyChain holds) and are not empty.
func EncodeBatch(epoch uuid.UUID, events []Event, limit int) (data []byte, n int, err error) {
	if len(events) == 0 {
		return nil, 0, errors.New("encode batch: no events")
	}
	n = fitting(events)
	for {
		data = compressBatch(epoch, events[:n])
		if len(data) <= limit {
			return data, n, nil
		}
		if n == 1 {
			return nil, 0, fmt.Errorf("encode batch: event %d takes %d bytes, the bus carries %d", events[0].Seq, len(data), limit)
		}
		n /= 2
	}
}

func fitting(events []Event) int {
	size := 0
	for i := range min(len(events), MaxBatchEvents) {
		size += len(events[i].Payload) + eventOverhead
		if i > 0 && size > maxBatchBytes-1024 {
			return i
		}
	}
	return min(len(events), MaxBatchEvents)
}

func compressBatch(epoch uuid.UUID, events []Event) []byte {
	first, last := &events[0], &events[len(events)-1]
	b := make([]byte, 0, 256+len(events)*(len(first.Payload)+64))
	b = append(b, epoch[:]...)
	b = append(b, first.PrevHash...)
	b = append(b, last.Hash...)
	b = appendCount(b, first.Seq)
	b = appendCount(b, int64(len(events)))
	before := int64(0)
	for i := range events {
		b = appendEvent(b, &events[i], before)
		before = events[i].CreatedAt.UnixMicro()
	}
	out := make([]byte, len(batchMagic)+s2.MaxEncodedLen(len(b)))
	copy(out, batchMagic)
	packed := s2.Encode(out[len(batchMagic):], b)
	return out[:len(batchMagic)+len(packed)]
}

func appendEvent(b []byte, e *Event, before int64) []byte {
	b = append(b, e.ID[:]...)
	flags := byte(0)
	if e.Carried {
		flags |= flagCarried
	}
	b = append(b, flags)
	b = appendCount(b, int64(e.Version))
	b = binary.AppendVarint(b, e.CreatedAt.UnixMicro()-before)
	b = appendCount(b, int64(len(e.Kind)))
	b = append(b, e.Kind...)
	b = appendCount(b, int64(len(e.Payload)))
	return append(b, e.Payload...)
}

// DecodeBatch reads a batch and checks all of it: bounds, numbers, chain. Errors are ErrMalformed or ErrChain.
// The payloads share one buffer, which lives as long as one of them does.
func DecodeBatch(data []byte) (epoch uuid.UUID, events []Event, err error) {
	body, ok := bytes.CutPrefix(data, batchMagic)
	if !ok {
		return epoch, nil, fmt.Errorf("%w batch: does not begin with %q", ErrMalformed, batchMagic)
	}
	plain, err := unpack(body)
	if err != nil {
		return epoch, nil, fmt.Errorf("%w batch: %w", ErrMalformed, err)
	}
	return decodeBody(plain)
}

// unpack undoes the compression, within the bound of what a reader is made to allocate.
func unpack(body []byte) ([]byte, error) {
	size, err := s2.DecodedLen(body)
	if err != nil {
		return nil, err
	}
	if size > maxBatchBytes {
		return nil, fmt.Errorf("says to unpack to %d bytes, at most %d expected", size, maxBatchBytes)
	}
	return s2.Decode(nil, body)
}

func decodeBody(plain []byte) (epoch uuid.UUID, events []Event, err error) {
	r := reader{rest: plain}
	copy(epoch[:], r.take(len(epoch)))
	prev, head := r.take(HashSize), r.take(HashSize)
	first, count := r.count(maxNumber), r.count(MaxBatchEvents)
	if !r.bad && (first == 0 || count == 0) {
		return epoch, nil, fmt.Errorf("%w batch: %d events from number %d, at least one from 1 expected", ErrMalformed, count, first)
	}
	if events, err = r.events(first, count, prev); err != nil {
		return epoch, nil, fmt.Errorf("%w batch: %w", ErrMalformed, err)
	}
	if last := events[len(events)-1]; !bytes.Equal(last.Hash, head) {
		return epoch, nil, fmt.Errorf("%w: events %d to %d are not what their last hash was made of", ErrChain, first, last.Seq)
	}
	return epoch, events, nil
}

// reader takes bytes off a buffer; once it ran short it stays bad and gives zeros.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) take(n int) []byte {
	if r.bad || n > len(r.rest) {
		r.bad = true
		return nil
	}
	out := r.rest[:n:n]
	r.rest = r.rest[n:]
	return out
}

// count reads a number from 0 to limit.
func (r *reader) count(limit int64) int64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > uint64(limit) { //nolint:gosec // limit is a positive constant
		r.bad = true
		return 0
	}
	r.take(n)
	return int64(v) //nolint:gosec // not above limit
}

func appendCount(b []byte, n int64) []byte { return binary.AppendUvarint(b, uint64(n)) } //nolint:gosec // a count is not negative

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.take(n)
	return v
}

func (r *reader) field(limit int64) []byte { return r.take(int(r.count(limit))) }

var errShort = errors.New("ends within an event, or a length is out of bounds")

// events reads and seals count events to the end of the buffer.
func (r *reader) events(first, count int64, prev []byte) ([]Event, error) {
	events := make([]Event, count)
	micro := int64(0)
	for i := range events {
		e := &events[i]
		e.Seq = first + int64(i)
		r.event(e, &micro)
		if r.bad {
			return nil, errShort
		}
		if err := e.Check(); err != nil {
			return nil, err
		}
		e.Seal(prev)
		prev = e.Hash
	}
	switch {
	case r.bad || count == 0:
		return nil, errShort
	case len(r.rest) > 0:
		return nil, fmt.Errorf("%d bytes after the last event", len(r.rest))
	}
	return events, nil
}

func (r *reader) event(e *Event, micro *int64) {
	copy(e.ID[:], r.take(len(e.ID)))
	if flags := r.take(1); len(flags) == 1 {
		e.Carried = flags[0]&flagCarried != 0
	}
	e.Version = int(r.count(1<<15 - 1))
	*micro += r.varint()
	e.CreatedAt = time.UnixMicro(*micro).UTC()
	e.Kind = string(r.field(MaxKindBytes))
	e.Payload = r.field(MaxPayloadBytes)
}
