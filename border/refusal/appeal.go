package refusal

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxAppeal is the longest file of appeal information, in bytes.
const MaxAppeal = 64 << 10

// Appeal tells a refused person how to appeal (Regulation (EU) 2016/399, article 14(3)): the law, the authority, until when, and where.
type Appeal struct {
	Right     Words `json:"right"`     // that, and under which law, an appeal may be made
	Authority Words `json:"authority"` // to whom
	Deadline  Words `json:"deadline"`  // within which time
	Address   Words `json:"address"`   // where, and where to find help
}

//go:embed appeal.json
var builtInAppeal []byte //nolint:gochecknoglobals // go:embed needs one

// DefaultAppeal says where to ask: a deployment that has not written its own tells nobody a wrong deadline.
func DefaultAppeal() (Appeal, error) { return ParseAppeal(builtInAppeal) }

// ParseAppeal reads appeal information from JSON. The error says where it is wrong and what was expected.
func ParseAppeal(data []byte) (Appeal, error) {
	var a Appeal
	if len(data) > MaxAppeal {
		return a, fmt.Errorf("appeal information: %d bytes; expected at most %d", len(data), MaxAppeal)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&a); err != nil {
		return a, fmt.Errorf("appeal information: at byte %d: %w", decoder.InputOffset(), err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return a, fmt.Errorf("appeal information: at byte %d: expected the end", decoder.InputOffset())
	}
	for n, words := range []Words{a.Right, a.Authority, a.Deadline, a.Address} {
		if err := words.check([]string{"right", "authority", "deadline", "address"}[n]); err != nil {
			return a, fmt.Errorf("appeal information: %w", err)
		}
	}
	return a, nil
}

// In is the information in the language, its parts in the order of the form.
func (a Appeal) In(language string) []string {
	parts := make([]string, 0, 4)
	for _, words := range []Words{a.Right, a.Authority, a.Deadline, a.Address} {
		parts = append(parts, strings.TrimSpace(words.In(language)))
	}
	return parts
}
