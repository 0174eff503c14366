package specimen

import (
	"math/big"
	"slices"
	"strings"
	"time"
)

// Tags of ASN.1 that are used here.
const (
	tagInteger   = 0x02
	tagBits      = 0x03
	tagOctets    = 0x04
	tagNull      = 0x05
	tagOID       = 0x06
	tagPrintable = 0x13
	tagTime      = 0x17
	tagSequence  = 0x30
	tagSet       = 0x31
	tagOption0   = 0xA0
	tagOption1   = 0xA1
	tagImplicit0 = 0x80
)

// tlv is an object of a tag of one or two bytes, with the shortest length, as in DER.
func tlv(tag uint, parts ...[]byte) []byte {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	out := make([]byte, 0, size+7)
	if tag > 0xFF {
		out = append(out, byte(tag>>8)) //nolint:gosec // two bytes
	}
	out = append(out, byte(tag)) //nolint:gosec // the low byte
	switch {
	case size > 0xFFFF:
		out = append(out, 0x83, byte(size>>16), byte(size>>8), byte(size))
	case size > 0xFF:
		out = append(out, 0x82, byte(size>>8), byte(size))
	case size > 0x7F:
		out = append(out, 0x81, byte(size))
	default:
		out = append(out, byte(size))
	}
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// indefinite is the same object with the indefinite length of BER.
func indefinite(tag uint, parts ...[]byte) []byte {
	out := []byte{byte(tag), 0x80} //nolint:gosec // used with tags of one byte
	for _, p := range parts {
		out = append(out, p...)
	}
	return append(out, 0, 0)
}

// oid is an object identifier from its dotted form, which is a constant of this package.
func oid(dotted string) []byte {
	var arcs []uint64
	for part := range strings.SplitSeq(dotted, ".") {
		n := uint64(0)
		for _, digit := range part {
			n = n*10 + uint64(digit-'0') //nolint:gosec // a digit
		}
		arcs = append(arcs, n)
	}
	body := base128(nil, 40*arcs[0]+arcs[1])
	for _, n := range arcs[2:] {
		body = base128(body, n)
	}
	return tlv(tagOID, body)
}

// base128 writes seven bits a byte, the highest first; all but the last have their top bit set.
func base128(out []byte, n uint64) []byte {
	last := len(out)
	for out = append(out, byte(n&0x7F)); n > 0x7F; {
		n >>= 7
		out = slices.Insert(out, last, byte(n&0x7F|0x80)) //nolint:gosec // eight bits
	}
	return out
}

func integer(n int64) []byte { return bigInteger(big.NewInt(n)) }

// bigInteger is an INTEGER, negative ones in two's complement.
func bigInteger(n *big.Int) []byte {
	if n.Sign() >= 0 {
		return tlv(tagInteger, append(make([]byte, 1-min(1, n.BitLen()%8)), bigBytes(n)...))
	}
	size := uint(n.BitLen()/8 + 1)
	return tlv(tagInteger, new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), 8*size)).Bytes())
}

func bigBytes(n *big.Int) []byte {
	if n.Sign() == 0 {
		return nil
	}
	return n.Bytes()
}

func utcTime(t time.Time) []byte { return tlv(tagTime, []byte(t.UTC().Format("060102150405Z"))) }
