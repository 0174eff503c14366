package emrtd

import (
	"fmt"
	"strconv"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// maxNumber bounds versions, numbers of parameters and key identifiers.
const maxNumber = 1 << 30

// numbers reads a version and an optional number, which is -1 when it is not there.
func numbers(body cryptobyte.String) (version, optional int, err error) {
	if !body.ReadASN1Integer(&version) || version < 0 || version > maxNumber {
		return 0, 0, fmt.Errorf("expected a version")
	}
	optional, err = optionalNumber(body)
	return version, optional, err
}

func optionalNumber(body cryptobyte.String) (int, error) {
	if body.Empty() || !body.PeekASN1Tag(asn1.INTEGER) {
		return -1, nil
	}
	n := 0
	if !body.ReadASN1Integer(&n) || n < 0 || n > maxNumber {
		return 0, fmt.Errorf("expected a number of 0 to %d", maxNumber)
	}
	return n, nil
}

// dotted is the content of an object identifier in dotted form. What is none comes out as its bytes, which match nothing.
func dotted(content []byte) string {
	var text []byte
	var arc uint64
	for i, b := range content {
		if arc > 1<<56 || i == len(content)-1 && b&0x80 != 0 {
			return fmt.Sprintf("%x", content)
		}
		arc = arc<<7 | uint64(b&0x7F)
		switch {
		case b&0x80 != 0:
			continue
		case len(text) == 0: // the first two arcs share a number (X.690, 8.19.4)
			root := min(arc/40, 2)
			text = strconv.AppendUint(text, root, 10)
			text = append(text, '.')
			text = strconv.AppendUint(text, arc-root*40, 10)
		default:
			text = append(text, '.')
			text = strconv.AppendUint(text, arc, 10)
		}
		arc = 0
	}
	return string(text)
}

// cipherName is the last arc of PACE and chip authentication protocols.
func cipherName(arc string) string {
	return map[string]string{"1": "3des-cbc-cbc", "2": "aes-cbc-cmac-128", "3": "aes-cbc-cmac-192", "4": "aes-cbc-cmac-256"}[arc]
}

func agreementName(arc string) string { return map[string]string{"1": "dh", "2": "ecdh"}[arc] }
