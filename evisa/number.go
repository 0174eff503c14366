package evisa

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// alphabet are the characters of numbers that people copy by hand: no vowels, which would make words, and none that look like another.
const alphabet = "23456789BCDFGHJKMNPQRTVWXY"

// Reference names an application to its applicant: eight random characters and a check character (ISO/IEC 7064 style, weighted modulo 26),
// such as "7KXR4MTQC". It is no secret by itself: the birth date is asked beside it.
type Reference string

// Number names a visa: nine characters, the first "E", and printed with the check digit of Doc 9303-3 behind it: "E7KXR4MTQ-3". Nine
// characters are what the zone of a visa has room for (Doc 9303-7).
type Number string

const (
	referenceLength = 9
	numberLength    = 9
	markLength      = 3
)

// Errors of numbers. They hold nothing of what was typed.
var (
	ErrReference = errors.New("reference of an application: expected eight characters and their check character")
	ErrNumber    = errors.New("number of a visa: expected E, eight characters and their check digit")
)

// NewReference draws a reference.
func NewReference(random io.Reader) (Reference, error) {
	body, err := draw(random, referenceLength-1)
	if err != nil {
		return "", fmt.Errorf("reference: %w", err)
	}
	return Reference(body + string(checkCharacter(body))), nil
}

// ParseReference reads what somebody typed: small letters, spaces and dashes do not matter.
func ParseReference(typed string) (Reference, error) {
	text := tidy(typed)
	if len(text) != referenceLength || !drawn(text) || checkCharacter(text[:referenceLength-1]) != text[referenceLength-1] {
		return "", ErrReference
	}
	return Reference(text), nil
}

// String is the reference in groups of three: "7KX-R4M-TQC".
func (r Reference) String() string {
	if len(r) != referenceLength {
		return string(r)
	}
	return string(r[:3] + "-" + r[3:6] + "-" + r[6:])
}

// NewNumber draws a number. Two draws may be the same: the register refuses the second.
func NewNumber(random io.Reader) (Number, error) {
	body, err := draw(random, numberLength-1)
	if err != nil {
		return "", fmt.Errorf("number of a visa: %w", err)
	}
	return Number("E" + body), nil
}

// NewArrivalNumber draws the number of a visa that a post grants on arrival, without asking anybody: "A", so that it is none of the register's, the
// mark of the post, so that it is no other post's, and five random characters. Two draws of a post may be the same: the post draws again. Numbers
// drawn before posts had marks are random behind the "A", and stay what they are.
func NewArrivalNumber(random io.Reader, post string) (Number, error) {
	body, err := draw(random, numberLength-1-markLength)
	if err != nil {
		return "", fmt.Errorf("number of a visa on arrival: %w", err)
	}
	return Number("A" + ArrivalMark(post) + body), nil
}

// ArrivalMark is the part of a post in the numbers of its visas on arrival: three characters that follow from its id, and from nothing else. There
// are 17576: the centre lets no two posts have the same (internal/postgres/enrolment).
func ArrivalMark(post string) string {
	sum := sha256.Sum256([]byte("visa on arrival " + post))
	n := binary.BigEndian.Uint64(sum[:])
	mark := make([]byte, markLength)
	for i := range mark {
		mark[i] = alphabet[n%uint64(len(alphabet))]
		n /= uint64(len(alphabet))
	}
	return string(mark)
}

// ParseNumber reads what somebody typed, with the check digit or, as in a zone, without it. A wrong digit is an error.
func ParseNumber(typed string) (Number, error) {
	text := tidy(typed)
	if len(text) < numberLength || len(text) > numberLength+1 || text[0] != 'E' || !drawn(text[1:numberLength]) {
		return "", ErrNumber
	}
	n := Number(text[:numberLength])
	if len(text) > numberLength && text[numberLength] != n.CheckDigit() {
		return "", ErrNumber
	}
	return n, nil
}

// CheckDigit is the digit of Doc 9303-3, 4.9 (weights 7, 3, 1), '0' to '9'.
func (n Number) CheckDigit() byte {
	digit, ok := mrz.CheckDigit(string(n))
	if !ok {
		return '0' // no number of ours has such a character
	}
	return digit
}

// String is the number as it is printed, "E7KXR4MTQ-3".
func (n Number) String() string {
	if n == "" {
		return ""
	}
	return string(n) + "-" + string(n.CheckDigit())
}

func tidy(typed string) string {
	if len(typed) > 64 {
		return ""
	}
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\t", "").Replace(strings.TrimSpace(typed)))
}

func drawn(text string) bool {
	for _, c := range []byte(text) {
		if strings.IndexByte(alphabet, c) < 0 {
			return false
		}
	}
	return true
}

// draw takes characters without favouring any: bytes beyond the last whole multiple of the alphabet are thrown away.
func draw(random io.Reader, n int) (string, error) {
	const most = 256 - 256%len(alphabet)
	out, buffer := make([]byte, 0, n), make([]byte, 1)
	for tries := 0; len(out) < n; tries++ {
		if tries > 100*n {
			return "", errors.New("the source of randomness gives nothing that can be used")
		}
		if _, err := io.ReadFull(random, buffer); err != nil {
			return "", err
		}
		if int(buffer[0]) < most {
			out = append(out, alphabet[int(buffer[0])%len(alphabet)])
		}
	}
	return string(out), nil
}

// checkCharacter finds every single wrong character and every swap of two neighbours but rare ones: weights that have no factor with 26.
func checkCharacter(body string) byte {
	weights := [...]int{3, 5, 7, 9, 11, 15, 17, 19}
	sum := 0
	for i := range len(body) {
		sum += strings.IndexByte(alphabet, body[i]) * weights[i%len(weights)]
	}
	return alphabet[(26-sum%26)%26]
}
