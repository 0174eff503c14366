package pacecurve

import (
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// Suite is the cipher by the name that package emrtd gives it.
func Suite(cipher string) (sm.Suite, bool) {
	suites := map[string]sm.Suite{
		"3des-cbc-cbc": sm.TripleDES, "aes-cbc-cmac-128": sm.AES128, "aes-cbc-cmac-192": sm.AES192, "aes-cbc-cmac-256": sm.AES256,
	}
	s, ok := suites[cipher]
	return s, ok
}

// Token is the authentication token over the other side's public point (Doc 9303-11, 4.4.3.4).
func Token(suite sm.Suite, mac []byte, protocol string, point []byte) ([]byte, error) {
	key := tlv.Write(0x06, OID(protocol))
	key = tlv.Append(key, 0x86, point)
	return suite.MAC(mac, tlv.Write(0x7F49, key))
}

// OID is the content of an object identifier.
func OID(dotted string) []byte {
	parts := strings.Split(dotted, ".")
	numbers := make([]uint64, len(parts))
	for n, part := range parts {
		numbers[n], _ = strconv.ParseUint(part, 10, 32) // package emrtd read it from bytes
	}
	out := []byte{byte(numbers[0]*40 + numbers[1])} //nolint:gosec // the first byte of a known identifier
	for _, n := range numbers[2:] {
		var arc []byte
		for first := true; n > 0 || first; first = false {
			b := byte(n & 0x7F)
			if len(arc) > 0 {
				b |= 0x80
			}
			arc = append([]byte{b}, arc...)
			n >>= 7
		}
		out = append(out, arc...)
	}
	return out
}
