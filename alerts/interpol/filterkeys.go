package interpol

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"math/big"
	"strings"

	"github.com/openbmis/openbmis/alerts"
)

// A filter holds keyed digests of blocks of numbers: a block is the beginning of a number's skeleton and how many digits follow it. A single
// document is a block with nothing to follow; a range of blanks is as many blocks as its ends ask for, as networks are written by prefix.
// The skeleton alone is put in: equal numbers have equal skeletons, so a misread number is never answered "not in the filter".
type block struct {
	prefix string // of the skeleton
	rest   int    // digits that follow
}

// MaxSpan is the longest run of digits that may differ within a range of blanks.
const MaxSpan = 12

// blocksOf are the blocks of a listed document.
func blocksOf(d alerts.Document) ([]block, error) {
	from, to := FoldNumber(d.Number), FoldNumber(d.Until)
	if from == "" {
		return nil, fmt.Errorf("document: expected a number")
	}
	if to == "" || to == from {
		var blocks []block
		for _, number := range Listed(from) {
			blocks = append(blocks, block{Skeleton(number), 0})
		}
		return blocks, nil
	}
	return rangeBlocks(from, to)
}

// rangeBlocks cuts a range of numbers of one form into blocks.
func rangeBlocks(from, to string) ([]block, error) {
	stem, low, high, err := rangeEnds(from, to)
	if err != nil {
		return nil, err
	}
	digits := len(low)
	a, b := number(low), number(high)
	one, ten := big.NewInt(1), big.NewInt(10)
	var blocks []block
	for a.Cmp(b) <= 0 {
		rest, size := 0, big.NewInt(1)
		for rest < digits {
			bigger := new(big.Int).Mul(size, ten)
			last := new(big.Int).Sub(new(big.Int).Add(a, bigger), one)
			if new(big.Int).Mod(a, bigger).Sign() != 0 || last.Cmp(b) > 0 {
				break
			}
			rest, size = rest+1, bigger
		}
		text := fmt.Sprintf("%0*s", digits, a.String())
		blocks = append(blocks, block{Skeleton(stem) + text[:digits-rest], rest})
		a.Add(a, size)
	}
	return blocks, nil
}

func number(digits string) *big.Int {
	n := new(big.Int)
	n.SetString(digits, 10)
	return n
}

// rangeEnds are what both ends of a range begin with, and the digits that they end with.
func rangeEnds(from, to string) (stem, low, high string, err error) {
	if len(from) != len(to) || from > to {
		return "", "", "", fmt.Errorf("range: expected two numbers of one form, the lower first")
	}
	at := 0
	for at < len(from) && from[at] == to[at] {
		at++
	}
	low, high = from[at:], to[at:]
	if len(low) > MaxSpan || !allDigits(low) || !allDigits(high) {
		return "", "", "", fmt.Errorf("range: expected numbers that differ in at most %d digits at their end", MaxSpan)
	}
	return from[:at], low, high, nil
}

func allDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// keyer makes the keys of blocks. It is not safe for concurrent use.
type keyer struct {
	mac hash.Hash
	sum [sha256.Size]byte
}

func newKeyer(secret []byte) *keyer { return &keyer{mac: hmac.New(sha256.New, secret)} }

// key is the beginning of the keyed digest of a block of an issuer's documents of a type; an empty type is "not known".
func (k *keyer) key(issuer, docType string, b block) uint64 {
	k.mac.Reset()
	var head [4]byte
	head[0], head[1], head[2], head[3] = byte(len(issuer)), byte(len(docType)), byte(len(b.prefix)), byte(b.rest) //nolint:gosec // all are shorter than 256
	k.mac.Write(head[:])                                                                                          // a hash never returns an error
	k.mac.Write([]byte(issuer + docType + b.prefix))
	return binary.BigEndian.Uint64(k.mac.Sum(k.sum[:0]))
}

// types are the kinds of documents that a query without one may mean.
var types = []string{"", "P", "I", "V", "R", "D", "O"} //nolint:gochecknoglobals // a constant

// asked are the keys under which a filter would hold what a query means: with and without its type and its check digit, and as part of
// the blocks whose runs the filter has.
func (k *keyer) asked(q DocumentQuery, spans []int) []uint64 {
	kinds := []string{q.Type, ""}
	if q.Type == "" {
		kinds = types
	}
	var keys []uint64
	for _, number := range Spellings(q.Number) {
		s := Skeleton(number)
		for _, rest := range spans {
			if rest >= len(s) && rest > 0 || !allDigits(s[len(s)-rest:]) {
				continue
			}
			for _, kind := range kinds {
				keys = append(keys, k.key(q.Issuer, kind, block{s[:len(s)-rest], rest}))
			}
		}
	}
	return keys
}
