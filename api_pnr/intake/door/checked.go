package door

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

func newSum() hash.Hash { return sha256.New() }

// checkedReader ends with a refusal instead of io.EOF when what was read is not what was announced.
type checkedReader struct {
	r    io.Reader
	want string
	sum  hash.Hash
}

func (c *checkedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	_, _ = c.sum.Write(p[:n]) // a hash takes every byte
	if errors.Is(err, io.EOF) && hex.EncodeToString(c.sum.Sum(nil)) != c.want {
		return n, errPointer
	}
	return n, err
}
