package replication

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// A request about blobs is a magic of four bytes, the uvarint length of a head in JSON, the head, and the bytes of a piece of a blob.
var blobMagic = []byte("BMX1")

const maxBlobHead = 8 << 10

// blobHead is one of: a piece of a blob at an offset, a tombstone, or the question what is missing.
type blobHead struct {
	Blob      *Blob      `json:"blob,omitempty"`
	Offset    int64      `json:"offset,omitempty"`
	Tombstone *Tombstone `json:"tombstone,omitempty"`
	Missing   bool       `json:"missing,omitempty"`
}

// CodeBlobDigest answers a blob whose bytes are not what its digest says: it is sent anew from its beginning.
const CodeBlobDigest Code = "digest"

// blobReply is the centre's answer: what is committed, never what is hoped for.
type blobReply struct {
	Have    int64    `json:"have,omitempty"`
	Done    bool     `json:"done,omitempty"`
	Code    Code     `json:"code,omitempty"`
	Detail  string   `json:"detail,omitempty"` // a code for people
	Missing [][]byte `json:"missing,omitempty"`
}

func encodeBlob(head blobHead, piece []byte) ([]byte, error) {
	meta, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(blobMagic)+4+len(meta)+len(piece))
	out = append(out, blobMagic...)
	out = appendCount(out, int64(len(meta)))
	out = append(out, meta...)
	return append(out, piece...), nil
}

func decodeBlob(data []byte) (head blobHead, piece []byte, err error) {
	body, ok := bytes.CutPrefix(data, blobMagic)
	if !ok {
		return head, nil, fmt.Errorf("%w blob: does not begin with %q", ErrMalformed, blobMagic)
	}
	r := reader{rest: body}
	meta := r.field(maxBlobHead)
	if r.bad || json.Unmarshal(meta, &head) != nil {
		return head, nil, fmt.Errorf("%w blob: its head is not JSON of at most %d bytes", ErrMalformed, maxBlobHead)
	}
	return head, r.rest, head.check(len(r.rest))
}

func (h *blobHead) check(piece int) error {
	var err error
	switch {
	case h.Blob != nil && h.Tombstone == nil && !h.Missing:
		if err = h.Blob.Check(); err == nil && (h.Offset < 0 || h.Offset+int64(piece) > h.Blob.Size) {
			err = fmt.Errorf("%d bytes from %d, the blob has %d", piece, h.Offset, h.Blob.Size)
		}
	case h.Blob == nil && h.Tombstone != nil && !h.Missing && piece == 0:
		err = h.Tombstone.Check()
	case h.Blob == nil && h.Tombstone == nil && h.Missing && piece == 0:
	default:
		err = fmt.Errorf("expected one of a piece, a tombstone and a question")
	}
	if err != nil {
		return fmt.Errorf("%w blob: %w", ErrMalformed, err)
	}
	return nil
}
