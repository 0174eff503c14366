package audit

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"
)

// leafVersion is the first byte of every leaf. A new layout takes a new number; old leaves keep theirs for ever.
const leafVersion = 1

// Leaf is one numbered entry of a log.
type Leaf struct {
	No    int64 // place in the log, gapless from 0: the log's own order, independent of any clock
	ID    int64 // id of the audit row
	Entry Entry
}

// FieldCount is the number of variable-length fields of a leaf.
const FieldCount = len(textNames) + 2

// fieldNames are the variable-length fields in the order of the leaf.
var fieldNames = [FieldCount]string{
	"actor", "role", "post", "lane", "workstation", "verb", "object_kind", "object_id", "purpose", "justification",
	"decision", "query_hmac", "commitment",
}

// FieldNames returns the names of the variable-length fields in the order that AppendRaw takes them.
func FieldNames() []string { return fieldNames[:] }

// Encode returns the canonical bytes of the leaf; see AppendRaw for the layout. Different leaves have different bytes:
// DecodeLeaf is its inverse. Times are cut to the microsecond, and a nil byte slice equals an empty one.
func (l Leaf) Encode() []byte {
	var fields [FieldCount][]byte
	for i, text := range l.Entry.texts() {
		fields[i] = []byte(text)
	}
	fields[FieldCount-2], fields[FieldCount-1] = l.Entry.QueryHMAC, l.Entry.Commitment
	return AppendRaw(nil, l.No, l.ID, l.Entry.At.UnixMicro(), int64(l.Entry.ResultCount), &fields)
}

// Hash returns the RFC 6962 leaf hash of the leaf.
func (l Leaf) Hash() tlog.Hash { return tlog.RecordHash(l.Encode()) }

// AppendRaw appends the canonical bytes of a leaf to dst. It is the layout itself, and lets a verifier encode what the
// storage returned without building an Entry:
//
//	version (1 byte, 1) | no | id | at in microseconds since 1970 UTC | result count (8 bytes each, big endian) |
//	FieldCount times: length (4 bytes, big endian) | bytes, in the order of FieldNames
func AppendRaw(dst []byte, no, id, atMicros, results int64, fields *[FieldCount][]byte) []byte {
	dst = append(dst, leafVersion)
	for _, n := range [...]int64{no, id, atMicros, results} {
		dst = binary.BigEndian.AppendUint64(dst, uint64(n)) //nolint:gosec // two's complement, reversed by DecodeLeaf
	}
	for _, field := range fields {
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(field))) //nolint:gosec // fields are bounded by Validate
		dst = append(dst, field...)
	}
	return dst
}

const (
	leafHead     = 1 + 4*8
	maxLeafBytes = leafHead + FieldCount*4 + (len(textNames)-1)*MaxText + MaxJustification + 2*MaxDigest
)

// ErrLeaf is wrapped by every error of DecodeLeaf.
var ErrLeaf = errors.New("malformed audit leaf")

// DecodeLeaf reads the canonical bytes of a leaf: Encode of the result gives them back. Unknown versions, missing or
// trailing bytes and text that is not UTF-8 are errors. It does not judge the entry: what stands in a log stands there.
func DecodeLeaf(b []byte) (Leaf, error) {
	if len(b) < leafHead || len(b) > maxLeafBytes || b[0] != leafVersion {
		return Leaf{}, fmt.Errorf("%w: expected version %d and %d to %d bytes, got %d bytes", ErrLeaf, leafVersion,
			leafHead, maxLeafBytes, len(b))
	}
	number := func(i int) int64 {
		return int64(binary.BigEndian.Uint64(b[1+8*i:])) //nolint:gosec // two's complement, as AppendRaw wrote it
	}
	fields, err := decodeFields(b[leafHead:])
	if err != nil {
		return Leaf{}, err
	}
	results := number(3)
	if results < 0 || results > math.MaxInt32 || number(0) < 0 {
		return Leaf{}, fmt.Errorf("%w: number out of range", ErrLeaf)
	}
	leaf := Leaf{No: number(0), ID: number(1), Entry: entryOf(fields)}
	leaf.Entry.At = time.UnixMicro(number(2)).UTC()
	leaf.Entry.ResultCount = int(results)
	return leaf, nil
}

func decodeFields(b []byte) (fields [FieldCount][]byte, err error) {
	for i := range fields {
		if len(b) < 4 {
			return fields, fmt.Errorf("%w: %s: length is cut off", ErrLeaf, fieldNames[i])
		}
		n := binary.BigEndian.Uint32(b)
		b = b[4:]
		if uint64(n) > uint64(len(b)) {
			return fields, fmt.Errorf("%w: %s: %d bytes announced, %d left", ErrLeaf, fieldNames[i], n, len(b))
		}
		fields[i], b = b[:n], b[n:]
		if i < len(textNames) && !utf8.Valid(fields[i]) {
			return fields, fmt.Errorf("%w: %s: not UTF-8", ErrLeaf, fieldNames[i])
		}
	}
	if len(b) != 0 {
		return fields, fmt.Errorf("%w: %d bytes after the last field", ErrLeaf, len(b))
	}
	return fields, nil
}

func entryOf(f [FieldCount][]byte) Entry {
	return Entry{
		Actor: string(f[0]), Role: string(f[1]), Post: string(f[2]), Lane: string(f[3]), Workstation: string(f[4]),
		Verb: Verb(f[5]), ObjectKind: string(f[6]), ObjectID: string(f[7]), Purpose: string(f[8]),
		Justification: string(f[9]), Decision: string(f[10]),
		QueryHMAC: cloneBytes(f[11]), Commitment: cloneBytes(f[12]),
	}
}

// cloneBytes copies b; empty becomes nil, so that decoding yields one form only.
func cloneBytes(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return append([]byte(nil), b...)
}

// Diff names the fields in which two leaves differ, in the order of the leaf.
func Diff(a, b Leaf) []string {
	var names []string
	add := func(differs bool, name string) {
		if differs {
			names = append(names, name)
		}
	}
	add(a.No != b.No, "leaf_no")
	add(a.ID != b.ID, "id")
	add(a.Entry.At.UnixMicro() != b.Entry.At.UnixMicro(), "at")
	textsOfB := b.Entry.texts()
	for i, text := range a.Entry.texts() {
		add(text != textsOfB[i], textNames[i])
	}
	add(string(a.Entry.QueryHMAC) != string(b.Entry.QueryHMAC), "query_hmac")
	add(a.Entry.ResultCount != b.Entry.ResultCount, "result_count")
	add(string(a.Entry.Commitment) != string(b.Entry.Commitment), "commitment")
	return names
}
