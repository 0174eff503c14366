package sbi

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/openbmis/openbmis/biometrics/capture"
)

// FirstHash is the previous hash of the first capture of a chain: the hash of nothing.
func FirstHash() string { return hexSum(nil) }

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// The standard's words, "sha256(previous hash in hex + sha256 of the data block in hex)", are read in two ways by those who make readers:
// the hashes are joined as text or as bytes, and the data block is the signed payload or the record inside. A link says which.
type link struct {
	join  func(previous, current [32]byte) []byte
	block func(part) []byte
}

// part is what a chain covers of one finger.
type part struct {
	payload []byte // what is signed
	record  []byte // the finger image record
}

func joinLower(a, b [32]byte) []byte {
	return []byte(hex.EncodeToString(a[:]) + hex.EncodeToString(b[:]))
}

func joinUpper(a, b [32]byte) []byte { return []byte(strings.ToUpper(string(joinLower(a, b)))) }

func joinBytes(a, b [32]byte) []byte { return append(a[:], b[:]...) }

// links are the readings that are known, ours first.
func links() []link {
	var all []link
	for _, block := range []func(part) []byte{func(p part) []byte { return p.payload }, func(p part) []byte { return p.record }} {
		for _, join := range []func(a, b [32]byte) []byte{joinLower, joinUpper, joinBytes} {
			all = append(all, link{join, block})
		}
	}
	return all
}

func (l link) hash(previous [32]byte, p part) [32]byte {
	return sha256.Sum256(l.join(previous, sha256.Sum256(l.block(p))))
}

// NextHash is the hash of a finger after previous (in hex; "" is FirstHash), as our own agent writes it: lower-case hex of
// sha256(hex of previous + hex of sha256(block)), block being the signed payload, or the record in clear when the payload is encrypted.
func NextHash(previous string, block []byte) (string, error) {
	before, err := readHash(previous)
	if err != nil {
		return "", err
	}
	sum := links()[0].hash(before, part{payload: block})
	return hex.EncodeToString(sum[:]), nil
}

func readHash(text string) (sum [32]byte, err error) {
	if text == "" {
		text = FirstHash()
	}
	if len(text) != 2*len(sum) {
		return sum, fmt.Errorf("hash: expected %d digits of hex", 2*len(sum))
	}
	if _, err := hex.Decode(sum[:], []byte(text)); err != nil {
		return sum, fmt.Errorf("hash: expected %d digits of hex", 2*len(sum))
	}
	return sum, nil
}

// chain follows the hashes of an answer. A reader is held to one reading from the first finger to the last.
type chain struct {
	previous [32]byte
	open     []link
}

func newChain(previous string) (*chain, error) {
	before, err := readHash(previous)
	if err != nil {
		return nil, err
	}
	return &chain{previous: before, open: links()}, nil
}

// follow checks the hash of the next finger.
func (c *chain) follow(hash string, p part) error {
	told, err := readHash(hash)
	if err != nil || hash == "" {
		return fmt.Errorf("%w: expected 64 digits of hex", capture.ErrChain)
	}
	var fit []link
	for _, l := range c.open {
		if l.hash(c.previous, p) == told {
			fit = append(fit, l)
		}
	}
	if len(fit) == 0 {
		return capture.ErrChain
	}
	c.open, c.previous = fit, told
	return nil
}
