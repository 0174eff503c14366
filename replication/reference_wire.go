package replication

import (
	"encoding/json"
	"fmt"

	"github.com/klauspost/compress/s2"
)

// A reference reply on the wire is: uvarint length of the meta data, meta data (JSON), one S2 block of items. Items are
// written in binary because their JSON must arrive byte for byte (the digest is over it), which JSON within JSON does not.
//
//	item: uvarint version, op[1], field key, field data, field signed_by
type referenceReply struct {
	At      DatasetVersion `json:"at"`
	More    bool           `json:"more,omitempty"`
	Code    Code           `json:"code,omitempty"`
	Changes []Change       `json:"-"` // of a snapshot: rows, as changes of version 0
}

const maxReferenceItems = 1 << 20

func (r referenceReply) encode() ([]byte, error) {
	meta, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	body := appendCount(nil, int64(len(r.Changes)))
	for i := range r.Changes {
		c := &r.Changes[i]
		body = appendCount(body, c.Version)
		body = append(body, opByte(c.Op))
		for _, field := range [][]byte{[]byte(c.Key), c.Data, []byte(c.SignedBy)} {
			body = appendCount(body, int64(len(field)))
			body = append(body, field...)
		}
	}
	out := appendCount(nil, int64(len(meta)))
	out = append(out, meta...)
	return append(out, s2.Encode(nil, body)...), nil
}

func decodeReference(data []byte) (reply referenceReply, err error) {
	outer := reader{rest: data}
	meta := outer.field(64 << 10)
	if outer.bad || json.Unmarshal(meta, &reply) != nil {
		return reply, fmt.Errorf("%w reference reply: its head is not JSON", ErrMalformed)
	}
	body, err := unpack(outer.rest)
	if err != nil {
		return reply, fmt.Errorf("%w reference reply: %w", ErrMalformed, err)
	}
	r := reader{rest: body}
	count := r.count(maxReferenceItems)
	for range count {
		c := r.change()
		if r.bad {
			break
		}
		if err := c.Check(); err != nil {
			return reply, fmt.Errorf("%w reference reply: %w", ErrMalformed, err)
		}
		reply.Changes = append(reply.Changes, c)
	}
	if r.bad || len(r.rest) > 0 {
		return reply, fmt.Errorf("%w reference reply: ends within an item, or goes on after the last", ErrMalformed)
	}
	return reply, nil
}

func (r *reader) change() Change {
	c := Change{Version: r.count(maxNumber)}
	if op := r.take(1); len(op) == 1 && op[0] == opByte(OpPut) {
		c.Op = OpPut
	} else if len(op) == 1 && op[0] == opByte(OpDelete) {
		c.Op = OpDelete
	}
	c.Key = string(r.field(MaxKeyBytes))
	if data := r.field(MaxRowBytes); len(data) > 0 {
		c.Data = data
	}
	c.SignedBy = string(r.field(MaxKeyBytes))
	return c
}

func opByte(op Op) byte {
	switch op {
	case OpPut:
		return 'p'
	case OpDelete:
		return 'd'
	}
	return 0
}
