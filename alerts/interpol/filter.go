package interpol

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/FastFilter/xorfilter"

	"github.com/openbmis/openbmis/alerts"
)

// Filter is a negative filter of a list of documents: what it does not hold is not on the list, as of its version. What it holds may be on
// it, and is asked about. It holds digests under a secret key alone: without the key nobody can try numbers on it. It never changes and
// is safe for concurrent use.
type Filter struct {
	FilterInfo
	secret []byte
	fuse   *xorfilter.BinaryFuse[uint16]
}

// FilterInfo is what a filter says of itself.
type FilterInfo struct {
	Kind    Kind      `json:"kind"`
	Service string    `json:"service"`
	Version string    `json:"version"`
	AsOf    time.Time `json:"as_of"`
	// Entries are the documents and ranges in it.
	Entries int    `json:"entries"`
	KeyID   string `json:"key_id"`
	// Spans are how many digits are left open in the blocks that it holds.
	Spans     []int `json:"spans"`
	Simulator bool  `json:"simulator,omitempty"`
}

const (
	filterMagic = "BMISNF1\n"
	maxHeader   = 4096
	// MaxFilter is the largest filter taken, in bytes: more than 120 million documents.
	MaxFilter = 300 << 20
)

// ErrFilter says that bytes are no filter, were changed, or have another key.
var ErrFilter = errors.New("negative filter: damaged, or under another key")

// BuildFilter makes the filter of a list. Documents whose range cannot be cut into blocks are an error: leaving one out would be a
// false "not on the list".
func BuildFilter(info FilterInfo, secret []byte, documents []alerts.Document) (*Filter, error) {
	if len(secret) < sha256.Size {
		return nil, fmt.Errorf("negative filter: expected a key of %d bytes", sha256.Size)
	}
	k := newKeyer(secret)
	spans := map[int]bool{0: true}
	keys := make([]uint64, 0, len(documents))
	for n, d := range documents {
		blocks, err := blocksOf(d)
		if err != nil {
			return nil, fmt.Errorf("negative filter: entry %d: %w", n+1, err)
		}
		for _, b := range blocks {
			spans[b.rest] = true
			keys = append(keys, k.key(Issuer(d.Issuer), d.Type, b))
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	info.Entries, info.Spans = len(documents), sortedSpans(spans)
	f := &Filter{FilterInfo: info, secret: slices.Clone(secret)}
	if len(keys) == 0 {
		return f, nil
	}
	var err error
	if f.fuse, err = xorfilter.NewBinaryFuse[uint16](keys); err != nil {
		return nil, fmt.Errorf("negative filter: %w", err)
	}
	return f, nil
}

func sortedSpans(set map[int]bool) []int {
	var spans []int
	for n := range set {
		spans = append(spans, n)
	}
	slices.Sort(spans)
	return spans
}

// May reports whether a document may be on the list; false is certain, as of the filter's version.
func (f *Filter) May(q DocumentQuery) bool {
	if f.fuse == nil {
		return false
	}
	q.Number, q.Issuer = FoldNumber(q.Number), Issuer(q.Issuer)
	return slices.ContainsFunc(newKeyer(f.secret).asked(q, f.Spans), f.fuse.Contains)
}

// Encode writes the filter with its authenticator.
func (f *Filter) Encode() ([]byte, error) {
	head, err := json.Marshal(f.FilterInfo)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(filterMagic)
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(head)))) //nolint:gosec // a header is short
	b.Write(head)
	if f.fuse != nil {
		if err := f.fuse.Save(&b); err != nil {
			return nil, fmt.Errorf("negative filter: %w", err)
		}
	}
	b.Write(f.seal(b.Bytes()))
	return b.Bytes(), nil
}

func (f *Filter) seal(content []byte) []byte { return seal(f.secret, content) }

func seal(secret, content []byte) []byte {
	of := hmac.New(sha256.New, secret)
	of.Write([]byte("openbmis negative filter v1")) // apart from the digests of blocks
	one := sha256.Sum256(content)
	of.Write(one[:])
	return of.Sum(nil)
}

// FilterKeyID is the id of the key that bytes name, so that the key can be fetched; it is not yet to be believed.
func FilterKeyID(encoded []byte) (string, error) {
	info, _, err := splitFilter(encoded)
	return info.KeyID, err
}

func splitFilter(encoded []byte) (info FilterInfo, fuse []byte, err error) {
	head := len(filterMagic) + 4
	if len(encoded) > MaxFilter || len(encoded) < head+sha256.Size || string(encoded[:len(filterMagic)]) != filterMagic {
		return info, nil, ErrFilter
	}
	size := binary.BigEndian.Uint32(encoded[len(filterMagic):head])
	if size > maxHeader || int(size) > len(encoded)-head-sha256.Size {
		return info, nil, ErrFilter
	}
	if json.Unmarshal(encoded[head:head+int(size)], &info) != nil {
		return info, nil, ErrFilter
	}
	return info, encoded[head+int(size) : len(encoded)-sha256.Size], nil
}

// ParseFilter reads a filter whose authenticator holds under the key; ErrFilter for anything else.
func ParseFilter(encoded, secret []byte) (*Filter, error) {
	info, body, err := splitFilter(encoded)
	if err != nil || len(secret) < sha256.Size {
		return nil, ErrFilter
	}
	content := encoded[:len(encoded)-sha256.Size]
	if !hmac.Equal(seal(secret, content), encoded[len(content):]) {
		return nil, ErrFilter
	}
	if !info.usable() {
		return nil, fmt.Errorf("negative filter: version %q: expected the runs of digits that this release knows", info.Version)
	}
	f := &Filter{FilterInfo: info, secret: slices.Clone(secret)}
	if len(body) > 0 {
		if f.fuse, err = xorfilter.LoadBinaryFuse[uint16](bytes.NewReader(body)); err != nil {
			return nil, ErrFilter
		}
	}
	return f, nil
}

func (i FilterInfo) usable() bool {
	bad := func(n int) bool { return n < 0 || n > MaxSpan }
	return i.Version != "" && !i.AsOf.IsZero() && len(i.Spans) > 0 && !slices.ContainsFunc(i.Spans, bad)
}
