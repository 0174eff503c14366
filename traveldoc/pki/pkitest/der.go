package pkitest

import (
	"bytes"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Element is an element of DER: tag, length, and the parts one after the other.
func Element(tag byte, parts ...[]byte) []byte {
	content := bytes.Join(parts, nil)
	n := len(content)
	out := []byte{tag}
	if n < 0x80 {
		return append(append(out, byte(n)), content...)
	}
	length := big.NewInt(int64(n)).Bytes()
	out = append(append(out, 0x80|byte(len(length)&0x7F)), length...)
	return append(out, content...)
}

// Indefinite is a constructed element of indefinite length (BER).
func Indefinite(tag byte, parts ...[]byte) []byte {
	return append(append([]byte{tag, 0x80}, bytes.Join(parts, nil)...), 0, 0)
}

// Seq is a SEQUENCE.
func Seq(parts ...[]byte) []byte { return Element(0x30, parts...) }

// Set is a SET OF in the order of DER.
func Set(parts ...[]byte) []byte {
	sorted := slices.Clone(parts)
	slices.SortFunc(sorted, bytes.Compare)
	return Element(0x31, sorted...)
}

// Int is an INTEGER.
func Int(n *big.Int) []byte {
	if n.Sign() < 0 {
		size := new(big.Int).Not(n).BitLen()/8 + 1
		return Element(2, new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), uint(8*size))).Bytes())
	}
	return Element(2, append(make([]byte, 1-min(n.BitLen()%8, 1)), n.Bytes()...))
}

// Small is an INTEGER.
func Small(n int64) []byte { return Int(big.NewInt(n)) }

// OID is an OBJECT IDENTIFIER.
func OID(dotted string) []byte {
	var arcs []uint64
	for _, part := range strings.Split(dotted, ".") {
		n, err := strconv.ParseUint(part, 10, 64)
		if err != nil {
			panic(err)
		}
		arcs = append(arcs, n)
	}
	var out []byte
	for _, arc := range append([]uint64{arcs[0]*40 + arcs[1]}, arcs[2:]...) {
		group := []byte{byte(arc & 0x7F)}
		for arc >>= 7; arc > 0; arc >>= 7 {
			group = append([]byte{byte(arc&0x7F) | 0x80}, group...)
		}
		out = append(out, group...)
	}
	return Element(6, out)
}

// Octets is an OCTET STRING.
func Octets(b ...[]byte) []byte { return Element(4, b...) }

// Bits is a BIT STRING of whole bytes.
func Bits(b ...[]byte) []byte { return Element(3, append([][]byte{{0}}, b...)...) }

// Null is NULL.
func Null() []byte { return []byte{5, 0} }

// Bool is a BOOLEAN.
func Bool(b bool) []byte {
	if b {
		return []byte{1, 1, 0xFF}
	}
	return []byte{1, 1, 0}
}

// Text is a string; the tag says of which type (0x0C UTF-8, 0x13 printable).
func Text(tag byte, s string) []byte { return Element(tag, []byte(s)) }

// Time is UTCTime up to 2049 and GeneralizedTime after.
func Time(t time.Time) []byte {
	if t.UTC().Year() < 2050 {
		return Element(0x17, []byte(t.UTC().Format("060102150405Z")))
	}
	return Element(0x18, []byte(t.UTC().Format("20060102150405Z")))
}
