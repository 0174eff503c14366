package seal

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
)

// reading is how the signer wrote the reference.
type reading int

const (
	fixedReference  reading = iota // five characters after the signer
	hexReference                   // two hexadecimal digits of length
	denaryReference                // two decimal digits of length
)

// denarySigner is the signer that writes the length of the reference in decimal digits.
const denarySigner = "DEZV"

// readingsOf are the ways to read the reference, the likeliest first. Which one holds is decided by what follows the header.
func readingsOf(data []byte) []reading {
	if data[1] == version3 {
		return []reading{fixedReference}
	}
	if signer, err := UnpackC40(data[4:min(len(data), 8)]); err == nil && strings.HasPrefix(signer, denarySigner) {
		return []reading{denaryReference, hexReference, fixedReference}
	}
	return []reading{hexReference, fixedReference, denaryReference}
}

var errShort = errors.New("cut off")

// taker takes bytes from the front; after the first that are missing it gives none.
type taker struct {
	rest []byte
	err  error
}

func (t *taker) take(n int) []byte {
	if t.err == nil && len(t.rest) < n {
		t.err = errShort
	}
	if t.err != nil {
		return make([]byte, n)
	}
	head := t.rest[:n]
	t.rest = t.rest[n:]
	return head
}

func (t *taker) c40(n int) string {
	text, err := UnpackC40(t.take(n))
	if t.err == nil {
		t.err = err
	}
	return text
}

func parseHeader(data []byte, how reading) (Header, []byte, error) {
	t := &taker{rest: data[2:]}
	h := Header{Version: data[1], Country: strings.TrimRight(t.c40(2), " ")}
	if how == fixedReference {
		both := t.c40(6)
		if t.err == nil && len(both) == 9 {
			h.Signer, h.Reference = both[:4], strings.TrimRight(both[4:], " ")
		}
	} else {
		h.Signer, h.Reference = t.reference(how)
	}
	issued, signed := t.take(DateSize), t.take(DateSize)
	use := t.take(2)
	if t.err != nil {
		return Header{}, nil, t.err
	}
	if len(h.Signer) != 4 {
		return Header{}, nil, errors.New("signer: expected four characters")
	}
	var err error
	if h.Issued, err = UnpackDate(issued); err != nil {
		return Header{}, nil, fmt.Errorf("issue date: %w", err)
	}
	if h.Signed, err = UnpackDate(signed); err != nil {
		return Header{}, nil, fmt.Errorf("signature date: %w", err)
	}
	h.Feature, h.Category = use[0], use[1]
	return h, t.rest, nil
}

// reference reads a signer and a reference of the length that stands between them.
func (t *taker) reference(how reading) (signer, reference string) {
	head := t.c40(4)
	if t.err != nil || len(head) != 6 {
		t.fail(errors.New("signer and length: expected six characters"))
		return "", ""
	}
	base := map[reading]int{hexReference: 16, denaryReference: 10}[how]
	length, err := strconv.ParseUint(strings.ReplaceAll(head[4:], " ", "x"), base, 8)
	if err != nil || length == 0 {
		t.fail(errors.New("length of the reference: expected two digits"))
		return "", ""
	}
	reference = t.c40((int(length) + 2) / 3 * 2)
	if t.err == nil && len(reference) != int(length) {
		t.fail(errors.New("reference: is not as long as it says"))
	}
	return head[:4], reference
}

func (t *taker) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (h Header) appendTo(out []byte) ([]byte, error) {
	if len(h.Country) == 0 || len(h.Country) > 3 || len(h.Signer) != 4 || len(h.Reference) == 0 || len(h.Reference) > maxRefer {
		return nil, errors.New("header: expected a country of 1 to 3, a signer of 4 and a reference of 1 to 255 characters")
	}
	if h.Feature == 0 || h.Feature == 0xFF || h.Category == 0 || h.Category == 0xFF {
		return nil, errors.New("header: feature definition, category: expected 1 to 254")
	}
	texts, err := h.texts()
	if err != nil {
		return nil, err
	}
	version := byte(version4)
	if h.Version == version3 {
		version = version3
	}
	out = append(out, magic, version)
	for _, text := range texts {
		packed, err := PackC40(text)
		if err != nil {
			return nil, fmt.Errorf("header: %w", err)
		}
		out = append(out, packed...)
	}
	for _, d := range []traveldoc.Date{h.Issued, h.Signed} {
		packed, err := PackDate(d)
		if err != nil {
			return nil, fmt.Errorf("header: %w", err)
		}
		out = append(out, packed[:]...)
	}
	return append(out, h.Feature, h.Category), nil
}

// texts are the parts of the header that are packed as C40.
func (h Header) texts() ([]string, error) {
	country := fmt.Sprintf("%-3s", h.Country)
	switch {
	case h.Version == version3 && len(h.Reference) > fixedSize:
		return nil, fmt.Errorf("header: reference: expected at most %d characters in version %02X", fixedSize, version3)
	case h.Version == version3:
		return []string{country, h.Signer + strings.Repeat("0", fixedSize-len(h.Reference)) + h.Reference}, nil
	case h.Signer == denarySigner && len(h.Reference) > 99:
		return nil, errors.New("header: reference: expected at most 99 characters of this signer")
	case h.Signer == denarySigner:
		return []string{country, fmt.Sprintf("%s%02d", h.Signer, len(h.Reference)), h.Reference}, nil
	}
	return []string{country, fmt.Sprintf("%s%02X", h.Signer, len(h.Reference)), h.Reference}, nil
}
